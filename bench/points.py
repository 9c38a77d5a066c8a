"""Points: balances of 1,000 students, a look at stages after one approval, and a policy tried on 20,000 entries."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.behaving import last_year
from bench.people import school
from bench.place import Place
from bench.results import Result
from bench.statements import counted
from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.behaviour.balances import read_balances
from lyceum.domains.behaviour.models import EscalationPolicy, PointEntry
from lyceum.domains.behaviour.rules.points import usual_scale
from lyceum.domains.behaviour.rules.stages import check_stages
from lyceum.domains.behaviour.rules.trying import ask_to_try, run_try
from lyceum.domains.people.models import Student

STUDENTS, ENTRIES = 1_000, 20_000
BALANCE, STAGE = 1, 4
"""The most statements."""


def run(place: Place) -> Result:
    """Each in statements and milliseconds; everything written is taken back."""
    del place
    result = Result("points")
    with school_scope(school().pk):
        actor, year = system_actor(current_school(), name="bench"), last_year()
        students = list(Student.objects.values_list("pk", flat=True)[:STUDENTS])
        policy = EscalationPolicy.objects.filter(retired=False)[0]
        _write_entries(students, year)
        read_balances(students[:1], year=year)
        check_stages(students[:1], actor=actor)
        _say(result, f"balances of {len(students):,} students", lambda: read_balances(students, year=year), BALANCE)
        _say(result, "a look at stages", lambda: check_stages(students[1:2], actor=actor), STAGE)
        job = ask_to_try(policy.pk, actor=actor)
        _say(result, f"a policy tried on {ENTRIES:,} entries, as a job", lambda: run_try(job.pk, actor=actor), None)
        transaction.set_rollback(True)
    return result


def _say(result: Result, name: str, act: Callable[[], object], most: int | None) -> None:
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        act()
    milliseconds = round(1000 * (time.perf_counter() - began), 1)
    statements = counted(queries)
    result.keep(name, {"milliseconds": milliseconds, "statements": statements})
    limit = f" (at most {most})" if most else ""
    result.say(f"{name}: {statements} statements{limit}, {milliseconds} ms")


def _write_entries(students: list[UUID], year: AcademicYear) -> None:
    scale, instant = usual_scale(), clock.now()
    days = (year.ends - year.starts).days
    rows = [
        PointEntry(
            student_id=students[n % len(students)], scale=scale, points=-1, reason="manual", year=year,
            on=year.starts + (year.ends - year.starts) * (n * 7919 % days) / days, at=instant,
        )
        for n in range(ENTRIES)
    ]  # fmt: skip
    PointEntry.objects.bulk_create(rows, batch_size=2000)
