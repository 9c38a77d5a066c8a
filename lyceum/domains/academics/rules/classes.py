"""Classes, who teaches them, and who is in them on which day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.academics.models import AcademicYear, Class, ClassMembership, ClassTeacher, Grade
from lyceum.domains.academics.rules.calendar import NameTakenError
from lyceum.domains.journal.rules import Entry, Target, changed_fields, record, record_all
from lyceum.domains.people.models import Enrolment, Staff, Student


class ClassFullError(RuleError):
    """Every seat is taken on at least one of those days."""

    code = "class_full"


class MembershipOverlapsError(RuleError):
    """The student is in this class, or in another form, on some of those days."""

    code = "membership_overlaps"


class OutsideEnrolmentError(RuleError):
    """The membership reaches outside the student's enrolment or the class's days."""

    code = "outside_enrolment"
    status = 422


class LeadTakenError(RuleError):
    """A class has one lead teacher at a time."""

    code = "lead_taken"


class ClassInUseError(RuleError):
    """The class has students or registers: end it instead."""

    code = "class_in_use"


@dataclass(frozen=True)
class NewClass:
    """A class to be made. A teaching class has a subject, a form has none."""

    year: AcademicYear
    name: str
    kind: str = "form"
    grades: Sequence[UUID] = field(default_factory=tuple)
    section: str = ""
    subject_id: UUID | None = None
    capacity: int = 40
    room_id: UUID | None = None
    starts: date | None = None
    ends: date | None = None
    registers: str = ""


def create_class(new: NewClass, *, actor: Actor) -> Class:
    """Make one class."""
    return create_classes([new], actor=actor)[0]


@transaction.atomic
def create_classes(new: Sequence[NewClass], *, actor: Actor) -> list[Class]:
    """Make classes. A form takes a register every day, a teaching class in each lesson, unless told otherwise."""
    actor.require_all(Permission.CLASSES_EDIT)
    _refuse_taken_names(new)
    known = set(Grade.objects.values_list("pk", flat=True))
    classes = [_checked(each, known) for each in new]
    Class.objects.bulk_create(classes)
    record_all([Entry("academics.class.create", Target.of(each)) for each in classes], actor=actor)
    return classes


def _refuse_taken_names(new: Sequence[NewClass]) -> None:
    names = Counter((each.year.pk, tidy(each.name)) for each in new)
    rows = Class.objects.filter(name__in=[name for _, name in names]).values_list("year_id", "name")
    taken = [name for year, name in rows if (year, name) in names] + [n for (_, n), c in names.items() if c > 1]
    if taken:
        raise NameTakenError(f"There is a class “{taken[0]}” in this year already.")


def _checked(new: NewClass, known_grades: set[UUID]) -> Class:
    starts, ends = new.starts or new.year.starts, new.ends or new.year.ends
    faults = []
    if not tidy(new.name) or len(tidy(new.name)) > 120:
        faults.append(FieldError("/name", "length", "Give the class a name of 1 to 120 letters."))
    if new.kind not in Class.Kind.values:
        faults.append(FieldError("/kind", "choice", "A class is a form or a teaching class."))
    if (new.kind == Class.Kind.TEACHING) != (new.subject_id is not None):
        faults.append(FieldError("/subject", "subject_by_kind", "A teaching class has one subject, a form none."))
    if not 1 <= new.capacity <= 500:
        faults.append(FieldError("/capacity", "range", "A class holds 1 to 500 students."))
    if not (starts <= ends and new.year.holds(starts) and new.year.holds(ends)):
        faults.append(FieldError("/starts", "range", f"A class lies inside its year, {new.year.starts} to {new.year.ends}."))
    if set(new.grades) - known_grades:
        faults.append(FieldError("/grades", "grade_unknown", "There is no such grade here."))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    return Class(
        year=new.year,
        name=tidy(new.name),
        kind=new.kind,
        grades=list(new.grades),
        section=tidy(new.section),
        subject_id=new.subject_id,
        capacity=new.capacity,
        room_id=new.room_id,
        starts=starts,
        ends=ends,
        registers=new.registers or ("daily" if new.kind == Class.Kind.FORM else "lesson"),
    )


def get_class_for_edit(class_id: UUID, *, actor: Actor, permission: Permission = Permission.CLASSES_EDIT) -> Class:
    """The class, locked, for somebody who may change it."""
    actor.require_all(permission)
    try:
        return Class.objects.select_for_update(of=("self",)).select_related("year").get(pk=class_id)
    except Class.DoesNotExist:
        raise NotFoundError from None


@transaction.atomic
def edit_class(class_id: UUID, *, values: dict[str, Any], actor: Actor) -> Class:
    """Change a class's own data. Its memberships are dated, not overwritten."""
    row = get_class_for_edit(class_id, actor=actor)
    unknown = sorted(values.keys() - {"name", "section", "capacity", "room_id", "registers", "grades", "starts", "ends"})
    if unknown:
        raise invalid_field(f"/{unknown[0]}", "read_only", f"{unknown[0]} cannot be changed here.")
    if not 1 <= values.get("capacity", row.capacity) <= 500:
        raise invalid_field("/capacity", "range", "A class holds 1 to 500 students.")
    if values.get("registers", row.registers) not in Class.Registers.values:
        raise invalid_field("/registers", "choice", f"Choose one of: {', '.join(Class.Registers.values)}.")
    if "name" in values:
        values = {**values, "name": tidy(values["name"])}
        if Class.objects.filter(year=row.year, name=values["name"]).exclude(pk=row.pk).exists():
            raise NameTakenError(f"There is a class “{values['name']}” in this year already.")
    changes = changed_fields(row, values)
    if changes:
        row.save()
        record("academics.class.edit", target=Target.of(row), changes=changes, actor=actor)
    return row


