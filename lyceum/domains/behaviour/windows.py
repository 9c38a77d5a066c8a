"""From which day on entries count: school weeks, a term, a year."""

from datetime import date, timedelta

from lyceum.domains.academics.days import school_days
from lyceum.domains.behaviour.models import EscalationPolicy

LONGEST = timedelta(days=500)


def first_day_of(policy: EscalationPolicy, day: date) -> date:
    """The first day of the window that ends on a day."""
    if policy.window == EscalationPolicy.Window.WEEKS:
        return first_of_school_weeks(policy.weeks, day)
    year = school_days().year_of(day)
    if year is None:
        return day
    if policy.window == EscalationPolicy.Window.YEAR:
        return year.starts
    return max((first for first, _last in year.terms if first <= day), default=year.starts)


def first_of_school_weeks(count: int, day: date) -> date:
    """The Monday of the first of so many school weeks, the week of the day being the last.

    A week in which no school was kept is none: a holiday neither forgets nor remembers anything.
    """
    days = school_days()
    monday = day - timedelta(days=day.weekday())
    first, found, earliest = monday, 0, day - LONGEST
    while monday >= earliest:
        if any(days.is_school_day(monday + timedelta(days=n)) for n in range(7)):
            first, found = monday, found + 1
            if found == count:
                break
        monday -= timedelta(days=7)
    return first


def school_days_since(day: date, until: date) -> int:
    """How many school days lie after a day, up to another."""
    return len(school_days().between(day + timedelta(days=1), until))
