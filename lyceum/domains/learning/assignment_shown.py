"""What somebody sees of a learner's work: for staff as it is, for the family without marks that are held back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lyceum.core import clock
from lyceum.domains.learning.models import Assignment, AttemptFile, Submission, SubmissionAttempt

Status = Submission.Status


@dataclass(frozen=True)
class ShownAttempt:
    """One time that work was handed in; or, without an instant, what is still being written."""

    row: SubmissionAttempt
    files: Sequence[AttemptFile]
    grade: Decimal | None
    feedback: str
    rubric_points: Sequence[Decimal]


@dataclass(eq=False)
class Shown:
    """A learner's work as somebody may know of it."""

    row: Submission
    assignment: Assignment
    for_staff: bool
    status: str
    grade: Decimal | None
    feedback: str
    is_accepted: bool
    graded_at: datetime | None
    attempts: tuple[ShownAttempt, ...]
    """Those that were handed in."""
    draft: ShownAttempt | None
    """The learner's own, for nobody else."""

    @property
    def due_at(self) -> datetime:
        """Until when it is on time."""
        return due_of(self.row, self.assignment)

    @property
    def is_let_out(self) -> bool:
        """Whether the family may know the mark."""
        return is_let_out(self.row, self.row.graded_at)

    @property
    def is_missing(self) -> bool:
        """Not handed in though it is past due. Never the same as a mark of 0."""
        return self.status == Status.PENDING and not self.row.is_excused and clock.now() > self.due_at

    @property
    def newest(self) -> ShownAttempt | None:
        """What counts at present."""
        return self.attempts[-1] if self.attempts else None


def due_of(submission: Submission, assignment: Assignment) -> datetime:
    """Until when one learner's work is on time."""
    usual = submission.due_at_override or assignment.due_at
    return max(usual, submission.resubmit_by) if submission.resubmit_by else usual


def is_let_out(submission: Submission, instant: datetime | None) -> bool:
    """Whether a mark that was given at an instant is for the family to know."""
    return bool(submission.released_at and instant and instant <= submission.released_at)


def shown(row: Submission, *, own: bool = False) -> Shown:
    """A row of `whole_submissions` as whoever asked may know of it; `own`: with what its learner still writes."""
    for_staff = bool(getattr(row, "for_staff", False))
    known = for_staff or is_let_out(row, row.graded_at)
    sent_back = row.status == Status.REASSIGNED  # its feedback says what to do, and is for the learner
    attempts = [_attempt(row, each, for_staff) for each in row.attempts.all()]
    return Shown(
        row=row,
        assignment=row.assignment,
        for_staff=for_staff,
        status=Status.SUBMITTED.value if row.status == Status.GRADED and not known else row.status,
        grade=row.grade if known else None,
        feedback=row.feedback if known or sent_back else "",
        is_accepted=row.is_accepted and known,
        graded_at=row.graded_at if known else None,
        attempts=tuple(each for each in attempts if each.row.submitted_at),
        draft=next((each for each in attempts if own and each.row.submitted_at is None), None),
    )


def _attempt(row: Submission, attempt: SubmissionAttempt, for_staff: bool) -> ShownAttempt:
    known = for_staff or is_let_out(row, attempt.graded_at)
    return ShownAttempt(
        row=attempt,
        files=list(attempt.files.all()),
        grade=attempt.grade if known else None,
        feedback=attempt.feedback if known else "",
        rubric_points=attempt.rubric_points if known else (),
    )
