"""Marking: a grade is a number from 0 to 100 with two places, feedback is words; neither changes for lateness."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.domains.journal.rules import record
from lyceum.domains.learning.assignment_facts import SubmissionGraded, SubmissionReassigned
from lyceum.domains.learning.assignment_shown import is_let_out
from lyceum.domains.learning.models import Assignment, Submission, SubmissionAttempt
from lyceum.domains.learning.rules.assignments.access import submission_for_marking
from lyceum.domains.learning.rules.assignments.handing_in import target_of
from lyceum.domains.learning.rules.assignments.lateness import due_instant
from lyceum.domains.learning.rules.assignments.refusals import (
    FeedbackRequiredError,
    GradeOutOfRangeError,
    NothingToMarkError,
    TooManyDecimalsError,
    one_of,
    refuse_changed,
)

CENT, LONGEST = Decimal("0.01"), 10_000
Status = Submission.Status
Grading = Assignment.Grading


@dataclass(frozen=True)
class GivenMark:
    """What a teacher says about work. Where a rubric's points are given and no grade, they make the grade."""

    grade: Decimal | None = None
    feedback: str = ""
    rubric_points: Sequence[Decimal] = field(default_factory=tuple)
    on_paper: bool = False
    """The work came on paper: nothing was handed in here."""

    def said(self) -> dict[str, str | None]:
        """For a refusal that shows both values."""
        return {"grade": None if self.grade is None else str(self.grade), "feedback": self.feedback}


@transaction.atomic
def grade_submission(submission_id: UUID, *, mark: GivenMark, version: int | None = None, actor: Actor) -> Submission:
    """Mark a learner's work, or change its mark."""
    row = submission_for_marking(submission_id, actor=actor)
    refuse_old(row, version, mark)
    attempt = _marked_attempt(row, mark)
    checked = check_mark(mark, row.assignment)
    instant = clock.now()
    changes = {"grade": [_said(row.grade), _said(checked.grade)]}
    if attempt is not None:
        attempt.grade, attempt.feedback, attempt.graded_at = checked.grade, checked.feedback, instant
        attempt.rubric_points = list(checked.rubric_points)
        attempt.save(update_fields=["grade", "feedback", "graded_at", "rubric_points", "updated_at"])
    row.received_on_paper = row.received_on_paper or attempt is None
    row.status, row.grade, row.feedback = Status.GRADED, checked.grade, checked.feedback
    row.graded_at, row.graded_by = instant, actor.id
    if row.assignment.release == Assignment.Release.AT_ONCE:
        row.released_at = instant
    row.version += 1
    row.save()
    facts = [graded_fact(row)]
    record("learning.submission.grade", target=target_of(row), changes=changes, facts=facts, actor=actor)
    return row


@transaction.atomic
def note_mark(submission_id: UUID, *, mark: GivenMark, version: int | None = None, actor: Actor) -> Submission:
    """Keep what a teacher has typed so far. It is no mark yet: the learner's work stays handed in."""
    row = submission_for_marking(submission_id, actor=actor)
    refuse_old(row, version, mark)
    attempt = _newest(row)
    if attempt is None or row.status != Status.SUBMITTED:
        raise NothingToMarkError(_("There is nothing here that waits for a mark."))
    checked = check_mark(mark, row.assignment)
    attempt.grade, attempt.feedback = checked.grade, checked.feedback
    attempt.rubric_points = list(checked.rubric_points)
    attempt.save(update_fields=["grade", "feedback", "rubric_points", "updated_at"])
    row.version += 1
    row.save(update_fields=["version", "updated_at"])
    return row


@transaction.atomic
def reassign_submission(
    submission_id: UUID,
    *,
    feedback: str,
    resubmit_by: datetime | date | None = None,
    version: int | None = None,
    actor: Actor,
) -> Submission:
    """Send work back to be done again, with words that say what to do. The attempt keeps its own mark."""
    row = submission_for_marking(submission_id, actor=actor)
    words = feedback.strip()
    refuse_old(row, version, GivenMark(feedback=feedback))
    if row.status not in (Status.SUBMITTED, Status.GRADED):
        raise NothingToMarkError(_("Nothing was handed in that could go back."))
    if row.is_accepted:
        raise NothingToMarkError(_("It was accepted. Take that back first."))
    if not words:
        raise one_of(FeedbackRequiredError, "/feedback", _("Say what is to be done again."))
    _check_length(words)
    instant, attempt = clock.now(), _newest(row)
    if attempt is not None:
        if attempt.graded_at is None:  # what was typed and never given is no mark
            attempt.grade, attempt.rubric_points, attempt.graded_at = None, [], instant
        attempt.feedback = words
        attempt.save(update_fields=["grade", "rubric_points", "feedback", "graded_at", "updated_at"])
    row.status, row.grade, row.feedback = Status.REASSIGNED, None, words
    row.resubmit_by = due_instant(resubmit_by, "/resubmit_by") if resubmit_by else None
    row.graded_at, row.graded_by = None, None
    if row.assignment.release == Assignment.Release.AT_ONCE:
        row.released_at = instant
    row.version += 1
    row.save()
    fact = SubmissionReassigned(submission=row.pk, assignment=row.assignment_id, student=row.student_id)
    changes = {"status": [None, row.status]}
    record("learning.submission.reassign", target=target_of(row), changes=changes, facts=[fact], actor=actor)
    return row


