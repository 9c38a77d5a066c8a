"""Reading years, classes and rolls. The roll of a class is a question with a date, never a list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Count, DateField, F, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.memory import SchoolMemory
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.academics.models import (
    AcademicYear,
    BellSchedule,
    Class,
    ClassMembership,
    ClassTeacher,
    ClosedDay,
    Cycle,
    Grade,
    Location,
    Period,
    Placement,
    Subject,
    Term,
)
from lyceum.domains.academics.policies import own_classes, visible_classes
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import holds_on, kept_from_work, visible_students
from lyceum.domains.people.queries import on_roll
from lyceum.domains.tenancy.queries import today

_grade_names = SchoolMemory(
    lambda: [(str(pk), name) for pk, name in Grade.objects.order_by("position").values_list("pk", "name")], seconds=10
)


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


def list_grade_names(actor: Actor) -> list[tuple[str, str]]:
    """The grades to choose from: id and name, from first to last. None for those who may not see classes."""
    return _grade_names.get() if actor.may(Permission.CLASSES_VIEW) else []


def list_class_names(actor: Actor, day: date, *, kind: str = "") -> list[tuple[str, str]]:
    """The classes of a day to choose from: id and name. None for those who may not see classes."""
    if not actor.may(Permission.CLASSES_VIEW):
        return []
    if actor.reaches_all(Permission.CLASSES_VIEW) and day == today():
        rows = _class_names.get()
    else:
        rows = _read_class_names(Class.objects.filter(visible_classes(actor)), day)
    return [(pk, name) for pk, name, its_kind in rows if kind in ("", its_kind)]


def _read_class_names(classes: QuerySet[Class], day: date) -> list[tuple[str, str, str]]:
    rows = classes.filter(starts__lte=day, ends__gte=day).order_by("kind", "name", "pk")
    return [(str(pk), name, kind) for pk, name, kind in rows.values_list("pk", "name", "kind")]


_class_names = SchoolMemory(lambda: _read_class_names(Class.objects.all(), today()), seconds=5)


def list_subjects(actor: Actor, *, text: str = "") -> QuerySet[Subject]:
    """The subjects by name, or those with the text in code, name or department."""
    actor.require(Permission.CLASSES_VIEW)
    rows = Subject.objects.order_by("name", "pk")
    if text:
        rows = rows.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(department__icontains=text))
    return rows


def list_locations(actor: Actor, *, text: str = "") -> QuerySet[Location]:
    """The rooms by name, or those with the text in it."""
    actor.require_all(Permission.CLASSES_VIEW)
    rows = Location.objects.order_by("name", "pk")
    return rows.filter(name__icontains=text) if text else rows


def list_room_names(actor: Actor, *, chosen: Collection[str] = ()) -> list[tuple[str, str]]:
    """The rooms that a form offers, id and name: those in use, and whichever is chosen already, retired since."""
    rows = list_locations(actor).values_list("pk", "name", "active")
    return [(str(pk), name) for pk, name, active in rows if active or str(pk) in chosen]


def list_places(actor: Actor) -> QuerySet[Location]:
    """The public places in use; for whoever keeps them all of them, retired ones too."""
    if actor.reaches_all(Permission.LOCATIONS_EDIT):
        return Location.objects.all()
    actor.require(Permission.LOCATIONS_VIEW)
    return Location.objects.filter(is_public=True, active=True)


def get_place(location_id: UUID, *, actor: Actor) -> Location:
    """One of the places that the actor may know of."""
    found = list_places(actor).filter(pk=location_id).first()
    if found is None:
        raise NotFoundError(_("There is no such place."))
    return found


def list_closed_days(actor: Actor) -> QuerySet[ClosedDay]:
    """The days on which no school is kept, newest first."""
    actor.require(Permission.CLASSES_VIEW)
    return ClosedDay.objects.order_by("-on")


def get_grade_named(text: str) -> Grade:
    """The grade of that id or code, where somebody named it."""
    grade = find_grade(text)
    if grade is None:
        raise invalid_field("/grade", "grade_unknown", _("There is no such grade here."))
    return grade


def find_grade(wanted: str) -> Grade | None:
    """The grade of that id or code."""
    try:
        return Grade.objects.filter(pk=UUID(wanted)).first()
    except ValueError:
        return Grade.objects.filter(code=tidy(wanted)).first()


def list_classes(
    actor: Actor,
    *,
    day: date,
    grade: UUID | None = None,
    section: str = "",
    teacher: UUID | None = None,
    mine: bool = False,
    year: UUID | None = None,
    coming: bool = False,
) -> QuerySet[Class]:
    """Classes that run on a day, with their teachers and the size of their roll.

    `coming` adds those that begin later; `year` asks for all of a year instead. The size is that of the day, or
    of the first or last day of a class that does not run then.
    """
    actor.require(Permission.CLASSES_VIEW)
    rows = Class.objects.filter(visible_classes(actor))
    if year:
        rows = rows.filter(year=year)
    else:
        rows = rows.filter(ends__gte=day) if coming else rows.filter(starts__lte=day, ends__gte=day)
    if grade:
        rows = rows.filter(grades__contains=[grade])
    if section:
        rows = rows.filter(section=section)
    if teacher:
        taught = ClassTeacher.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), staff=teacher)
        rows = rows.filter(pk__in=taught.values("school_class"))
    if mine:
        rows = rows.filter(own_classes(actor))
    return with_size(rows, day).order_by("kind", "name", "pk")


def with_size(rows: QuerySet[Class], day: date) -> QuerySet[Class]:
    """The same classes with `size`, `current_teachers`, subject, room and year."""
    on = Least(Greatest(Value(day, DateField()), F("starts")), F("ends"))
    members = Q(memberships__starts_on__lte=F("on")) & (
        Q(memberships__ends_on__isnull=True) | Q(memberships__ends_on__gte=F("on"))
    )
    rows = rows.select_related("subject", "room", "year").prefetch_related(current_teachers(day))
    return rows.annotate(on=on).annotate(size=Count("memberships", filter=members))


def list_own_classes(actor: Actor, *, day: date) -> QuerySet[Class]:
    """The classes that the actor teaches on a day, for those who work here."""
    actor.require_all(Permission.CLASSES_VIEW)
    return list_classes(actor, day=day, mine=True)


def current_teachers(day: date, path: str = "teachers") -> "Prefetch[str, QuerySet[ClassTeacher], str]":
    """The teachers of classes on a day, and those still to come, ready to be prefetched as `current_teachers`."""
    rows = ClassTeacher.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    rows = rows.filter(Q(starts_on__lte=day) | Q(starts_on__lte=F("school_class__starts")))
    return Prefetch(path, rows.select_related("staff__person").order_by("role", "pk"), to_attr="current_teachers")


def get_class(class_id: UUID, *, actor: Actor, day: date) -> Class:
    """The class, where the actor may see it."""
    row = with_size(Class.objects.filter(visible_classes(actor), pk=class_id), day).first()
    if row is None:
        raise NotFoundError
    return row


def list_class_teachers(class_id: UUID, *, actor: Actor, day: date) -> QuerySet[ClassTeacher]:
    """Everybody who teaches a class, did or will, the lead first."""
    get_class(class_id, actor=actor, day=day)
    rows = ClassTeacher.objects.filter(school_class=class_id).select_related("staff__person")
    return rows.order_by("starts_on", "pk")


def members_on(class_id: UUID, day: date) -> QuerySet[ClassMembership]:
    """Who is in a class on a day: memberships of students who are on roll that day, in name order."""
    enrolled = Enrolment.objects.filter(on_roll(day)).values("student")
    rows = ClassMembership.objects.filter(holds_on(day), school_class=class_id, student__in=enrolled)
    return rows.select_related("student__person").order_by("student__person__sort_name", "student")


def list_members(class_id: UUID, *, actor: Actor, day: date) -> QuerySet[ClassMembership]:
    """The class list of a day, in name order, to those who may see it.

    Everybody who teaches here sees the names of every class; students and families see their own line.
    """
    actor.require(Permission.STUDENTS_VIEW)
    get_class(class_id, actor=actor, day=day)
    rows = members_on(class_id, day)
    if actor.roles & {Role.TEACHER} and actor.reaches_all(Permission.CLASSES_VIEW):
        return rows.exclude(student__in=kept_from_work(actor))
    return rows.filter(student__in=Student.objects.filter(visible_students(actor)))


def list_roll(class_id: UUID, *, actor: Actor, day: date) -> QuerySet[Student]:
    """The students of a class on a day, in name order, for those who may see them."""
    members = list_members(class_id, actor=actor, day=day).order_by().values("student")
    return Student.objects.filter(pk__in=members).select_related("person").order_by("person__sort_name", "pk")


def in_grade(grade: UUID, day: date) -> Q:
    """Students who are in a grade on a day, as a filter on Student."""
    return Q(pk__in=Placement.objects.filter(holds_on(day), grade=grade).values("student"))


def in_house(house: str, day: date) -> Q:
    """Students of a house on a day, as a filter on Student."""
    rows = Placement.objects.filter(holds_on(day), house=house)
    return Q(pk__in=rows.values("student"))


def in_class(class_id: UUID, day: date) -> Q:
    """Students who are in a class on a day, as a filter on Student."""
    return Q(pk__in=ClassMembership.objects.filter(holds_on(day), school_class=class_id).values("student"))


def without_form(day: date) -> Q:
    """Students who are on roll on a day and in no form, as a filter on Student: no register of the day has them."""
    enrolled = Enrolment.objects.filter(on_roll(day)).values("student")
    seated = ClassMembership.objects.filter(holds_on(day), is_form=True).values("student")
    return Q(pk__in=enrolled) & ~Q(pk__in=seated)


@dataclass(frozen=True)
class Standing:
    """Where a student is on a day."""

    grade: str = ""
    form: str = ""
    form_id: UUID | None = None
    grade_id: UUID | None = None
    grade_code: str = ""


_STANDINGS = """
SELECT p.student_id, g.name, g.id, g.code, NULL, NULL FROM academics_placement p
JOIN academics_grade g ON g.school_id = %(school)s AND g.id = p.grade_id
WHERE p.school_id = %(school)s AND p.student_id = ANY(%(students)s)
  AND p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on >= %(day)s)
