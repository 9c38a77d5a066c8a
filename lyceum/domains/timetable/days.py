"""On which dates lessons take place, and when the bells ring for them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.days import school_days
from lyceum.domains.timetable.models import Lesson

_DAY = timedelta(days=1)

Rung = tuple[Lesson, time, time]
"""A lesson, and when it begins and ends on a date."""


def instead_on(day: date) -> str:
    """What there is instead of the usual lessons on a date, in words; empty on a usual day."""
    special = cycle_days().specials.get(day)
    if special is None:
        return ""
    return special.note or (_("no usual lessons") if special.bells is None else "")


@dataclass(frozen=True)
class Unusual:
    """Dates that follow each other and are alike: closed, or with something instead of the usual lessons."""

    first: date
    last: date
    words: str
    is_closed: bool


def list_unusual(first: date, last: date) -> list[Unusual]:
    """The dates of a span that are closed by name, or have a plan of their own that says something."""
    days, found = school_days(), list[Unusual]()
    named = {day: (why, True) for day, why in days.closed.items()}
    planned = {day: (instead_on(day), False) for day in cycle_days().specials if days.is_school_day(day)}
    for day, (words, is_closed) in sorted((planned | named).items()):
        if not words or not first <= day <= last:
            continue
        before = found[-1] if found else None
        if before and (before.words, before.is_closed, before.last + _DAY) == (words, is_closed, day):
            found[-1] = replace(before, last=day)
        else:
            found.append(Unusual(day, day, words, is_closed))
    return found


def takes_place_on(days: Iterable[date], *, through: str = "") -> Q:
    """Lessons that fall on one of some dates by weekday or day of the cycle; from when on they hold is not asked."""
    dates = set(days)
    by_weekday = Q((f"{through}weekday__in", {day.isoweekday() for day in dates}))
    numbers = cycle_days().days_on(dates)
    return by_weekday | Q((f"{through}cycle_day__in", numbers)) if numbers else by_weekday


def rung_on(day: date, lessons: Iterable[Lesson]) -> list[Rung]:
    """Lessons of a date with their times by its bells; without those that its plan leaves no room for.

    A date with bells of its own moves lessons of a version; those entered by hand keep their times.
    """
    special = cycle_days().specials.get(day)
    if special is None:
        return [(lesson, lesson.starts_at, lesson.ends_at) for lesson in lessons]
    found: list[Rung] = []
    times = {bell.number: bell for bell in special.bells or ()}
    for lesson in lessons:
        if lesson.first_period is None or lesson.last_period is None:
            found.append((lesson, lesson.starts_at, lesson.ends_at))
            continue
        first, last = times.get(lesson.first_period), times.get(lesson.last_period)
        if first and last:
            found.append((lesson, first.starts_at, last.ends_at))
    return found
