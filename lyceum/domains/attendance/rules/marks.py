"""Taking a register: any number of marks in one save, all or nothing, every version kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, NotAllowedError
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.attendance.codes import CodeList, fits, read_codes
from lyceum.domains.attendance.facts import AttendanceAmended, AttendanceMarked, MarkFact
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import Code, Register
from lyceum.domains.attendance.queries import get_mark, get_register
from lyceum.domains.attendance.rules.refusals import (
    FutureNotAllowedError,
    MarkConflictError,
    ReasonNeededError,
    RegisterLockedError,
    WrongMarksError,
)
from lyceum.domains.attendance.rules.sessions import derive_sessions
from lyceum.domains.attendance.sheet import Sheet, SheetMark, SheetRow, read_whole_sheet
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Person
from lyceum.domains.tenancy.queries import time_zone, today


@dataclass(frozen=True)
class GivenMark:
    """One row as somebody gives it: a student and a code's symbol."""

    student_id: UUID
    symbol: str
    minutes_late: int | None = None
    time_in: time | None = None
    note: str = ""
    seen: int | None = None
    """The mark's version as a device last saw it, 0 for none; None: the register's version decides."""
    device_time: datetime | None = None


@dataclass(frozen=True)
class RowConflict:
    """A row somebody else changed meanwhile: both values, who, when."""

    student_id: UUID
    yours: str
    theirs: str
    by: str
    at: datetime
    version: int


@dataclass(frozen=True)
class Saved:
    """What a save did: how many marks it wrote, and the rows it left to whoever changed them meanwhile."""

    register: Register
    saved: int
    conflicts: list[RowConflict] = field(default_factory=list)
    before: tuple[GivenMark, ...] | None = None
    """What the changed marks said before, ready to be given again; None where a student had no mark: none is given."""
    versions: dict[UUID, int] = field(default_factory=dict)
    """Of the marks it wrote, by student."""


