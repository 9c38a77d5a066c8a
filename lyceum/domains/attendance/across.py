"""The attendance of the schools of a group: each counted by the school's own rule, and no group of a few students."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.accounts.across import read_across
from lyceum.domains.attendance.groups import FEWEST_SHOWN, summarise_by
from lyceum.domains.attendance.numbers import Numbers, list_enrolled, summarise_students
from lyceum.domains.tenancy.models import School

USUAL = timedelta(days=27)
"""Four weeks, where no first day is given."""
WHAT = "attendance.group_totals.read"
FEW = f"<{FEWEST_SHOWN}"


@dataclass(frozen=True)
class Total:
    """The numbers of so many students."""

    name: str
    students: int
    numbers: Numbers
    hidden: bool = False
    """Too few students to be shown, or by what is beside them one could tell of so few."""

    @property
    def shown_students(self) -> str:
        """How many students, as it may be told."""
        return FEW if 0 < self.students < FEWEST_SHOWN else "" if self.hidden else str(self.students)

    @property
    def shown(self) -> Numbers | None:
        """The numbers, where they may be told."""
        return None if self.hidden else self.numbers


@dataclass(frozen=True)
class SchoolTotal(Total):
    """The numbers of a school, and of each of its grades where they were asked for."""

    grades: Sequence[Total] = ()


@dataclass(frozen=True)
class GroupTotals:
    """The schools of a group in the order asked for, and the sum of those that are shown."""

    schools: list[tuple[School, SchoolTotal | None]] = field(default_factory=list)
    """Without numbers where the school is not open."""

    @property
    def total(self) -> Total:
        """The sum of the schools that are shown: what is hidden cannot be reckoned from it."""
        shown = [found for _school, found in self.schools if found and not found.hidden]
        return Total("", sum(each.students for each in shown), sum((each.numbers for each in shown), Numbers()))


def usual_first(last: date) -> date:
    """The first day where only the last one is given."""
    return max(last, date.min + USUAL) - USUAL


def read_group_totals(
    schools: Sequence[School], *, first: date, last: date, by_grade: bool = False, actor: Actor
) -> GroupTotals:
    """The attendance of some schools of one's group from one day to another, each by its own rule."""
    read = partial(_count_school, first=first, last=last, by_grade=by_grade)
    found = read_across(schools, read, permission=Permission.NUMBERS_VIEW, what=WHAT, actor=actor)
    return GroupTotals([(each.school, each.found) for each in found])


def _count_school(actor: Actor, *, first: date, last: date, by_grade: bool) -> SchoolTotal:
    students = list(list_enrolled(actor, first=first, last=last).values_list("pk", flat=True))
    numbers = summarise_students(students, first=first, last=last).total
    grades: list[Total] = []
    if by_grade:
        groups = summarise_by(actor, "grade", first=first, last=last).groups
        grades = hide_few([Total(each.label, each.students, each.numbers) for each in groups])
    return SchoolTotal("", len(students), numbers, 0 < len(students) < FEWEST_SHOWN, grades)


def hide_few(totals: Sequence[Total]) -> list[Total]:
    """Totals of which those of a few students are hidden, and as many others as keep these from being reckoned."""
    few = [each for each in totals if 0 < each.students < FEWEST_SHOWN]
    others = sorted((each for each in totals if each.students >= FEWEST_SHOWN), key=lambda each: each.students)
    hidden = [*few]
    while few and others and sum(each.students for each in hidden) < FEWEST_SHOWN:
        hidden.append(others.pop(0))
    names = {id(each) for each in hidden}
    return [Total(each.name, each.students, each.numbers, id(each) in names) for each in totals]
