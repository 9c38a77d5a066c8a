"""The head's overview: who is here now, how the last weeks went, where absence persists; each number opens its list."""

from dataclasses import dataclass
from datetime import date, timedelta

from lyceum.core.actor import Actor
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.overview import DayRate, persistent_by_grade, presence_on, rates_of

DAYS_SHOWN = 30
YEAR = timedelta(weeks=52)
"""Whole weeks, so that a Monday is compared with a Monday."""


@dataclass(frozen=True)
class Compared:
    """One day, and the same day a year before."""

    now: DayRate
    before: DayRate


def head_landing(actor: Actor, day: date) -> dict[str, object]:
    """What the page shows to those who lead the school, besides what the office sees."""
    presence = presence_on(actor, day)
    days = school_days().between(day - timedelta(days=70), day)[-DAYS_SHOWN:]
    rates = rates_of(actor, [*(d - YEAR for d in days), *days])
    half = len(days)
    compared = [Compared(now, before) for before, now in zip(rates[:half], rates[half:], strict=True)]
    grades = persistent_by_grade(actor)
    return {
        "presence": presence,
        "newest": presence[-1] if presence else None,
        "compared": compared,
        "persistent": grades,
        "persistent_all": sum(g.persistent for g in grades),
        "students_all": sum(g.students for g in grades),
        "last_year": _percent([c.before for c in compared]),
        "this_year": _percent([c.now for c in compared]),
    }


def _percent(rates: list[DayRate]) -> float | None:
    possible = sum(rate.possible for rate in rates)
    return round(100 * sum(rate.attended for rate in rates) / possible, 1) if possible else None
