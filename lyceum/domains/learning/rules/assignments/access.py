"""Loading assignments and work for those who act on them; what they may not know of is not there."""

from uuid import UUID

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.learning.assignment_policies import (
    decided_assignments,
    family_students,
    family_submissions,
    staff_assignments,
    staff_submissions,
    visible_assignments,
)
from lyceum.domains.learning.assignment_queries import list_submissions
from lyceum.domains.learning.models import Assignment, Submission
from lyceum.domains.people.models import Student

EDIT = Permission.ASSIGNMENTS_EDIT


def assignment_for_edit(work_id: UUID, *, actor: Actor, whole: bool = True) -> Assignment:
    """An assignment, locked, for somebody who may change it. `whole`: of which they answer for every class."""
    actor.require(EDIT)
    row = Assignment.objects.select_for_update(of=("self",)).filter(visible_assignments(actor), pk=work_id).first()
    if row is None:
        raise NotFoundError
    allowed = decided_assignments(actor) if whole else staff_assignments(actor, EDIT)
    if not Assignment.objects.filter(allowed, pk=work_id).exists():
        raise not_allowed(EDIT)
    return row


def submission_for_marking(submission_id: UUID, *, actor: Actor) -> Submission:
    """One learner's work, locked, for somebody who may mark it."""
    actor.require(EDIT)
    known = list_submissions(actor).filter(pk=submission_id).exists()
    row = _locked(submission_id) if known else None
    if row is None:
        raise NotFoundError
    if not Submission.objects.filter(staff_submissions(actor, EDIT), pk=submission_id).exists():
        raise not_allowed(EDIT)
    return row


def own_submission(work_id: UUID, *, actor: Actor) -> Submission:
    """The student's own work for an assignment, locked."""
    students = Student.objects.filter(family_students(actor, Permission.ASSIGNMENTS_HAND_IN))
    rows = Submission.objects.filter(family_submissions(actor), assignment=work_id, student__in=students)
    found = rows.values_list("pk", flat=True).first()
    row = _locked(found) if found else None
    if row is None:
        if Assignment.objects.filter(visible_assignments(actor), pk=work_id).exists():
            raise not_allowed(Permission.ASSIGNMENTS_HAND_IN)
        raise NotFoundError
    return row


def _locked(submission_id: UUID) -> Submission | None:
    rows = Submission.objects.select_for_update(of=("self",)).select_related("assignment", "student__person")
    return rows.filter(pk=submission_id).first()
