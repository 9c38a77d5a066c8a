"""Handing in: a draft that is kept as it is written, then one act, by the server's clock."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.learning.assignment_facts import SubmissionSubmitted
from lyceum.domains.learning.assignment_shown import due_of
from lyceum.domains.learning.models import Assignment, AttemptFile, Submission, SubmissionAttempt
from lyceum.domains.learning.rules.assignments.access import own_submission
from lyceum.domains.learning.rules.assignments.attaching import GivenFile, add_to_draft, forget
from lyceum.domains.learning.rules.assignments.lateness import reckon
from lyceum.domains.learning.rules.assignments.refusals import (
    AlreadyAcceptedError,
    AssignmentClosedError,
    CannotTakeBackError,
    NoAttemptsLeftError,
    NothingToSubmitError,
)

LONGEST = 50_000
Status = Submission.Status


@transaction.atomic
def write_draft(work_id: UUID, *, text: str, actor: Actor) -> Submission:
    """Keep what a student has written so far."""
    row = own_submission(work_id, actor=actor)
    if len(text) > LONGEST:
        raise invalid_field("/text", "length", _("Give at most %(n)s letters.") % {"n": LONGEST})
    draft = _draft_of(row)
    if draft.text != text:
        draft.text = text
        draft.save(update_fields=["text", "updated_at"])
    return row


@transaction.atomic
def add_files(work_id: UUID, *, files: Sequence[GivenFile], actor: Actor) -> list[AttemptFile]:
    """Put files beside the draft: all of a call, or none."""
    row = own_submission(work_id, actor=actor)
    return add_to_draft(_draft_of(row), files, actor=actor)


@transaction.atomic
def remove_file(work_id: UUID, file_id: UUID, *, actor: Actor) -> None:
    """Take a file away from the draft. What was handed in stays as it is."""
    row = own_submission(work_id, actor=actor)
    file = AttemptFile.objects.filter(attempt__submission=row, attempt__submitted_at__isnull=True, pk=file_id).first()
    if file is None:
        raise NotFoundError
    forget([file.stored])
    file.delete()


@transaction.atomic
def submit(work_id: UUID, *, text: str | None = None, actor: Actor) -> Submission:
    """Hand in the draft. It counts from the moment at which the server takes it; a second tap changes nothing."""
    row = own_submission(work_id, actor=actor)
    draft = _find_draft(row)
    if row.status == Status.SUBMITTED and not row.is_accepted and draft is None and not (text or "").strip():
        return row
    refuse_handing_in(row)
    if text is not None:
        draft = _draft_of(row)
        draft.text = text
    if draft is None or not (draft.text.strip() or draft.files.exists()):
        raise NothingToSubmitError(_("Write something, or add a file or a photo."))
    _hand_in(row, draft)
    fact = SubmissionSubmitted(
        submission=row.pk,
        assignment=row.assignment_id,
        student=row.student_id,
        attempt=draft.pk,
        is_late=draft.is_late,
    )
    changes: Changes = {"attempt": [None, draft.number], "is_late": [None, draft.is_late]}
    record("learning.submission.submit", target=target_of(row), changes=changes, facts=[fact], actor=actor)
    return row


def _hand_in(row: Submission, draft: SubmissionAttempt) -> None:
    draft.submitted_at = clock.now()
    reckon(draft, row, row.assignment)
    draft.save()
    row.status, row.submitted_at, row.is_late = Status.SUBMITTED, draft.submitted_at, draft.is_late
    row.grade, row.graded_at, row.graded_by, row.feedback = None, None, None, ""
    row.version += 1
    row.save()


@transaction.atomic
def take_back(work_id: UUID, *, actor: Actor) -> Submission:
    """Take back what was handed in, to change it: before it is due, and while nobody has begun to mark it."""
    row = own_submission(work_id, actor=actor)
    newest = row.attempts.filter(submitted_at__isnull=False).order_by("-number").first()
    if newest is None or row.status != Status.SUBMITTED or not _is_untouched(row, newest):
        raise CannotTakeBackError(_("It can no longer be taken back. Ask your teacher."))
    draft = _find_draft(row)
    if draft is not None:
        if draft.text.strip() or draft.files.exists():
            raise CannotTakeBackError(_("You have begun something new. Delete that first."))
        draft.delete()
    newest.submitted_at, newest.is_late, newest.late_minutes = None, False, 0
    newest.save()
    before = row.attempts.filter(submitted_at__isnull=False).order_by("-number").first()
    row.submitted_at = before.submitted_at if before else None
    row.is_late = bool(before and before.is_late)
    if before is None:
        row.status = Status.PENDING
    elif before.graded_at:
        row.status, row.feedback = Status.REASSIGNED, before.feedback
    row.version += 1
    row.save()
    record("learning.submission.take_back", target=target_of(row), actor=actor)
    return row


def target_of(row: Submission) -> Target:
    """Somebody's work for the trail: which assignment."""
    return Target("learning.submission", row.pk, str(row.assignment)[:200])


def refuse_handing_in(row: Submission) -> None:
    """Refuse where nothing more may be handed in, and say why."""
    if row.is_accepted:
        raise AlreadyAcceptedError(_("Your teacher has accepted this work. There is nothing more to do."))
    assignment, instant = row.assignment, clock.now()
    has_own_date = row.due_at_override is not None or (row.status == Status.REASSIGNED and row.resubmit_by is not None)
    is_closed = assignment.status == Assignment.Status.CLOSED or (
        assignment.closes_at is not None and instant > assignment.closes_at
    )
    if assignment.status == Assignment.Status.ARCHIVED or (is_closed and not has_own_date):
        raise AssignmentClosedError(_("This is closed: nothing is accepted any more. Ask your teacher for more time."))
    if row.status in (Status.PENDING, Status.REASSIGNED):
        return
    handed_in = row.attempts.filter(submitted_at__isnull=False).order_by("-number")
    count, newest = len(handed_in), handed_in.first()
    may_again = row.status == Status.SUBMITTED and newest is not None and _is_untouched(row, newest)
    if not may_again or (assignment.max_attempts and count >= assignment.max_attempts):
        raise NoAttemptsLeftError(_("You have handed this in. It is done again only when your teacher sends it back."))


def may_hand_in(row: Submission) -> bool:
    """Whether something may be handed in now."""
    try:
        refuse_handing_in(row)
    except (AlreadyAcceptedError, AssignmentClosedError, NoAttemptsLeftError):
        return False
    return True


def may_take_back(row: Submission) -> bool:
    """Whether what was handed in may be taken back now."""
    newest = row.attempts.filter(submitted_at__isnull=False).order_by("-number").first()
    return row.status == Status.SUBMITTED and newest is not None and _is_untouched(row, newest)


def _is_untouched(row: Submission, newest: SubmissionAttempt) -> bool:
    begun = newest.graded_at is not None or newest.grade is not None or bool(newest.feedback)
    return not begun and clock.now() <= due_of(row, row.assignment)


def _find_draft(row: Submission) -> SubmissionAttempt | None:
    return row.attempts.filter(submitted_at__isnull=True).first()


def _draft_of(row: Submission) -> SubmissionAttempt:
    """The one draft; made where there may be one."""
    draft = _find_draft(row)
    if draft is None:
        refuse_handing_in(row)
        newest = row.attempts.order_by("-number").values_list("number", flat=True).first()
        draft = SubmissionAttempt.objects.create(submission=row, number=(newest or 0) + 1)
    return draft
