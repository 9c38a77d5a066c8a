"""Reading years, classes and rolls. The roll of a class is a question with a date, never a list."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import (
    AcademicYear,
    Class,
    ClassMembership,
    ClassTeacher,
    ClosedDay,
    Grade,
    Placement,
    Subject,
    Term,
)
from lyceum.domains.academics.policies import own_classes, visible_classes
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import on_roll


def find_year(day: date) -> AcademicYear | None:
    """The school year that holds the day."""
    return AcademicYear.objects.filter(starts__lte=day, ends__gte=day).first()


def list_years(actor: Actor) -> QuerySet[AcademicYear]:
    """All school years, newest first."""
    actor.require(Permission.CLASSES_VIEW)
    return AcademicYear.objects.order_by("-starts")


def list_terms(actor: Actor) -> QuerySet[Term]:
    """All terms, newest first."""
    actor.require(Permission.CLASSES_VIEW)
    return Term.objects.select_related("year").order_by("-starts")


def list_grades(actor: Actor) -> QuerySet[Grade]:
    """The grades from first to last."""
    actor.require(Permission.CLASSES_VIEW)
    return Grade.objects.order_by("position")


def list_subjects(actor: Actor) -> QuerySet[Subject]:
    """The subjects by name."""
    actor.require(Permission.CLASSES_VIEW)
    return Subject.objects.order_by("name", "pk")


def is_school_day(day: date) -> bool:
    """Whether school is kept on a day: a weekday of its year, inside a term if there are any, not closed."""
    year = find_year(day)
    if year is None or day.isoweekday() not in year.weekdays:
        return False
    terms = list(Term.objects.filter(year=year).values_list("starts", "ends"))
    if terms and not any(starts <= day <= ends for starts, ends in terms):
        return False
    return not ClosedDay.objects.filter(on=day).exists()


def list_school_days(first: date, last: date) -> list[date]:
    """The days on which school is kept, from one day to another."""
    years = list(AcademicYear.objects.filter(starts__lte=last, ends__gte=first).prefetch_related("terms"))
    closed = set(ClosedDay.objects.filter(on__range=(first, last)).values_list("on", flat=True))
    found = []
    for year in years:
        terms = [(t.starts, t.ends) for t in year.terms.all()] or [(year.starts, year.ends)]
        for starts, ends in terms:
            ordinals = range(max(starts, first).toordinal(), min(ends, last).toordinal() + 1)
            found += [d for d in map(date.fromordinal, ordinals) if d.isoweekday() in year.weekdays and d not in closed]
    return sorted(found)


def why_no_school(day: date) -> str:
    """The name of what keeps school from being held on a day."""
    closed = ClosedDay.objects.filter(on=day).first()
    if closed:
        return closed.name
    year = find_year(day)
    if year is None:
        return "no school year"
    return "weekend" if day.isoweekday() not in year.weekdays else "holidays"


def list_classes(
    actor: Actor, *, day: date, grade: UUID | None = None, section: str = "", teacher: UUID | None = None, mine: bool = False
) -> QuerySet[Class]:
    """Classes of the year that holds the day, with their teachers and the size of their roll."""
    actor.require(Permission.CLASSES_VIEW)
    rows = Class.objects.filter(visible_classes(actor), starts__lte=day, ends__gte=day)
    if grade:
        rows = rows.filter(grades__contains=[grade])
    if section:
        rows = rows.filter(section=section)
    if teacher:
        rows = rows.filter(pk__in=ClassTeacher.objects.filter(staff=teacher).values("school_class"))
    if mine:
        rows = rows.filter(own_classes(actor))
    members = Q(memberships__starts_on__lte=day) & (
        Q(memberships__ends_on__isnull=True) | Q(memberships__ends_on__gte=day)
    )
    rows = rows.select_related("subject", "room", "year").prefetch_related(current_teachers(day))
    return rows.annotate(size=Count("memberships", filter=members)).order_by("kind", "name", "pk")


def current_teachers(day: date) -> "Prefetch[str, QuerySet[ClassTeacher], str]":
    """The teachers of classes on a day, ready to be prefetched as `current_teachers`."""
    rows = ClassTeacher.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)
    return Prefetch("teachers", rows.select_related("staff__person").order_by("role"), to_attr="current_teachers")


def get_class(class_id: UUID, *, actor: Actor, day: date) -> Class:
    """The class, where the actor may see it."""
    rows = Class.objects.filter(visible_classes(actor), pk=class_id)
    row = rows.select_related("subject", "room", "year").prefetch_related(current_teachers(day)).first()
    if row is None:
        raise NotFoundError
    return row


def members_on(class_id: UUID, day: date) -> QuerySet[ClassMembership]:
    """Who is in a class on a day: memberships of students who are on roll that day, in name order."""
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    enrolled = Enrolment.objects.filter(on_roll(day)).values("student")
    rows = ClassMembership.objects.filter(current, school_class=class_id, starts_on__lte=day, student__in=enrolled)
    return rows.select_related("student__person").order_by("student__person__sort_name", "student")


def list_roll(class_id: UUID, *, actor: Actor, day: date) -> QuerySet[Student]:
    """The students of a class on a day, in name order, for those who may see them."""
    get_class(class_id, actor=actor, day=day)
    members = members_on(class_id, day).values("student")
    rows = Student.objects.filter(visible_students(actor), pk__in=members)
    return rows.select_related("person").order_by("person__sort_name", "pk")


@dataclass(frozen=True)
class Standing:
    """Where a student is on a day."""

    grade: str = ""
    form: str = ""
    form_id: UUID | None = None


def standings(students: list[UUID], day: date) -> dict[UUID, Standing]:
    """The grade and form of students on a day, in two statements."""
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    grades = Placement.objects.filter(current, student__in=students, starts_on__lte=day)
    forms = ClassMembership.objects.filter(current, student__in=students, starts_on__lte=day, is_form=True)
    grade_of = dict(grades.values_list("student_id", "grade__name"))
    form_of = {row[0]: row[1:] for row in forms.values_list("student_id", "school_class__name", "school_class_id")}
    return {s: Standing(grade_of.get(s, ""), *form_of.get(s, ("", None))) for s in students}


def classes_of(student: Student, *, day: date) -> QuerySet[ClassMembership]:
    """The classes a student is in on a day."""
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    rows = ClassMembership.objects.filter(current, student=student, starts_on__lte=day)
    return rows.select_related("school_class__subject").order_by("-is_form", "school_class__name")
