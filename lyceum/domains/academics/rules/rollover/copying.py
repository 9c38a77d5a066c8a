"""What of a school year is copied into the next: its terms and classes, with their teachers and rooms if wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from lyceum.domains.academics.models import AcademicYear, Class, ClassTeacher, RolloverPlan, Term

OPTIONS: Mapping[str, bool] = {
    "terms": True,
    "forms": True,
    "sets": True,
    "followers": True,
    "teachers": True,
    "rooms": True,
}
"""What can be copied, and whether it usually is. Sets are the classes that are taught one subject; followers are
the students of a set in the like set of their next form or grade."""


@dataclass(frozen=True)
class Copies:
    """Rows of the next year that are not there yet."""

    terms: list[Term] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    teachers: list[ClassTeacher] = field(default_factory=list)


def plan_copies(plan: RolloverPlan) -> Copies:
    """What the plan would copy, as rows that are not saved. What is there already under its name is left alone."""
    terms = _copy_terms(plan) if plan.options.get("terms") else []
    sources, classes = _copy_classes(plan, terms)
    teachers = _copy_teachers(sources) if plan.options.get("teachers") and sources else []
    return Copies(terms, classes, teachers)


@dataclass(frozen=True)
class _Shift:
    """From a day of one year to the like day of the next: whole weeks on, inside the year."""

    old: AcademicYear
    new: AcademicYear

    def day(self, day: date) -> date:
        if day == self.old.starts:
            return self.new.starts
        if day == self.old.ends:
            return self.new.ends
        weeks = round((self.new.starts - self.old.starts).days / 7)
        return min(max(day + timedelta(weeks=weeks), self.new.starts), self.new.ends)


def _copy_terms(plan: RolloverPlan) -> list[Term]:
    shift = _Shift(plan.from_year, plan.to_year)
    there = list(Term.objects.filter(year=plan.to_year))
    made: list[Term] = []
    for term in Term.objects.filter(year=plan.from_year).order_by("starts"):
        first, last = shift.day(term.starts), shift.day(term.ends)
        clashes = any(t.name == term.name or (t.starts <= last and first <= t.ends) for t in (*there, *made))
        if first <= last and not clashes:
            made.append(Term(year=plan.to_year, name=term.name, starts=first, ends=last))
    return made


def _copy_classes(plan: RolloverPlan, new_terms: list[Term]) -> tuple[dict[UUID, Class], list[Class]]:
    """The copies by the class they come from, and all of them in the order of their names."""
    there = Class.objects.filter(year=plan.to_year)
    names = set(there.values_list("name", flat=True))
    sections = {
        (tuple(grades), section) for grades, section in there.filter(kind="form").values_list("grades", "section")
    }
    terms = {term.name: term for term in (*Term.objects.filter(year=plan.to_year), *new_terms)}
    kinds = [kind for kind, option in (("form", "forms"), ("teaching", "sets")) if plan.options.get(option)]
    # A class that ended early, and not with its term, was given up: it is not made again.
    lasting = Q(ends__gte=plan.from_year.ends) | Q(term__isnull=False)
    sources: dict[UUID, Class] = {}
    for row in (
        Class.objects.filter(lasting, year=plan.from_year, kind__in=kinds).select_related("term").order_by("name")
    ):
        seat = (tuple(row.grades), row.section)
        if row.name in names or (row.kind == Class.Kind.FORM and row.section and row.grades and seat in sections):
            continue
        sources[row.pk] = _copy_class(row, plan, terms)
    return sources, list(sources.values())


def _copy_class(row: Class, plan: RolloverPlan, terms: Mapping[str, Term]) -> Class:
    shift = _Shift(plan.from_year, plan.to_year)
    return Class(
        year=plan.to_year,
        term=terms.get(row.term.name) if row.term else None,
        kind=row.kind,
        name=row.name,
        grades=row.grades,
        section=row.section,
        subject_id=row.subject_id,
        subjects=row.subjects,
        capacity=row.capacity,
        room_id=row.room_id if plan.options.get("rooms") else None,
        starts=shift.day(row.starts),
        ends=shift.day(row.ends),
        registers=row.registers,
    )


def _copy_teachers(sources: Mapping[UUID, Class]) -> list[ClassTeacher]:
    """Whoever teaches a class to its end teaches its copy, unless they leave before it begins."""
    rows = ClassTeacher.objects.filter(school_class__in=list(sources)).select_related("staff__person", "school_class")
    made, seen = [], set()
    for row in rows.order_by("school_class", "role", "starts_on"):
        copy = sources[row.school_class_id]
        if (row.ends_on and row.ends_on < row.school_class.ends) or (row.school_class_id, row.staff_id) in seen:
            continue
        if row.staff.leaves_on and row.staff.leaves_on < copy.starts:
            continue
        seen.add((row.school_class_id, row.staff_id))
        made.append(ClassTeacher(school_class=copy, staff=row.staff, role=row.role, starts_on=copy.starts))
    return made