@dataclass(frozen=True)
class _Change:
    """A mark to be written."""

    mark_id: UUID
    row: SheetRow
    code: Code
    given: GivenMark
    version: int


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
    given before the register locked, and only arrive now.
    """
    actor.require(Permission.REGISTERS_TAKE)
    register = get_register(register_id, actor=actor, permission=Permission.REGISTERS_TAKE, lock=True)
    codes = read_codes(actor)
    _refuse_by_time(register, given_in_time, actor)
    whole = read_whole_sheet(register, actor=actor)
    sheet = {row.student_id: row for row in whole.rows}
    given = [_with_minutes(mark, register) for mark in _with_rest(marks, rest, sheet, codes, register)]
    chosen = _checked(given, sheet, codes, register)
    changes, conflicts = _sort_out(chosen, sheet, codes, base_version)
    _require_reason(register, changes, reason, actor)
    if changes:
        _write(register, changes, whole, reason, actor)
        derive_sessions(register, {c.row.student_id: (c.code, c.given.minutes_late) for c in changes})
        _record(register, changes, codes, reason, actor)
    versions = {c.row.student_id: c.version for c in changes}
    return Saved(register, len(changes), _named(conflicts), _before(changes, codes), versions)


def _before(changes: Sequence[_Change], codes: CodeList) -> tuple[GivenMark, ...] | None:
    marks = []
    for row in (change.row for change in changes):
        code = codes.by_id(row.mark.code_id) if row.mark else None
        if row.mark is None or code is None:
            return None
        minutes, arrived = row.mark.minutes_late, row.mark.time_in
        marks.append(GivenMark(row.student_id, code.symbol, minutes, arrived, row.mark.note))
    return tuple(marks) or None


def _refuse_by_time(register: Register, given_in_time: bool, actor: Actor) -> None:
    if register.state == Register.State.NOT_REQUIRED:
        raise RegisterLockedError(_("No register is needed for %(register)s.") % {"register": register})
    if given_in_time or clock.now() < register.locks_at or actor.may(Permission.REGISTERS_AMEND):
        return
    raise RegisterLockedError(
        _("This register is locked since %(locks_at)s UTC. Ask the office to change it.")
        % {"locks_at": f"{register.locks_at:%Y-%m-%d %H:%M}"},
        locked_since=register.locks_at.isoformat(),
    )


def _with_rest(
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
    others = [row.student_id for row in sheet.values() if row.mark is None and row.student_id not in named]
    return [*marks, *(GivenMark(student_id, code.symbol) for student_id in others)]


def _checked(
    given: Sequence[GivenMark], sheet: dict[UUID, SheetRow], codes: CodeList, register: Register
) -> list[tuple[GivenMark, Code]]:
    """Each mark with its code; refuses all of them where one is wrong, naming every wrong row."""
    faults: list[FieldError] = []
    chosen: dict[UUID, tuple[GivenMark, Code]] = {}
    ahead = register.on > today()
    for n, mark in enumerate(given):
        code = codes.by_symbol(mark.symbol)
        fault = _fault(mark, code, sheet, codes, register)
        if fault:
            faults.append(FieldError(f"/marks/{n}", *fault))
        elif code is not None:
            if ahead and not code.future_allowed:
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


def _sort_out(
    chosen: Sequence[tuple[GivenMark, Code]],
    sheet: dict[UUID, SheetRow],
    codes: CodeList,
    base_version: int | None,
) -> tuple[list[_Change], list[RowConflict]]:
    """What is to be written, and what somebody else changed meanwhile."""
    changes, conflicts = [], []
    for given, code in chosen:
        row = sheet[given.student_id]
        mark = row.mark
        if mark is None:
            changes.append(_Change(new_id(), row, code, given, 1))
        elif _same(mark, code, given):
            continue
        elif _changed_meanwhile(mark, given, base_version):
            theirs = codes.by_id(mark.code_id)
            conflicts.append(
                RowConflict(row.student_id, code.symbol, theirs.symbol if theirs else "", str(mark.marked_by or ""),
                         mark.marked_at, mark.version)
            )  # fmt: skip
        else:
            changes.append(_Change(mark.id, row, code, given, mark.version + 1))
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


def _require_reason(register: Register, changes: Sequence[_Change], reason: str, actor: Actor) -> None:
    """The office gives a reason for changing what a register said when it closed."""
    amended = [c for c in changes if c.version > 1]
    late = clock.now() >= register.closes_at
    if amended and late and actor.may(Permission.REGISTERS_AMEND) and not tidy(reason):
        raise ReasonNeededError(
            _("The register is closed: say why the mark changes."),
            errors=[FieldError("/reason", "reason_needed", _("Say why the mark changes."))],
        )


def _with_minutes(given: GivenMark, register: Register) -> GivenMark:
    """The mark with its minutes late: as given, or from the time of arrival."""
    if given.minutes_late is not None or given.time_in is None:
        return given
    arrived = datetime.combine(register.on, given.time_in, tzinfo=clock.zone(time_zone()))
    late = int((arrived - register.due_at).total_seconds() // 60)
    return replace(given, minutes_late=max(0, min(600, late)))


_WRITE = """
WITH incoming AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(students)s::uuid[], %(codes)s::uuid[], %(minutes)s::int[], %(times)s::time[],
    %(notes)s::text[], %(versions)s::int[], %(device_times)s::timestamptz[])
    AS t(id, student_id, code_id, minutes_late, time_in, note, version, device_time)
), saved AS (
  INSERT INTO attendance_mark (id, school_id, register_id, student_id, code_id, minutes_late, time_in, note,
    left_reason, origin, marked_by, marked_at, device_time, version, saved_in)
  SELECT id, %(school)s, %(register)s, student_id, code_id, minutes_late, time_in, note, '', %(origin)s, %(by)s,
    %(at)s, device_time, version, %(saved_in)s FROM incoming
  ON CONFLICT (school_id, register_id, student_id) DO UPDATE SET code_id = excluded.code_id,
    minutes_late = excluded.minutes_late, time_in = excluded.time_in, note = excluded.note, origin = excluded.origin,
    marked_by = excluded.marked_by, marked_at = excluded.marked_at, device_time = excluded.device_time,
    version = excluded.version, saved_in = excluded.saved_in
  RETURNING *
), touched AS (
  UPDATE attendance_register SET version = %(saved_in)s, state = %(state)s, taken_by = COALESCE(taken_by, %(by)s),
    taken_at = COALESCE(taken_at, %(at)s), updated_at = %(at)s
  WHERE school_id = %(school)s AND id = %(register)s
)
INSERT INTO attendance_markchange (id, school_id, mark_id, code_id, minutes_late, time_in, time_out, left_reason, note,
  origin, marked_by, marked_by_name, marked_at, via, reason, version)
