"""On which dates lessons take place, and when the bells ring for them."""

from collections.abc import Iterable
from datetime import date, time

from django.db.models import Q

from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.timetable.models import Lesson

Rung = tuple[Lesson, time, time]
"""A lesson, and when it begins and ends on a date."""


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
