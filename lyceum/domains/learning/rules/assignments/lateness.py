"""When work is due, and by how much it was late: facts, from the server's clock alone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lyceum.core.instants import given_instant
from lyceum.domains.learning.assignment_shown import due_of
from lyceum.domains.learning.models import Assignment, Submission, SubmissionAttempt
from lyceum.domains.learning.settings import school_settings
from lyceum.domains.tenancy.queries import day_bounds, time_zone


@dataclass(frozen=True)
class Lateness:
    """Whether work came late, and by how many whole minutes after it was due."""

    is_late: bool
    minutes: int


def end_of_day(day: date) -> datetime:
    """The last second of a day at the school: what a bare due date means, also on a night of 23 or 25 hours."""
    return given_instant(day_bounds(day)[1] - timedelta(seconds=1), "/due_date")


def due_instant(given: datetime | date, pointer: str = "/due_date") -> datetime:
    """An instant, or the end of a day; without an offset it is the school's clocks'."""
    if isinstance(given, datetime):
        return given_instant(given, pointer, time_zone=time_zone())
    return end_of_day(given)


def lateness(accepted_at: datetime, due_at: datetime) -> Lateness:
    """How late something is that the server took at an instant. Minutes are counted from when it was due."""
    grace = timedelta(minutes=school_settings().late_grace_minutes)
    if accepted_at <= due_at + grace:
        return Lateness(False, 0)
    return Lateness(True, int((accepted_at - due_at).total_seconds() // 60))


def reckon(attempt: SubmissionAttempt, submission: Submission, assignment: Assignment) -> bool:
    """Set anew whether an attempt was late; whether that changed."""
    if attempt.submitted_at is None:
        return False
    first_due = submission.due_at_override or assignment.due_at
    due = due_of(submission, assignment) if attempt.number > 1 else first_due
    found = lateness(attempt.submitted_at, due)
    changed = (attempt.is_late, attempt.late_minutes) != (found.is_late, found.minutes)
    attempt.is_late, attempt.late_minutes = found.is_late, found.minutes
    return changed
