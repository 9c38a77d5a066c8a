"""Reading assignments and what is handed in: each as far as whoever asks may know of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, Case, CharField, Count, F, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.learning.assignment_policies import (
    decided_assignments,
    family_students,
    family_submissions,
    staff_assignments,
    staff_submissions,
    taught_assignments,
    visible_assignments,
)
from lyceum.domains.learning.models import (
    Assignment,
    AssignmentAttachment,
    AssignmentClass,
    AttemptFile,
    Submission,
    SubmissionAttempt,
)
from lyceum.domains.people.models import Student

ORDER = ("due_at", "pk")
SUBMISSION_ORDER = ("student__person__sort_name", "pk")
Status = Submission.Status
HELD_BACK = Q(status=Status.GRADED) & (Q(released_at__isnull=True) | Q(graded_at__gt=F("released_at")))
"""Marked, and not for the family to know yet."""


@dataclass(frozen=True)
class Wanted:
    """Which assignments."""

    school_class: UUID | None = None
    schedule: UUID | None = None
    status: str = ""
    due_before: datetime | None = None
    student: UUID | None = None
    text: str = ""


def whole_assignments(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """The same with everything that is shown of them."""
    classes = AssignmentClass.objects.select_related("school_class").order_by("school_class__name", "pk")
    return rows.select_related("teacher__person", "subject", "schedule__course").prefetch_related(
        Prefetch("classes", classes), Prefetch("attachments", AssignmentAttachment.objects.order_by("position"))
    )


def list_assignments(actor: Actor, wanted: Wanted = Wanted()) -> QuerySet[Assignment]:
    """The assignments that the actor may read."""
    actor.require(Permission.ASSIGNMENTS_VIEW)
    return _narrowed(Assignment.objects.filter(visible_assignments(actor)), wanted)


def list_staff_assignments(actor: Actor, wanted: Wanted = Wanted()) -> QuerySet[Assignment]:
    """The assignments that the actor reads at work."""
    actor.require(Permission.ASSIGNMENTS_VIEW)
    return _narrowed(Assignment.objects.filter(staff_assignments(actor)), wanted)


def _narrowed(rows: QuerySet[Assignment], wanted: Wanted) -> QuerySet[Assignment]:
    if wanted.school_class:
        chosen = AssignmentClass.objects.filter(school_class=wanted.school_class)
        rows = rows.filter(pk__in=chosen.values("assignment"))
    if wanted.schedule:
        rows = rows.filter(schedule=wanted.schedule)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.due_before:
        rows = rows.filter(due_at__lt=wanted.due_before)
    if wanted.text:
        rows = rows.filter(title__icontains=wanted.text)
    return rows


def list_set_by(actor: Actor) -> QuerySet[Assignment]:
    """What the actor set, and what else is for classes and runs that they teach now."""
    actor.require(Permission.ASSIGNMENTS_VIEW)
    if actor.user_id is None:
        return Assignment.objects.none()
    mine = taught_assignments(actor)
    if actor.reaches_all(Permission.ASSIGNMENTS_VIEW):
        mine |= Q(created_by=actor.user_id)
    return Assignment.objects.filter(mine)


def list_addressed_to(actor: Actor) -> QuerySet[Assignment]:
    """What the actor, or a child of theirs, has to do or did."""
    actor.require(Permission.ASSIGNMENTS_VIEW)
    return Assignment.objects.filter(pk__in=Submission.objects.filter(family_submissions(actor)).values("assignment"))


def get_assignment(work_id: UUID, *, actor: Actor) -> Assignment:
    """One assignment that the actor may read."""
    actor.require(Permission.ASSIGNMENTS_VIEW)
    row = whole_assignments(Assignment.objects.filter(visible_assignments(actor), pk=work_id)).first()
    if row is None:
        raise NotFoundError
    return row


def is_read_at_work(assignment: Assignment, *, actor: Actor) -> bool:
    """Whether the actor reads the work of others for it."""
    return Assignment.objects.filter(staff_assignments(actor), pk=assignment.pk).exists()


def is_decided_by(assignment: Assignment, *, actor: Actor) -> bool:
    """Whether the actor may change it, publish it and let its marks out."""
    return Assignment.objects.filter(decided_assignments(actor), pk=assignment.pk).exists()


def list_submissions(
    actor: Actor,
    *,
    assignment: UUID | None = None,
    assignments: Iterable[UUID] | None = None,
    student: UUID | None = None,
    status: str = "",
) -> QuerySet[Submission]:
    """The work that the actor may read, with what is shown of each. A family's status is the one that it may know."""
    actor.require(Permission.ASSIGNMENTS_VIEW)
    at_work = staff_submissions(actor)
    rows = Submission.objects.annotate(
        for_staff=Case(When(at_work, then=Value(True)), default=Value(False), output_field=BooleanField())
    ).filter(Q(for_staff=True) | family_submissions(actor))
    rows = rows.annotate(
        shown_status=Case(
            When(Q(for_staff=False) & HELD_BACK, then=Value(Status.SUBMITTED.value)),
            default=F("status"),
            output_field=CharField(),
        )
    )
    if assignment:
        rows = rows.filter(assignment=assignment)
    if assignments is not None:
        rows = rows.filter(assignment__in=list(assignments))
    if student:
        rows = rows.filter(student=student)
    if status:
        rows = rows.filter(shown_status=status)
    return rows.exclude(is_void=True, status=Status.PENDING)


