"""Students: made, changed, deleted. The same functions serve one form and a file of ten thousand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.duplicates import MOST_CANDIDATES, Candidate
from lyceum.domains.people.facts import EnrolmentStarted, StudentChanged, StudentCreated
from lyceum.domains.people.models import Enrolment, OfficialId, Person, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.rules.contacts import MAIN_CONTACTS, replace_main_contacts
from lyceum.domains.people.rules.duplicates import PossibleDuplicateError, confirmed, refuse_lookalikes
from lyceum.domains.people.rules.numbers import NumberTakenError, check_free, draw_numbers, retire_numbers
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


class OfficialIdTakenError(PossibleDuplicateError):
    """A student with that official number is here already."""


class _NumberMetError(NumberTakenError):
    """Two came to the same number at the same moment."""


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
    confirm_new: bool = False
    """Somebody looked, and this is nobody who is here already."""
    grade_code: str = ""
    """Only written into the number, where the school's pattern asks for it."""


def create_student(new: NewStudent, *, actor: Actor) -> Student:
    """Make one student."""
    return create_students([new], actor=actor)[0]


def create_students(new: Sequence[NewStudent], *, actor: Actor) -> list[Student]:
    """Make students, each with a person, a number and, where a first day is given, an enrolment."""
    try:
        return _create_students(new, actor)
    except _NumberMetError:
        return _create_students(new, actor)  # the other's number is visible now


def _create_students(new: Sequence[NewStudent], actor: Actor) -> list[Student]:
    actor.require_all(Permission.STUDENTS_EDIT)
    day = today()
    check_persons([each.person for each in new], today=day)
    for each in new:
        _check_enrolment(each)
    _refuse_known_ids(new)
    refuse_lookalikes([each.person for each in new if not each.confirm_new], actor=actor)
    with refusing(
        registration_number_once=lambda: _NumberMetError(_("The number was taken at this moment. Try again.")),
        official_id_once=lambda: OfficialIdTakenError(
            _("A student with this official number was made at this moment.")
        ),
    ):
        persons = insert_persons([each.person for each in new])
        numbers = _numbers_for(new, day)  # the counter's row stays locked from here on
        students = [
            Student(person=person, registration_number=number, admission_date=each.first_day)
            for person, number, each in zip(persons, numbers, new, strict=True)
        ]
        Student.objects.bulk_create(students)
        _insert_official_ids(students, new)
        enrolments = _insert_enrolments(students, new)
        _record_creation(students, new, enrolments, actor)
    return students


def _check_enrolment(new: NewStudent) -> None:
    if new.first_day and new.last_day and new.last_day < new.first_day:
        raise invalid_field("/last_day", "order", _("The last day lies before the first day."))
    if new.entry not in Enrolment.ENTRIES:
        raise invalid_field(
            "/entry", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(Enrolment.ENTRIES)}
        )
    if len(new.from_school) > 200:
        raise invalid_field("/from_school", "too_long", _("Use at most 200 letters."))


def _refuse_known_ids(new: Sequence[NewStudent]) -> None:
    wanted = [(tidy(k), tidy(v)) for each in new for k, v in each.official_ids.items()]
    for kind, value in wanted:
        if not (0 < len(kind) <= 40 and 0 < len(value) <= 80):
            raise invalid_field("/official_ids", "length", _("An official number has a kind and at most 80 signs."))
    if not wanted:
        return
    rows = OfficialId.objects.filter(value__in={value for _, value in wanted}).select_related("student__person")
    known = {(row.kind, row.value): row.student for row in rows}
    met = [known[pair] for pair in wanted if pair in known]
    twice = [pair for pair, times in Counter(wanted).items() if times > 1]
    if met:
        people = [_as_candidate(student).as_plain() for student in met[:MOST_CANDIDATES]]
        raise OfficialIdTakenError(
            _("%(name)s has this official number already.") % {"name": met[0]}, candidates=people
        )
    if twice:
        raise OfficialIdTakenError(_("The official number %(number)s is given twice.") % {"number": twice[0][1]})


def _as_candidate(student: Student) -> Candidate:
    person = student.person
    return Candidate(
        person.pk, student.pk, person.full_name, student.registration_number, person.birth_date, "official_id"
    )


def _numbers_for(new: Sequence[NewStudent], day: date) -> list[str]:
    typed = [tidy(each.registration_number) for each in new if tidy(each.registration_number)]
    if typed:
        check_free("student", typed, day=day)
    without = Counter(each.grade_code for each in new if not tidy(each.registration_number))
    drawn = {grade: iter(draw_numbers("student", n, day=day, grade=grade)) for grade, n in without.items()}
    return [tidy(each.registration_number) or next(drawn[each.grade_code]) for each in new]