SELECT c.id, s.school_id, s.id, s.code_id, s.minutes_late, s.time_in, s.time_out, s.left_reason, s.note, s.origin,
  s.marked_by, %(by_name)s, s.marked_at, %(via)s, %(reason)s, s.version
FROM saved s JOIN unnest(%(change_ids)s::uuid[], %(students)s::uuid[]) AS c(id, student_id) USING (student_id)
"""


def _write(register: Register, changes: Sequence[_Change], sheet: Sheet, reason: str, actor: Actor) -> None:
    """Write marks, their history and the register's state in one statement."""
    marked = {c.row.student_id for c in changes} | {row.student_id for row in sheet.rows if row.mark}
    complete = len(marked) == len(sheet.rows) and not sheet.unmarked_elsewhere
    register.version += 1
    register.state = Register.State.TAKEN if complete else register.state
    values: dict[str, Any] = {
        "ids": [c.mark_id for c in changes],
        "change_ids": [new_id() for _ in changes],
        "students": [c.row.student_id for c in changes],
        "codes": [c.code.pk for c in changes],
        "minutes": [c.given.minutes_late for c in changes],
        "times": [c.given.time_in for c in changes],
        "notes": [tidy(c.given.note) for c in changes],
        "versions": [c.version for c in changes],
        "device_times": [c.given.device_time for c in changes],
        "school": current_school(),
        "register": register.pk,
        "origin": "office" if actor.may(Permission.REGISTERS_AMEND) else "teacher",
        "by": actor.user_id,
        "by_name": actor.name,
        "at": clock.now(),
        "saved_in": register.version,
        "state": register.state,
        "via": actor.via.value,
        "reason": tidy(reason)[:500],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


def _record(register: Register, changes: Sequence[_Change], codes: CodeList, reason: str, actor: Actor) -> None:
    shown: dict[str, list[str | None]] = {}
    facts: list[AttendanceMarked | AttendanceAmended] = [
        AttendanceMarked(
            register=register.pk,
            school_class=register.school_class_id,
            date=register.on,
            kind=register.kind,
            version=register.version,
            marks=[
                MarkFact(
                    student=c.row.student_id,
                    meaning=c.code.meaning,
                    minutes_late=c.given.minutes_late,
                    version=c.version,
                )
                for c in changes
            ],
            by=actor.user_id,
            via=actor.via.value,
        )
    ]
    for change in changes:
        old = codes.by_id(change.row.mark.code_id) if change.row.mark else None
        shown[str(change.row.student_id)] = [old.symbol if old else None, change.code.symbol]
        if old:
            facts.append(
                AttendanceAmended(
                    mark=change.mark_id,
                    student=change.row.student_id,
                    old_meaning=old.meaning,
                    new_meaning=change.code.meaning,
                )
            )
    record("attendance.mark", target=Target.of(register), changes=shown, reason=reason, facts=facts, actor=actor)


def _named(conflicts: Sequence[RowConflict]) -> list[RowConflict]:
    """The conflicts with the names of those who saved."""
    if not conflicts:
        return []
    names = dict(Person.objects.filter(user__in=[c.by for c in conflicts if c.by]).values_list("user", "full_name"))
    named = {str(user): name for user, name in names.items()}
    return [RowConflict(c.student_id, c.yours, c.theirs, named.get(c.by, ""), c.at, c.version) for c in conflicts]


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
    return take_register(mark.register_id, marks=[given], reason=reason, actor=actor)


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
