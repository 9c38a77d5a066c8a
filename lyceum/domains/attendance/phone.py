"""What a phone keeps for a morning without network: today's own registers, with names, marks and codes, no more."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, When
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.devices import PhoneLine, PhoneRegister
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.batches import LINE_ORDER, list_lines, read_marks
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.glyphs import tone
from lyceum.domains.attendance.halves import half_of_register
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.planned import prefilled_codes
from lyceum.domains.attendance.policies import own_registers, taught_registers
from lyceum.domains.attendance.queries import list_registers
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError
from lyceum.domains.tenancy.queries import time_zone, today


@dataclass(frozen=True)
class OwnRegisters:
    """A person's class registers of today."""

    registers: list[PhoneRegister]
    covers: bool
    """Whether one of them is somebody else's lesson: the phone then asks each minute whether it still is theirs."""


def whose(actor: Actor) -> str:
    """Whose marks a phone keeps: they are sent by the same person in the same school, or not at all."""
    return f"{actor.user_id or ''}@{actor.school_id or ''}"


def read_phone_registers(actor: Actor) -> OwnRegisters:
    """Today's registers of those classes and lessons that are the actor's own, however far the actor reaches.

    None in a school that is not set up yet.
    """
    if not actor.may(Permission.REGISTERS_TAKE):
        return OwnRegisters([], covers=False)
    try:
        rows = list_registers(actor, day=today(), permission=Permission.REGISTERS_TAKE).filter(own_registers(actor))
    except AttendanceNotSetUpError:
        return OwnRegisters([], covers=False)
    rows = rows.annotate(is_taught=Case(When(taught_registers(actor), then=True), default=False))
    registers: list[Register] = [row for row in rows if row.state != Register.State.NOT_REQUIRED]
    lines = _lines(registers, actor)
    codes, amends, instant = read_codes(actor), actor.may(Permission.REGISTERS_AMEND), clock.now()
    return OwnRegisters(
        [_register(row, lines[row.pk], codes, instant, amends) for row in registers],
        covers=not all(getattr(row, "is_taught", True) for row in registers),
    )


def _lines(registers: list[Register], actor: Actor) -> dict[UUID, list[PhoneLine]]:
    ids = [row.pk for row in registers]
    members = list(list_lines(ids, actor=actor).order_by(*LINE_ORDER)) if ids else []
    marks = read_marks(ids, [row.student_id for row in members]) if members else {}
    prefilled = _prefilled(registers, {row.student_id for row in members})
    lines: dict[UUID, list[PhoneLine]] = defaultdict(list)
    for row in members:
        register_id: UUID = row.register_id  # type: ignore[attr-defined]  # annotated
        mark = marks.get((register_id, row.student_id))
        code = mark.code.symbol if mark else prefilled[register_id].get(row.student_id, "")
        lines[register_id].append(
            PhoneLine(
                row.student_id,
                row.student.person.called,
                mark.version if mark else 0,
                code,
                mark.minutes_late if mark else None,
                was=code,  # a planned absence is there already, and its mark is nobody's to give
            )
        )
    return lines


def _prefilled(registers: list[Register], students: set[UUID]) -> dict[UUID, dict[UUID, str]]:
    """What is there before anybody marks, by register: read once for each session and half of the day."""
    known: dict[tuple[int, str], dict[UUID, str]] = {}
    found = {}
    for row in registers:
        key = half_of_register(row), row.session
        if key not in known:
            known[key] = prefilled_codes(students, on=row.on, half=key[0], session=key[1]) if students else {}
        found[row.pk] = known[key]
    return found


def _register(row: Register, lines: list[PhoneLine], codes: CodeList, instant: datetime, amends: bool) -> PhoneRegister:
    state = row.state_at(instant)
    words = {"due": _("due"), "missed": _("not taken"), "locked": _("locked")}
    sessions = {"AM": _("Morning register"), "PM": _("Afternoon register"), "": row.period}
    return PhoneRegister(
        id=row.pk,
        kind="class",
        name=row.class_name,
        what=sessions.get(row.session, _("Register")),
        at=row.due_at.astimezone(clock.zone(time_zone())).strftime("%H:%M"),
        state=state,
        state_word=words.get(state, _("taken")),
        editable=state != "locked" or amends,
        cycle=codes.cycle(row.session),
        codes=[(c.symbol, tone(c.meaning), c.label) for c in codes.offered(row.session)],
        lines=lines,
    )
