"""`lyceum import`: bring a school in from files."""  # noqa: N999  # the file is named as the command

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.schools import school_scope
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.exchange.management.report import as_values, report
from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.queries import error_file, find_user, get_run
from lyceum.domains.exchange.rules.applying import Applier
from lyceum.domains.exchange.rules.previewing import preview_import
from lyceum.domains.exchange.rules.rollback import Undoer, start_rollback
from lyceum.domains.exchange.rules.runs import map_import, start_import
from lyceum.domains.exchange.rules.starting import apply_import
from lyceum.domains.tenancy.queries import get_school


class Command(BaseCommand):
    """Parses, calls, prints."""

    help = "Bring a school in from OneRoster, School Data Sync, CSV or XLSX files."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", nargs="?", help="a CSV or XLSX file, a zip, or a folder of CSV files")
        parser.add_argument("--school", required=True, help="the school's short name in addresses")
        parser.add_argument("--as", dest="username", default="", help="act as this user; else as the operator")
        parser.add_argument("--org", action="append", metavar="ID", help="which school of the file; may be repeated")
        parser.add_argument("--map", action="append", metavar="COLUMN=FIELD", help="what a column of a list means")
        parser.add_argument("--save-mapping", default="", metavar="NAME", help="keep these meanings under a name")
        parser.add_argument("--date-format", choices=["dmy", "mdy", "ymd"], help="how dates are written")
        parser.add_argument("--duplicates", choices=["ask", "link", "new"], help="rows that look like somebody here")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--preview", action="store_true", help="only show what would happen (the default)")
        what.add_argument("--apply", action="store_true", help="preview, then bring it in")
        what.add_argument("--rollback", metavar="RUN", type=UUID, help="undo an import")
        what.add_argument("--resume", metavar="RUN", type=UUID, help="go on with an import that was interrupted")
        parser.add_argument("--only-correct", action="store_true", help="bring in the right rows, leave the wrong ones")
        parser.add_argument("--allow-removals", type=int, default=0, metavar="N", help="allow so many rows to end")
        parser.add_argument("--errors", metavar="FILE", help="write the wrong rows with their reasons to a CSV file")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        try:
            self._handle(options)
        except RuleError as error:
            if options["json"]:
                problem = {"code": error.code, "detail": error.detail, **error.extra}
                self.stdout.write(json.dumps(problem, default=str, ensure_ascii=False))
                raise CommandError("", returncode=1) from None
            raise CommandError(f"{error.detail} ({error.code})", returncode=1) from None

    def _handle(self, options: dict[str, Any]) -> None:
        school = get_school(options["school"])
        actor = self._actor(school.pk, options["username"])
        if options["rollback"]:
            start_rollback(options["rollback"], actor=actor)
            run = Undoer(options["rollback"], actor=actor).work()
        elif options["resume"]:
            run = self._resume(options, actor)
        else:
            run = self._bring_in(options, actor)
        with school_scope(actor.school):
            values = as_values(run, actor=actor)
            if options["errors"] and run.stored:
                path = Path(options["errors"])
                path.write_text("".join(error_file(run, actor=actor)), encoding="utf-8-sig", newline="")
        in_words = report(values, school=options["school"])
        self.stdout.write(json.dumps(values, default=str, ensure_ascii=False) if options["json"] else in_words)
        if run.state in (ImportRun.State.FAILED, ImportRun.State.CANCELLED):
            raise CommandError(run.trouble, returncode=1)

    def _resume(self, options: dict[str, Any], actor: Actor) -> ImportRun:
        """Go on with an import whose process was killed, or begin again with one that failed or was cancelled."""
        with school_scope(actor.school):
            run = get_run(options["resume"], actor=actor)
        if run.state != ImportRun.State.APPLYING:
            only_correct = options["only_correct"] or run.only_correct
            allowed = options["allow_removals"] or run.allow_removals
            apply_import(run.pk, only_correct=only_correct, allow_removals=allowed, actor=actor)
        return Applier(run.pk, actor=actor).work()

    def _actor(self, school_id: int, username: str) -> Actor:
        if not username:
            return system_actor(school_id, name="operator", via=Via.COMMAND)
        with school_scope(school_id):
            user = find_user(username)
            if user is None:
                raise NotFoundError(f"There is no user “{username}” in this school.")
            return actor_for_user(user, school_id, via=Via.COMMAND)

    def _bring_in(self, options: dict[str, Any], actor: Actor) -> ImportRun:
        if not options["source"]:
            raise CommandError("Name the file or folder to bring in.", returncode=2)
        source = Path(options["source"])
        if not source.exists():
            raise CommandError(f"There is no file or folder {source}.", returncode=1)
        run = start_import(source, file_name=source.name, actor=actor)
        with school_scope(actor.school):
            run = map_import(
                run.pk,
                columns=_columns(options["map"], run.columns),
                date_order=options["date_format"],
                orgs=options["org"],
                duplicates=options["duplicates"],
                save_as=options["save_mapping"],
                actor=actor,
            )
        run = preview_import(run.pk, actor=actor)
        if not options["apply"]:
            return run
        if options["errors"]:
            self._write_errors_first(run, options["errors"], actor)
        apply_import(
            run.pk, only_correct=options["only_correct"], allow_removals=options["allow_removals"], actor=actor
        )
        return Applier(run.pk, actor=actor).work()

    def _write_errors_first(self, run: ImportRun, name: str, actor: Actor) -> None:
        """A refusal because of wrong rows still leaves the file that says which."""
        with school_scope(actor.school):
            text = "".join(error_file(get_run(run.pk, actor=actor), actor=actor))
        Path(name).write_text(text, encoding="utf-8-sig", newline="")


def _columns(given: list[str] | None, proposed: dict[str, str]) -> dict[str, str] | None:
    """The proposed meanings, with those that were given in their place."""
    if not given:
        return None
    chosen = dict(proposed)
    for pair in given:
        header, _, field = pair.rpartition("=")
        chosen = {known: meaning for known, meaning in chosen.items() if meaning != field and known != header}
        if field:
            chosen[header] = field
    return chosen
