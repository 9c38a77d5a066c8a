"""Which session times hold on a day: those from a day on, a grade's own, and those of one day alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q

from lyceum.core import clock
from lyceum.domains.attendance.models import Register, SessionTimes
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import this_school


@dataclass(frozen=True)
class Times:
    """When one session starts and closes for the classes of some grades."""

    session: str
    starts_at: time
    closes_at: time


def times_on(day: date, grades: list[UUID]) -> list[Times]:
    """The session times that hold on a day for a class of those grades."""
    return pick(rows_on(day), grades)


def rows_on(day: date) -> list[SessionTimes]:
    """Every row that holds on a day, in the order in which one replaces another; for `pick`."""
    of_day = Q(is_exception=False, starts_on__lte=day) | Q(is_exception=True, starts_on=day)
    return list(SessionTimes.objects.filter(of_day).order_by("is_exception", "starts_on"))


def pick(rows: Iterable[SessionTimes], grades: list[UUID]) -> list[Times]:
    """A later one replaces an earlier, a grade's own the general, and those of the day alone any other."""
    levels: tuple[dict[str, Times], ...] = ({}, {}, {}, {})
    for row in rows:
        if not row.grades or set(row.grades) & set(grades):
            level = 2 * row.is_exception + bool(row.grades)
            levels[level][row.session] = Times(row.session, row.starts_at, row.closes_at)
    general, own, of_day, own_of_day = levels
    return list((general | own | of_day | own_of_day).values())


def follow_times(first: date, last: date | None = None) -> None:
    """After the times of days changed: their registers that have no mark yet are due, and close, at the new ones."""
    waiting = Register.objects.filter(on__gte=first, kind="daily", state=Register.State.DUE, marks__isnull=True)
    if last:
        waiting = waiting.filter(on__lte=last)
    days: dict[date, list[Register]] = {}
    for register in waiting.select_related("school_class"):
        days.setdefault(register.on, []).append(register)
    for day, registers in days.items():
        _follow_day(day, registers)


def _follow_day(day: date, waiting: Iterable[Register]) -> None:
    rows, school, changed = rows_on(day), this_school(), []
    for register in waiting:
        times = {each.session: each for each in pick(rows, register.school_class.grades)}.get(register.session)
        if times:
            register.due_at, register.closes_at = at(day, times.starts_at, school), at(day, times.closes_at, school)
            changed.append(register)
    Register.objects.bulk_update(changed, ["due_at", "closes_at"])


def at(day: date, local: time, school: School) -> datetime:
    """The instant of a local time on a day at a school."""
    return datetime.combine(day, local, tzinfo=clock.zone(school.time_zone))
