"""`lyceum register`: a class's register from the command line, by the same rule as from anywhere else."""

import argparse
import re
from datetime import date
from typing import Any

from lyceum.core.commands import Answer, table
from lyceum.core.errors import FieldError, NotFoundError
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.queries import list_registers, now_register
from lyceum.domains.attendance.rules.marks import GivenMark, Saved, take_register
from lyceum.domains.attendance.rules.refusals import WrongMarksError
from lyceum.domains.attendance.rules.registers import require_school_day
from lyceum.domains.attendance.sheet import SheetRow, read_sheet
from lyceum.domains.tenancy.queries import today

_MARK = re.compile(r"(?P<number>[^=]+)=(?P<symbol>[^:=]{1,4})(:(?P<minutes>\d{1,3}))?")


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Show and take registers."

    def add_acts(self) -> None:
        self._describe(self.add_act("show", "show a register"))
        take = self.add_act("take", "save marks on a register: all of them or none")
        self._describe(take)
        take.add_argument("--mark", action="append", default=[], metavar="NUMBER=CODE[:MINUTES]", help="one mark")
        take.add_argument("--rest", default="", choices=["present"], help="mark everybody else present")
        take.add_argument("--reason", default="", help="why marks change after the register closed")
        take.add_argument(
            "--base-version", type=int, metavar="N", help="leave marks that others changed since this version"
        )

    def _describe(self, act: argparse.ArgumentParser) -> None:
        act.add_argument("name", metavar="CLASS", help="the class, as in 8B")
        act.add_argument("--date", type=date.fromisoformat, metavar="DAY", help="as in 2026-11-20; today if left out")
        act.add_argument("--session", default="", help="AM, PM or DAY; the one that is due if left out")
        act.add_argument("--period", default="", help="a lesson's period instead")

    def act_show(self, options: dict[str, Any]) -> Answer:
        register = self._find(options)
        return self._shown(register, [str(register)])

    def act_take(self, options: dict[str, Any]) -> Answer:
        register = self._find(options)
        saved = take_register(
            register.pk,
            marks=_marks(options["mark"], read_sheet(register, actor=self.actor, with_strips=False)),
            rest=options["rest"],
            base_version=options["base_version"],
            reason=options["reason"],
            actor=self.actor,
        )
        return self._shown(saved.register, [f"{register}: {saved.saved} marks saved."], saved)

    def _find(self, options: dict[str, Any]) -> Register:
        """The register that is meant: of the session or period named, else the one of this moment."""
        day = options["date"] or today()
        rows = list_registers(self.actor, day=day).filter(class_name=options["name"], period=options["period"])
        if options["session"]:
            rows = rows.filter(session=options["session"])
        register = now_register(list(rows))
        if register is None:
            require_school_day(day)
            raise NotFoundError(f"{options['name']} has no such register on {day}, or none that you may see.")
        return register

    def _shown(self, register: Register, lines: list[str], saved: Saved | None = None) -> Answer:
        codes, rows, marks = read_codes(self.actor), [], []
        for row in read_sheet(register, actor=self.actor, with_strips=False):
            code = codes.by_id(row.mark.code_id) if row.mark else None
            symbol, minutes = code.symbol if code else "", row.mark.minutes_late if row.mark else None
            rows.append((row.number, symbol or "·", f"{minutes} min" if minutes else "", row.name))
            marks.append({"number": row.number, "name": row.name, "code": symbol, "minutes_late": minutes})
        lines += [f"  {line}" for line in table(rows)] if rows else ["  Nobody is in this class that day."]
        values: dict[str, object] = {
            "register": register.pk,
            "class": register.class_name,
            "date": register.on,
            "session": register.session,
            "period": register.period,
            "state": register.state,
            "version": register.version,
            "marks": marks,
        }
        if saved:
            lines += [f"  Kept: {c.theirs} by {c.by or 'somebody else'}; you gave {c.yours}." for c in saved.conflicts]
            values |= {"saved": saved.saved, "conflicts": saved.conflicts}
        return Answer(lines, values)


def _marks(given: list[str], sheet: list[SheetRow]) -> list[GivenMark]:
    """The marks as typed; refuses all of them where one cannot be read or names nobody on the register."""
    students = {row.number: row.student_id for row in sheet}
    marks, faults = [], []
    for n, text in enumerate(given):
        found = _MARK.fullmatch(text.strip())
        if found is None:
            faults.append(
                FieldError(f"/marks/{n}", "malformed", f"Write {text} as NUMBER=CODE or NUMBER=CODE:MINUTES.")
            )
        elif found["number"] not in students:
            faults.append(FieldError(f"/marks/{n}", "not_on_register", f"{found['number']} is not on this register."))
        else:
            minutes = int(found["minutes"]) if found["minutes"] else None
            marks.append(GivenMark(students[found["number"]], found["symbol"], minutes_late=minutes))
    if faults:
        raise WrongMarksError(f"Nothing was saved: {faults[0].message}", errors=faults)
    return marks
