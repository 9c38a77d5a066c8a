"""What must be taught: set by hand, from the classes there are, or from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.models import AcademicYear, Class, Location, Subject
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.models import (
    Block,
    Group,
    Requirement,
    RequirementClass,
    RequirementRoom,
    RequirementTeacher,
)
from lyceum.domains.timetable.models.requirements import MOST_LENGTH
from lyceum.domains.timetable.planning import grid_of

MOST_LESSONS = 60


class ImpossibleError(RuleError):
    """It cannot fit, whatever else there is: the refusal counts it."""

    code = "impossible"
    status = 422
    title = gettext_noop("Cannot fit")


@dataclass(frozen=True)
class NewRequirement:
    """So many lessons to be taught in each cycle."""

    subject_id: UUID | None = None
    name: str = ""
    classes: Sequence[tuple[UUID, UUID | None]] = ()
    """Classes, each with the group of it where not all of it comes."""
    teachers: Sequence[UUID] = ()
    lengths: Sequence[int] = (1,)
    any_teacher: bool = False
    room_kind: str = ""
    room_features: Sequence[str] = ()
    rooms: Sequence[UUID] = ()
    capacity: int | None = None
    block: str = ""
    notes: str = ""
    source: str = "hand"
    reference: str = ""


@transaction.atomic
def create_requirements(year_id: UUID, new: Sequence[NewRequirement], *, actor: Actor) -> list[Requirement]:
    """Say what must be taught in a year."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = _get_year(year_id)
    _check(new, year)
    blocks = _find_or_make_blocks(year, {tidy(each.block) for each in new} - {""})
    rows = [Requirement(year=year, **_columns(each, blocks)) for each in new]
    Requirement.objects.bulk_create(rows)
    _write_parts(list(zip(rows, new, strict=True)))
    record_all([Entry("timetable.requirement.create", Target.of(row)) for row in rows], actor=actor)
    return rows


@transaction.atomic
def edit_requirement(requirement_id: UUID, new: NewRequirement, *, actor: Actor) -> Requirement:
    """Change what must be taught, whole. Lessons of drafts follow when they are next worked on."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = _get_requirement(requirement_id)
    _check([new], row.year)
    blocks = _find_or_make_blocks(row.year, {tidy(new.block)} - {""})
    for name, value in _columns(new, blocks).items():
        if name not in ("source", "reference"):
            setattr(row, name, value)
    row.save()
    for parts in (row.classes, row.teachers, row.rooms):
        parts.all().delete()
    _write_parts([(row, new)])
    record_all([Entry("timetable.requirement.edit", Target.of(row))], actor=actor)
    return row


@transaction.atomic
def delete_requirement(requirement_id: UUID, *, actor: Actor) -> None:
    """Take a requirement away; its lessons in drafts go with the next look at them."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = _get_requirement(requirement_id)
    target = Target.of(row)
    row.lessons.filter(version__state="draft").delete()
    row.delete()
    record_all([Entry("timetable.requirement.delete", target)], actor=actor)


def _get_year(year_id: UUID) -> AcademicYear:
    year = AcademicYear.objects.filter(pk=year_id).first()
    if year is None:
        raise NotFoundError(_("There is no such year here."))
    return year


def _get_requirement(requirement_id: UUID) -> Requirement:
    row = Requirement.objects.select_for_update(of=("self",)).select_related("year").filter(pk=requirement_id).first()
    if row is None:
        raise NotFoundError
    return row


def _find_or_make_blocks(year: AcademicYear, names: set[str]) -> dict[str, Block]:
    found = {row.name: row for row in Block.objects.filter(year=year, name__in=names)}
    for name in sorted(names - found.keys()):
        found[name] = Block.objects.create(year=year, name=name[:60])
    return found


def _columns(new: NewRequirement, blocks: Mapping[str, Block]) -> dict[str, Any]:
    return {
        "subject_id": new.subject_id,
        "name": tidy(new.name),
        "lengths": sorted(new.lengths, reverse=True),
        "any_teacher": new.any_teacher,
        "room_kind": tidy(new.room_kind),
        "room_features": sorted({tidy(each) for each in new.room_features} - {""}),
        "capacity": new.capacity,
        "block": blocks.get(tidy(new.block)),
        "notes": tidy(new.notes),
        "source": new.source,
        "reference": new.reference,
    }


