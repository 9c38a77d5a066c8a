"""`lyceum behaviour`: bring history from a file, try a policy on what happened already, place what waits."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lyceum.core import clock
from lyceum.core.commands import Answer, table
from lyceum.core.errors import MalformedError, NotFoundError
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.behaviour.models import EscalationPolicy
from lyceum.domains.behaviour.rules.detentions.fitting import said
from lyceum.domains.behaviour.rules.detentions.following import place_waiting
from lyceum.domains.behaviour.rules.importing import HistoryRow, import_history
from lyceum.domains.behaviour.rules.sums import recount_days
from lyceum.domains.behaviour.rules.trying import names_of, try_policy
from lyceum.domains.tenancy.queries import time_zone

NEEDED = ("external_id", "number", "type", "occurred_at")


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Bring behaviour's history and try its policies."

    def add_acts(self) -> None:
        bringing = self.add_act("import", "incidents and opening balances from a CSV file")
        bringing.add_argument("file", type=Path, metavar="FILE", help=f"with the columns {', '.join(NEEDED)}")
        bringing.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        policy = self.add_act("policy", "try a policy: who would have come to which stage")
        policy.add_argument("what", choices=["try"])
        policy.add_argument("--name", default="", metavar="NAME", help="the policy's name; the only one if left out")
        policy.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY")
        policy.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY")

        self.add_act("propose-slots", "look again for slots for detentions that wait without one")

        self.add_act("recount", "count the days in numbers anew from the incidents, and say whether any was wrong")

    def act_recount(self, _options: dict[str, Any]) -> Answer:
        wrong = recount_days(actor=self.actor)
        return Answer([f"Counted anew; {wrong} numbers were wrong."], {"wrong": wrong})

    def act_import(self, options: dict[str, Any]) -> Answer:
        rows = list(_read(options["file"]))
        brought = import_history(rows, dry_run=options["dry_run"], actor=self.actor)
        would = "Would bring" if options["dry_run"] else "Brought"
        lines = [
            f"{would} {brought.incidents} incidents and {brought.balances} balances; {brought.known} rows were known.",
            *(f"  line {line}: {words} ({code})" for line, code, words in brought.wrong),
        ]
        wrong = [{"line": line, "code": code, "detail": words} for line, code, words in brought.wrong]
        values = {"incidents": brought.incidents, "balances": brought.balances, "known": brought.known, "wrong": wrong}
        return Answer(lines, values)

    def act_policy(self, options: dict[str, Any]) -> Answer:
        policy = _find_policy(options["name"])
        found = try_policy(policy.pk, first=options["first"], last=options["last"], actor=self.actor)
        names = names_of([each.student_id for each in found])
        rows = [(f"stage {each.stage}", each.on, each.total, names[each.student_id]) for each in found]
        lines = [f"{policy}: {len(found)} times a stage would have been reached.", *(table(rows) if rows else [])]
        values = [
            {"student": each.student_id, "stage": each.stage, "on": each.on, "total": each.total} for each in found
        ]
        return Answer(lines, {"policy": policy.pk, "reached": values})

    def act_propose_slots(self, _options: dict[str, Any]) -> Answer:
        rows = place_waiting(self.actor)
        shown = [(row.student.registration_number, row.type.name, said(row.starts_at)) for row in rows if row.starts_at]
        values = [{"detention": row.pk, "slot": row.slot_id, "starts_at": row.starts_at} for row in rows]
        return Answer(table(shown) if shown else ["Nothing waits that a slot fits."], values)


def _find_policy(name: str) -> EscalationPolicy:
    rows = EscalationPolicy.objects.filter(retired=False).order_by("-starts_on", "-version")
    found = rows.filter(name=name).first() if name else rows.first()
    if found is None:
        raise NotFoundError(f"There is no policy {name}." if name else "There is no policy yet.")
    return found


def _read(path: Path) -> Iterator[HistoryRow]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                raise MalformedError(f"The file has no column {', '.join(missing)}.")
            for row in reader:
                yield _row(reader.line_num, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MalformedError(f"{path} could not be read: {error}") from None


def _row(line: int, row: dict[str, str]) -> HistoryRow:
    try:
        at = datetime.fromisoformat(row["occurred_at"].strip())
        return HistoryRow(
            line=line,
            external_id=row["external_id"].strip(),
            number=row["number"].strip(),
            type_code=row["type"].strip(),
            occurred_at=at if at.tzinfo else at.replace(tzinfo=clock.zone(time_zone())),
            points=int(row["points"]) if row.get("points", "").strip() else None,
            severity=int(row["severity"]) if row.get("severity", "").strip() else None,
            narrative=row.get("narrative", ""),
        )
    except (ValueError, AttributeError):
        raise MalformedError(f"Line {line} has a date or a number that is none.") from None
