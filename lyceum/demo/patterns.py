"""What keeps students from being there on time: illness, appointments, trips, the slow morning, the unexplained day."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lyceum.demo.plan import Plan
from lyceum.demo.roster import Pupil, dice_for


@dataclass(frozen=True)
class Happening:
    """A session for which a student was not simply present."""

    on: date
    session: str
    symbol: str
    minutes_late: int | None = None


@dataclass(frozen=True)
class Habit:
    """How often things happen to a student in a year."""

    ill_spells: float
    longest_spell: int
    lates: float
    unexplained: float
    """The part of absences that nobody has explained."""
    appointments: float = 0.8


HABITS = {
    "steady": Habit(3.4, 4, 1.5, 0.04),
    "often_ill": Habit(7, 4, 2, 0.04),
    "persistently_absent": Habit(13, 3, 5, 0.45),
    "severely_absent": Habit(26, 8, 4, 0.5),
    "always_late": Habit(2, 2, 75, 0.15),
}
SHARES = {"steady": 84, "often_ill": 6, "persistently_absent": 6, "severely_absent": 1, "always_late": 3}
ILL_WEEK_SHARE = 0.06
"""Students who have one whole week of illness in a year."""

FRIDAY = 5
Happenings = dict[tuple[date, str], Happening]


def what_happened(plan: Plan, pupil: Pupil, until: date) -> Happenings:
    """Everything that was not simply "present", up to a day. The past of a student never changes with `until`."""
    found: Happenings = {}
    habit = habit_of(plan, pupil)
    for year, dates in plan.calendars.items():
        grade = pupil.seat.grade(plan, year)
        days = [day for day in dates.school_days if pupil.is_on_roll(day)]
        if grade is None or not days:
            continue
        dice = dice_for(plan, "attendance", pupil.key, year)
        _lates(plan, habit, days, dice, found)
        _appointments(plan, habit, days, dice, found)
        _trips(plan, grade, year, days, dice, found)
        _illness(plan, habit, days, dice, found)
    return {key: happening for key, happening in found.items() if happening.on <= until}


def habit_of(plan: Plan, pupil: Pupil) -> Habit:
    """How regularly a student comes."""
    return HABITS[habit_name(plan, pupil)]


def habit_name(plan: Plan, pupil: Pupil) -> str:
    """The name of it."""
    dice = dice_for(plan, "habit", pupil.key)
    return dice.choices(list(SHARES), weights=list(SHARES.values()))[0]


def _times(dice: random.Random, mean: float, part: float) -> int:
    """How many times something happens that happens `mean` times a year, in a part of a year."""
    expected = mean * part
    if expected > 3:
        return max(0, int(dice.gauss(expected, expected**0.5) + 0.5))
    return sum(dice.random() < expected / 4 for _ in range(4))


def _part(days: Sequence[date]) -> float:
    return len(days) / 190


def _put(found: Happenings, day: date, sessions: Iterable[str], symbol: str, minutes: int | None = None) -> None:
    for session in sessions:
        found[day, session] = Happening(day, session, symbol, minutes)


def _sessions(plan: Plan) -> list[str]:
    return [s.session for s in plan.sessions]


def _illness(plan: Plan, habit: Habit, days: list[date], dice: random.Random, found: Happenings) -> None:
    spells = [dice.randint(1, habit.longest_spell) for _ in range(_times(dice, habit.ill_spells, _part(days)))]
    if dice.random() < ILL_WEEK_SHARE:
        spells.append(5)
    for length in spells:
        first = dice.randrange(len(days))
        symbol = plan.symbols.unexplained if dice.random() < habit.unexplained else plan.symbols.ill
        spell = days[first : first + length]
        for day in spell:
            _put(found, day, _sessions(plan), symbol)
        if dice.random() < 0.25:  # went home at noon on the first day
            found.pop((spell[0], "AM"), None)


def _lates(plan: Plan, habit: Habit, days: list[date], dice: random.Random, found: Happenings) -> None:
    sessions = _sessions(plan)
    for _ in range(_times(dice, habit.lates, _part(days))):
        session = sessions[0] if dice.random() < 0.9 else sessions[-1]
        minutes = min(110, 2 + int(dice.expovariate(1 / 9)))
        open_for = 30
        symbol = plan.symbols.late if minutes < open_for else plan.symbols.late_after_close
        _put(found, dice.choice(days), [session], symbol, minutes)


def _appointments(plan: Plan, habit: Habit, days: list[date], dice: random.Random, found: Happenings) -> None:
    for _ in range(_times(dice, habit.appointments, _part(days))):
        _put(found, dice.choice(days), [dice.choice(_sessions(plan))], plan.symbols.appointment)


def _trips(plan: Plan, grade: int, year: int, days: list[date], dice: random.Random, found: Happenings) -> None:
    """Each grade goes on two trips a year; most of it comes along. Some play for the school on Friday afternoons."""
    together = dice_for(plan, "trips", grade, year)
    for _ in range(2):
        day = together.choice(plan.calendars[year].school_days[15:])
        if day in days and dice.random() < 0.7:
            _put(found, day, _sessions(plan), plan.symbols.trip)
    if dice.random() < 0.05:
        fridays = [day for day in days if day.isoweekday() == FRIDAY]
        for day in dice.sample(fridays, min(4, len(fridays))):
            _put(found, day, _sessions(plan)[-1:], plan.symbols.sport)
