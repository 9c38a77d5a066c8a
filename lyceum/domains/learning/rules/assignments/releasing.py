"""Letting marks out that were held back: one act for the whole class."""

from uuid import UUID

from django.db import transaction

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.learning.assignment_facts import SubmissionGraded
from lyceum.domains.learning.assignment_queries import HELD_BACK
from lyceum.domains.learning.models import Assignment, Submission, SubmissionAttempt
from lyceum.domains.learning.rules.assignments.access import assignment_for_edit


@transaction.atomic
def release_marks(work_id: UUID, *, actor: Actor) -> Assignment:
    """Let every mark of an assignment out. Marks that are given afterwards wait for the next time."""
    row = assignment_for_edit(work_id, actor=actor)
    instant = clock.now()
    held = Submission.objects.select_for_update().filter(HELD_BACK, assignment=row)
    marked = dict(held.values_list("pk", "student"))
    if not marked:
        return row
    attempts: dict[UUID, list[UUID]] = {}
    handed_in = SubmissionAttempt.objects.filter(submission__in=marked, submitted_at__isnull=False).order_by("number")
    for submission, attempt in handed_in.values_list("submission", "pk"):
        attempts.setdefault(submission, []).append(attempt)
    Submission.objects.filter(pk__in=marked).update(released_at=instant, updated_at=instant)
    row.released_at = instant
    row.save(update_fields=["released_at", "updated_at"])
    facts = [
        SubmissionGraded(
            submission=pk, assignment=row.pk, student=student, attempts=attempts.get(pk, []), released=True
        )
        for pk, student in marked.items()
    ]
    changes = {"released": [None, len(marked)]}
    record_all([Entry("learning.assignment.release", Target.of(row), changes, facts=facts)], actor=actor)
    return row
