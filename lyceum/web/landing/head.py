"""The head's overview: who is here now, how the last weeks went, where absence persists; each number opens its list."""

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.charts import About, line_chart, series
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.overview import DayRate, persistent_by_grade, presence_on, rates_of

DAYS_SHOWN = 30
YEAR = timedelta(weeks=52)
"""Whole weeks, so that a Monday is compared with a Monday."""


def head_landing(actor: Actor, day: date) -> dict[str, object]:
    """What the page shows to those who lead the school, besides what the office sees."""
    presence = presence_on(actor, day)
    last = day if presence else day - timedelta(days=1)  # before the first register a day has no rate
    days = school_days().between(day - timedelta(days=70), last)[-DAYS_SHOWN:]
    rates = rates_of(actor, [*(d - YEAR for d in days), *days])
    half = len(days)
    before, now = rates[:half], rates[half:]
    grades = persistent_by_grade(actor)
    return {
        "presence": presence,
        "newest": presence[-1] if presence else None,
        "chart": _chart(now, before) if any(rate.possible for rate in now) else "",
        "persistent": grades,
        "persistent_all": sum(g.persistent for g in grades),
        "students_all": sum(g.students for g in grades),
        "last_year": _percent(before),
        "this_year": _percent(now),
        "same_day": before[-1].percent if before and days[-1] == day else None,
        "same_day_on": day - YEAR,
    }


def _chart(now: list[DayRate], before: list[DayRate]) -> SafeString:
    days = [date_format(rate.on, "j M") for rate in now]
    this = series(_("This year"), days, [rate.percent for rate in now])
    rows = [this]
    if any(rate.possible for rate in before):
        rows.append(series(_("A year before"), days, [rate.percent for rate in before]))
    return line_chart(rows, About("days", _("Attendance of the last school days"), unit="%"))


def _percent(rates: list[DayRate]) -> float | None:
    possible = sum(rate.possible for rate in rates)
    return round(100 * sum(rate.attended for rate in rates) / possible, 1) if possible else None