def whole_submissions(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """The same with student, assignment, attempts and files."""
    files = Prefetch("files", AttemptFile.objects.order_by("position"))
    attempts = SubmissionAttempt.objects.order_by("number").prefetch_related(files)
    return rows.select_related("student__person", "assignment").prefetch_related(Prefetch("attempts", attempts))


def get_submission(submission_id: UUID, *, actor: Actor) -> Submission:
    """One learner's work that the actor may read."""
    row = whole_submissions(list_submissions(actor).filter(pk=submission_id)).first()
    if row is None:
        raise NotFoundError
    return row


def own_submissions(actor: Actor) -> QuerySet[Submission]:
    """What the actor hands in as a student."""
    actor.require(Permission.ASSIGNMENTS_VIEW)
    students = Student.objects.filter(family_students(actor, Permission.ASSIGNMENTS_HAND_IN))
    return list_submissions(actor).filter(family_submissions(actor), student__in=students)


def get_own_submission(work_id: UUID, *, actor: Actor) -> Submission:
    """The actor's own work for an assignment."""
    row = whole_submissions(own_submissions(actor).filter(assignment=work_id)).first()
    if row is None:
        raise NotFoundError
    return row


@dataclass(frozen=True)
class Counts:
    """How far a class is with an assignment."""

    learners: int = 0
    handed_in: int = 0
    to_mark: int = 0
    marked: int = 0
    unreleased: int = 0


def count_work(assignments: Iterable[UUID], *, actor: Actor) -> dict[UUID, Counts]:
    """How far each of some assignments is, among the learners whose work the actor reads: one statement."""
    rows = Submission.objects.filter(staff_submissions(actor), assignment__in=list(assignments))
    rows = rows.exclude(is_void=True, status=Status.PENDING)
    counted = (
        rows.order_by()
        .values("assignment")
        .annotate(
            learners=Count("pk"),
            handed_in=Count("pk", filter=~Q(status=Status.PENDING)),
            to_mark=Count("pk", filter=Q(status=Status.SUBMITTED)),
            marked=Count("pk", filter=Q(status=Status.GRADED)),
            unreleased=Count("pk", filter=HELD_BACK),
        )
    )
    return {
        row["assignment"]: Counts(row["learners"], row["handed_in"], row["to_mark"], row["marked"], row["unreleased"])
        for row in counted
    }


def next_to_mark(row: Submission, *, actor: Actor, back: bool = False) -> UUID | None:
    """The work that is marked after this one, by name, beginning anew after the last; or the one before it."""
    rows = list_submissions(actor, assignment=row.assignment_id).filter(Q(for_staff=True))
    if not back:
        rows = rows.filter(status=Status.SUBMITTED).exclude(pk=row.pk)
    ids = list(rows.order_by(*SUBMISSION_ORDER).values_list("student__person__sort_name", "pk"))
    here = (row.student.person.sort_name, row.pk)
    if back:
        before = [pk for name, pk in ids if (name, pk) < here]
        return before[-1] if before else None
    after = [pk for name, pk in ids if (name, pk) > here] or [pk for _name, pk in ids]
    return after[0] if after else None


def with_due(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """The same, each with the instant until which it is on time."""
    usual = Coalesce("due_at_override", "assignment__due_at")
    return rows.annotate(due=Greatest("resubmit_by", usual))  # PostgreSQL leaves nulls out


def list_owed(actor: Actor, *, until: datetime | None = None, most: int = 50) -> list[Submission]:
    """What one has to hand in, or one's children have, the soonest first: still open, and not excused."""
    rows = list_submissions(actor).filter(
        family_submissions(actor),
        status__in=(Status.PENDING, Status.REASSIGNED),
        is_excused=False,
        assignment__status=Assignment.Status.PUBLISHED,
    )
    rows = with_due(rows.filter(Q(assignment__closes_at__isnull=True) | Q(assignment__closes_at__gt=clock.now())))
    if until:
        rows = rows.filter(Q(due__lt=until))
    found = list(rows.select_related("student__person", "assignment__subject").order_by(F("due"), "pk")[:most])
    for row in found:
        row.is_overdue = row.due < clock.now()  # type: ignore[attr-defined]  # with_due adds it; a page reads it
    return found


def count_waiting(actor: Actor) -> int:
    """How much work waits to be marked by the actor."""
    rows = Submission.objects.filter(staff_submissions(actor, Permission.ASSIGNMENTS_EDIT), status=Status.SUBMITTED)
    return rows.exclude(assignment__status=Assignment.Status.ARCHIVED).count()


def get_attachment(work_id: UUID, attachment_id: UUID, *, actor: Actor) -> AssignmentAttachment:
    """A file beside an assignment that the actor may read."""
    assignment = get_assignment(work_id, actor=actor)
    found = AssignmentAttachment.objects.filter(assignment=assignment, pk=attachment_id).first()
    if found is None:
        raise NotFoundError
    return found


def get_attempt_file(submission_id: UUID, file_id: UUID, *, actor: Actor) -> AttemptFile:
    """A file that was handed in; what is still a draft is its learner's alone."""
    actor.require(Permission.ASSIGNMENTS_VIEW)
    files = AttemptFile.objects.filter(pk=file_id, attempt__submission=submission_id)
    of_others = list_submissions(actor).filter(pk=submission_id)
    own = own_submissions(actor).filter(pk=submission_id)
    handed_in = Q(attempt__submitted_at__isnull=False, attempt__submission__in=of_others.values("pk"))
    found = files.filter(handed_in | Q(attempt__submission__in=own.values("pk"))).first()
    if found is None:
        raise NotFoundError
    return found