def refuse_old(row: Submission, version: int | None, mark: GivenMark) -> None:
    """Refuse what was typed over a version that is no longer there."""
    newest = _newest(row) if version is not None and version != row.version else None
    theirs = GivenMark(
        newest.grade if newest and row.grade is None else row.grade,
        newest.feedback if newest and not row.feedback else row.feedback,
    )
    refuse_changed(row.version, version, theirs=theirs.said(), yours=mark.said())


def graded_fact(row: Submission) -> SubmissionGraded:
    """What is told of a mark: which attempts, never the mark itself."""
    return SubmissionGraded(
        submission=row.pk,
        assignment=row.assignment_id,
        student=row.student_id,
        attempts=list(row.attempts.filter(submitted_at__isnull=False).order_by("number").values_list("pk", flat=True)),
        released=is_let_out(row, row.graded_at),
    )


def _newest(row: Submission) -> SubmissionAttempt | None:
    return row.attempts.filter(submitted_at__isnull=False).order_by("-number").first()


def _marked_attempt(row: Submission, mark: GivenMark) -> SubmissionAttempt | None:
    """What the mark is for; None for work on paper."""
    newest = _newest(row)
    if row.status == Status.PENDING and not mark.on_paper:
        raise NothingToMarkError(_("Nothing was handed in. If it came on paper, say so."))
    if row.status == Status.REASSIGNED and not mark.on_paper:
        raise NothingToMarkError(_("It was sent back and has not come again."))
    return newest if row.status in (Status.SUBMITTED, Status.GRADED) else None


def check_mark(mark: GivenMark, assignment: Assignment) -> GivenMark:
    """The mark as it is kept, or why it is none."""
    feedback = mark.feedback.strip()
    _check_length(feedback)
    points = _check_points(mark.rubric_points, assignment)
    grade = mark.grade
    if grade is None and points:
        whole = sum((Decimal(each["points"]) for each in assignment.rubric), Decimal(0))
        grade = (100 * sum(points) / whole).quantize(CENT, ROUND_HALF_UP)
    if grade is not None:
        grade = _check_grade(grade)
        if assignment.grading == Grading.NONE:
            raise invalid_field("/grade", "not_graded", _("This is not graded: give feedback alone."))
        if assignment.grading == Grading.PASS_FAIL and grade not in (0, 100):
            raise invalid_field("/grade", "pass_or_fail", _("This is passed (100) or not passed (0)."))
    return GivenMark(grade, feedback, points, mark.on_paper)


def _check_length(feedback: str) -> None:
    if len(feedback) > LONGEST:
        raise invalid_field("/feedback", "length", _("Give at most %(n)s letters.") % {"n": LONGEST})


def _check_grade(grade: Decimal) -> Decimal:
    if not grade.is_finite() or not 0 <= grade <= 100:
        raise one_of(GradeOutOfRangeError, "/grade", _("A grade is from 0 to 100."))
    if grade != grade.quantize(CENT):
        raise one_of(TooManyDecimalsError, "/grade", _("A grade has two decimals at most."))
    return grade.quantize(CENT)


def _check_points(points: Sequence[Decimal], assignment: Assignment) -> Sequence[Decimal]:
    if not points:
        return ()
    most = [Decimal(each["points"]) for each in assignment.rubric]
    fits = len(points) == len(most) and all(
        each.is_finite() and 0 <= each <= top and each == each.quantize(CENT)
        for each, top in zip(points, most, strict=False)
    )
    if not fits:
        message = _("Give each criterion its points: no more than it has, two decimals at most.")
        raise invalid_field("/rubric_points", "points", message)
    return points


def _said(grade: Decimal | None) -> str | None:
    return None if grade is None else str(grade)