@transaction.atomic
def delete_class(class_id: UUID, *, actor: Actor) -> None:
    """Delete a class that nobody was ever in."""
    row = get_class_for_edit(class_id, actor=actor)
    if ClassMembership.objects.filter(school_class=row).exists():
        raise ClassInUseError(f"{row} has students. End it instead.")
    target = Target.of(row)
    ClassTeacher.objects.filter(school_class=row).delete()
    try:
        with transaction.atomic():
            row.delete()
    except IntegrityError:
        raise ClassInUseError(f"{target.name} has registers or lessons. End it instead.") from None
    record("academics.class.delete", target=target, actor=actor)


@dataclass(frozen=True)
class NewTeacher:
    """Somebody who is to teach a class."""

    school_class: Class
    staff: Staff
    role: str = "lead"
    starts_on: date | None = None
    ends_on: date | None = None


@transaction.atomic
def assign_teachers(new: Sequence[NewTeacher], *, actor: Actor) -> list[ClassTeacher]:
    """Give classes their teachers."""
    actor.require_all(Permission.CLASSES_ASSIGN)
    rows = [
        ClassTeacher(
            school_class=each.school_class,
            staff=each.staff,
            role=each.role,
            starts_on=each.starts_on or each.school_class.starts,
            ends_on=each.ends_on,
        )
        for each in new
    ]
    try:
        with transaction.atomic():
            ClassTeacher.objects.bulk_create(rows)
    except IntegrityError as error:
        if "one_lead_at_a_time" not in str(error):
            raise
        raise LeadTakenError("A class has one lead teacher at a time. End the present one's time first.") from None
    record_all(
        [
            Entry("academics.teacher.assign", Target.of(row.school_class), {"teacher": [None, str(row.staff_id)]})
            for row in rows
        ],
        actor=actor,
    )
    return rows


@dataclass(frozen=True)
class NewMember:
    """A student who is to come into a class."""

    school_class: Class
    student_id: UUID
    starts_on: date
    ends_on: date | None = None


def add_class_members(
    new: Sequence[NewMember], *, overfill_reason: str = "", actor: Actor
) -> list[ClassMembership]:
    """Put students into classes. All come in, or none; the last seat goes to one of two who ask at once."""
    try:
        with transaction.atomic():
            return _add_members(new, overfill_reason, actor)
    except IntegrityError as error:
        if "once_per_class" in str(error) or "one_form_at_a_time" in str(error):
            raise MembershipOverlapsError(
                "A student is in this class, or in another form, on some of those days. Move the student instead."
            ) from None
        raise


def _add_members(new: Sequence[NewMember], overfill_reason: str, actor: Actor) -> list[ClassMembership]:
    actor.require_all(Permission.CLASSES_ASSIGN)
    if overfill_reason:
        actor.require_all(Permission.CLASSES_OVERFILL)
    classes = {each.school_class.pk: each.school_class for each in new}
    # The lock: whoever adds to the same class waits here and then counts with our rows.
    list(Class.objects.select_for_update().filter(pk__in=classes).order_by("pk").values_list("pk", flat=True))
    _refuse_outside_enrolment(new)
    rows = [
        ClassMembership(
            school_class=each.school_class,
            student_id=each.student_id,
            is_form=each.school_class.kind == Class.Kind.FORM,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            reason=overfill_reason,
        )
        for each in new
    ]
    if not overfill_reason:
        _refuse_full(rows, classes)
    ClassMembership.objects.bulk_create(rows)
    record_all([_entry("academics.member.add", row, overfill_reason) for row in rows], actor=actor)
    return rows


