"""What a new due date makes of work that is there already."""

from collections.abc import Sequence

from lyceum.domains.learning.models import Assignment, Submission, SubmissionAttempt
from lyceum.domains.learning.rules.assignments.lateness import reckon


def recalculate(
    assignment: Assignment, *, marked: bool = False, only: Submission | None = None
) -> Sequence[Submission]:
    """Count lateness anew for work that is not marked; returns the marked work that it would change and did not.

    With `marked` that is changed too, and nothing is returned. Five statements, whatever the number.
    """
    rows = Submission.objects.select_for_update(of=("self",)).filter(assignment=assignment)
    if only:
        rows = rows.filter(pk=only.pk)
    submissions = {row.pk: row for row in rows}
    attempts = SubmissionAttempt.objects.filter(submission__in=submissions, submitted_at__isnull=False)
    changed, left = [], set()
    for attempt in attempts.order_by("number"):
        row = submissions[attempt.submission_id]
        is_marked = row.status == Submission.Status.GRADED or attempt.graded_at is not None
        if not reckon(attempt, row, assignment):
            continue
        if is_marked and not marked:
            left.add(row.pk)
            continue
        row.is_late = attempt.is_late
        changed.append(attempt)
    SubmissionAttempt.objects.bulk_update(changed, ["is_late", "late_minutes"])
    touched = [submissions[pk] for pk in {attempt.submission_id for attempt in changed}]
    Submission.objects.bulk_update(touched, ["is_late"])
    listed = Submission.objects.filter(pk__in=left).select_related("student__person")
    return list(listed.order_by("student__person__sort_name", "pk")) if left else ()
