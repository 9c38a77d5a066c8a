"""When the demo schools keep school: terms, holidays and training days by the rules that such schools follow."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MONDAY, THURSDAY, FRIDAY = 0, 3, 4
WORKING_WEEK = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class TermDates:
    """One term, both days included."""

    name: str
    starts: date
    ends: date


@dataclass(frozen=True)
class Closure:
    """Days on which no school is kept, though they lie inside a term."""

    name: str
    kind: str
    days: tuple[date, ...]


@dataclass(frozen=True)
class YearDates:
    """One school year of a demo school."""

    name: str
    starts: date
    ends: date
    terms: tuple[TermDates, ...]
    closures: tuple[Closure, ...]
    weekdays: tuple[int, ...] = WORKING_WEEK
    """Monday = 0."""

    @cached_property
    def school_days(self) -> tuple[date, ...]:
        """The days on which school is kept, in order."""
        closed = {day for closure in self.closures for day in closure.days}
        return tuple(d for t in self.terms for d in _weekdays(t.starts, t.ends, self.weekdays) if d not in closed)


def english_year(first: int) -> YearDates:
    """The school year of an English school that starts in September of the year `first`."""
    easter, later = easter_sunday(first + 1), first + 1
    autumn = TermDates("Autumn", _on_or_after(date(first, 9, 2), MONDAY, THURSDAY), _last(date(first, 12, 20), FRIDAY))
    spring = TermDates("Spring", _on_or_after(date(later, 1, 4), MONDAY), easter - 9 * DAY)
    summer = TermDates("Summer", easter + 8 * DAY, _last(date(later, 7, 22), MONDAY, FRIDAY))
    return YearDates(
        f"{first}/{later % 100:02}",
        date(first, 9, 1),
        date(later, 8, 31),
        (autumn, spring, summer),
        (
            Closure("Staff training day", "training", (autumn.starts, autumn.starts + DAY, spring.starts)),
            _week_off("Autumn half-term", _on_or_after(date(first, 10, 23), MONDAY)),
            _week_off("Spring half-term", _on_or_after(date(later, 2, 12), MONDAY)),
            Closure("Early May bank holiday", "holiday", (_on_or_after(date(later, 5, 1), MONDAY),)),
            _week_off("Summer half-term", _last(date(later, 5, 31), MONDAY)),
        ),
    )


def irish_year(first: int) -> YearDates:
    """The school year of an Irish primary school that starts at the end of August of the year `first`."""
    easter, later = easter_sunday(first + 1), first + 1
    begins = _on_or_after(date(first, 8, 28), MONDAY, FRIDAY)
    autumn = TermDates("First term", begins, _last(date(first, 12, 22), FRIDAY))
    spring = TermDates("Second term", _on_or_after(date(later, 1, 5), MONDAY), easter - 9 * DAY)
    summer = TermDates("Third term", easter + 8 * DAY, _last(date(later, 6, 30), FRIDAY))
    return YearDates(
        f"{first}/{later % 100:02}",
        date(first, 8, 15),
        date(later, 8, 14),
        (autumn, spring, summer),
        (
            _week_off("October mid-term break", _last(date(first, 10, 31), MONDAY)),
            Closure("Saint Brigid's Day", "holiday", (_on_or_after(date(later, 2, 1), MONDAY),)),
            _week_off("February mid-term break", _on_or_after(date(later, 2, 15), MONDAY)),
            Closure("Saint Patrick's Day", "holiday", (date(later, 3, 17),)),
            Closure("May public holiday", "holiday", (_on_or_after(date(later, 5, 1), MONDAY),)),
            Closure("June public holiday", "holiday", (_on_or_after(date(later, 6, 1), MONDAY),)),
        ),
    )


def with_school_this_week(year: YearDates, today: date) -> YearDates:
    """The year, with school kept in the week of `today` even where it falls into holidays, and on that weekday.

    A demo that is loaded in the holidays or at a weekend would otherwise have no register to take.
    """
    if year.starts <= today <= year.ends and today.weekday() not in year.weekdays:
        year = replace(year, weekdays=(*year.weekdays, today.weekday()))
    monday = today - today.weekday() * DAY
    first, last = max(monday, year.starts), min(max(monday + 4 * DAY, today), year.ends)
    if not year.starts <= today <= year.ends or first > last:
        return year
    kept_open = set(_weekdays(first, last, year.weekdays))
    terms, more = list(year.terms), []
    before = [n for n, term in enumerate(terms) if term.starts <= last]
    if not before:
        terms[0] = replace(terms[0], starts=first)
    elif terms[before[-1]].starts > first:
        terms[before[-1]] = replace(terms[before[-1]], starts=first)
    elif terms[before[-1]].ends < last:
        n = before[-1]
        more.append(Closure("Holidays", "holiday", tuple(_weekdays(terms[n].ends + DAY, last, year.weekdays))))
        terms[n] = replace(terms[n], ends=last)
    closures = (replace(c, days=tuple(d for d in c.days if d not in kept_open)) for c in (*year.closures, *more))
    return replace(year, terms=tuple(terms), closures=tuple(c for c in closures if c.days))


def census_day(year: YearDates, before: date) -> date | None:
    """The last Thursday of a school census before a day: the first of October, the third of January or May."""
    thursdays = [
        _on_or_after(date(year.starts.year, 10, 1), THURSDAY),
        _on_or_after(date(year.starts.year + 1, 1, 15), THURSDAY),
        _on_or_after(date(year.starts.year + 1, 5, 15), THURSDAY),
    ]
    return next((day for day in reversed(thursdays) if day < before and day in year.school_days), None)


def easter_sunday(year: int) -> date:
    """Easter by the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    month, day = divmod(h + week - 7 * ((a + 11 * h + 22 * week) // 451) + 114, 31)
    return date(year, month, day + 1)


def _weekdays(first: date, last: date, kept: tuple[int, ...]) -> Iterable[date]:
    return (d for d in map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)) if d.weekday() in kept)


def _week_off(name: str, monday: date) -> Closure:
    return Closure(name, "holiday", tuple(monday + n * DAY for n in range(5)))


def _on_or_after(day: date, first: int, last: int | None = None) -> date:
    """The first day from `day` on whose weekday lies between two, Monday = 0."""
    while not first <= day.weekday() <= (first if last is None else last):
        day += DAY
    return day


def _last(day: date, first: int, last: int | None = None) -> date:
    """The last day up to `day` whose weekday lies between two, Monday = 0."""
    while not first <= day.weekday() <= (first if last is None else last):
        day -= DAY
    return day
