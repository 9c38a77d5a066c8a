"""GraphQL door of people: students, their guardians, staff."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from lyceum.core.actor import not_allowed
from lyceum.core.connections import Found, Span, connection, find_page, find_pages
from lyceum.core.graphql import Info, Node, Payload, act, changes_in, related, row_id, shown_as, through, together
from lyceum.core.permissions import Permission
from lyceum.domains.people import models
from lyceum.domains.people.batches import (
    list_contact_points,
    list_guardian_links,
    read_contact_points,
    read_statuses,
    read_students,
)
from lyceum.domains.people.queries import get_student, list_staff
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.contacts import MAIN_CONTACTS
from lyceum.domains.people.rules.enrolments import enrol_student
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_student, edit_student
from lyceum.domains.tenancy.queries import today

GUARDIAN_ORDER = ("contact_order", "pk")


@strawberry.type(description="One way to reach a person.")
class ContactPoint:
    kind: str
    value: str
    label: str
    preferred: bool


@strawberry.type(description="A person who learns here, applied to, or did.")
class Student(Node):
    registration_number: str
    admission_date: date | None
    full_name: str = through("person.full_name")
    first_name: str = through("person.first_name")
    last_name: str = through("person.last_name")
    preferred_name: str = through("person.preferred_name")
    pronouns: str = through("person.pronouns")
    gender: str = through("person.gender")
    birth_date: date | None = through("person.birth_date")

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.Student)

    @strawberry.field
    def enrolment_status(self, student: strawberry.Parent[models.Student], on: date | None = None) -> str:
        """on_roll, expected, left, graduated, no_show or none; as on a day."""
        day = on or today()
        return together(student, ("status", day), lambda rows: read_statuses(_ids(rows), day=day))[student.pk]

    @strawberry.field
    def email(self, student: strawberry.Parent[models.Student], info: Info) -> str | None:
        """The main e-mail address."""
        return _main_contact(student, "email", info)

    @strawberry.field
    def phone(self, student: strawberry.Parent[models.Student], info: Info) -> str | None:
        """The main telephone number."""
        return _main_contact(student, "phone", info)

    @connection("Guardian")
    def guardians(self, student: strawberry.Parent[models.Student], info: Info, span: Span) -> Found:
        """The guardians of today, in contact order."""

        def read(rows: list[models.Student]) -> Any:
            links = list_guardian_links(_ids(rows), actor=info.context.actor, day=today())
            return find_pages(links, parent="student_id", order=GUARDIAN_ORDER, span=span)

        found: Found = together(student, ("guardians", span), read)[student.pk]
        return found


def _ids(rows: list[models.Student]) -> list[UUID]:
    return [row.pk for row in rows]


def _main_contact(student: models.Student, name: str, info: Info) -> str | None:
    actor = info.context.actor
    known = together(student, "contacts", lambda rows: read_contact_points(_ids(rows), actor=actor))
    if student.pk not in known:
        raise not_allowed(Permission.CONTACTS_VIEW)
    kinds = MAIN_CONTACTS[name]
    return next((point.value for point in known[student.pk] if point.kind in kinds), None)


@strawberry.type(description="What an adult is to a student.")
class Guardian:
    id: strawberry.ID
    relationship: str
    parental_responsibility: str
    lives_with: str
    contact_order: int
    emergency: bool
    may_collect: bool
    portal: str
    starts_on: date
    ends_on: date | None
    full_name: str = through("guardian.full_name")
    preferred_name: str = through("guardian.preferred_name")

    @connection(ContactPoint)
    def contact_points(self, link: strawberry.Parent[models.GuardianLink], span: Span) -> Found:
        """How the adult is reached."""

        def read(links: list[models.GuardianLink]) -> Any:
            points = list_contact_points(each.guardian_id for each in links)
            return find_pages(points, parent="person_id", order=("-preferred", "pk"), span=span)

        found: Found = together(link, ("contact points", span), read)[link.guardian_id]
        return found

    @shown_as(Student | None)
    def student(self, link: strawberry.Parent[models.GuardianLink], info: Info) -> models.Student | None:
        """The student, where the caller may see them."""
        actor = info.context.actor
        return related(
            link, "students", lambda links: read_students([each.student_id for each in links], actor=actor)
        ).get(link.student_id)


@strawberry.type(description="A person who works here.")
class Staff(Node):
    staff_code: str
    job: str
    teaching: bool
    kind: str
    joined_on: date
    leaves_on: date | None
    full_name: str = through("person.full_name")
    preferred_name: str = through("person.preferred_name")

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.Staff)


@strawberry.type
class Query:
    @shown_as(Student | None)
    def student(self, info: Info, id: strawberry.ID) -> models.Student:
        """One student."""
        return get_student(row_id(id), actor=info.context.actor)

    @connection(Guardian)
    def guardians(self, info: Info, student_id: strawberry.ID, span: Span) -> Found:
        """A student's guardians of today, in contact order."""
        student = get_student(row_id(student_id), actor=info.context.actor)
        links = list_guardian_links([student.pk], actor=info.context.actor, day=today())
        return find_page(links, order=GUARDIAN_ORDER, span=span)

    @connection(Staff)
    def staff(self, info: Info, span: Span) -> Found:
        """Everybody who works here, by name."""
        return find_page(list_staff(info.context.actor), order=("person__sort_name", "pk"), span=span)


