"""What a phone keeps for a morning without network: today's own registers, with names, marks and codes, no more."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Case, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.batches import LINE_ORDER, list_lines, read_marks
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.glyphs import tone
from lyceum.domains.attendance.halves import half_of_register
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.planned import prefilled_codes
from lyceum.domains.attendance.policies import own_registers, taught_registers
from lyceum.domains.attendance.queries import list_registers
from lyceum.domains.tenancy.queries import time_zone, today

KEPT = timedelta(hours=12)


@dataclass(frozen=True)
class PhoneLine:
    """One student: the mark as it stands, with its version."""

    student: UUID
    name: str
    version: int
    code: str
    minutes: int | None


@dataclass(frozen=True)
class PhoneRegister:
    """One register as it can be taken without network."""

    id: UUID
    name: str
    what: str
    at: str
    state: str
    state_word: str
    editable: bool
    cycle: list[str]
    codes: list[tuple[str, str, str]]
    """Symbol, tone and words of each code that may be given."""
    lines: list[PhoneLine]


@dataclass(frozen=True)
class PhoneDay:
    """A person's registers of today, and until when the phone may keep them."""

    who: str
    title: str
    until: datetime
    covers: bool
    """Whether one of them is somebody else's lesson: the phone then asks each minute whether it still is theirs."""
    registers: list[PhoneRegister]


def whose(actor: Actor) -> str:
    """Whose marks a phone keeps: they are sent by the same person in the same school, or not at all."""
    return f"{actor.user_id or ''}@{actor.school_id or ''}"


def read_phone_day(actor: Actor) -> PhoneDay:
    """Today's registers of those classes and lessons that are the actor's own, however far the actor reaches."""
    day, zone, instant = today(), clock.zone(time_zone()), clock.now()
    rows = list_registers(actor, day=day, permission=Permission.REGISTERS_TAKE).filter(own_registers(actor))
    rows = rows.annotate(is_taught=Case(When(taught_registers(actor), then=True), default=False))
    registers: list[Register] = [row for row in rows if row.state != Register.State.NOT_REQUIRED]
    lines = _lines(registers, actor)
    codes, amends = read_codes(actor), actor.may(Permission.REGISTERS_AMEND)
    midnight = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone)
    return PhoneDay(
        who=whose(actor),
        title=date_format(day, "l j F"),
        until=min(instant + KEPT, midnight),
        covers=not all(getattr(row, "is_taught", True) for row in registers),
        registers=[_register(row, lines[row.pk], codes, instant, amends) for row in registers],
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
        lines[register_id].append(
            PhoneLine(
                row.student_id,
                row.student.person.called,
                mark.version if mark else 0,
                mark.code.symbol if mark else prefilled[register_id].get(row.student_id, ""),
                mark.minutes_late if mark else None,
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
