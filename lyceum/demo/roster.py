"""Who is in the demo school from when to when: seats in forms, and the students who sat in them one after the other.

A student is named by a key, so that the same student has the same name and the same history every time.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from lyceum.demo.plan import Plan

DAY = timedelta(days=1)
WAYS_TO_LEAVE = (
    ("transferred", "Moved to another school"),
    ("transferred", "Family moved away"),
    ("withdrawn", "Taught at home"),
)


@dataclass(frozen=True)
class Seat:
    """A place in a form that moves up a grade every year; `start` is the year in which its first grade began."""

    start: int
    section: str
    number: int

    @property
    def key(self) -> str:
        return f"{self.start}{self.section}{self.number:02}"

    def grade(self, plan: Plan, year: int) -> int | None:
        """The grade in the school year that starts in `year`; None before and after the school."""
        n = year - self.start
        return plan.grades[n] if 0 <= n < len(plan.grades) else None


@dataclass
class Pupil:
    """One student. Names and family come from `families`."""

    key: str
    seat: Seat
    sex: str
    birth_date: date
    first_day: date
    last_day: date | None = None
    exit: str = ""
    exit_reason: str = ""
    entry: str = "new"
    number: str = ""
    """The number of the school's old records; empty: drawn when the record is made."""
    first_name: str = ""
    last_name: str = ""
    full_name: str = ""
    preferred_name: str = ""
    traits: set[str] = field(default_factory=set)

    def is_on_roll(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


def dice_for(plan: Plan, *key: object) -> random.Random:
    """Dice that always fall the same way for the same question."""
    return random.Random(":".join(map(str, (plan.slug, *key))))  # noqa: S311  # invented people, not secrets


def list_seats(plan: Plan) -> Iterator[Seat]:
    """All seats of the years in the records, oldest first."""
    for start in range(plan.first - len(plan.grades) + 1, plan.current + 1):
        for section in plan.sections:
            for number in range(1, plan.seats + 1):
                yield Seat(start, section, number)


def fill_seats(plan: Plan, today: date) -> list[Pupil]:
    """Everybody who ever sat in the seats, in a fixed order."""
    pupils = []
    for seat in list_seats(plan):
        pupils += _chain(plan, seat)
    _number_old_records(plan, pupils)
    return [*pupils, *_special(plan, today)]


def _chain(plan: Plan, seat: Seat) -> list[Pupil]:
    """The seat's first student and, where they left in a past year, the one who came after them."""
    dice = dice_for(plan, "seat", seat.key)
    first = _pupil(plan, seat, seat.key, plan.first_school_day(seat.start), dice)
    chain = [first]
    years = [y for y in range(plan.first, plan.current) if seat.grade(plan, y) is not None]
    if years and dice.random() < 0.05:
        year = dice.choice(years)
        days = [d for d in plan.calendars[year].school_days if d > first.first_day][10:-30]
        left = dice.randrange(len(days) - 30)
        first.last_day = days[left]
        first.exit, first.exit_reason = dice.choice(WAYS_TO_LEAVE)
        chain.append(_pupil(plan, seat, f"{seat.key}b", days[left + dice.randint(3, 25)], dice, entry="transfer"))
    last = seat.start + len(plan.grades) - 1
    if last < plan.current:
        chain[-1].last_day, chain[-1].exit = plan.calendars[last].school_days[-1], "graduated"
    return chain


def _pupil(plan: Plan, seat: Seat, key: str, first_day: date, dice: random.Random, entry: str = "new") -> Pupil:
    born_from = date(seat.start - plan.grades[0] - 5, 9, 1)
    birth_date = born_from + dice.randrange(365) * DAY
    sex = dice.choice(("female", "male"))
    return Pupil(key, seat, sex, birth_date, first_day, entry=entry)


def _number_old_records(plan: Plan, pupils: list[Pupil]) -> None:
    """Students from before the first year have the numbers that the old records gave them."""
    counts: dict[int, int] = {}
    for pupil in pupils:
        year = pupil.first_day.year
        if pupil.first_day < plan.calendars[plan.first].starts:
            counts[year] = counts.get(year, 0) + 1
            pupil.number = f"{year}-{counts[year]:05}"


def _special(plan: Plan, today: date) -> list[Pupil]:
    """One who left yesterday, one who starts next Monday: each on a chair that is added to a full form."""
    if len(plan.grades) < 3 or not plan.has_lessons:
        return []
    left_seat = Seat(plan.current - 2, plan.sections[-1], plan.seats + 1)
    left = _pupil(plan, left_seat, "left-yesterday", plan.first_school_day(plan.current - 1), dice_for(plan, "left"))
    left.last_day, left.exit, left.exit_reason = today - DAY, "transferred", "Family moved away"
    left.entry = "transfer"
    monday = today + (7 - today.weekday()) * DAY
    new_seat = Seat(plan.current, plan.sections[-1], plan.seats + 1)
    new = _pupil(plan, new_seat, "starts-monday", monday, dice_for(plan, "new"), entry="transfer")
    return [left, new]


def join_late(plan: Plan, pupils: list[Pupil], today: date) -> None:
    """Two of today's students came only this year: one two weeks ago, one in its third week."""
    days = [d for d in plan.calendars[plan.current].school_days if d < today]
    late = [p for p in pupils if p.seat.start in (plan.current - 1, plan.current - 3) and p.seat.number == 2]
    by_start = {p.seat.start: p for p in late if p.is_on_roll(today) and p.last_day is None}
    for pupil, n in zip(by_start.values(), (len(days) - 10, 12), strict=False):
        if 0 <= n < len(days) and pupil.first_day < days[n]:
            pupil.first_day, pupil.entry, pupil.number = days[n], "transfer", ""
