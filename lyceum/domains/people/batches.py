"""Reading for many students at once, always within the actor's school and rights."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.people.models import ContactPoint, Enrolment, GuardianLink, Staff, Student
from lyceum.domains.people.policies import holds_on, visible_students
from lyceum.domains.people.queries import list_staff, status_on


def read_students(students: Iterable[UUID], *, actor: Actor) -> dict[UUID, Student]:
    """Those of the students whom the actor may see."""
    rows = Student.objects.filter(visible_students(actor), pk__in=set(students))
    return {row.pk: row for row in rows.select_related("person")}


def list_guardian_links(students: Iterable[UUID], *, actor: Actor, day: date) -> QuerySet[GuardianLink]:
    """The guardians of students on a day, for those who may see contacts; a guardian sees their own link."""
    actor.require(Permission.CONTACTS_VIEW)
    visible = Q(student__in=Student.objects.filter(visible_students(actor, Permission.CONTACTS_VIEW)))
    if actor.user_id:
        visible |= Q(guardian__user=actor.user_id)
    rows = GuardianLink.objects.filter(holds_on(day), visible, student__in=set(students))
    return rows.select_related("guardian")


def list_contact_points(people: Iterable[UUID]) -> QuerySet[ContactPoint]:
    """How people are reached. Ask only after their contacts may be seen."""
    return ContactPoint.objects.filter(person__in=set(people))


def read_contact_points(students: Iterable[UUID], *, actor: Actor) -> Mapping[UUID, list[ContactPoint]]:
    """How students are reached, preferred first, for those whose contacts the actor may see. Others are missing."""
    person_of = read_reachable(students, actor=actor)
    points = points_by_person(person_of.values())
    return {student: points.get(person, []) for student, person in person_of.items()}


def read_reachable(students: Iterable[UUID], *, actor: Actor) -> dict[UUID, UUID]:
    """Those of the students whose contacts the actor may see, and which person each is."""
    actor.require(Permission.CONTACTS_VIEW)
    rows = Student.objects.filter(visible_students(actor, Permission.CONTACTS_VIEW), pk__in=set(students))
    return dict(rows.values_list("pk", "person_id"))


def points_by_person(people: Iterable[UUID]) -> dict[UUID, list[ContactPoint]]:
    """How people are reached, preferred first. Ask only after their contacts may be seen."""
    found: dict[UUID, list[ContactPoint]] = {}
    for point in list_contact_points(people).order_by("-preferred", "pk"):
        found.setdefault(point.person_id, []).append(point)
    return found


def read_statuses(students: Iterable[UUID], *, day: date) -> dict[UUID, str]:
    """The enrolment status of students on a day."""
    wanted = set(students)
    enrolments: dict[UUID, list[Enrolment]] = {student: [] for student in wanted}
    for row in Enrolment.objects.filter(student__in=wanted):
        enrolments[row.student_id].append(row)
    return {student: status_on(rows, day) for student, rows in enrolments.items()}


def read_staff(staff: Iterable[UUID], *, actor: Actor) -> dict[UUID, Staff]:
    """Those of the staff whom the actor may see."""
    if not actor.may(Permission.CLASSES_VIEW):
        return {}
    return {row.pk: row for row in list_staff(actor).filter(pk__in=set(staff))}
