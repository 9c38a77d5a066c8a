"""Setting work: making an assignment, changing it, closing it, and taking it away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Class, Subject
from lyceum.domains.academics.policies import own_classes
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.assignment_policies import HANDED_IN, taught_runs
from lyceum.domains.learning.models import Assignment, AssignmentClass, LearningSchedule, Submission
from lyceum.domains.learning.rules.assignments.access import assignment_for_edit
from lyceum.domains.learning.rules.assignments.attaching import forget_files_of
from lyceum.domains.learning.rules.assignments.checking import checked
from lyceum.domains.learning.rules.assignments.lateness import due_instant
from lyceum.domains.learning.rules.assignments.publishing import follow_audience
from lyceum.domains.learning.rules.assignments.recalculating import recalculate
from lyceum.domains.learning.rules.assignments.refusals import AssignmentStateError, refuse_changed
from lyceum.domains.people.queries import find_staff_of_user

EDIT = Permission.ASSIGNMENTS_EDIT
Status = Assignment.Status


@dataclass(frozen=True)
class NewAssignment:
    """Work to be set. For classes or for one run, never both; a bare due date means the end of that day."""

    title: str
    description: str
    due: datetime | date
    classes: Sequence[UUID] = ()
    schedule: UUID | None = None
    subject: UUID | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """The other fields, by name."""


@dataclass(frozen=True)
class Edited:
    """An assignment after a change, and the marked work that a new due date would make late or on time."""

    assignment: Assignment
    marked: Sequence[Submission] = ()


@transaction.atomic
def create_assignment(new: NewAssignment, *, actor: Actor) -> Assignment:
    """Write an assignment. It is a draft, which no learner sees, until it is published."""
    actor.require(EDIT)
    classes, schedule = _audience(new.classes, new.schedule, actor=actor)
    given = {**new.more, "title": new.title, "description": new.description, "due_at": due_instant(new.due)}
    values = checked(given | {"subject": _subject(new.subject)})
    row = Assignment.objects.create(
        **values,
        teacher=find_staff_of_user(actor.user_id),
        schedule=schedule,
        for_classes=schedule is None,
        created_by=actor.id,
    )
    AssignmentClass.objects.bulk_create(AssignmentClass(assignment=row, school_class=each) for each in classes)
    record("learning.assignment.create", target=Target.of(row), actor=actor)
    return row


@transaction.atomic
def edit_assignment(
    work_id: UUID,
    *,
    values: Mapping[str, Any],
    version: int | None = None,
    recalculate_marked: bool = False,
    actor: Actor,
) -> Edited:
    """Change an assignment. A new due date counts anew for unmarked work; for marked work on request alone."""
    row = assignment_for_edit(work_id, actor=actor)
    given = dict(values)
    _refuse_old(row, version, given)
    classes = given.pop("classes", None)
    schedule = given.pop("schedule", None)
    if "due" in given:
        given["due_at"] = due_instant(given.pop("due"))
    if "subject" in given:
        given["subject"] = _subject(given["subject"])
    if "status" in given:
        _check_state(row, given["status"])
    changes = changed_fields(row, checked(given, row))
    if classes is not None or schedule is not None:
        changes |= _move_audience(row, classes or (), schedule, actor=actor)
    if not changes:
        return Edited(row)
    row.version += 1
    row.save()
    marked = recalculate(row, marked=recalculate_marked) if "due_at" in changes else ()
    record("learning.assignment.edit", target=Target.of(row), changes=changes, actor=actor)
    return Edited(row, marked)


@transaction.atomic
def delete_assignment(work_id: UUID, *, actor: Actor) -> Assignment | None:
    """Delete what nobody has handed in; what somebody has is archived and stays readable. None where it is gone."""
    row = assignment_for_edit(work_id, actor=actor)
    if was_handed_in(row):
        row.status, row.version = Status.ARCHIVED, row.version + 1
        row.save(update_fields=["status", "version", "updated_at"])
        record("learning.assignment.archive", target=Target.of(row), actor=actor)
        return row
    record("learning.assignment.delete", target=Target.of(row), actor=actor)
    forget_files_of(row)
    row.delete()
    return None


@transaction.atomic
def close_overdue(*, actor: Actor) -> int:
    """Close what is past the instant after which nothing is accepted."""
    rows = Assignment.objects.select_for_update().filter(status=Status.PUBLISHED, closes_at__lte=clock.now())
    found = list(rows)
    for row in found:
        row.status = Status.CLOSED
        row.save(update_fields=["status", "updated_at"])
        record("learning.assignment.close", target=Target.of(row), actor=actor)
    return len(found)


def was_handed_in(row: Assignment) -> bool:
    """Whether anybody handed anything in, or began to."""
    work = Submission.objects.filter(assignment=row)
    return work.filter(status__in=HANDED_IN).exists() or work.filter(attempts__isnull=False).exists()


_WAYS = {
    Status.DRAFT: {Status.DRAFT},
    Status.PUBLISHED: {Status.PUBLISHED, Status.CLOSED, Status.DRAFT, Status.ARCHIVED},
    Status.CLOSED: {Status.CLOSED, Status.PUBLISHED, Status.ARCHIVED},
    Status.ARCHIVED: {Status.ARCHIVED, Status.CLOSED},
}


def _check_state(row: Assignment, wanted: str) -> None:
    if wanted not in _WAYS[Status(row.status)]:
        raise AssignmentStateError(_("From %(now)s it cannot become %(then)s.") % {"now": row.status, "then": wanted})
    if wanted == Status.DRAFT and row.status == Status.PUBLISHED:
        if was_handed_in(row):
            raise AssignmentStateError(_("Somebody has handed in already. Close it instead."))
        Submission.objects.filter(assignment=row).delete()


def _refuse_old(row: Assignment, version: int | None, given: dict[str, Any]) -> None:
    names = [name for name in given if hasattr(row, name) and name not in ("classes", "schedule")]
    theirs = {name: str(getattr(row, name)) for name in names}
    refuse_changed(row.version, version, theirs=theirs, yours={name: str(given[name]) for name in names})


def _move_audience(
    row: Assignment, classes: Sequence[UUID], schedule: UUID | None, *, actor: Actor
) -> dict[str, list[Any]]:
    now = set(row.classes.values_list("school_class", flat=True))
    if set(classes) == now and schedule == row.schedule_id:
        return {}
    found, run = _audience(classes, schedule, actor=actor)
    if row.status != Status.DRAFT and (run != row.schedule or run is not None):
        raise AssignmentStateError(_("It was given out: it stays with its classes or its run."))
    wanted = {each.pk for each in found}
    changes: dict[str, list[Any]] = {"classes": [sorted(map(str, now)), sorted(map(str, wanted))]}
    row.schedule, row.for_classes = run, run is None
    row.classes.exclude(school_class__in=found).delete()
    new = [each for each in found if each.pk not in now]
    AssignmentClass.objects.bulk_create(AssignmentClass(assignment=row, school_class=each) for each in new)
    if row.status == Status.PUBLISHED:
        follow_audience([row.pk])
    return changes


def _audience(
    classes: Sequence[UUID], schedule: UUID | None, *, actor: Actor
) -> tuple[list[Class], LearningSchedule | None]:
    """The classes or the run, as the actor may set work for. Another school's are not there."""
    if bool(classes) == bool(schedule):
        raise invalid_field("/class_ids", "audience", _("Choose classes, or one run: not both, and not neither."))
    everything = actor.reaches_all(EDIT)
    if schedule:
        run = LearningSchedule.objects.filter(pk=schedule).first()
        if run is None:
            raise NotFoundError
        if not everything and not LearningSchedule.objects.filter(taught_runs(actor), pk=schedule).exists():
            raise not_allowed(EDIT)
        return [], run
    found = list(Class.objects.filter(pk__in=classes))
    if len(found) < len(set(classes)):
        raise NotFoundError
    if not everything and Class.objects.filter(own_classes(actor), pk__in=classes).count() < len(found):
        raise not_allowed(EDIT)
    return found, None


def _subject(subject_id: UUID | None) -> Subject | None:
    row = Subject.objects.filter(pk=subject_id).first() if subject_id else None
    if subject_id and row is None:
        raise NotFoundError
    return row
