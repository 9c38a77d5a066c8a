"""One function for each step of applying: planned rows in, the rules of people and academics called, ids out."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.rules.calendar import NewSubject, create_grade, create_subjects, create_term, create_year
from lyceum.domains.academics.rules.classes import (
    NewClass,
    NewMember,
    NewTeacher,
    add_class_members,
    assign_teachers,
    create_classes,
    edit_class,
    end_class_members,
)
from lyceum.domains.academics.rules.teachers import end_class_teachers
from lyceum.domains.exchange.errors import NotPreviewedError
from lyceum.domains.exchange.models import ImportRow
from lyceum.domains.exchange.plan.rows import Step
from lyceum.domains.exchange.rules.context import Context
from lyceum.domains.exchange.rules.steps_people import (
    apply_adults,
    apply_guardians,
    apply_leavers,
    apply_staff,
    apply_students,
)
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import this_school
from lyceum.domains.tenancy.rules import edit_school

Targets = list[UUID | None]
StepRule = Callable[[Sequence[ImportRow], Context], Targets]


def day(text: str | None) -> date | None:
    """A date of a plan."""
    return date.fromisoformat(text) if text else None


def apply_school(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Remember under which id the file knows the school."""
    if context.actor.reaches_all(Permission.SCHOOL_EDIT):
        for row in rows:
            ids = {name.removeprefix("official_ids."): value for name, value in row.values.items()}
            edit_school(values={"official_ids": this_school().official_ids | ids}, actor=context.actor)
    return [None for _ in rows]


