"""Accepting work: with it the assignment is done for that learner. It can be undone."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.domains.journal.rules import record
from lyceum.domains.learning.assignment_facts import SubmissionAccepted
from lyceum.domains.learning.models import CourseEnrolment, Submission
from lyceum.domains.learning.rules.assignments.access import submission_for_marking
from lyceum.domains.learning.rules.assignments.handing_in import target_of
from lyceum.domains.learning.rules.assignments.marking import GivenMark, refuse_old
from lyceum.domains.learning.rules.assignments.refusals import NothingToMarkError
from lyceum.domains.learning.rules.completion import COMPLETABLE, evaluate


@transaction.atomic
def accept_submission(
    submission_id: UUID, *, accepted: bool = True, version: int | None = None, actor: Actor
) -> Submission:
    """Accept marked work, or take that back. Twice is once."""
    row = submission_for_marking(submission_id, actor=actor)
    refuse_old(row, version, GivenMark(row.grade, row.feedback))
    if row.status != Submission.Status.GRADED:
        raise NothingToMarkError(_("Mark it first: only marked work is accepted."))
    if row.is_accepted == accepted:
        return row
    row.is_accepted = accepted
    row.version += 1
    row.save(update_fields=["is_accepted", "version", "updated_at"])
    fact = SubmissionAccepted(
        submission=row.pk,
        assignment=row.assignment_id,
        student=row.student_id,
        schedule=row.assignment.schedule_id,
        accepted=accepted,
    )
    changes = {"is_accepted": [not accepted, accepted]}
    record("learning.submission.accept", target=target_of(row), changes=changes, facts=[fact], actor=actor)
    follow_learner(row, actor=actor)
    return row


def follow_learner(submission: Submission, *, actor: Actor) -> None:
    """What follows in the same transaction where the assignment belongs to a run: how far the learner is with it."""
    schedule = submission.assignment.schedule_id
    if schedule is None:
        return
    rows = CourseEnrolment.objects.filter(schedule=schedule, student=submission.student_id, status__in=COMPLETABLE)
    for enrolment_id in rows.values_list("pk", flat=True):
        evaluate(enrolment_id, actor=actor)