@strawberry.input(description="Somebody's names and how they are reached. One name is enough.")
class PersonInput:
    full_name: str = ""
    first_name: str = ""
    last_name: str = ""
    preferred_name: str = ""
    pronouns: str = ""
    gender: str = ""
    birth_date: date | None = None
    email: str = ""
    phone: str = ""

    def as_person(self) -> NewPerson:
        """The person as the rules take it."""
        return NewPerson(
            full_name=self.full_name,
            first_name=self.first_name,
            last_name=self.last_name,
            preferred_name=self.preferred_name,
            pronouns=self.pronouns,
            gender=self.gender,
            birth_date=self.birth_date,
            emails=(self.email,) if self.email else (),
            mobiles=(self.phone,) if self.phone else (),
        )


@strawberry.input(description="A student to be made. With a first day the student is enrolled from it.")
class CreateStudentInput(PersonInput):
    registration_number: str = ""
    first_day: date | None = None
    confirm_new: bool = False


@strawberry.input(description="New values; what is not given stays as it is.")
class UpdateStudentInput:
    id: strawberry.ID
    registration_number: str | None = strawberry.UNSET
    full_name: str | None = strawberry.UNSET
    first_name: str | None = strawberry.UNSET
    last_name: str | None = strawberry.UNSET
    preferred_name: str | None = strawberry.UNSET
    pronouns: str | None = strawberry.UNSET
    gender: str | None = strawberry.UNSET
    birth_date: date | None = strawberry.UNSET
    email: str | None = strawberry.UNSET
    phone: str | None = strawberry.UNSET


@strawberry.input(description="A span of days in which a student belongs to the school.")
class EnrolStudentInput:
    student_id: strawberry.ID
    first_day: date
    last_day: date | None = None
    kind: str = "main"
    entry: str = "new"
    from_school: str = ""


@strawberry.input(description="An adult for a student: a new person, or one who is known already.")
class AddGuardianInput:
    student_id: strawberry.ID
    relationship: str
    person: PersonInput | None = None
    person_id: strawberry.ID | None = None
    parental_responsibility: str = "unknown"
    lives_with: str = "no"
    emergency: bool = False
    may_collect: bool = False
    portal: str = "none"
    portal_reason: str = ""
    confirm_new: bool = False
    channels: list[str] = strawberry.field(default_factory=list)
    told: list[str] = strawberry.field(default_factory=lambda: ["absence", "behaviour", "reports", "general"])

    def as_new(self) -> NewGuardian:
        """The guardian as the rules take it."""
        given = changes_in(self, student_id="", person="", person_id="", channels="", told="")
        return NewGuardian(
            row_id(self.student_id),
            **given,
            person=self.person.as_person() if self.person else None,
            person_id=row_id(self.person_id) if self.person_id else None,
            channels=tuple(self.channels),
            told=frozenset(self.told),
        )


@strawberry.type
class StudentPayload(Payload):
    student: Student | None = None


@strawberry.type
class GuardianPayload(Payload):
    guardian: Guardian | None = None


def _payload(student: Any) -> StudentPayload:
    return StudentPayload(student=student)  # a row stands for its type


@strawberry.type
class Mutation:
    @act
    def create_student(self, info: Info, input: CreateStudentInput) -> StudentPayload:
        """Make a student; with a first day, on roll from it."""
        new = NewStudent(
            input.as_person(),
            registration_number=input.registration_number,
            first_day=input.first_day,
            confirm_new=input.confirm_new,
        )
        return _payload(create_student(new, actor=info.context.actor))

    @act
    def update_student(self, info: Info, input: UpdateStudentInput) -> StudentPayload:
        """Change a student's own data."""
        values = {k: v if v is not None or k == "birth_date" else "" for k, v in changes_in(input, id="").items()}
        return _payload(edit_student(row_id(input.id), values=values, actor=info.context.actor))

    @act
    def enrol_student(self, info: Info, input: EnrolStudentInput) -> StudentPayload:
        """Put a student on roll from a day on."""
        actor, student_id = info.context.actor, row_id(input.student_id)
        values = changes_in(input, student_id="")
        enrol_student(student_id, **values, actor=actor)
        return _payload(get_student(student_id, actor=actor))

    @act
    def add_guardian(self, info: Info, input: AddGuardianInput) -> GuardianPayload:
        """Link an adult to a student, last in the contact order."""
        link = add_guardians([input.as_new()], actor=info.context.actor)[0]
        return GuardianPayload(guardian=link)  # type: ignore[arg-type]  # a row stands for its type
