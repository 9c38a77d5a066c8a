"""Reading for many registers at once. Ask only about registers that the actor may see."""

from collections.abc import Iterable
from copy import copy
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.attendance.models import Mark, MarkChange, Register
from lyceum.domains.attendance.policies import IsAmong, registers_for
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.policies import kept_from_work
from lyceum.domains.timetable.models import Group, GroupMember

LINE_ORDER = ("student__person__sort_name", "student_id")


def list_lines(registers: Iterable[UUID], *, actor: Actor) -> QuerySet[ClassMembership]:
    """Who belongs on registers: members of the class and on roll that day, each row with its `register_id`.

    Whoever a restriction keeps from a student has no line of that student.
    """
    wanted = set(registers)
    parts = Register.objects.filter(pk__in=wanted).exclude(with_classes=[], groups=[])
    shared = list(parts.only("school_class_id", "with_classes", "groups"))
    first = "school_class__year__classes__taken_registers" if shared else "school_class__taken_registers"
    on = f"{first}__on"
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=F(on))
    rows = ClassMembership.objects.filter(
        current, _comes(wanted, shared, first), **{f"{first}__in": wanted, "starts_on__lte": F(on)}
    ).annotate(register_id=F(f"{first}__id"), register_on=F(on))
    enrolled = Enrolment.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=OuterRef("register_on")),
        student=OuterRef("student"),
        first_day__lte=OuterRef("register_on"),
    ).exclude(exit="no_show")
    return rows.filter(Exists(enrolled)).exclude(student__in=kept_from_work(actor)).select_related("student__person")


def _comes(wanted: set[UUID], shared: list[Register], path: str) -> Q:
    """Who comes to which register, where some are of several classes, or of groups."""
    if not shared:
        return Q()
    classes = set(Register.objects.filter(pk__in=wanted).values_list("school_class", flat=True))
    classes |= {each for register in shared for each in register.classes}
    groups = Group.objects.filter(pk__in={each for register in shared for each in register.groups})
    class_of = dict(groups.values_list("pk", "school_class"))
    plain = wanted - {register.pk for register in shared}
    comes = Q(**{f"{path}__in": plain, f"{path}__school_class": F("school_class")})
    for register in shared:
        divided = {class_of[group] for group in register.groups if group in class_of}
        members = GroupMember.objects.filter(group__in=register.groups, group__school_class=OuterRef("school_class"))
        part = Q(school_class__in=divided) & Q(Exists(members.filter(student=OuterRef("student"))))
        comes |= Q(**{path: register.pk}) & (Q(school_class__in=set(register.classes) - divided) | part)
    return Q(school_class__in=classes) & comes


def read_marks(registers: Iterable[UUID], students: Iterable[UUID]) -> dict[tuple[UUID, UUID], Mark]:
    """The marks of students on registers, by register and student."""
    rows = Mark.objects.filter(register__in=set(registers), student__in=set(students))
    return {(row.register_id, row.student_id): row for row in rows.select_related("code")}


def read_known_marks(
    registers: Iterable[UUID], students: Iterable[UUID], *, as_known_at: datetime | None, actor: Actor
) -> dict[tuple[UUID, UUID], Mark]:
    """The same as they stand, or as they were known at an instant. A cover opens nothing of what was before."""
    if as_known_at is None:
        return read_marks(registers, students)
    wanted = Mark.objects.filter(register__in=set(registers), student__in=set(students))
    seen = Register.objects.filter(registers_for(actor, Permission.REGISTERS_VIEW, covering=False))
    known = as_they_were(wanted.filter(register__in=seen), instant=as_known_at)
    return {(row.register_id, row.student_id): row for row in known}


def as_they_were(marks: Iterable[Mark], *, instant: datetime) -> list[Mark]:
    """Marks as they were known at an instant, without those that were given later."""
    rows = list(marks)
    changes = MarkChange.objects.filter(mark__in=[row.pk for row in rows], marked_at__lte=instant)
    newest = changes.order_by("mark", "-version").distinct("mark").select_related("code")
    then = {change.mark_id: change for change in newest}
    return [_as_it_was(row, then[row.pk]) for row in rows if row.pk in then]


_SAID = (
    "code", "minutes_late", "time_in", "time_out", "left_reason", "note", "origin", "version", "marked_by", "marked_at"
)  # fmt: skip


def _as_it_was(mark: Mark, change: MarkChange) -> Mark:
    known: Mark = copy(mark)
    for name in _SAID:
        setattr(known, name, getattr(change, name))
    return known


def count_marks(registers: Iterable[UUID]) -> dict[UUID, int]:
    """How many students each register has marks for."""
    wanted = set(registers)
    counted = Mark.objects.filter(register__in=wanted).values_list("register").annotate(marked=Count("*"))
    return dict.fromkeys(wanted, 0) | dict(counted)


def list_class_registers(classes: Iterable[UUID], *, actor: Actor) -> QuerySet[Register]:
    """The registers of classes that the actor may see, each row with its `of_class`: one that is shared, for each."""
    actor.require(Permission.REGISTERS_VIEW)
    path = "school_class__year__classes"
    is_on = Q(**{path: F("school_class")}) | Q(IsAmong(F(path), F("with_classes")))
    rows = Register.objects.filter(registers_for(actor, Permission.REGISTERS_VIEW))
    return rows.filter(is_on, **{f"{path}__in": set(classes)}).annotate(of_class=F(path))


def read_registers(registers: Iterable[UUID], *, actor: Actor) -> dict[UUID, Register]:
    """Those of the registers that the actor may see."""
    rows = Register.objects.filter(registers_for(actor, Permission.REGISTERS_VIEW), pk__in=set(registers))
    return {row.pk: row for row in rows}