def _insert_official_ids(students: Sequence[Student], new: Sequence[NewStudent]) -> None:
    rows = [
        OfficialId(student=student, kind=tidy(kind), value=tidy(value))
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


def _record_creation(
    students: Sequence[Student], new: Sequence[NewStudent], enrolments: dict[UUID, Enrolment], actor: Actor
) -> None:
    record_all(
        [
            Entry(
                "people.student.create",
                Target.of(student),
                {"registration_number": [None, student.registration_number], **confirmed(each.confirm_new)},
                facts=_creation_facts(student, enrolments.get(student.pk)),
            )
            for student, each in zip(students, new, strict=True)
        ],
        actor=actor,
    )


def _creation_facts(student: Student, enrolment: Enrolment | None) -> list[StudentCreated | EnrolmentStarted]:
    facts: list[StudentCreated | EnrolmentStarted] = [StudentCreated(student=student.pk)]
    if enrolment:
        facts.append(EnrolmentStarted(student=student.pk, enrolment=enrolment.pk))
    return facts


@dataclass(frozen=True)
class StudentEdit:
    """New values for one student: person fields, `email`, `phone`, `registration_number`; only those named change."""

    student: Student
    values: dict[str, Any]


EDITABLE = PERSON_FIELDS | MAIN_CONTACTS.keys() | {"registration_number"}


@transaction.atomic
def edit_student(student_id: UUID, *, values: dict[str, Any], actor: Actor) -> Student:
    """Change one student's own data."""
    student = get_student_for_edit(student_id, actor=actor)
    edit_students([StudentEdit(student, values)], actor=actor)
    return student


def get_student_for_edit(
    student_id: UUID, *, actor: Actor, permission: Permission = Permission.STUDENTS_EDIT
) -> Student:
    """The student, locked, for somebody who may do the act with every student."""
    actor.require_all(permission)
    try:
        rows = Student.objects.filter(deleted_at=None).select_for_update(of=("self",))
        return rows.select_related("person").get(pk=student_id)
    except Student.DoesNotExist:
        raise NotFoundError from None


@transaction.atomic
def edit_students(edits: Sequence[StudentEdit], *, actor: Actor) -> int:
    """Change students' own data; returns how many changed. Their persons come loaded."""
    actor.require_all(Permission.STUDENTS_EDIT)
    day = today()
    changes = {edit.student.pk: _apply(edit, day) for edit in edits}
    contacts = replace_main_contacts(
        [(edit.student.person, {k: edit.values[k] or "" for k in MAIN_CONTACTS if k in edit.values}) for edit in edits]
    )
    entries, students = [], []
    for edit in edits:
        changed = changes[edit.student.pk] | contacts.get(edit.student.person_id, {})
        if changed:
            students.append(edit.student)
            fact = StudentChanged(student=edit.student.pk)
            entries.append(Entry("people.student.edit", Target.of(edit.student), changed, facts=[fact]))
    if entries:
        _update(students)
        record_all(entries, actor=actor)
    return len(entries)


def _update(students: Sequence[Student]) -> None:
    now = clock.now()
    for student in students:
        student.updated_at = student.person.updated_at = now
    columns = [*sorted(PERSON_FIELDS), "sort_name", "search_name", "updated_at"]
    Person.objects.bulk_update([student.person for student in students], columns, batch_size=500)
    with refusing(registration_number_once=lambda: NumberTakenError(_("The number was taken at this moment."))):
        Student.objects.bulk_update(students, ["registration_number", "former_numbers", "updated_at"], batch_size=500)


def _apply(edit: StudentEdit, day: date) -> dict[str, list[Any]]:
    unknown = sorted(edit.values.keys() - EDITABLE)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": unknown[0]}
        )
    given = {name: value for name, value in edit.values.items() if name in PERSON_FIELDS}
    changes = apply_person_edit(PersonEdit(edit.student.person, given))
    shown = {name: getattr(edit.student.person, name) for name in PERSON_FIELDS}
    faults = find_faults(NewPerson(**shown), today=day)
    if not edit.student.person.full_name:
        faults.append(FieldError("/full_name", "required", _("Give a name.")))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    return changes | _renumber(edit.student, tidy(edit.values.get("registration_number") or ""), day)


def _renumber(student: Student, number: str, day: date) -> dict[str, list[Any]]:
    """Give a student another number; the old one keeps finding the student, and nobody else ever gets it."""
    old = student.registration_number
    if not number or number == old:
        return {}
    if number not in student.former_numbers:
        check_free("student", [number], day=day)
    retire_numbers("student", [old])
    student.former_numbers = [n for n in (*student.former_numbers, old) if n != number]
    student.registration_number = number
    return {"registration_number": [old, number]}


@transaction.atomic
def open_student_record(student_id: UUID, *, actor: Actor) -> Student:
    """One student's whole record, for those who may see every student. That it was read is recorded."""
    actor.require_all(Permission.STUDENTS_LIST)
    student = Student.objects.select_related("person").filter(visible_students(actor), pk=student_id).first()
    if student is None:
        raise NotFoundError
    record("people.student.view", target=Target.of(student), actor=actor)
    return student


@transaction.atomic
def make_student_of(person_id: UUID, *, actor: Actor) -> Student:
    """The student that a person who is known here is, made where there is none yet. A number that is had is kept."""
    actor.require_all(Permission.STUDENTS_EDIT)
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotFoundError
    found = Student.objects.filter(person=person, deleted_at=None).first()
    if found is not None:
        return found
    student = Student.objects.create(person=person, registration_number=draw_numbers("student", 1, day=today())[0])
    facts = [StudentCreated(student=student.pk)]
    changes = {"registration_number": [None, student.registration_number]}
    record("people.student.create", target=Target.of(student), changes=changes, facts=facts, actor=actor)
    return student
