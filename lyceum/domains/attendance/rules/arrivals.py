"""A student who is here although an absence was planned."""

from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.facts import PlannedDecided
from lyceum.domains.attendance.halves import half_of_register
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import PlannedStudent, Register
from lyceum.domains.attendance.planned import days_until_now, find_lock
from lyceum.domains.attendance.queries import get_register
from lyceum.domains.attendance.rules.given import GivenMark, Saved
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.rules.planned import afternoons, derive_days
from lyceum.domains.attendance.rules.refusals import NothingPlannedError, NotOnRegisterError
from lyceum.domains.attendance.rules.sessions import lock_days
from lyceum.domains.attendance.rules.telling import tell_office_of_arrival
from lyceum.domains.attendance.sheet import read_sheet
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.queries import time_zone, today


@dataclass(frozen=True)
class Arrival:
    """A student who is here, and when they came; the time decides whether they are late."""

    student_id: UUID
    time_in: time | None = None
    symbol: str = ""
    """Another code than the one that is proposed."""


@transaction.atomic
def mark_arrived(register_id: UUID, arrival: Arrival, *, actor: Actor) -> Saved:
    """Mark a student who is here although an absence was planned: the plan ends before this session."""
    actor.require(Permission.REGISTERS_TAKE)
    register = get_register(register_id, actor=actor, permission=Permission.REGISTERS_TAKE)
    if all(row.student_id != arrival.student_id for row in read_sheet(register, actor=actor, with_strips=False)):
        raise NotOnRegisterError(_("This student is not on this register that day."))
    half = half_of_register(register)
    found = find_lock(arrival.student_id, on=register.on, half=half)
    if found is None:
        raise NothingPlannedError(_("No planned absence holds this mark: mark the student as usual."))
    lock_days([register.on, *days_until_now(found.planned)])
    found = find_lock(arrival.student_id, on=register.on, half=half)  # as it is now that nobody else decides
    while found:  # two plans may hold the same session
        _cut_short(found, register, half, actor)
        found = find_lock(arrival.student_id, on=register.on, half=half)
    mark = GivenMark(arrival.student_id, arrival.symbol or _symbol(register, arrival, actor), time_in=arrival.time_in)
    return take_register(register_id, marks=[mark], reason=_("Here although an absence was planned."), actor=actor)


def _cut_short(row: PlannedStudent, register: Register, half: int, actor: Actor) -> None:
    """End a plan before the session, free everything after it, and tell the office."""
    before, until = f"{row.ends_on}", afternoons(register.on, row.ends_on, row.ends_half)
    row.arrived_on, row.arrived_half = register.on, half
    row.ends_on, row.ends_half = (register.on, 0) if half else (register.on - timedelta(days=1), 1)
    row.holds = (row.starts_on, row.starts_half) <= (row.ends_on, row.ends_half)
    row.save()
    derived = derive_days(days_until_now(row.planned), [row.student_id])
    told = PlannedDecided(
        planned=row.planned_id,
        state="arrived",
        students=[row.student_id],
        asked_by=row.planned.asked_by,
        first=until[0],
        last=until[1],
    )
    record(
        "attendance.absence.arrived",
        target=Target.of(row.planned),
        changes={"student": [None, str(row.student_id)], "ends_on": [before, f"{row.ends_on}"]},
        facts=[told, *(each.fact for each in derived)],
        actor=actor,
    )
    tell_office_of_arrival(row.student, row.planned, actor=actor)


def _symbol(register: Register, arrival: Arrival, actor: Actor) -> str:
    """Present while the register is being taken; late by the clock once it was."""
    codes, meaning = read_codes(actor), Meaning.PRESENT
    local = clock.local(clock.now(), time_zone())
    came = arrival.time_in or (local.time() if register.on == today() else None)
    if came and (arrival.time_in or register.state == Register.State.TAKEN):
        due, closes = (clock.local(at, time_zone()).time() for at in (register.due_at, register.closes_at))
        meaning = Meaning.PRESENT if came <= due else Meaning.LATE if came < closes else Meaning.LATE_AFTER_CLOSE
    code = codes.first(meaning, register.session) or codes.first(Meaning.LATE, register.session)
    return code.symbol if code else ""
