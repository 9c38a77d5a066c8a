"""The rows of a save before it is written: the rest, planned absences, and what is wrong."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.attendance.codes import CodeList, fits
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import Code, Register
from lyceum.domains.attendance.rules.given import GivenMark, KeptPlanned
from lyceum.domains.attendance.rules.refusals import FutureNotAllowedError, RegisterLockedError, WrongMarksError
from lyceum.domains.attendance.sheet import SheetRow
from lyceum.domains.tenancy.queries import time_zone, today


def refuse_by_time(register: Register, *, given_in_time: bool = False, actor: Actor) -> None:
    """Refuse a register that is not needed, or that this person may no longer change."""
    if register.state == Register.State.NOT_REQUIRED:
        raise RegisterLockedError(_("No register is needed for %(register)s.") % {"register": register})
    if given_in_time or clock.now() < register.locks_at or actor.may(Permission.REGISTERS_AMEND):
        return
    raise RegisterLockedError(
        _("This register is locked since %(locks_at)s UTC. Ask the office to change it.")
        % {"locks_at": f"{register.locks_at:%Y-%m-%d %H:%M}"},
        locked_since=register.locks_at.isoformat(),
    )


def with_rest(
    marks: Sequence[GivenMark], rest: str, sheet: dict[UUID, SheetRow], codes: CodeList, register: Register
) -> list[GivenMark]:
    if not rest:
        return list(marks)
    code = codes.first(rest, register.session) if rest == Meaning.PRESENT else None
    if code is None:
        raise WrongMarksError(
            _("The rest of a register can only be present."),
            errors=[FieldError("/rest", "choice", _("Give present, or leave it out."))],
        )
    named = {mark.student_id for mark in marks}
    others = [row for row in sheet.values() if row.mark is None and row.student_id not in named]
    return [*marks, *(_rest_of(row, code, codes) for row in others)]


def _rest_of(row: SheetRow, present: Code, codes: CodeList) -> GivenMark:
    """Present; what a student is who is not expected in this session."""
    usual = codes.by_id(row.prefilled.code_id) if row.prefilled and row.prefilled.planned_id is None else None
    return prefilled_mark(row, usual) if usual else GivenMark(row.student_id, present.symbol)


def prefilled_mark(row: SheetRow, code: Code) -> GivenMark:
    """The mark that is there before anybody marks the student."""
    return GivenMark(row.student_id, code.symbol, is_prefilled=True)


def leave_planned(
    given: Sequence[GivenMark], sheet: dict[UUID, SheetRow], codes: CodeList
) -> tuple[list[GivenMark], list[KeptPlanned]]:
    """The marks to be saved, with the planned ones in their place, and the rows that a planned absence holds.

    A mark that was there before the absence was planned stays as it is.
    """
    left: list[GivenMark] = []
    kept: list[KeptPlanned] = []
    for mark in given:
        row = sheet.get(mark.student_id)
        code = codes.by_id(row.prefilled.code_id) if row and row.prefilled else None
        if row is None or row.prefilled is None or code is None:
            left.append(mark)
        elif row.prefilled.planned_id is None:
            left.append(prefilled_mark(row, code) if mark.symbol == code.symbol and row.mark is None else mark)
        else:
            if row.mark is None:
                left.append(prefilled_mark(row, code))
            if mark.symbol != code.symbol:
                kept.append(KeptPlanned(row.student_id, code.symbol, mark.symbol, row.prefilled.planned_id))
    return left, kept


def checked(
    given: Sequence[GivenMark], sheet: dict[UUID, SheetRow], codes: CodeList, register: Register
) -> list[tuple[GivenMark, Code]]:
    """Each mark with its code; refuses all of them where one is wrong, naming every wrong row."""
    faults: list[FieldError] = []
    chosen: dict[UUID, tuple[GivenMark, Code]] = {}
    ahead = register.on > today()
    for n, mark in enumerate(given):
        code = codes.by_symbol(mark.symbol)
        fault = _fault(mark, code, sheet, codes, register)
        if fault and not mark.is_prefilled:
            faults.append(FieldError(f"/marks/{n}", *fault))
        elif code is not None:
            if ahead and not code.future_allowed and not mark.is_prefilled:
                raise FutureNotAllowedError(
                    _("%(symbol)s cannot be given ahead, for %(on)s.") % {"symbol": code.symbol, "on": register.on}
                )
            chosen[mark.student_id] = (mark, code)
    if faults:
        raise WrongMarksError(_("Nothing was saved: %(fault)s") % {"fault": faults[0].message}, errors=faults)
    return list(chosen.values())


def _fault(
    mark: GivenMark, code: Code | None, sheet: dict[UUID, SheetRow], codes: CodeList, register: Register
) -> tuple[str, str] | None:
    row = sheet.get(mark.student_id)
    if row is None:
        return "not_on_register", _("This student is not on this register that day.")
    if code is None or not code.active:
        return "code_unknown", _("%(name)s: there is no code %(symbol)s in use.") % {
            "name": row.name,
            "symbol": mark.symbol[:10],
        }
    if not codes.may_give(code):
        return "code_not_allowed", _("%(name)s: %(symbol)s is given by the office.") % {
            "name": row.name,
            "symbol": code.symbol,
        }
    if not fits(code, register.session):
        return "code_not_allowed", _("%(name)s: %(symbol)s belongs to the other session.") % {
            "name": row.name,
            "symbol": code.symbol,
        }
    if code.needs_minutes and mark.minutes_late is None and mark.time_in is None:
        return "minutes_needed", _("%(name)s: say how many minutes late, or when they came.") % {"name": row.name}
    if mark.minutes_late is not None and not 0 <= mark.minutes_late <= 600:
        return "minutes_range", _("%(name)s: minutes late lie between 0 and 600.") % {"name": row.name}
    if code.needs_note and not tidy(mark.note):
        return "note_needed", _("%(name)s: %(symbol)s needs a note.") % {"name": row.name, "symbol": code.symbol}
    return (
        ("note_too_long", _("%(name)s: a note has at most 500 letters.") % {"name": row.name})
        if len(mark.note) > 500
        else None
    )


def with_minutes(given: GivenMark, register: Register) -> GivenMark:
    """The mark with its minutes late: as given, or from the time of arrival."""
    if given.minutes_late is not None or given.time_in is None:
        return given
    arrived = datetime.combine(register.on, given.time_in, tzinfo=clock.zone(time_zone()))
    late = int((arrived - register.due_at).total_seconds() // 60)
    return replace(given, minutes_late=max(0, min(600, late)))
