"""`lyceum timetable`: take files in, let the engine work, say why not, write files."""

from pathlib import Path
from typing import Any
from uuid import UUID

from lyceum.core.commands import Answer
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.queries import list_years
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.timetable import tasks
from lyceum.domains.timetable.exports import TYPES, export_version
from lyceum.domains.timetable.models import Run, Version
from lyceum.domains.timetable.plans import list_versions
from lyceum.domains.timetable.reasons import say_all
from lyceum.domains.timetable.rules.fet import import_fet
from lyceum.domains.timetable.rules.runs import USUAL_SECONDS, NewRun, start_run


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Import timetables, generate them, explain what does not fit, export them."

    def add_acts(self) -> None:
        importing = self.add_act("import", "make a draft from a FET file")
        importing.add_argument("file", type=Path, metavar="FILE")
        importing.add_argument("--year", metavar="YEAR", help="as in 2026/27; the current one if left out")

        for name, what in (("generate", "let the engine fill or improve a draft"), ("explain", "say why not all fits")):
            act = self.add_act(name, what)
            act.add_argument("--version-name", metavar="NAME", help="the draft; a new one if left out")
            act.add_argument("--year", metavar="YEAR", help="as in 2026/27; the current one if left out")
            act.add_argument("--seconds", type=int, default=USUAL_SECONDS)
            act.add_argument("--seed", type=int, default=0)
            act.add_argument("--workers", type=int, default=2)
        exporting = self.add_act("export", "write a version as a file")
        exporting.add_argument("--version-name", required=True, metavar="NAME")
        exporting.add_argument("--out", type=Path, required=True, metavar="FILE", help=".fet, .csv or .xlsx")

    def act_import(self, options: dict[str, Any]) -> Answer:
        path: Path = options["file"]
        taken = import_fet(self._year(options["year"]), path.read_bytes(), file_name=path.name, actor=self.actor)
        lines = [f"{taken.version.name}: {taken.lessons} lessons, {taken.rules} rules."]
        lines += [f"  without effect: {each['kind']} ({each['count']})" for each in taken.unknown]
        values = {"version": taken.version.pk, "name": taken.version.name, "unknown": taken.unknown}
        return Answer(lines, values | {"lessons": taken.lessons, "rules": taken.rules})

    def act_generate(self, options: dict[str, Any]) -> Answer:
        return self._run(options, "solve")

    def act_explain(self, options: dict[str, Any]) -> Answer:
        return self._run(options, "explain")

    def _run(self, options: dict[str, Any], kind: str) -> Answer:
        name = options["version_name"]
        new = NewRun(
            year=None if name else self._year(options["year"]),
            version=self._version(name).pk if name else None,
            kind=kind,
            seconds=options["seconds"],
            seed=options["seed"],
            workers=options["workers"],
        )
        run = start_run(new, enqueue=lambda _run: None, actor=self.actor)
        tasks.work_here(run, self.actor)
        run = Run.objects.select_related("result").get(pk=run.pk)
        reasons = say_all(run.reasons)
        placed, lessons = run.progress.get("placed", 0), run.progress.get("lessons", 0)
        lines = [f"{run.result}: {run.state}, {placed} of {lessons} lessons placed, cost {run.progress.get('cost')}."]
        lines += [f"  {each['words']}" for each in reasons]
        values = {"run": run.pk, "state": run.state, "version": run.result_id, "placed": placed, "lessons": lessons}
        return Answer(lines, values | {"cost": run.progress.get("cost"), "reasons": reasons})

    def act_export(self, options: dict[str, Any]) -> Answer:
        path: Path = options["out"]
        kind = path.suffix.lstrip(".")
        if kind not in TYPES:
            raise NotFoundError("Write a .fet, .csv or .xlsx file.")
        made = export_version(self._version(options["version_name"]).pk, kind, actor=self.actor)
        path.write_bytes(made.source)
        lines = [f"{path}: {len(made.source):,} bytes."]
        lines += [f"  not written, for FET has no words for it: {each.words} ({each.count})" for each in made.left_out]
        left_out = [{"rule": each.rule, "words": each.words, "count": each.count} for each in made.left_out]
        return Answer(lines, {"file": str(path), "bytes": len(made.source), "left_out": left_out})

    def _year(self, name: str | None) -> UUID:
        years = list_years(self.actor)
        year = (years.filter(name=name) if name else years.filter(state="current")).first()
        if year is None:
            raise NotFoundError(f"There is no school year {name or 'now'}.")
        return year.pk

    def _version(self, name: str) -> Version:
        self.actor.require_all(Permission.TIMETABLE_PLAN)
        found = list_versions(self.actor).filter(name=name).first()
        if found is None:
            raise NotFoundError(f"There is no version {name}.")
        return found
