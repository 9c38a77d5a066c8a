"""Which day of the cycle a date is, and when its bells ring; remembered for a moment by each process."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from uuid import UUID

from lyceum.core.memory import SchoolMemory
from lyceum.domains.academics.days import SchoolDays, YearDays, school_days
from lyceum.domains.academics.models import ClosedDay, Cycle, DayPlan, Period

HOLIDAY = "holiday"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CycleSetting:
    """How a year's dates are counted through its cycle."""

    length: int
    anchor: date
    counts_weekdays: bool
    pauses: bool


def map_cycle(year: YearDays, setting: CycleSetting, *, days: SchoolDays, holidays: frozenset[date]) -> dict[date, int]:
    """The cycle day, from 1, of each date of a year on which school is kept.

    Counting weekdays, a weekday is always one step, closed or not: Monday stays Monday. A pause then is a whole week in
    which no school is kept; skipping counts it as well. Counting school days, a closed day is no step; skipping counts
    a holiday as one, and its cycle day is lost. `holidays` are the closed days that are holidays.
    """
    every = [year.starts + _DAY * n for n in range((year.ends - year.starts).days + 1)]
    steps = [day for day in every if _is_step(day, year, setting, days, holidays)]
    before = sum(day < setting.anchor for day in steps)
    found = {day: (number - before) % setting.length + 1 for number, day in enumerate(steps)}
    return {day: number for day, number in found.items() if days.is_school_day(day)}


def _is_step(day: date, year: YearDays, setting: CycleSetting, days: SchoolDays, holidays: frozenset[date]) -> bool:
    if day.isoweekday() not in year.weekdays:
        return False
    if days.is_school_day(day):
        return True
    if setting.counts_weekdays:
        return not setting.pauses or _is_kept_week(day, days)
    is_holiday = day in holidays or day not in days.closed
    return is_holiday and not setting.pauses


def _is_kept_week(day: date, days: SchoolDays) -> bool:
    monday = day - _DAY * (day.isoweekday() - 1)
    return any(days.is_school_day(monday + _DAY * n) for n in range(7))


@dataclass(frozen=True)
class Bell:
    """A period as the bells ring it."""

    number: int
    name: str
    kind: str
    starts_at: time
    ends_at: time


@dataclass(frozen=True)
class YearCycle:
    """A year's cycle: its days, and which bells ring on each."""

    id: UUID
    year: UUID
    names: tuple[str, ...]
    bells: Mapping[int, tuple[Bell, ...]]
    """By cycle day, in the order of the day."""

    def teaching(self, day: int) -> tuple[Bell, ...]:
        """The periods in which there are lessons on a day of the cycle."""
        return tuple(bell for bell in self.bells.get(day, ()) if bell.kind == Period.Kind.TEACHING)


@dataclass(frozen=True)
class Special:
    """A date on which other bells ring, or none."""

    bells: tuple[Bell, ...] | None
    """None: there are no lessons."""
    note: str


@dataclass(frozen=True)
class CycleDays:
    """Every date's cycle day, for the years that have a cycle."""

    days: Mapping[date, int] = field(default_factory=dict)
    cycles: Mapping[UUID, YearCycle] = field(default_factory=dict)
    """By year."""
    specials: Mapping[date, Special] = field(default_factory=dict)
    counted_on: SchoolDays | None = None
    """The days it was counted from; None where no year has a cycle."""

    def day_on(self, day: date) -> int | None:
        """The cycle day of a date, from 1; None where no school is kept or the year has no cycle."""
        return self.days.get(day)

    def days_on(self, days: Iterable[date]) -> set[int]:
        """The cycle days of some dates."""
        return {self.days[day] for day in days if day in self.days}

    def bell(self, day: date, cycle_day: int, number: int, *, year: UUID) -> Bell | None:
        """A period as it is rung on a date: by its special plan, else by that of the cycle day."""
        special = self.specials.get(day)
        cycle = self.cycles.get(year)
        if special:
            bells: Iterable[Bell] = special.bells or ()
        else:
            bells = cycle.bells.get(cycle_day, ()) if cycle else ()
        return next((bell for bell in bells if bell.number == number), None)


def _read() -> CycleDays:
    rows = list(Cycle.objects.select_related("year"))
    if not rows:
        return CycleDays()
    known = school_days()
    holidays = frozenset(ClosedDay.objects.filter(kind=HOLIDAY).values_list("on", flat=True))
    bells: dict[UUID, list[Bell]] = {}
    for period in Period.objects.order_by("starts_at"):
        bell = Bell(period.number, period.name, period.kind, period.starts_at, period.ends_at)
        bells.setdefault(period.schedule_id, []).append(bell)
    plans = list(DayPlan.objects.all())
    days: dict[date, int] = {}
    for row in rows:
        year = next((each for each in known.years if each.starts == row.year.starts), None)
        if year:
            days |= map_cycle(year, setting_of(row), days=known, holidays=holidays)
    return CycleDays(
        days=days,
        cycles={
            row.year_id: YearCycle(
                row.pk,
                row.year_id,
                tuple(row.names),
                {
                    plan.day: tuple(bells.get(plan.schedule_id, ()))
                    for plan in plans
                    if plan.cycle_id == row.pk and plan.day is not None and plan.schedule_id
                },
            )
            for row in rows
        },
        specials={
            plan.on: Special(tuple(bells.get(plan.schedule_id, ())) if plan.schedule_id else None, plan.note)
            for plan in plans
            if plan.on
        },
        counted_on=known,
    )


def setting_of(row: Cycle) -> CycleSetting:
    """How a cycle is counted."""
    return CycleSetting(
        len(row.names), row.anchor, row.counts == Cycle.Counts.WEEKDAYS, row.on_holiday == Cycle.OnHoliday.PAUSE
    )


_memory = SchoolMemory(_read, seconds=10)  # what is changed elsewhere is seen within this time


def cycle_days() -> CycleDays:
    """The cycle days of the school in scope; counted anew when a day was closed or a year changed."""
    found = _memory.get()
    if found.counted_on is not None and found.counted_on is not school_days():
        _memory.forget()
        found = _memory.get()
    return found


def forget_cycle_days() -> None:
    """Read the days anew at the next question."""
    _memory.forget()
