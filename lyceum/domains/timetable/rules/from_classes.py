"""Requirements from the classes there are, in one act: so that a small school can begin at once."""

from collections import Counter
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.models import AcademicYear, Class, ClassMembership, ClassTeacher
from lyceum.domains.academics.rules.bells import find_or_make_cycle
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Requirement, RequirementClass
from lyceum.domains.timetable.planning import grid_of
from lyceum.domains.timetable.rules.requirements import ImpossibleError, NewRequirement, create_requirements

MOST = 5
"""Lessons of a subject in each cycle, where nobody says how many."""


@transaction.atomic
def generate_requirements(
    year_id: UUID, *, lessons: int | None = None, max_per_week: int | None = None, actor: Actor
) -> list[Requirement]:
    """One requirement for each teaching class, and for each subject of a form, that has none.

    Without a number each gets as many lessons as teachers and students have room for, at most five.
    """
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = AcademicYear.objects.filter(pk=year_id).first()
    if year is None:
        raise NotFoundError(_("There is no such year here."))
    find_or_make_cycle(year, actor=actor)
    day = max(today(), year.starts)
    taught = set(
        RequirementClass.objects.filter(requirement__year=year).values_list(
            "school_class_id", "requirement__subject_id"
        )
    )
    leads: dict[UUID, UUID] = dict(
        ClassTeacher.objects.filter(holds_on(day), school_class__year=year, role="lead").values_list(
            "school_class_id", "staff_id"
        )
    )
    rows = Class.objects.filter(year=year, starts__lte=day, ends__gte=day).select_related("subject").order_by("pk")
    wanted: list[tuple[Class, UUID]] = []
    for row in rows:
        subjects = [row.subject_id] if row.subject_id else list(row.subjects)
        wanted += [(row, subject) for subject in subjects if (row.pk, subject) not in taught]
    if not wanted:
        return []
    count = lessons or _fitting(wanted, leads, year, max_per_week)
    new = [
        NewRequirement(
            subject_id=subject,
            classes=[(row.pk, None)],
            teachers=[leads[row.pk]] if row.pk in leads else [],
            lengths=[1] * count,
            source="classes",
        )
        for row, subject in wanted
    ]
    return create_requirements(year.pk, new, actor=actor)


def _fitting(wanted: list[tuple[Class, UUID]], leads: dict[UUID, UUID], year: AcademicYear, most: int | None) -> int:
    """As many lessons of each as the busiest teacher and the busiest student have room for."""
    available = len(grid_of(cycle_days().cycles[year.pk]).open_slots)
    students = min(available, most or available)
    by_class = Counter(row.pk for row, _subject in wanted)
    by_teacher = Counter(leads[row.pk] for row, _subject in wanted if row.pk in leads)
    by_student: Counter[UUID] = Counter()
    members = ClassMembership.objects.filter(holds_on(max(today(), year.starts)), school_class__in=by_class)
    for student, school_class in members.values_list("student_id", "school_class_id"):
        by_student[student] += by_class[school_class]
    busiest = max([*by_student.values(), *by_class.values()])
    fits = min(MOST, students // busiest, available // max([*by_teacher.values(), 1]))
    if fits < 1:
        raise ImpossibleError(
            _("Somebody has %(needed)s subjects, and there are %(available)s periods.")
            % {"needed": max(busiest, *by_teacher.values(), 0), "available": students},
            needed=max([busiest, *by_teacher.values()]),
            available=students,
        )
    return fits
