"""Assignments and what is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {
    "assignment-zip": "a file",
    "assignment-attachment": "a file",
    "submission-file": "a file",
}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    from lyceum.domains.learning.models import Assignment, Submission

    published = Assignment.objects.filter(status=Assignment.Status.PUBLISHED)
    owed = Submission.objects.filter(
        status=Submission.Status.PENDING, assignment__in=published, student__person__user__isnull=False
    )
    work = Submission.objects.filter(status=Submission.Status.SUBMITTED).order_by("pk")[0]
    samples.add("work", "teacher", "/work/")
    samples.add("work", "student", "/work/", "family")
    samples.add("assignment-new", "teacher", "/work/new/")
    samples.add("assignment", "admin", f"/work/{work.assignment_id}/")
    samples.add("assignment-edit", "admin", f"/work/{work.assignment_id}/edit/")
    samples.add("submission-mark", "admin", f"/submissions/{work.pk}/mark/")
    del owed
