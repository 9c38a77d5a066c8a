"""Giving work out: one pending row for each learner of the audience, also for those who join or leave later."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.assignment_facts import AssignmentPublished
from lyceum.domains.learning.models import Assignment, AssignmentClass, CourseEnrolment, Submission
from lyceum.domains.learning.rules.assignments.access import assignment_for_edit
from lyceum.domains.learning.rules.assignments.refusals import AssignmentStateError
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import today

Status = Assignment.Status


@transaction.atomic
def publish_assignment(work_id: UUID, *, actor: Actor) -> Assignment:
    """Give an assignment out. Doing it again changes nothing."""
    row = assignment_for_edit(work_id, actor=actor)
    if row.status == Status.PUBLISHED:
        return row
    if row.status != Status.DRAFT:
        raise AssignmentStateError(_("Only a draft is published."), state=row.status)
    _give_out(row, actor=actor)
    return row


@transaction.atomic
def publish_scheduled(*, actor: Actor) -> int:
    """Give out the drafts whose time has come."""
    rows = Assignment.objects.select_for_update().filter(status=Status.DRAFT, publish_at__lte=clock.now())
    found = list(rows)
    for row in found:
        _give_out(row, actor=actor)
    return len(found)


def _give_out(row: Assignment, *, actor: Actor) -> None:
    row.status, row.published_at, row.version = Status.PUBLISHED, clock.now(), row.version + 1
    row.save(update_fields=["status", "published_at", "version", "updated_at"])
    classes = list(row.classes.values_list("school_class", flat=True))
    _add_missing([row.pk])
    fact = AssignmentPublished(assignment=row.pk, classes=classes, schedule=row.schedule_id, due_at=row.due_at)
    record("learning.assignment.publish", target=Target.of(row), facts=[fact], actor=actor)


def follow_audience(assignments: Iterable[UUID] | None = None) -> None:
    """Bring published work into line with who belongs to it today; safe to do again and again.

    Joiners get what is not due yet. What leavers have not handed in becomes void, and counts again if they return.
    """
    rows = Assignment.objects.filter(status__in=(Status.PUBLISHED, Status.CLOSED))
    if assignments is not None:
        rows = rows.filter(pk__in=list(assignments))
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        return
    _add_missing(ids, only_open=True)
    pending = Submission.objects.filter(assignment__in=ids, status=Submission.Status.PENDING)
    pending.filter(~_belongs(), is_void=False).update(is_void=True, updated_at=clock.now())
    pending.filter(_belongs(), is_void=True).update(is_void=False, updated_at=clock.now())


def follow_classes(classes: Iterable[UUID]) -> None:
    """Who is in some classes has changed."""
    rows = AssignmentClass.objects.filter(school_class__in=list(classes))
    follow_audience(list(rows.values_list("assignment", flat=True)))


def follow_run(schedule_id: UUID) -> None:
    """Who is enrolled in a run has changed."""
    follow_audience(list(Assignment.objects.filter(schedule=schedule_id).values_list("pk", flat=True)))


def _belongs() -> Q:
    """Whether a submission's student is in the audience of its assignment today."""
    members = ClassMembership.objects.filter(
        holds_on(today()),
        school_class__assignments__assignment=OuterRef("assignment"),
        student=OuterRef("student"),
    )
    enrolled = CourseEnrolment.objects.filter(
        schedule__assignments=OuterRef("assignment"),
        student=OuterRef("student"),
        status__in=(CourseEnrolment.Status.ACTIVE, CourseEnrolment.Status.COMPLETED),
    )
    return Q(Exists(members)) | Q(Exists(enrolled))


def _add_missing(assignments: Sequence[UUID], *, only_open: bool = False) -> None:
    """One insert for all learners who belong to the assignments and have no row; twice does no harm."""
    rows = Assignment.objects.filter(pk__in=assignments)
    if only_open:
        rows = rows.filter(due_at__gt=clock.now(), status=Status.PUBLISHED)
    members = ClassMembership.objects.filter(
        holds_on(today()), school_class__assignments__assignment__in=rows, student__deleted_at__isnull=True
    ).values_list("school_class__assignments__assignment", "student")
    enrolled = CourseEnrolment.objects.filter(
        schedule__assignments__in=rows, status=CourseEnrolment.Status.ACTIVE, student__deleted_at__isnull=True
    ).values_list("schedule__assignments", "student")
    wanted = set(members.union(enrolled))
    known = set(Submission.objects.filter(assignment__in=assignments).values_list("assignment", "student"))
    new = [Submission(assignment_id=work, student_id=student) for work, student in sorted(wanted - known)]
    Submission.objects.bulk_create(new, ignore_conflicts=True)
