"""A school of 10,000 brought in, brought in again, and taken back: time, memory and statements, against bare COPY.

The import runs in a process of its own, so that its memory is its own. Bare COPY writes the very rows that came of
it into empty tables: once without, once with the indexes and constraints that the real ones have.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from bench.oneroster import make_town
from bench.place import ROOT, Place
from bench.results import Result

STUDENTS = 10_000
MOST_SECONDS, MOST_MEGABYTES, MOST_STATEMENTS = 60.0, 200, 20
TABLES = (
    "academics_subject", "academics_class", "people_person", "people_contactpoint", "people_staff", "people_student",
    "people_officialid", "people_enrolment", "academics_placement", "people_guardianlink", "academics_classteacher",
    "academics_classmembership",
)  # fmt: skip
_AROUND = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO")
T = TypeVar("T")


def run(place: Place) -> Result:
    """The figures of the import, each beside what is asked for."""
    result = Result("import_10k")
    with tempfile.TemporaryDirectory() as folder:
        town = Path(folder) / "town.zip"
        rows = make_town(town, students=STUDENTS)
        figures = _in_own_process(town)
    bare = _bare(place, figures["school"])
    undone = _in_own_process(figures["school"], figures.pop("run"))
    total = sum(figures["seconds"][step] for step in ("take in", "preview", "apply"))
    for key in ("seconds", "cpu"):
        figures[key] |= undone[key]
    result.keep("rows_in_file", rows)
    result.keep("import", figures)
    result.say(f"{rows['users']:,} people and {rows['enrollments']:,} enrolments in the file")
    for step, seconds in figures["seconds"].items():
        result.say(f"{step:15} {seconds:6.1f} s, {figures['cpu'][step]:5.1f} s of it at work in Python")
    result.say(f"from file to applied {total:.1f} s (at most {MOST_SECONDS:.0f} on two quiet processors)")
    result.say(f"at most {figures['peak_mb']:.0f} MB in the process ({MOST_MEGABYTES} asked for)")
    for step, most in figures["statements"].items():
        result.say(f"statements in a batch of {step:9} {most:3} (about {MOST_STATEMENTS})")
    result.say(f"changes when the same file comes again: {figures['changes_again']} (0 asked for)")
    result.keep("bare_copy", bare)
    ratio = figures["seconds"]["apply"] / bare["with_indexes_seconds"]
    result.keep("apply_to_copy", round(ratio, 1))
    result.say(
        f"the same {bare['rows']:,} rows by bare COPY: {bare['seconds']:.2f} s, with the indexes and constraints "
        f"{bare['with_indexes_seconds']:.2f} s; applying, with history, facts and rules, is {ratio:.1f} times that"
    )
    return result


def _in_own_process(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.import_10k", *map(str, arguments)]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    figures: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return figures


def _bare(place: Place, school: int) -> dict[str, Any]:
    """The rows of the school, copied out once and in twice."""
    figures: dict[str, Any] = {"rows": 0, "seconds": 0.0, "with_indexes_seconds": 0.0}
    with psycopg.connect(place.owner_url) as database:
        database.execute("SELECT set_config('app.school_id', %s, false)", [str(school)])
        for table in TABLES:
            with database.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT (FORMAT binary)") as out:
                written = b"".join(bytes(block) for block in out)
            for key, like in (("seconds", ""), ("with_indexes_seconds", "INCLUDING ALL")):
                database.execute(f"CREATE TEMP TABLE bare (LIKE {table} {like})")
                began = time.perf_counter()
                with database.cursor().copy("COPY bare FROM STDIN (FORMAT binary)") as into:
                    into.write(written)
                figures[key] += time.perf_counter() - began
                (count,) = database.execute("SELECT count(*) FROM bare").fetchone() or (0,)
                database.execute("DROP TABLE bare")
            figures["rows"] += count
        database.rollback()
    return figures


class _Meter:
    """Counts statements by batch and time by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self.statements = 0

    def measure(self, step: str, act: Callable[[], T]) -> T:
        began, worked = time.perf_counter(), time.process_time()
        found = act()
        self.seconds[step] = time.perf_counter() - began
        self.cpu[step] = time.process_time() - worked
        return found

    def count(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.statements += not str(sql).startswith(_AROUND)
        return execute(sql, params, many, context)


def _bring_in(town: Path) -> dict[str, Any]:
    """In the process that is measured: the whole way, and the figures of it."""
    from lyceum.config.loading import load_django

    load_django()
    from django.db import connection

    from lyceum.core.actor import system_actor
    from lyceum.domains.exchange.rules import applying
    from lyceum.domains.exchange.rules.previewing import preview_import
    from lyceum.domains.exchange.rules.runs import start_import
    from lyceum.domains.exchange.rules.starting import apply_import
    from lyceum.domains.tenancy.rules import provision_school

    meter = _Meter()
    school = provision_school(name="Brookfield Town School", actor=system_actor(0))
    actor = system_actor(school.pk, name="bench")
    run = meter.measure("take in", lambda: start_import(town, file_name=town.name, actor=actor))
    run = meter.measure("preview", lambda: preview_import(run.pk, actor=actor))
    apply_import(run.pk, actor=actor)
    with connection.execute_wrapper(meter.count), _counted(applying, meter) as statements:
        run = meter.measure("apply", lambda: applying.Applier(run.pk, actor=actor).work())
    again = start_import(town, file_name=town.name, actor=actor)
    again = meter.measure("preview again", lambda: preview_import(again.pk, actor=actor))
    return {
        "school": school.pk,
        "run": str(run.pk),
        "state": run.state,
        "seconds": meter.seconds,
        "cpu": meter.cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "statements": dict(statements),
        "counts": run.counts,
        "changes_again": sum(n for actions in again.counts.values() for name, n in actions.items() if name != "skip"),
    }


def _take_back(school: int, run: str) -> dict[str, Any]:
    """In a process of its own too: the import undone."""
    from lyceum.config.loading import load_django

    load_django()
    from lyceum.core.actor import system_actor
    from lyceum.domains.exchange.rules.rollback import Undoer, start_rollback

    meter, actor = _Meter(), system_actor(school, name="bench")
    start_rollback(UUID(run), actor=actor)
    undone = meter.measure("roll back", lambda: Undoer(UUID(run), actor=actor).work())
    if undone.state != "rolled_back":
        raise SystemExit(f"The import was not undone whole: {undone.trouble}")
    return {"seconds": meter.seconds, "cpu": meter.cpu}


@contextmanager
def _counted(applying: Any, meter: _Meter) -> Iterator[dict[str, int]]:
    """For each kind of row the most statements that one whole batch of it took, with its bookkeeping."""
    from lyceum.domains.exchange.plan.rows import BATCH, KINDS, Step

    most: dict[str, int] = defaultdict(int)
    begun, apply_rows = [0], applying._apply_rows

    def counting(rows: Any, context: Any) -> Any:
        found = apply_rows(rows, context)
        if len(rows) == BATCH:
            kind = KINDS[Step(rows[0].step)]
            most[kind] = max(most[kind], meter.statements - begun[0] + 1)  # and the note of how far it is
        begun[0] = meter.statements + 1
        return found

    applying._apply_rows = counting
    try:
        yield most
    finally:
        applying._apply_rows = apply_rows


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "lyceum.config.settings"
    arguments = sys.argv[1:]
    is_file = len(arguments) == 1
    print(json.dumps(_bring_in(Path(arguments[0])) if is_file else _take_back(int(arguments[0]), arguments[1])))
