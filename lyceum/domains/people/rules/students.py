"""Students: made, changed, deleted. The same functions serve one form and a file of ten thousand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.facts import EnrolmentStarted, StudentChanged, StudentCreated
from lyceum.domains.people.models import ContactPoint, Enrolment, OfficialId, Person, RetiredNumber, Student
from lyceum.domains.people.rules.numbers import check_free, draw_numbers
from lyceum.domains.people.rules.persons import (
    PERSON_FIELDS,
    NewPerson,
    PersonEdit,
    apply_person_edit,
    check_persons,
    find_faults,
    insert_persons,
)
from lyceum.domains.tenancy.queries import today


class StudentHasHistoryError(RuleError):
    """Records hold the student; the refusal counts them."""

    code = "student_has_history"


@dataclass(frozen=True)
class NewStudent:
    """A student to be made. With a first day the student is enrolled from it."""

    person: NewPerson
    registration_number: str = ""
    official_ids: dict[str, str] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    entry: str = "new"
    from_school: str = ""


def create_student(new: NewStudent, *, actor: Actor) -> Student:
    """Make one student."""
    return create_students([new], actor=actor)[0]


@transaction.atomic
def create_students(new: Sequence[NewStudent], *, actor: Actor) -> list[Student]:
    """Make students, each with a person, a number and, where a first day is given, an enrolment."""
    actor.require_all(Permission.STUDENTS_EDIT)
    day = today()
    check_persons([each.person for each in new], today=day)
    _check_days(new)
    numbers = _numbers_for(new, day)
    persons = insert_persons([each.person for each in new])
    students = [
        Student(person=person, registration_number=number, admission_date=each.first_day)
        for person, number, each in zip(persons, numbers, new, strict=True)
    ]
    Student.objects.bulk_create(students)
    _insert_official_ids(students, new)
    enrolments = _insert_enrolments(students, new)
    record_all(
        [
            Entry(
                "people.student.create",
                Target.of(student),
                {"registration_number": [None, student.registration_number]},
                facts=_creation_facts(student, enrolments.get(student.pk)),
            )
            for student in students
        ],
        actor=actor,
    )
    return students


def _check_days(new: Sequence[NewStudent]) -> None:
    for each in new:
        if each.first_day and each.last_day and each.last_day < each.first_day:
            raise invalid_field("/last_day", "order", "The last day lies before the first day.")


def _numbers_for(new: Sequence[NewStudent], day: date) -> list[str]:
    typed = [tidy(each.registration_number) for each in new if tidy(each.registration_number)]
    if typed:
        check_free("student", typed, day=day)
    drawn = iter(draw_numbers("student", len(new) - len(typed), day=day))
    return [tidy(each.registration_number) or next(drawn) for each in new]


def _insert_official_ids(students: Sequence[Student], new: Sequence[NewStudent]) -> None:
    rows = [
        OfficialId(student=student, kind=kind, value=value)
        for student, each in zip(students, new, strict=True)
        for kind, value in each.official_ids.items()
    ]
    if rows:
        OfficialId.objects.bulk_create(rows)


def _insert_enrolments(students: Sequence[Student], new: Sequence[NewStudent]) -> dict[UUID, Enrolment]:
    rows = {
        student.pk: Enrolment(
            student=student,
            first_day=each.first_day,
            last_day=each.last_day,
            entry=each.entry,
            from_school=each.from_school,
            exit="other" if each.last_day else "",
        )
        for student, each in zip(students, new, strict=True)
        if each.first_day
    }
    Enrolment.objects.bulk_create(rows.values())
    return rows


def _creation_facts(student: Student, enrolment: Enrolment | None) -> list[StudentCreated | EnrolmentStarted]:
    facts: list[StudentCreated | EnrolmentStarted] = [StudentCreated(student=student.pk)]
    if enrolment:
        facts.append(EnrolmentStarted(student=student.pk, enrolment=enrolment.pk))
    return facts


@dataclass(frozen=True)
class StudentEdit:
    """New values for one student: person fields and `registration_number`; only those named change."""

    student: Student
    values: dict[str, Any]


EDITABLE = PERSON_FIELDS | {"registration_number"}


def edit_student(student_id: UUID, *, values: dict[str, Any], actor: Actor) -> Student:
    """Change one student's own data."""
    student = get_student_for_edit(student_id, actor=actor)
    edit_students([StudentEdit(student, values)], actor=actor)
    return student