def apply_years(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Make school years."""
    return [
        create_year(
            name=row.values["name"],
            starts=date.fromisoformat(row.values["starts"]),
            ends=date.fromisoformat(row.values["ends"]),
            current=row.values["current"],
            actor=context.actor,
        ).pk
        for row in rows
    ]


def apply_terms(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Make terms."""
    return [
        create_term(
            context.id_of(Step.YEAR, row.values["year"]),
            name=row.values["name"],
            starts=date.fromisoformat(row.values["starts"]),
            ends=date.fromisoformat(row.values["ends"]),
            actor=context.actor,
        ).pk
        for row in rows
    ]


def apply_grades(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Make grades."""
    return [create_grade(**row.values, actor=context.actor).pk for row in rows]


def apply_subjects(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Make subjects; those that are only to be remembered have theirs already."""
    new = [row for row in rows if row.action == "create"]
    made = iter(create_subjects([NewSubject(**row.values) for row in new], actor=context.actor) if new else ())
    return [next(made).pk if row.action == "create" else row.target for row in rows]


def apply_classes(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Make classes, and change those that are known."""
    new = [row for row in rows if row.action == "create"]
    made = iter(create_classes([_new_class(row, context) for row in new], actor=context.actor) if new else ())
    targets: Targets = []
    for row in rows:
        if row.action == "create":
            targets.append(next(made).pk)
        else:
            targets.append(row.target)
            if row.values and row.target:
                values = {k: day(v) if k in ("starts", "ends") else v for k, v in row.values.items()}
                edit_class(row.target, values=values, actor=context.actor)
    return targets


def _new_class(row: ImportRow, context: Context) -> NewClass:
    values = row.values
    return NewClass(
        year=context.year(values["year"]),
        name=values["name"],
        kind=values["kind"],
        grades=tuple(context.id_of(Step.GRADE, key) for key in values.get("grades", ())),
        subject_id=context.id_of(Step.SUBJECT, values["subject"]) if "subject" in values else None,
        term_id=context.id_of(Step.TERM, values["term"]) if "term" in values else None,
        capacity=values["capacity"],
        starts=day(values["starts"]),
        ends=day(values["ends"]),
    )


def apply_teachers(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Give classes their teachers."""
    classes = _classes(context, [row.values["class"] for row in rows])
    staff_ids = context.own_ids("staff", [row.values["staff"] for row in rows])
    staff = Staff.objects.in_bulk(staff_ids.values())
    new = [
        NewTeacher(
            school_class=_found(classes, row.values["class"]),
            staff=staff[_found(staff_ids, row.values["staff"])],
            role=row.values["role"],
            starts_on=day(row.values["starts_on"]),
            ends_on=day(row.values.get("ends_on")),
        )
        for row in rows
    ]
    return [teacher.pk for teacher in assign_teachers(new, actor=context.actor)]


def apply_teacher_ends(rows: Sequence[ImportRow], context: Context) -> Targets:
    """End teachers' times with classes."""
    last_days = {row.target: date.fromisoformat(row.values["ends_on"]) for row in rows if row.target}
    end_class_teachers(last_days, actor=context.actor)
    return [row.target for row in rows]


def apply_members(rows: Sequence[ImportRow], context: Context) -> Targets:
    """Put students into classes; those that are only to be remembered are there already."""
    new = [row for row in rows if row.action == "create"]
    classes = _classes(context, [row.values["class"] for row in new])
    students = context.own_ids("student", [row.values["student"] for row in new])
    members = [
        NewMember(
            _found(classes, row.values["class"]),
            _found(students, row.values["student"]),
            date.fromisoformat(row.values["starts_on"]),
            day(row.values.get("ends_on")),
        )
        for row in new
    ]
    made = iter(add_class_members(members, actor=context.actor) if members else ())
    return [next(made).pk if row.action == "create" else row.target for row in rows]


def apply_member_ends(rows: Sequence[ImportRow], context: Context) -> Targets:
    """End students' times in classes. One that has ended meanwhile, with its student's time here, stays as it is."""
    by_day: dict[str, list[UUID]] = {}
    for row in rows:
        if row.target:
            by_day.setdefault(row.values["ends_on"], []).append(row.target)
    for last, ids in by_day.items():
        running = list(context.running_members(ids, date.fromisoformat(last)))
        end_class_members(running, last_day=date.fromisoformat(last), actor=context.actor)
    return [row.target for row in rows]


def _classes(context: Context, foreign_ids: Sequence[str]) -> dict[str, Class]:
    own = context.own_ids("class", foreign_ids)
    classes = Class.objects.select_related("year").in_bulk(own.values())
    return {foreign: classes[pk] for foreign, pk in own.items() if pk in classes}


T = TypeVar("T")


def _found(rows: dict[str, T], key: str) -> T:
    if key not in rows:
        raise NotPreviewedError(_("“%(key)s” is not there any more. Preview the file again.") % {"key": key})
    return rows[key]


STEPS: dict[Step, StepRule] = {
    Step.SCHOOL: apply_school,
    Step.YEAR: apply_years,
    Step.TERM: apply_terms,
    Step.GRADE: apply_grades,
    Step.SUBJECT: apply_subjects,
    Step.CLASS: apply_classes,
    Step.CLASS_END: apply_classes,
    Step.STAFF: apply_staff,
    Step.STUDENT_END: apply_leavers,
    Step.STUDENT: apply_students,
    Step.ADULT: apply_adults,
    Step.GUARDIAN: apply_guardians,
    Step.TEACHER_END: apply_teacher_ends,
    Step.TEACHER: apply_teachers,
    Step.MEMBER_END: apply_member_ends,
    Step.MEMBER: apply_members,
}
NEEDED = {
    "year": Permission.CLASSES_EDIT, "term": Permission.CLASSES_EDIT, "grade": Permission.CLASSES_EDIT,
    "subject": Permission.CLASSES_EDIT, "class": Permission.CLASSES_EDIT, "staff": Permission.PEOPLE_EDIT,
    "student": Permission.STUDENTS_EDIT, "adult": Permission.PEOPLE_EDIT, "guardian": Permission.PEOPLE_EDIT,
    "teacher": Permission.CLASSES_ASSIGN, "member": Permission.CLASSES_ASSIGN,
}  # fmt: skip
"""What somebody must be allowed who brings in rows of a kind."""
