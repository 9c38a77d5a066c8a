"""Reading people: always within the actor's school and rights."""

from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.core.text import searchable
from lyceum.domains.people.models import Enrolment, GuardianLink, OfficialId, Person, Staff, Student
from lyceum.domains.people.policies import visible_students


def on_roll(day: date) -> Q:
    """Enrolments that hold on a day, as a filter on Enrolment."""
    return Q(first_day__lte=day) & (Q(last_day__isnull=True) | Q(last_day__gte=day)) & ~Q(exit="no_show")


def is_on_roll(day: date) -> Exists:
    """Whether a student is on roll on a day, as a condition on Student."""
    return Exists(Enrolment.objects.filter(on_roll(day), student=OuterRef("pk")))


def get_student(student_id: UUID, *, actor: Actor, permission: Permission = Permission.STUDENTS_VIEW) -> Student:
    """The student, where the actor may see them."""
    rows = Student.objects.filter(visible_students(actor, permission), pk=student_id)
    student = rows.select_related("person").first()
    if student is None:
        raise NotFoundError
    return student


def list_students(actor: Actor, *, text: str = "", status: str = "", day: date) -> QuerySet[Student]:
    """Students in name order. `text` finds names, numbers and official ids; `status` as on `day`."""
    actor.require(Permission.STUDENTS_LIST)
    rows = Student.objects.filter(visible_students(actor, Permission.STUDENTS_LIST))
    if text:
        rows = rows.filter(matching(text))
    if status:
        rows = rows.filter(with_status(status, day))
    return rows.select_related("person").order_by("person__sort_name", "pk")


def matching(text: str, *, most: int = 200) -> Q:
    """Students whom a search text means: by name with one typing error, by number, by official id."""
    number = text.strip()
    by_number = Q(registration_number__startswith=number) | Q(former_numbers__contains=[number])
    by_official_id = Q(pk__in=OfficialId.objects.filter(value=number).values("student"))
    return by_number | by_official_id | Q(person__in=search_people(text, most=most))


def search_people(text: str, *, most: int = 50) -> list[UUID]:
    """Ids of people by name, best first: without case, accents or order, forgiving one typing error."""
    wanted = searchable(text)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM people_search(%s, %s)", [wanted[:100], most])
        return [row[0] for row in cursor.fetchall()]


def with_status(status: str, day: date) -> Q:
    """Students of an enrolment status on a day."""
    begun = Enrolment.objects.filter(student=OuterRef("pk"), first_day__lte=day).exclude(exit="no_show")
    coming = Enrolment.objects.filter(student=OuterRef("pk"), first_day__gt=day)
    if status == "on_roll":
        return Q(is_on_roll(day))
    if status == "expected":
        return Q(Exists(coming)) & ~Q(is_on_roll(day))
    if status == "left":
        return Q(Exists(begun)) & ~Q(is_on_roll(day)) & ~Q(Exists(coming))
    if status == "none":
        return ~Q(Exists(Enrolment.objects.filter(student=OuterRef("pk"))))
    return Q(pk__in=())


def status_on(enrolments: list[Enrolment], day: date) -> str:
    """A student's enrolment status on a day, from their enrolments."""
    if any(e.is_on_roll(day) for e in enrolments):
        return "on_roll"
    if any(e.first_day > day and e.exit != "no_show" for e in enrolments):
        return "expected"
    ended = sorted((e for e in enrolments if e.first_day <= day), key=lambda e: e.first_day)
    if not ended:
        return "none"
    return {"graduated": "graduated", "no_show": "no_show"}.get(ended[-1].exit, "left")


def list_guardians(student: Student, *, actor: Actor, day: date) -> QuerySet[GuardianLink]:
    """A student's guardians in contact order, for those who may see contacts."""
    actor.require(Permission.CONTACTS_VIEW)
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    rows = GuardianLink.objects.filter(current, student=student)
    if not actor.reaches_all(Permission.CONTACTS_VIEW):
        visible = Student.objects.filter(visible_students(actor, Permission.CONTACTS_VIEW), pk=student.pk)
        rows = rows.filter(Q(student__in=visible) | Q(guardian__user=actor.user_id))
    return rows.select_related("guardian").prefetch_related("guardian__contact_points").order_by("contact_order")


def list_staff(actor: Actor) -> QuerySet[Staff]:
    """Everybody who works here, by name."""
    actor.require(Permission.CLASSES_VIEW)
    return Staff.objects.select_related("person").order_by("person__sort_name", "pk")


def find_staff_of_user(user_id: UUID | None) -> Staff | None:
    """The staff row of a user in the school in scope."""
    return Staff.objects.filter(person__user=user_id).first() if user_id else None


def find_person_of_user(user_id: UUID | None) -> Person | None:
    """The person row of a user in the school in scope."""
    return Person.objects.filter(user=user_id).first() if user_id else None