def get_student_for_edit(student_id: UUID, *, actor: Actor) -> Student:
    """The student, for somebody who may edit students."""
    actor.require_all(Permission.STUDENTS_EDIT)
    try:
        return Student.objects.select_related("person").get(pk=student_id)
    except Student.DoesNotExist:
        raise NotFoundError from None


@transaction.atomic
def edit_students(edits: Sequence[StudentEdit], *, actor: Actor) -> int:
    """Change students' own data; returns how many changed. Their persons come loaded."""
    actor.require_all(Permission.STUDENTS_EDIT)
    day = today()
    entries, persons, students = [], [], []
    for edit in edits:
        changes = _apply(edit, day)
        if not changes:
            continue
        persons.append(edit.student.person)
        if "registration_number" in changes:
            students.append(edit.student)
        fact = StudentChanged(student=edit.student.pk)
        entries.append(Entry("people.student.edit", Target.of(edit.student), changes, facts=[fact]))
    if entries:
        columns = [*sorted(PERSON_FIELDS), "sort_name", "search_name"]
        Person.objects.bulk_update(persons, columns, batch_size=500)
        Student.objects.bulk_update(students, ["registration_number", "former_numbers"], batch_size=500)
        record_all(entries, actor=actor)
    return len(entries)


def _apply(edit: StudentEdit, day: date) -> dict[str, list[Any]]:
    unknown = sorted(edit.values.keys() - EDITABLE)
    if unknown:
        raise invalid_field(f"/{unknown[0]}", "read_only", f"{unknown[0]} cannot be changed here.")
    given = dict(edit.values)
    number = tidy(given.pop("registration_number", edit.student.registration_number) or "")
    changes = apply_person_edit(PersonEdit(edit.student.person, given))
    shown = {name: getattr(edit.student.person, name) for name in PERSON_FIELDS}
    faults = find_faults(NewPerson(**shown), today=day)
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    if number and number != edit.student.registration_number:
        check_free("student", [number], day=day)
        changes["registration_number"] = [edit.student.registration_number, number]
        edit.student.former_numbers = [*edit.student.former_numbers, edit.student.registration_number]
        edit.student.registration_number = number
    return changes


@transaction.atomic
def delete_student(student_id: UUID, *, actor: Actor) -> None:
    """Delete a student whom nothing holds. Otherwise the refusal counts what does."""
    student = get_student_for_edit(student_id, actor=actor)
    held = _held_by(student)
    if held:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(held.items()))
        raise StudentHasHistoryError(f"{student} has {counts}. Record the student as left instead.", counts=held)
    target, person = Target.of(student), student.person
    RetiredNumber.objects.bulk_create(
        RetiredNumber(kind="student", number=n) for n in {student.registration_number, *student.former_numbers}
    )
    OfficialId.objects.filter(student=student).delete()
    student.delete()
    ContactPoint.objects.filter(person=person).delete()
    try:
        with transaction.atomic():
            person.delete()
    except (IntegrityError, models.ProtectedError):
        pass  # the person is also somebody's guardian or on the staff
    record("people.student.delete", target=target, actor=actor)


_HOLDS_NOTHING = frozenset({"people.officialid", "people.flag"})


def _held_by(student: Student) -> dict[str, int]:
    """How many rows of each kind refer to the student, read from the foreign keys of every domain."""
    held = {}
    for relation in Student._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.related_model._meta.label_lower in _HOLDS_NOTHING:
            continue
        rows = relation.related_model._default_manager.filter(**{relation.field.name: student.pk})
        count = rows.count()
        if count:
            held[str(relation.related_model._meta.verbose_name_plural)] = count
    return held


