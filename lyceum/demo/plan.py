"""What the two demo schools are like: their size, grades, codes and calendar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time

from lyceum.demo.calendars import YearDates, english_year, irish_year, with_school_this_week

PASSWORD = "seven-quiet-rivers"  # noqa: S105  # printed for everybody: it guards invented people only
GROUP_SLUG = "demo-trust"
GROUP_NAME = "Hillcrest Learning Trust"
UNFINISHED_NAME = f"{GROUP_NAME} (being made)"
"""The trust's while a load runs, and after one that was cut off."""


@dataclass(frozen=True)
class SessionPlan:
    """One session of the day and when its register is open, in local time."""

    session: str
    starts_at: time
    closes_at: time
    present: str
    """The symbol for being there."""


@dataclass(frozen=True)
class Symbols:
    """What the school writes for each thing that happens to a student."""

    late: str
    late_after_close: str
    ill: str
    appointment: str
    unexplained: str
    trip: str
    sport: str
    excused: str
    """What an absence becomes once the family has explained it."""
    refused: str
    """What it becomes when the explanation is not accepted."""


@dataclass(frozen=True)
class Plan:
    """One demo school. Sizes are those of the school today."""

    name: str
    slug: str
    domain: str
    """The end of its e-mail addresses: always a name that belongs to nobody."""
    country: str
    time_zone: str
    year: Callable[[int], YearDates]
    grades: tuple[int, ...]
    sections: tuple[str, ...]
    seats: int
    """Students in each form."""
    sessions: tuple[SessionPlan, ...]
    symbols: Symbols
    has_lessons: bool
    past_years: int = 2
    register_days: int | None = None
    """Only the last so many school days have registers; None: all of them."""
    calendars: Mapping[int, YearDates] = field(default_factory=dict)
    """The years by the calendar year in which they start; filled by `on`."""

    @property
    def students(self) -> int:
        """How many are on roll today."""
        return len(self.grades) * len(self.sections) * self.seats

    def on(self, today: date) -> "Plan":
        """The plan with its years laid out around a day."""
        first = next(n for n in (today.year, today.year - 1) if self.year(n).starts <= today)
        years = {n: self.year(n) for n in range(first - self.past_years, first + 1)}
        years[first] = with_school_this_week(years[first], today)
        return replace(self, calendars=years)

    @property
    def current(self) -> int:
        """The calendar year in which the current school year starts."""
        return max(self.calendars)

    @property
    def first(self) -> int:
        """The calendar year in which the first school year in the records starts."""
        return min(self.calendars)

    def first_school_day(self, start: int) -> date:
        """The first school day of the year that starts in a calendar year."""
        return (self.calendars.get(start) or self.year(start)).school_days[0]


HILLCREST = Plan(
    name="Hillcrest School",
    slug="hillcrest",
    domain="hillcrest.example.org",
    country="GB",
    time_zone="Europe/London",
    year=english_year,
    grades=(7, 8, 9, 10, 11),
    sections=("A", "B", "C", "D"),
    seats=30,
    sessions=(
        SessionPlan("AM", time(8, 45), time(9, 15), "/"),
        SessionPlan("PM", time(13, 0), time(13, 30), "\\"),
    ),
    symbols=Symbols("L", "U", "I", "M", "N", "V", "P", "I", "G"),
    has_lessons=True,
)

LITTLE_OAK = Plan(
    name="Little Oak Primary",
    slug="little-oak",
    domain="littleoak.example.org",
    country="IE",
    time_zone="Europe/Dublin",
    year=irish_year,
    grades=(1, 2, 3, 4, 5),
    sections=("A",),
    seats=24,
    sessions=(SessionPlan("DAY", time(9, 0), time(9, 30), "P"),),
    symbols=Symbols("L", "L", "E", "E", "A", "V", "V", "E", "X"),
    has_lessons=False,
)

LETTERS = "ABCDEFGHJKLMNPQRST"


def sized(plan: Plan, *, students: int, seats: int = 0, days: int | None = None, past_years: int | None = None) -> Plan:
    """The plan with about so many students, in forms of its usual size or of so many seats, and registers of so many
    days.
    """
    seats = seats or plan.seats
    forms = max(1, round(students / len(plan.grades) / seats))
    return replace(
        plan,
        sections=tuple(LETTERS[:forms]),
        seats=seats,
        register_days=days,
        past_years=plan.past_years if past_years is None else past_years,
    )