def _write_parts(rows: Sequence[tuple[Requirement, NewRequirement]]) -> None:
    RequirementClass.objects.bulk_create(
        RequirementClass(requirement=row, school_class_id=school_class, group_id=group)
        for row, new in rows
        for school_class, group in dict.fromkeys(new.classes)
    )
    RequirementTeacher.objects.bulk_create(
        RequirementTeacher(requirement=row, staff_id=staff)
        for row, new in rows
        for staff in dict.fromkeys(new.teachers)
    )
    RequirementRoom.objects.bulk_create(
        RequirementRoom(requirement=row, room_id=room) for row, new in rows for room in dict.fromkeys(new.rooms)
    )


_UNKNOWN = {
    "subject": gettext_noop("There is no such subject here."),
    "class": gettext_noop("There is no such class here."),
    "group": gettext_noop("There is no such group here."),
    "teacher": gettext_noop("There is no such teacher here."),
    "room": gettext_noop("There is no such room here."),
}


def _check(new: Sequence[NewRequirement], year: AcademicYear) -> None:
    faults = [fault for each in new for fault in _faults(each)] or _unknown(new)
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    cycle = cycle_days().cycles.get(year.pk)
    if cycle is None:
        return
    grid = grid_of(cycle)
    longest = max(grid.unbroken.values(), default=0)
    for each in new:
        if grid.hours and sum(each.lengths) > len(grid.open_slots):
            raise ImpossibleError(
                _("%(name)s needs %(needed)s periods of the %(available)s that a cycle has.")
                % {"name": each.name or _("It"), "needed": sum(each.lengths), "available": len(grid.open_slots)},
                needed=sum(each.lengths),
                available=len(grid.open_slots),
            )
        if grid.hours and max(each.lengths) > longest:
            raise ImpossibleError(
                _("A lesson of %(needed)s periods does not fit: at most %(available)s follow each other.")
                % {"needed": max(each.lengths), "available": longest},
                needed=max(each.lengths),
                available=longest,
            )


def _faults(new: NewRequirement) -> list[FieldError]:
    faults = []
    if not 0 < len(new.lengths) <= MOST_LESSONS or not all(1 <= each <= MOST_LENGTH for each in new.lengths):
        words = _("Give 1 to %(most)s lessons, each of 1 to %(longest)s periods.")
        faults.append(FieldError("/lengths", "range", words % {"most": MOST_LESSONS, "longest": MOST_LENGTH}))
    if not new.classes:
        faults.append(FieldError("/classes", "required", _("Say which class is taught.")))
    if new.subject_id is None and not tidy(new.name):
        faults.append(FieldError("/subject", "required", _("Give it a subject, or a name.")))
    if len(tidy(new.name)) > 120 or len(tidy(new.notes)) > 500 or len(tidy(new.block)) > 60:
        faults.append(FieldError("/name", "length", _("Name, block or notes are too long.")))
    if new.capacity is not None and not 1 <= new.capacity <= 2000:
        faults.append(FieldError("/capacity", "range", _("Give 1 to 2000 seats.")))
    return faults


def _unknown(new: Sequence[NewRequirement]) -> list[FieldError]:
    wanted: list[tuple[str, type[models.Model], set[UUID]]] = [
        ("subject", Subject, {each.subject_id for each in new if each.subject_id}),
        ("class", Class, {school_class for each in new for school_class, _group in each.classes}),
        ("group", Group, {group for each in new for _class, group in each.classes if group}),
        ("teacher", Staff, {staff for each in new for staff in each.teachers}),
        ("room", Location, {room for each in new for room in each.rooms}),
    ]
    pointers = {
        "subject": "/subject",
        "class": "/classes",
        "group": "/classes",
        "teacher": "/teachers",
        "room": "/rooms",
    }
    found = [
        FieldError(pointers[word], f"{word}_unknown", _(_UNKNOWN[word]))
        for word, model, ids in wanted
        if ids and model._default_manager.filter(pk__in=ids).count() < len(ids)
    ]
    return found or _strange_groups({(group, of) for each in new for of, group in each.classes if group})


def _strange_groups(wanted: set[tuple[UUID, UUID]]) -> list[FieldError]:
    """Groups that are named with a class that is not theirs."""
    of = dict(Group.objects.filter(pk__in=[group for group, _class in wanted]).values_list("pk", "school_class_id"))
    if all(of[group] == school_class for group, school_class in wanted):
        return []
    return [FieldError("/classes", "group_unknown", _("The group is not one of that class."))]
