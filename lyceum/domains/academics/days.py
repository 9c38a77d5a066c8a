"""The days of a school: its years, terms and closed days, remembered for a moment by each process."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.memory import SchoolMemory
from lyceum.domains.academics.models import AcademicYear, ClosedDay


@dataclass(frozen=True)
class YearDays:
    """A school year and the spans in which school is kept."""

    pk: UUID
    name: str
    starts: date
    ends: date
    weekdays: frozenset[int]
    terms: tuple[tuple[date, date], ...]
    """First and last days; the whole year where no term was made."""

    def holds(self, day: date) -> bool:
        """Whether the day lies in this year."""
        return self.starts <= day <= self.ends

    def keeps(self, day: date) -> bool:
        """Whether school is kept that day, unless it is closed."""
        return day.isoweekday() in self.weekdays and any(first <= day <= last for first, last in self.terms)


@dataclass(frozen=True)
class SchoolDays:
    """Every year of a school, and its closed days by name."""

    years: tuple[YearDays, ...]
    closed: dict[date, str]

    def year_of(self, day: date) -> YearDays | None:
        """The year that holds a day."""
        return next((year for year in self.years if year.holds(day)), None)

    def is_school_day(self, day: date) -> bool:
        """Whether school is kept on a day: a weekday of its year, inside a term if there are any, not closed."""
        year = self.year_of(day)
        return year is not None and year.keeps(day) and day not in self.closed

    def between(self, first: date, last: date) -> list[date]:
        """The days on which school is kept, from one day to another."""
        days = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
        return [day for day in days if self.is_school_day(day)]

    def why_closed(self, day: date) -> str:
        """The name of what keeps school from being held on a day."""
        if day in self.closed:
            return self.closed[day]
        year = self.year_of(day)
        if year is None:
            return _("no school year")
        return _("weekend") if day.isoweekday() not in year.weekdays else _("holidays")


def _read() -> SchoolDays:
    years = AcademicYear.objects.prefetch_related("terms").order_by("-starts")
    return SchoolDays(
        years=tuple(
            YearDays(
                pk=year.pk,
                name=year.name,
                starts=year.starts,
                ends=year.ends,
                weekdays=frozenset(year.weekdays),
                terms=tuple((t.starts, t.ends) for t in year.terms.all()) or ((year.starts, year.ends),),
            )
            for year in years
        ),
        closed=dict(ClosedDay.objects.values_list("on", "name")),
    )


_memory = SchoolMemory(_read, seconds=10)  # a day closed elsewhere is seen within this time


def school_days() -> SchoolDays:
    """The days of the school in scope."""
    return _memory.get()


def forget_school_days() -> None:
    """Read the days anew at the next question."""
    _memory.forget()
