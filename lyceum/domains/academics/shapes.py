"""How students look to software, with all that this caller may see of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.queries import Standing, standings
from lyceum.domains.people.batches import (
    list_guardian_links,
    points_by_person,
    read_reachable,
    read_statuses,
)
from lyceum.domains.people.models import ContactPoint, Student
from lyceum.domains.people.queries import list_enrolments
from lyceum.domains.people.shapes import EnrolmentOut, GuardianOut, enrolment_shape, guardian_shape, main_value


class GradeRef(Schema):
    """A grade, as other things mention it."""

    id: UUID
    code: str
    name: str


class ClassRef(Schema):
    """A class, as other things mention it."""

    id: UUID
    name: str


class StudentOut(Schema):
    """A student. What the caller may not see is null."""

    kind: str = "student"
    id: UUID
    registration_number: str
    full_name: str
    first_name: str
    last_name: str
    preferred_name: str
    pronouns: str
    gender: str
    birth_date: date | None
    email: str | None
    phone: str | None
    admission_date: date | None
    enrolment_status: str = Field(description="none, expected, on_roll, left, graduated or no_show; changed by acts.")
    grade: GradeRef | None
    class_: ClassRef | None = Field(alias="class", description="The form the student is in.")
    guardians: list[GuardianOut] | None
    former_numbers: list[str]
    application: dict[str, Any] | None = Field(None, description="The newest application, where the caller may see it.")


class WholeStudentOut(StudentOut):
    """A student with the time on roll."""

    enrolments: list[EnrolmentOut]


Part = Callable[[Sequence[UUID], Actor], Mapping[UUID, dict[str, Any]]]
_application_of: list[Part] = []


def show_application(read: Part) -> None:
    """Say how a student's application is read: by a domain above, in one statement for any number of students."""
    _application_of[:] = [read]


def student_shapes(students: Sequence[Student], *, actor: Actor, day: date) -> list[dict[str, Any]]:
    """Students as they stand on a day; the number of statements does not depend on how many there are."""
    ids = [student.pk for student in students]
    placed, statuses = standings(ids, day), read_statuses(ids, day=day)
    points: dict[UUID, list[ContactPoint]] = {}
    guardians: dict[UUID, list[dict[str, Any]]] = {}
    if actor.may(Permission.CONTACTS_VIEW):
        points, guardians = _contacts(ids, actor, day)
    applications = _application_of[0](ids, actor) if _application_of else {}
    return [
        _student_shape(s, placed[s.pk], statuses[s.pk], points.get(s.pk), guardians.get(s.pk, []))
        | {"application": applications.get(s.pk)}
        for s in students
    ]


def _contacts(
    students: Sequence[UUID], actor: Actor, day: date
) -> tuple[dict[UUID, list[ContactPoint]], dict[UUID, list[dict[str, Any]]]]:
    """How students are reached, those whose contacts the actor may see, and their guardians."""
    person_of = read_reachable(students, actor=actor)
    links = list(list_guardian_links(students, actor=actor, day=day).order_by("contact_order", "pk"))
    points = points_by_person([*person_of.values(), *(link.guardian_id for link in links)])
    guardians: dict[UUID, list[dict[str, Any]]] = {}
    for link in links:
        guardians.setdefault(link.student_id, []).append(guardian_shape(link, points.get(link.guardian_id, [])))
    return {student: points.get(person, []) for student, person in person_of.items()}, guardians


def _student_shape(
    student: Student,
    standing: Standing,
    status: str,
    points: list[ContactPoint] | None,
    guardians: list[dict[str, Any]],
) -> dict[str, Any]:
    person = student.person
    grade = {"id": standing.grade_id, "code": standing.grade_code, "name": standing.grade}
    return {
        "kind": "student",
        "id": student.pk,
        "registration_number": student.registration_number,
        "full_name": person.full_name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "preferred_name": person.preferred_name,
        "pronouns": person.pronouns,
        "gender": person.gender,
        "birth_date": person.birth_date,
        "email": None if points is None else main_value(points, "email"),
        "phone": None if points is None else main_value(points, "mobile", "phone"),
        "admission_date": student.admission_date,
        "enrolment_status": status,
        "grade": grade if standing.grade_id else None,
        "class": {"id": standing.form_id, "name": standing.form} if standing.form_id else None,
        "guardians": guardians if points is not None or guardians else None,
        "former_numbers": student.former_numbers,
    }


def whole_student(student: Student, *, actor: Actor, day: date) -> dict[str, Any]:
    """One student with the time on roll."""
    shape = student_shapes([student], actor=actor, day=day)[0]
    enrolments = list_enrolments(student, actor=actor)
    return shape | {"enrolments": [enrolment_shape(row) for row in enrolments]}