UNION ALL
SELECT m.student_id, NULL, NULL, NULL, c.name, c.id FROM academics_classmembership m
JOIN academics_class c ON c.school_id = %(school)s AND c.id = m.class_id
WHERE m.school_id = %(school)s AND m.student_id = ANY(%(students)s) AND m.is_form
  AND m.starts_on <= %(day)s AND (m.ends_on IS NULL OR m.ends_on >= %(day)s)
"""


def standings(students: Sequence[UUID], day: date) -> dict[UUID, Standing]:
    """The grade and form of students on a day, in one statement."""
    found = dict.fromkeys(students, Standing())
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, {"school": current_school(), "students": list(students), "day": day})
        for student, grade, grade_id, code, form, form_id in cursor.fetchall():
            known = found[student]
            if form_id is None:
                found[student] = replace(known, grade=grade, grade_id=grade_id, grade_code=code)
            else:
                found[student] = replace(known, form=form, form_id=form_id)
    return found


def find_forms(students: Sequence[UUID], *, day: date) -> dict[UUID, UUID]:
    """The ids of the forms that students are in on a day."""
    rows = ClassMembership.objects.filter(holds_on(day), is_form=True, student__in=students)
    return dict(rows.values_list("student_id", "school_class_id"))


def classes_of(student: Student, *, day: date) -> QuerySet[ClassMembership]:
    """The classes a student is in on a day."""
    rows = ClassMembership.objects.filter(holds_on(day), student=student)
    return rows.select_related("school_class__subject").order_by("-is_form", "school_class__name")


@dataclass(frozen=True)
class Seats:
    """Classes, students and seats of one grade, or of all."""

    grade: Grade | None
    classes: int = 0
    students: int = 0
    seats: int = 0


def count_seats(actor: Actor, *, day: date, teacher: UUID | None = None) -> list[Seats]:
    """Classes, students and seats on a day: in all, then per grade. A class of two grades counts in both."""
    actor.require_all(Permission.CLASSES_VIEW)
    grades = {grade.pk: grade for grade in list_grades(actor)}
    rows = list(list_classes(actor, day=day, teacher=teacher).values_list("grades", "capacity", "pk"))
    members = ClassMembership.objects.filter(holds_on(day), school_class__in=[row[2] for row in rows])
    students: dict[UUID | None, set[UUID]] = {None: set()}
    of_class: dict[UUID, list[UUID]] = {}
    for class_id, student in members.values_list("school_class_id", "student_id"):
        of_class.setdefault(class_id, []).append(student)
    classes: dict[UUID | None, int] = {}
    seats: dict[UUID | None, int] = {}
    for its_grades, capacity, class_id in rows:
        for grade in (None, *its_grades):
            classes[grade] = classes.get(grade, 0) + 1
            seats[grade] = seats.get(grade, 0) + capacity
            students.setdefault(grade, set()).update(of_class.get(class_id, ()))
    wanted = [None, *(pk for pk in grades if pk in classes)]
    return [Seats(grades[pk] if pk else None, classes.get(pk, 0), len(students[pk]), seats.get(pk, 0)) for pk in wanted]


def list_bell_schedules(actor: Actor) -> QuerySet[BellSchedule]:
    """The bell schedules with their periods, for those who see the timetable of the whole school."""
    actor.require(Permission.LESSONS_VIEW)
    return BellSchedule.objects.prefetch_related("periods")


def list_periods(actor: Actor, *, schedule: UUID | None = None) -> QuerySet[Period]:
    """Periods of the bell schedules, or of one."""
    actor.require(Permission.LESSONS_VIEW)
    return Period.objects.filter(schedule=schedule) if schedule else Period.objects.all()


def list_cycles(actor: Actor) -> QuerySet[Cycle]:
    """The years' cycles with their day plans."""
    actor.require(Permission.LESSONS_VIEW)
    return Cycle.objects.select_related("year").prefetch_related("day_plans")
