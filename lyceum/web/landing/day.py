"""The registers of a day as the landing pages of teacher, office and head show them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.queries import list_registers, registers_on
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError
from lyceum.domains.tenancy.queries import time_zone

SHOWN = ("class_name", "session", "period", "state", "due_at", "closes_at", "locks_at")


@dataclass(frozen=True)
class Due:
    """A register of today as the page shows it."""

    register: Register
    state: str
    at: datetime


def read_day(actor: Actor, day: date) -> list[Due]:
    """The registers that somebody may take on a day, in order of time. None in a school that is not set up yet."""
    return _read(lambda: list_registers(actor, day=day, permission=Permission.REGISTERS_TAKE))


def read_states(actor: Actor, day: date) -> list[Due]:
    """The same of a whole school, and of each only whose it is, when, and how it stands."""
    return _read(lambda: registers_on(day, actor=actor, permission=Permission.REGISTERS_TAKE).only(*SHOWN))


def _read(find: Callable[[], QuerySet[Register]]) -> list[Due]:
    zone, instant = clock.zone(time_zone()), clock.now()
    try:
        registers = find()
    except AttendanceNotSetUpError:
        return []
    return [Due(r, r.state_at(instant), r.due_at.astimezone(zone)) for r in registers]


def next_school_day(day: date) -> date | None:
    """The next day on which school is kept, within the coming months."""
    coming = school_days().between(day + timedelta(days=1), day + timedelta(days=120))
    return coming[0] if coming else None
