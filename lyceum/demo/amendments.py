"""Marks that the office changed later, through the same rule as any other change: both values stay, with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from lyceum.core.clock import frozen
from lyceum.demo.build import Demo
from lyceum.demo.calendars import census_day
from lyceum.demo.roster import dice_for
from lyceum.domains.attendance.models import Mark
from lyceum.domains.attendance.rules.marks import GivenMark, take_register

REASONS = (
    ("excused", "Mother rang at 09:40: a stomach bug."),
    ("excused", "Father's e-mail: temperature since last night."),
    ("excused", "Grandmother rang: migraine, stayed in bed."),
    ("appointment", "Letter shown: hospital appointment."),
    ("refused", "Family confirmed a holiday that was not granted."),
    ("late", "Came in during registration, the form teacher had not seen it."),
)
RECENT_DAYS, MOST_RECENT, MOST_EARLIER, MOST_ON_CENSUS = 20, 40, 60, 8


@dataclass(frozen=True)
class Amendment:
    """One mark to be changed, when and why."""

    register_id: UUID
    student_id: UUID
    symbol: str
    minutes_late: int | None
    reason: str
    at: datetime


def amend_marks(demo: Demo) -> int:
    """The office follows unexplained absences up; returns how many marks it changed."""
    office, count = demo.office, 0
    for amendment in _amendments(demo):
        with frozen(amendment.at):
            given = GivenMark(amendment.student_id, amendment.symbol, minutes_late=amendment.minutes_late)
            saved = take_register(amendment.register_id, marks=[given], reason=amendment.reason, actor=office)
            count += saved.saved
    return count


def _amendments(demo: Demo) -> Iterable[Amendment]:
    days = [d for dates in demo.plan.calendars.values() for d in dates.school_days if d < demo.today]
    if not days:
        return
    recent = days[-RECENT_DAYS:][0]
    census = census_day(demo.plan.calendars[demo.plan.current], demo.today) if demo.plan.country == "GB" else None
    wanted: list[Mark] = [*_unexplained(demo, days[0], recent - timedelta(days=1), MOST_EARLIER)]
    wanted += _unexplained(demo, recent, days[-1], MOST_RECENT)
    if census:
        wanted += _unexplained(demo, census, census, MOST_ON_CENSUS)
    done: set[UUID] = set()
    for mark in wanted:
        if mark.pk not in done:
            done.add(mark.pk)
            yield _amendment(demo, mark, census)


def _unexplained(demo: Demo, first: date, last: date, most: int) -> list[Mark]:
    """Some of the marks that nobody explained, in an order that is the same every time."""
    rows = Mark.objects.filter(
        code__symbol=demo.plan.symbols.unexplained, register__on__range=(first, last), version=1
    ).select_related("register", "student")
    ordered = sorted(rows, key=_place)
    dice_for(demo.plan, "amended", first).shuffle(ordered)
    return ordered[:most]


def _place(mark: Mark) -> tuple[date, str, str, str]:
    register = mark.register
    return register.on, register.class_name, register.session, mark.student.registration_number


def _amendment(demo: Demo, mark: Mark, census: date | None) -> Amendment:
    dice = dice_for(demo.plan, "amendment", mark.register.on, mark.student.registration_number, mark.register.session)
    what, reason = dice.choice(REASONS)
    symbol: str = getattr(demo.plan.symbols, what)
    # What was known on census day differs from what is known now: those calls came the day after.
    later = timedelta(days=1) if mark.register.on == census else timedelta(0)
    local = time(9, 45) if mark.register.session != "PM" else time(14, 10)
    at = demo.instant(mark.register.on + later, local) + timedelta(minutes=dice.randint(0, 40))
    minutes = dice.randint(4, 25) if what == "late" else None
    return Amendment(mark.register_id, mark.student_id, symbol, minutes, reason, at)
