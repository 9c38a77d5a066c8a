"""How many of the minutes that something was late count for a policy's interval."""

from datetime import datetime, timedelta

from lyceum.core import clock
from lyceum.domains.academics.days import school_days
from lyceum.domains.tenancy.queries import day_bounds, time_zone

LONGEST = 400 * 24 * 60
"""Minutes: later than a year is as late as a year, where days have to be looked at one by one."""


def counted_minutes(due_at: datetime, minutes: int, interval: str) -> int:
    """Minutes after an instant; by school days without those of days on which no school is kept."""
    if interval != "school_day" or minutes <= 0:
        return minutes
    ends, zone, days = due_at + timedelta(minutes=min(minutes, LONGEST)), time_zone(), school_days()
    free = timedelta()
    day, last = clock.local(due_at, zone).date(), clock.local(ends, zone).date()
    while day <= last:
        if not days.is_school_day(day):
            first, after = day_bounds(day)
            free += min(after, ends) - max(first, due_at)
        day += timedelta(days=1)
    return minutes - int(free.total_seconds() // 60)


def after_extension(due_at: datetime | None, minutes: int, extended_due_at: datetime | None) -> int:
    """Minutes late, reckoned from a learner's own due instant where there is one."""
    if due_at is None or extended_due_at is None:
        return minutes
    return max(0, minutes - int((extended_due_at - due_at).total_seconds() // 60))
