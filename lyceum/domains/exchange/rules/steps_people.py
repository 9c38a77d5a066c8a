"""The steps of applying that are about people."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.domains.academics.rules.placements import NewPlacement, leave_student, place_students
from lyceum.domains.exchange.errors import NotPreviewedError
from lyceum.domains.exchange.models import ImportRow
from lyceum.domains.exchange.plan.humans import new_person
from lyceum.domains.exchange.plan.present import CONTACT_FIELDS, PERSON_FIELDS
from lyceum.domains.exchange.rules.context import Context
from lyceum.domains.people.models import Person, Staff, Student
from lyceum.domains.people.rules.additions import (
    NewContacts,
    add_contacts,
    add_official_ids,
    create_adults,
    edit_adults,
)
from lyceum.domains.people.rules.adults import NewGuardian, NewStaff, add_guardians, create_staff
from lyceum.domains.people.rules.enrolments import enrol_student
from lyceum.domains.people.rules.persons import PersonEdit
from lyceum.domains.people.rules.students import NewStudent, StudentEdit, create_students, edit_students

Targets = list[UUID | None]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _person_values(row: ImportRow) -> dict[str, Any]:
    values = {name: value for name, value in row.values.items() if name in PERSON_FIELDS}
    return values | ({"birth_date": _day(values["birth_date"])} if "birth_date" in values else {})


def apply_students(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Make students with enrolment and grade, and change those who are known."""
    new = [row for row in rows if row.action == "create"]
    made = iter(create_students([_new_student(row) for row in new], actor=context.actor) if new else ())
    targets = [next(made).pk if row.action == "create" else row.target for row in rows]
    changed = [(row, target) for row, target in zip(rows, targets, strict=True) if row.action == "update" and target]
    if changed:
        _change_students(dict(changed), context)
    placed = [
        _placement(row, target, context)
        for row, target in zip(rows, targets, strict=True)
        if "grade" in row.values and target
    ]
    if placed:
        place_students(placed, actor=context.actor)
    return targets


def _new_student(row: ImportRow) -> NewStudent:
    values = row.values
    return NewStudent(
        person=new_person(values),
        registration_number=values.get("number", ""),
        official_ids=values.get("official_ids", {}),
        first_day=_day(values.get("first_day")),
        last_day=_day(values.get("last_day")),
        confirm_new=True,  # the preview looked for doubles, and somebody chose
    )


def _placement(row: ImportRow, student: UUID, context: Context) -> NewPlacement:
    values = row.values
    return NewPlacement(
        student_id=student,
        year=context.year(values["year"]),
        grade=context.grade(values["grade"]),
        starts_on=date.fromisoformat(values["grade_from"]),
    )


def _change_students(changed: dict[ImportRow, UUID], context: Context) -> None:
    students = Student.objects.select_related("person").in_bulk(changed.values())
    missing = [row.key for row, pk in changed.items() if pk not in students]
    if missing:
        raise NotPreviewedError(
            _("The student “%(name)s” is not here any more. Preview the file again.") % {"name": missing[0]}
        )
    edits = [StudentEdit(students[pk], values) for row, pk in changed.items() if (values := _person_values(row))]
    if edits:
        edit_students(edits, actor=context.actor)
    _add_contacts([(row, students[pk].person) for row, pk in changed.items()], context)
    ids = {pk: row.values["official_ids"] for row, pk in changed.items() if "official_ids" in row.values}
    if ids:
        add_official_ids(ids, actor=context.actor)
    for row, pk in changed.items():
        _change_enrolment(row, pk, context)


def _change_enrolment(row: ImportRow, student: UUID, context: Context) -> None:
    values = row.values
    last = _day(values.get("last_day"))
    if "first_day" in values:
        enrol_student(
            student,
            first_day=date.fromisoformat(values["first_day"]),
            last_day=last,
            entry="returning",
            actor=context.actor,
        )
    elif last:
        leave_student(student, last_day=last, exit="other", taken_back=False, actor=context.actor)


def _add_contacts(changed: Sequence[tuple[ImportRow, Person]], context: Context) -> None:
    new = []
    for row, person in changed:
        given = {kind: row.values[name] for name, kind in CONTACT_FIELDS.items() if name in row.values}
        replaced = {kind: row.before.get(name, []) for name, kind in CONTACT_FIELDS.items()}
        if given:
            new.append(NewContacts(person, given, replaced))
    if new:
        add_contacts(new, actor=context.actor)


def apply_leavers(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Record that students have left."""
    for row in rows:
        if row.target:
            last = date.fromisoformat(row.values["last_day"])
            leave_student(row.target, last_day=last, exit=row.values["exit"], taken_back=False, actor=context.actor)
    return [row.target for row in rows]


def apply_staff(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Make staff, and change those who are known."""
    new = [row for row in rows if row.action == "create"]
    made = iter(create_staff([_new_staff(row) for row in new], actor=context.actor) if new else ())
    targets = [next(made).pk if row.action == "create" else row.target for row in rows]
    known = {target: row for row, target in zip(rows, targets, strict=True) if row.action == "update" and target}
    staff = Staff.objects.select_related("person").filter(pk__in=known)
    _change_adults([(known[member.pk], member.person) for member in staff], context)
    return targets


def _new_staff(row: ImportRow) -> NewStaff:
    values = row.values
    return NewStaff(
        person=new_person(values),
        staff_code=values.get("number", ""),
        job=values.get("job", ""),
        teaching=values["teaching"],
        joined_on=_day(values["joined_on"]),
        confirm_new=True,
    )


def apply_adults(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Make the adults of students, and change those who are known."""
    new = [row for row in rows if row.action == "create"]
    made = iter(create_adults([new_person(row.values) for row in new], actor=context.actor) if new else ())
    targets = [next(made).pk if row.action == "create" else row.target for row in rows]
    known = {target: row for row, target in zip(rows, targets, strict=True) if row.action == "update" and target}
    _change_adults([(known[person.pk], person) for person in Person.objects.filter(pk__in=known)], context)
    return targets


def _change_adults(changed: Sequence[tuple[ImportRow, Person]], context: Context) -> None:
    edits = [PersonEdit(person, values) for row, person in changed if (values := _person_values(row))]
    if edits:
        edit_adults(edits, actor=context.actor)
    _add_contacts(changed, context)


def apply_guardians(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Link adults to students. They get no portal, and are told nothing."""
    students = context.own_ids("student", [row.values["student"] for row in rows])
    adults = context.own_persons({row.values["adult"] for row in rows})
    new = []
    for row in rows:
        student, adult = students.get(row.values["student"]), adults.get(row.values["adult"])
        if student is None or adult is None:
            raise NotPreviewedError(_("“%(key)s” is not there any more. Preview the file again.") % {"key": row.key})
        new.append(NewGuardian(student_id=student, person_id=adult, relationship=row.values["relationship"]))
    return [link.pk for link in add_guardians(new, actor=context.actor)]
