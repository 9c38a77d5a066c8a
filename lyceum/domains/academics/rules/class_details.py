"""Classes themselves: made, changed, ended, deleted."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import DateField, Max, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.references import count_references, counted
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.academics.models import (
    AcademicYear,
    Class,
    ClassMembership,
    ClassTeacher,
    Grade,
    Location,
    Subject,
    Term,
)
from lyceum.domains.academics.rules.calendar import DatesHoldDataError, NameTakenError
from lyceum.domains.academics.rules.members import end_class_members
from lyceum.domains.academics.rules.teachers import end_class_teachers, replace_lead
from lyceum.domains.journal.rules import Entry, Target, changed_fields, record, record_all
from lyceum.domains.people.models import Enrolment, Staff
from lyceum.domains.tenancy.queries import today


class ClassInUseError(RuleError):
    """The class has students or registers: end it instead."""

    code = "class_in_use"


@dataclass(frozen=True)
class NewClass:
    """A class to be made. A teaching class has a subject, a form has none of its own but may list what it is taught."""

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
    term_id: UUID | None = None
    subjects: Sequence[UUID] = field(default_factory=tuple)


@transaction.atomic
def create_class(new: NewClass, *, lead_id: UUID | None = None, actor: Actor) -> Class:
    """Make one class, with its lead teacher where there is one."""
    row = create_classes([new], actor=actor)[0]
    if lead_id:
        replace_lead(row, staff=_get_lead(lead_id), actor=actor)
    return row


def _get_lead(lead_id: UUID) -> Staff:
    staff = Staff.objects.select_related("person").filter(pk=lead_id).first()
    if staff is None:
        raise invalid_field("/teacher", "teacher_unknown", _("There is no such teacher here."))
    return staff


@transaction.atomic
def create_classes(new: Sequence[NewClass], *, actor: Actor) -> list[Class]:
    """Make classes. A form takes a register every day, a teaching class in each lesson, unless told otherwise."""
    actor.require_all(Permission.CLASSES_EDIT)
    known = _Known.read()
    classes = [_made(each) for each in new]
    for row in classes:
        _check(row, known)
    _refuse_taken_names(classes)
    with _refusing_doubles():
        Class.objects.bulk_create(classes)
    record_all([Entry("academics.class.create", Target.of(each)) for each in classes], actor=actor)
    return classes


def _refusing_doubles() -> Any:
    return refusing(
        class_name_once=lambda: NameTakenError(_("There is a class of that name in this year already.")),
        form_section_once=lambda: NameTakenError(_("There is a form of that grade and section in this year already.")),
    )


@dataclass(frozen=True)
class _Known:
    """What of this school a class may refer to."""

    grades: Collection[UUID]
    subjects: Collection[UUID]
    rooms: Collection[UUID]
    terms: dict[UUID, UUID]

    @classmethod
    def read(cls) -> "_Known":
        return cls(
            frozenset(Grade.objects.values_list("pk", flat=True)),
            frozenset(Subject.objects.values_list("pk", flat=True)),
            frozenset(Location.objects.values_list("pk", flat=True)),
            dict(Term.objects.values_list("pk", "year_id")),
        )


def _made(new: NewClass) -> Class:
    if new.year.school_id != current_school():
        raise NotFoundError(_("There is no such year here."))
    return Class(
        year=new.year,
        term_id=new.term_id,
        name=tidy(new.name),
        kind=new.kind,
        grades=list(dict.fromkeys(new.grades)),
        section=tidy(new.section),
        subject_id=new.subject_id,
        subjects=list(dict.fromkeys(new.subjects)),
        capacity=new.capacity,
        room_id=new.room_id,
        starts=new.starts or new.year.starts,
        ends=new.ends or new.year.ends,
        registers=new.registers or ("daily" if new.kind == Class.Kind.FORM else "lesson"),
    )


def _check(row: Class, known: _Known) -> None:
    """Refuse a class that is wrong in itself."""
    faults = [*_faults(row), *_unknown(row, known)]
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


def _faults(row: Class) -> list[FieldError]:
    faults = []
    if not 0 < len(row.name) <= 120:
        faults.append(FieldError("/name", "length", _("Give the class a name of 1 to 120 letters.")))
    if len(row.section) > 20:
        faults.append(FieldError("/section", "too_long", _("Use at most 20 letters.")))
    if row.kind not in Class.Kind.values:
        faults.append(FieldError("/kind", "choice", _("A class is a form or a teaching class.")))
    if (row.kind == Class.Kind.TEACHING) != (row.subject_id is not None) or (row.subject_id and row.subjects):
        faults.append(FieldError("/subjects", "subject_by_kind", _("A teaching class has exactly one subject.")))
    if row.registers not in Class.Registers.values:
        faults.append(
            FieldError(
                "/registers",
                "choice",
                _("Choose one of: %(choices)s.") % {"choices": ", ".join(Class.Registers.values)},
            )
        )
    if not 1 <= row.capacity <= 500:
        faults.append(FieldError("/capacity", "range", _("A class holds 1 to 500 students.")))
    year = row.year
    if not (row.starts <= row.ends and year.holds(row.starts) and year.holds(row.ends)):
        faults.append(
            FieldError(
                "/starts",
                "range",
                _("A class lies inside its year, %(starts)s to %(ends)s.") % {"starts": year.starts, "ends": year.ends},
            )
        )
    return faults


def _unknown(row: Class, known: _Known) -> list[FieldError]:
    """What the class refers to that is not of this school."""
    faults = []
    if set(row.grades) - set(known.grades):
        faults.append(FieldError("/grades", "grade_unknown", _("There is no such grade here.")))
    if {*row.subjects, row.subject_id} - {None, *known.subjects}:
        faults.append(FieldError("/subjects", "subject_unknown", _("There is no such subject here.")))
    if row.room_id and row.room_id not in known.rooms:
        faults.append(FieldError("/room", "room_unknown", _("There is no such room here.")))
    if row.term_id and known.terms.get(row.term_id) != row.year_id:
        faults.append(FieldError("/term", "term_unknown", _("There is no such term in this year.")))
    return faults


def _refuse_taken_names(classes: Sequence[Class]) -> None:
    names = Counter((row.year_id, row.name) for row in classes)
    rows = Class.objects.filter(name__in=[name for _, name in names]).values_list("year_id", "name")
    taken = [name for year, name in rows if (year, name) in names] + [n for (_, n), c in names.items() if c > 1]
    if taken:
        raise NameTakenError(_("There is a class “%(name)s” in this year already.") % {"name": taken[0]})


def get_class_for_edit(class_id: UUID, *, actor: Actor, permission: Permission = Permission.CLASSES_EDIT) -> Class:
    """The class, locked, for somebody who may change it."""
    actor.require_all(permission)
    try:
        return Class.objects.select_for_update(of=("self",)).select_related("year").get(pk=class_id)
    except Class.DoesNotExist:
        raise NotFoundError from None


CHANGEABLE = frozenset({
    "name", "section", "capacity", "room_id", "registers", "grades", "starts", "ends",
    "subject_id", "subjects", "term_id", "lead_id",
})  # fmt: skip


@transaction.atomic
def edit_class(class_id: UUID, *, values: dict[str, Any], actor: Actor) -> Class:
    """Change a class's own data. Its memberships are dated, not overwritten.

    `lead_id` is the staff row of who leads it from today on; None means that nobody does.
    """
    row = get_class_for_edit(class_id, actor=actor)
    unknown = sorted(values.keys() - CHANGEABLE)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": unknown[0]}
        )
    given = {k: tidy(v) if isinstance(v, str) else v for k, v in values.items() if k != "lead_id"}
    changes = changed_fields(row, given)
    if changes:
        _save(row, changes)
        record("academics.class.edit", target=Target.of(row), changes=changes, actor=actor)
    if "lead_id" in values:
        lead_id = values["lead_id"]
        replace_lead(row, staff=_get_lead(lead_id) if lead_id else None, actor=actor)
    return row


def _save(row: Class, changes: Mapping[str, Sequence[Any]]) -> None:
    _check(row, _Known.read())
    if "name" in changes and Class.objects.filter(year=row.year_id, name=row.name).exclude(pk=row.pk).exists():
        raise NameTakenError(_("There is a class “%(name)s” in this year already.") % {"name": row.name})
    if "ends" in changes:
        _follow_the_end(row, date.fromisoformat(changes["ends"][0]))
    if "starts" in changes or "ends" in changes:
        _refuse_cutting_off(row)
    with _refusing_doubles():
        row.save()


def _follow_the_end(row: Class, old_end: date) -> None:
    """Whoever was to stay to the end of the class stays to its new end, as far as their enrolment goes."""
    lasting = ClassMembership.objects.filter(school_class=row, ends_on=old_end, starts_on__lte=row.ends)
    enrolments = Enrolment.objects.filter(student=OuterRef("student"), first_day__lte=OuterRef("starts_on"))
    last_day = enrolments.exclude(exit="no_show").order_by("-first_day").values("last_day")[:1]
    new_end = Least(Value(row.ends, DateField()), Coalesce(Subquery(last_day), Value(row.ends, DateField())))
    lasting.update(ends_on=new_end, updated_at=clock.now())


def _refuse_cutting_off(row: Class) -> None:
    """Refuse new dates of a class that leave students outside them."""
    outside = Q(starts_on__lt=row.starts) | Q(starts_on__gt=row.ends) | Q(ends_on__gt=row.ends)
    members = ClassMembership.objects.filter(outside, school_class=row)
    span = members.aggregate(first=Min("starts_on"), last=Max("ends_on"))
    count = members.count()
    if count:
        raise DatesHoldDataError(
            ngettext(
                "%(count)s student is in %(row)s outside these dates, from %(first)s to %(last)s.",
                "%(count)s students are in %(row)s outside these dates, from %(first)s to %(last)s.",
                count,
            )
            % {"count": count, "row": row, "first": span["first"], "last": span["last"] or _("its end")},
            counts={"memberships": count},
        )


@transaction.atomic
def delete_class(class_id: UUID, *, actor: Actor) -> None:
    """Delete a class that nobody was ever in."""
    row = get_class_for_edit(class_id, actor=actor)
    held = count_references(row)
    if held:
        raise ClassInUseError(
            _("%(row)s has %(held)s. End it instead.") % {"row": row, "held": counted(held)}, counts=held
        )
    target = Target.of(row)
    ClassTeacher.objects.filter(school_class=row).delete()
    row.delete()
    record("academics.class.delete", target=target, actor=actor)


@transaction.atomic
def end_class(class_id: UUID, *, last_day: date, reason: str = "", actor: Actor) -> Class:
    """End a class with a last day: students' and teachers' time in it ends too; its registers stay."""
    row = get_class_for_edit(class_id, actor=actor)
    if not row.starts <= last_day <= row.ends:
        raise invalid_field(
            "/last_day",
            "range",
            _("The class runs from %(starts)s to %(ends)s.") % {"starts": row.starts, "ends": row.ends},
        )
    later = Q(ends_on__isnull=True) | Q(ends_on__gt=last_day)
    members = ClassMembership.objects.filter(later, school_class=row).values_list("pk", flat=True)
    end_class_members(list(members), last_day=last_day, reason=reason, actor=actor)
    teachers = ClassTeacher.objects.filter(later, school_class=row).values_list("pk", flat=True)
    end_class_teachers(dict.fromkeys(teachers, last_day), actor=actor)
    changes = changed_fields(row, {"ends": last_day})
    if changes:
        row.save()
        record("academics.class.end", target=Target.of(row), changes=changes, reason=reason, actor=actor)
    return row


@transaction.atomic
def remove_class(class_id: UUID, *, actor: Actor) -> Class | None:
    """Delete a class that was never used; end any other with yesterday. Returns the class if it is still there."""
    row = get_class_for_edit(class_id, actor=actor)
    if not count_references(row):
        delete_class(class_id, actor=actor)
        return None
    yesterday = today() - timedelta(days=1)
    if row.starts > yesterday:
        raise ClassInUseError(
            _("%(row)s has not run for a day and has %(held)s. Empty it first.")
            % {"row": row, "held": counted(count_references(row))}
        )
    return end_class(class_id, last_day=min(yesterday, row.ends), actor=actor)
