"""From which day to which a student is on roll, and in which grade."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lyceum.domains.academics.models import Placement
from lyceum.domains.exchange.plan.calendar import Calendar, Span
from lyceum.domains.exchange.plan.outline import Outline, Standing
from lyceum.domains.exchange.plan.present import HumanNow
from lyceum.domains.exchange.plan.rows import PlannedRow, Step, skipped, warning, wrong
from lyceum.domains.exchange.plan.subjects import grade_key
from lyceum.domains.exchange.readers.records import Human, Trouble
from lyceum.domains.people.models import Enrolment

Days = tuple[date, date | None]


@dataclass
class RollChanges:
    """What changes for a student who is known."""

    days: Days
    new: dict[str, Any] = field(default_factory=dict)
    old: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Trouble, ...] = ()


class RollPlan:
    """Plans enrolments and grades."""

    def __init__(self, outline: Outline, calendar: Calendar, *, today: date) -> None:
        self._outline = outline
        self._calendar = calendar
        self._today = today

    def days(self, standing: Standing) -> Days | Trouble:
        """First and last day. An end that is the end of the year is no leaving: the student is expected back."""
        year = self._year(standing)
        first = standing.starts or year.starts
        if standing.ends and standing.ends < first:
            return wrong(
                "endDate",
                "dates_order",
                _("The last day %(ends)s lies before the first, %(first)s.") % {"ends": standing.ends, "first": first},
            )
        last = standing.ends if standing.ends and standing.ends < self._last_of_session(standing, year) else None
        return first, last

    def _year(self, standing: Standing) -> Span:
        return self._calendar.year_of.get(standing.session, self._calendar.first_year)

    def _last_of_session(self, standing: Standing, year: Span) -> date:
        term = self._calendar.term_of.get(standing.session)
        return min(term.ends, year.ends) if term else year.ends

    def new_values(self, standing: Standing, days: Days) -> dict[str, Any]:
        """The enrolment and grade of a new student."""
        first, last = days
        values: dict[str, Any] = {"first_day": first}
        values |= {"last_day": last} if last else {}
        if standing.grade:
            year = self._year(standing)
            values |= {
                "grade": grade_key(standing.grade)[:100],
                "year": year.key,
                "grade_from": max(first, year.starts),
            }
        return values

    def leaving(self, human: Human, now: HumanNow, standing: Standing) -> PlannedRow:
        """The row for a student whom the file says to be here no longer."""
        running = _running(now, self._today)
        if running is None:
            return skipped(Step.STUDENT_END, human, _("Not on roll."), code="here_already", target=now.id)
        last = max(standing.ends or self._today, running.first_day)
        return leaving_row(human, now, last)

    def changes(self, standing: Standing, now: HumanNow) -> RollChanges | Trouble:
        """What the file changes about a known student's enrolment and grade."""
        days = self.days(standing)
        if isinstance(days, Trouble):
            return days
        first, last = days
        over = [e for e in now.enrolments if e.first_day <= (last or date.max) and first <= (e.last_day or date.max)]
        if over:
            present = max(over, key=lambda e: e.first_day)
            changes = RollChanges((present.first_day, present.last_day))
            if last and present.last_day is None:
                changes.new["last_day"], changes.old["last_day"] = str(last), None
                changes.days = (present.first_day, last)
        else:
            later = [e for e in now.enrolments if e.first_day > first]
            changes = RollChanges(days, {"first_day": str(first)}, {"first_day": None})
            if last:
                changes.new["last_day"], changes.old["last_day"] = str(last), None
            if later and last is None:
                changes.new["last_day"] = str(min(e.first_day for e in later) - timedelta(days=1))
        self._grade(changes, standing, now)
        return changes

    def _grade(self, changes: RollChanges, standing: Standing, now: HumanNow) -> None:
        if not standing.grade:
            return
        year, key = self._year(standing), grade_key(standing.grade)
        placed = [
            p for p in now.placements if p.starts_on <= year.ends and (p.ends_on is None or p.ends_on >= year.starts)
        ]
        present = max(placed, key=lambda p: p.starts_on, default=None)
        if present and grade_key(present.grade.code) == key:
            return
        if any(p.starts_on > year.ends for p in now.placements):
            if present is None:
                changes.notes += (
                    warning("grade", "grade_past", _("A later grade is known; this older one is left aside.")),
                )
            return
        changes.new |= {
            "grade": key[:100],
            "year": year.key,
            "grade_from": str(self._grade_from(year, present, changes.days)),
        }
        changes.old["grade"] = present.grade.code if present else ""

    def _grade_from(self, year: Span, present: Placement | None, days: Days) -> date:
        """A change of grade inside a running year holds from today; else from the year's first day."""
        if present and present.starts_on >= year.starts and year.starts < self._today <= year.ends:
            return self._today
        return max(year.starts, days[0])


def _running(now: HumanNow, today: date) -> Enrolment | None:
    open_ones = [e for e in now.enrolments if e.last_day is None or e.last_day >= today]
    return max(open_ones, key=lambda e: e.first_day, default=None)


def leaving_row(human: Human, now: HumanNow, last: date) -> PlannedRow:
    """The row that ends a student's time here."""
    values = {"last_day": str(last), "exit": "other"}
    return PlannedRow(
        Step.STUDENT_END, human.place, human.id, "end", now.id, values, {"last_day": None}, troubles=human.troubles
    )
