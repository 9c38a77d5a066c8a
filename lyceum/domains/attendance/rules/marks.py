"""Taking a register: any number of marks in one save, all or nothing, every version kept."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, NotAllowedError
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.models import Code, Register
from lyceum.domains.attendance.queries import get_mark, get_register
from lyceum.domains.attendance.rules.given import Change, GivenMark, RowConflict, Saved
from lyceum.domains.attendance.rules.refusals import (
    MarkConflictError,
    PlannedAbsenceError,
    ReasonNeededError,
)
from lyceum.domains.attendance.rules.rows import checked, leave_planned, refuse_by_time, with_minutes, with_rest
from lyceum.domains.attendance.rules.sessions import derive_day
from lyceum.domains.attendance.rules.writing import record_marks, write_marks
from lyceum.domains.attendance.rules.years import require_open_year
from lyceum.domains.attendance.sheet import SheetMark, SheetRow, read_whole_sheet
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Person

__all__ = ["GivenMark", "RowConflict", "Saved", "amend_mark", "reopen_register", "take_register"]


@transaction.atomic
def take_register(
    register_id: UUID,
    *,
    marks: Sequence[GivenMark],
    rest: str = "",
    base_version: int | None = None,
    reason: str = "",
    given_in_time: bool = False,
    actor: Actor,
) -> Saved:
    """Save marks on a register. `rest="present"` marks everybody who has no mark and none given.

    One wrong row saves nothing. Rows that somebody else changed since `base_version` are left as they are and
    come back as conflicts. Saving what is there already changes nothing. `given_in_time` says that the marks were
    given before the register locked, and only arrive now. Rows that an approved planned absence holds are left as it
    says.
    """
    actor.require(Permission.REGISTERS_TAKE)
    register = get_register(register_id, actor=actor, permission=Permission.REGISTERS_TAKE, lock=True)
    codes = read_codes(actor)
    refuse_by_time(register, given_in_time=given_in_time, actor=actor)
    require_open_year(register.on, reason=reason, actor=actor)
    whole = read_whole_sheet(register, actor=actor)
    sheet = {row.student_id: row for row in whole.rows}
    given, kept = leave_planned(with_rest(marks, rest, sheet, codes, register), sheet, codes)
    chosen = checked([with_minutes(mark, register) for mark in given], sheet, codes, register)
    changes, conflicts = _sort_out(chosen, sheet, codes, base_version)
    _require_reason(register, changes, reason, actor)
    if changes:
        write_marks(register, changes, whole, reason, actor)
        derived = derive_day(register.on, [c.row.student_id for c in changes])
        record_marks(register, changes, derived, codes=codes, reason=reason, actor=actor)
    versions = {c.row.student_id: c.version for c in changes}
    return Saved(register, len(changes), _named(conflicts), _before(changes, codes), versions, kept)


def _before(changes: Sequence[Change], codes: CodeList) -> tuple[GivenMark, ...] | None:
    marks = []
    for row in (change.row for change in changes):
        code = codes.by_id(row.mark.code_id) if row.mark else None
        if row.mark is None or code is None:
            return None
        minutes, arrived = row.mark.minutes_late, row.mark.time_in
        marks.append(GivenMark(row.student_id, code.symbol, minutes, arrived, row.mark.note))
    return tuple(marks) or None


def _sort_out(
    chosen: Sequence[tuple[GivenMark, Code]],
    sheet: dict[UUID, SheetRow],
    codes: CodeList,
    base_version: int | None,
) -> tuple[list[Change], list[RowConflict]]:
    """What is to be written, and what somebody else changed meanwhile."""
    changes, conflicts = [], []
    for given, code in chosen:
        row = sheet[given.student_id]
        mark = row.mark
        if mark is None:
            changes.append(Change(new_id(), row, code, given, 1))
        elif _same(mark, code, given):
            continue
        elif _changed_meanwhile(mark, given, base_version):
            theirs = codes.by_id(mark.code_id)
            conflicts.append(
                RowConflict(row.student_id, code.symbol, theirs.symbol if theirs else "", str(mark.marked_by or ""),
                         mark.marked_at, mark.version)
            )  # fmt: skip
        else:
            changes.append(Change(mark.id, row, code, given, mark.version + 1))
    return changes, conflicts


def _changed_meanwhile(mark: SheetMark, given: GivenMark, base_version: int | None) -> bool:
    if given.seen is not None:
        return mark.version != given.seen
    return base_version is not None and mark.saved_in > base_version


def _same(mark: SheetMark, code: Code, given: GivenMark) -> bool:
    if given.seen is not None and (mark.code_id, mark.minutes_late) == (code.pk, given.minutes_late):
        return not given.note or tidy(given.note) == mark.note  # a device may know no more than code and minutes
    return (mark.code_id, mark.minutes_late, mark.time_in, mark.note) == (
        code.pk,
        given.minutes_late,
        given.time_in,
        tidy(given.note),
    )


def _require_reason(register: Register, changes: Sequence[Change], reason: str, actor: Actor) -> None:
    """The office gives a reason for changing what a register said when it closed."""
    amended = [c for c in changes if c.version > 1]
    late = clock.now() >= register.closes_at
    if amended and late and actor.may(Permission.REGISTERS_AMEND) and not tidy(reason):
        raise ReasonNeededError(
            _("The register is closed: say why the mark changes."),
            errors=[FieldError("/reason", "reason_needed", _("Say why the mark changes."))],
        )


def _named(conflicts: Sequence[RowConflict]) -> list[RowConflict]:
    """The conflicts with the names of those who saved."""
    if not conflicts:
        return []
    names = dict(Person.objects.filter(user__in=[c.by for c in conflicts if c.by]).values_list("user", "full_name"))
    named = {str(user): name for user, name in names.items()}
    return [RowConflict(c.student_id, c.yours, c.theirs, named.get(c.by, ""), c.at, c.version) for c in conflicts]


def refuse_kept(saved: Saved) -> None:
    """Refuse where a planned absence holds the one mark that was meant."""
    if saved.kept_planned:
        raise PlannedAbsenceError(
            _("A planned absence holds this mark. Say that the student arrived, or cancel the absence."),
            planned=str(saved.kept_planned[0].planned_id),
        )


@transaction.atomic
def amend_mark(
    mark_id: UUID, *, symbol: str, reason: str, version: int | None = None, note: str = "", actor: Actor
) -> Saved:
    """Change one mark, with a reason. Refused where somebody else changed it since `version`."""
    mark = get_mark(mark_id, actor=actor, permission=Permission.REGISTERS_TAKE)
    if version is not None and mark.version != version:
        raise MarkConflictError(
            _("The mark is %(symbol)s now, changed at %(marked_at)s UTC. Look at it again.")
            % {"symbol": mark.code.symbol, "marked_at": f"{mark.marked_at:%H:%M}"},
            current={"code": mark.code.symbol, "version": mark.version},
        )
    given = GivenMark(mark.student_id, symbol, note=note)
    saved = take_register(mark.register_id, marks=[given], reason=reason, actor=actor)
    refuse_kept(saved)
    return saved


@transaction.atomic
def reopen_register(register_id: UUID, *, until: datetime, reason: str, actor: Actor) -> Register:
    """Let teachers change a locked register again, until an instant."""
    actor.require_all(Permission.REGISTERS_AMEND)
    register = get_register(register_id, actor=actor, permission=Permission.REGISTERS_AMEND, lock=True)
    if not tidy(reason):
        raise ReasonNeededError(
            _("Say why the register opens again."),
            errors=[FieldError("/reason", "reason_needed", _("Say why the register opens again."))],
        )
    if until <= clock.now():
        raise NotAllowedError(_("Choose a time in the future."))
    old, register.locks_at = register.locks_at, until
    register.save(update_fields=["locks_at", "updated_at"])
    changes = {"locks_at": [old.isoformat(), until.isoformat()]}
    record("attendance.register.reopen", target=Target.of(register), changes=changes, reason=reason, actor=actor)
    return register
