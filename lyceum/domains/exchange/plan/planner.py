"""The whole plan of an import, in the order in which things are brought in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lyceum.core.text import fold
from lyceum.domains.exchange.plan.calendar import CalendarPlan
from lyceum.domains.exchange.plan.classes import ClassPlan
from lyceum.domains.exchange.plan.members import MemberPlan
from lyceum.domains.exchange.plan.outline import SchoolInFile, choose_orgs, list_schools, look_through
from lyceum.domains.exchange.plan.people import PeoplePlan
from lyceum.domains.exchange.plan.present import Known
from lyceum.domains.exchange.plan.rows import PlannedRow, Step, failed, is_wrong, skipped
from lyceum.domains.exchange.plan.subjects import GradePlan, SubjectPlan
from lyceum.domains.exchange.plan.ties import Basis, TeacherPlan, TiePlan
from lyceum.domains.exchange.readers.records import Source
from lyceum.domains.tenancy.models import School


@dataclass(frozen=True)
class Choices:
    """What the person decided about a file."""

    orgs: tuple[str, ...] = ()
    duplicates: str = "ask"


class Planner:
    """Compares a file with the school in scope."""

    def __init__(self, source: Source, choices: Choices, *, school: School, today: date) -> None:
        self._source = source
        self._choices = choices
        self._school = school
        self._today = today
        self._known = Known(source.system)
        self.schools: list[SchoolInFile] = list_schools(source)
        self.orgs = choose_orgs(
            source,
            self.schools,
            wanted=list(choices.orgs),
            names={fold(school.name), fold(school.legal_name)} - {""},
            codes={str(code) for code in school.official_ids.values()},
        )

    def rows(self) -> Iterator[PlannedRow]:
        """Every row of the files, and what it does."""
        source, today = self._source, self._today
        outline = look_through(source, self.orgs)
        yield from self._schools()
        calendar = CalendarPlan(source, outline, today=today)
        yield from calendar.rows()
        yield from GradePlan(outline).rows(source.groups())
        subjects = SubjectPlan(source, outline)
        yield from subjects.rows()
        classes = ClassPlan(source, outline, calendar.calendar, subjects, today=today)
        yield from self._noting(classes.rows())
        people = PeoplePlan(source, outline, calendar.calendar, today=today, duplicates=self._choices.duplicates)
        yield from self._noting(people.rows())
        yield from self._others()
        yield from TiePlan(source, self._known, people.ready).rows()
        basis = Basis(source, self._known, outline, classes.rooms, people.ready, today)
        yield from TeacherPlan(basis).rows()
        yield from MemberPlan(basis).rows()

    def _noting(self, rows: Iterator[PlannedRow]) -> Iterator[PlannedRow]:
        """Rows that find out whom a foreign id means say so to those that come after."""
        for row in rows:
            if row.is_link and row.target:
                self._known.link(row.kind, row.key, row.target)
            yield row

    def _schools(self) -> Iterator[PlannedRow]:
        chosen = next((school.id for school in self.schools if school.id in self.orgs), "")
        for org in self._source.orgs():
            if org.id == chosen:
                yield self._school_row(org.id, PlannedRow(Step.SCHOOL, org.place, org.id, "update"))
            elif org.id in self.orgs:
                yield skipped(Step.NOTHING, org, _("It belongs to this school."))
            else:
                yield skipped(Step.NOTHING, org, _("It is another school, or what schools belong to."))

    def _school_row(self, key: str, row: PlannedRow) -> PlannedRow:
        known = self._school.official_ids.get(self._source.system)
        if known == key:
            return PlannedRow(row.step, row.place, key, "skip")
        name = f"official_ids.{self._source.system}"
        return PlannedRow(row.step, row.place, key, "update", values={name: key}, before={name: known})

    def _others(self) -> Iterator[PlannedRow]:
        for detail in self._source.details():
            if is_wrong(detail):
                yield failed(Step.NOTHING, detail)
        for part in self._source.parts():
            if is_wrong(part):
                yield failed(Step.NOTHING, part)
        for unused in self._source.unused():
            yield skipped(Step.NOTHING, unused, unused.reason)