def _entry(action: str, row: ClassMembership, reason: str = "") -> Entry:
    fact = MembershipChanged(
        student=row.student_id, school_class=row.school_class_id, starts_on=row.starts_on, ends_on=row.ends_on
    )
    target = Target("people.student", row.student_id, row.school_class.name)
    return Entry(action, target, {"class": [None, str(row.school_class_id)]}, reason=reason, facts=[fact])


def _refuse_outside_enrolment(new: Sequence[NewMember]) -> None:
    students = {each.student_id for each in new}
    if len(students) != Student.objects.filter(pk__in=students).count():
        raise NotFoundError("There is no such student here.")
    enrolments: dict[UUID, list[Enrolment]] = {}
    for row in Enrolment.objects.filter(student__in=students).exclude(exit="no_show"):
        enrolments.setdefault(row.student_id, []).append(row)
    for each in new:
        last = each.ends_on or each.school_class.ends
        if each.ends_on and each.ends_on < each.starts_on:
            raise invalid_field("/to", "order", "The last day lies before the first day.")
        if not (each.school_class.is_active(each.starts_on) and each.school_class.is_active(last)):
            row = each.school_class
            raise OutsideEnrolmentError(f"The class {row} runs from {row.starts} to {row.ends}.")
        if not any(_covers(e, each.starts_on, each.ends_on) for e in enrolments.get(each.student_id, ())):
            raise OutsideEnrolmentError(f"The student is not on roll from {each.starts_on} on.", student=str(each.student_id))


def _covers(enrolment: Enrolment, first: date, last: date | None) -> bool:
    if first < enrolment.first_day:
        return False
    return enrolment.last_day is None or (last or first) <= enrolment.last_day


def _refuse_full(rows: Sequence[ClassMembership], classes: dict[UUID, Class]) -> None:
    present = ClassMembership.objects.filter(school_class__in=classes).values_list(
        "school_class_id", "starts_on", "ends_on"
    )
    spans: dict[UUID, list[tuple[date, date]]] = {}
    for class_id, first, last in present:
        spans.setdefault(class_id, []).append((first, last or classes[class_id].ends))
    for row in rows:
        last = row.ends_on or classes[row.school_class_id].ends
        spans.setdefault(row.school_class_id, []).append((row.starts_on, last))
    for class_id in {row.school_class_id for row in rows}:
        most = _most_at_once(spans[class_id])
        full = classes[class_id]
        if most > full.capacity:
            raise ClassFullError(f"{full} has {full.capacity} seats; {most} would be needed.", capacity=full.capacity)


def _most_at_once(spans: Iterable[tuple[date, date]]) -> int:
    """The largest number of spans that share a day."""
    steps: Counter[date] = Counter()
    for first, last in spans:
        steps[first] += 1
        steps[last + timedelta(days=1)] -= 1
    most = count = 0
    for day in sorted(steps):
        count += steps[day]
        most = max(most, count)
    return most


@transaction.atomic
def end_class_members(memberships: Sequence[UUID], *, last_day: date, reason: str = "", actor: Actor) -> int:
    """End students' time in a class with a last day; a time that has not begun is taken away."""
    actor.require_all(Permission.CLASSES_ASSIGN)
    rows = list(
        ClassMembership.objects.select_for_update(of=("self",)).select_related("school_class").filter(pk__in=memberships)
    )
    if len(rows) != len(set(memberships)):
        raise NotFoundError("There is no such membership here.")
    entries = []
    for row in rows:
        row.ends_on, row.reason = last_day, reason or row.reason
        entries.append(_entry("academics.member.end", row, reason))
    gone = [row.pk for row in rows if row.starts_on > last_day]
    kept = [row for row in rows if row.starts_on <= last_day]
    ClassMembership.objects.bulk_update(kept, ["ends_on", "reason"], batch_size=500)
    ClassMembership.objects.filter(pk__in=gone).delete()
    if entries:
        record_all(entries, actor=actor)
    return len(rows)


@transaction.atomic
def move_student(
    student_id: UUID, *, from_class: UUID, to_class: UUID, on: date, reason: str = "", actor: Actor
) -> ClassMembership:
    """Move a student from one class to another: the old time ends the day before the new one starts."""
    target = get_class_for_edit(to_class, actor=actor, permission=Permission.CLASSES_ASSIGN)
    current = ClassMembership.objects.filter(student=student_id, school_class=from_class, starts_on__lte=on)
    row = current.order_by("-starts_on").first()
    if row is None or (row.ends_on and row.ends_on < on):
        raise NotFoundError("The student is not in that class on that day.")
    end_class_members([row.pk], last_day=on - timedelta(days=1), reason=reason, actor=actor)
    return add_class_members([NewMember(target, student_id, on)], actor=actor)[0]
