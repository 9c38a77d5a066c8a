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
    from lyceum.domains.learning.models import Submission

    own = Submission.objects.filter(student__person__user__logins__username="student")
    work = Submission.objects.filter(status=Submission.Status.SUBMITTED).order_by("pk")[0]
    samples.add("work", "teacher", "/assignments/")
    samples.add("work", "student", "/assignments/", "family")
    samples.add("assignment-new", "teacher", "/assignments/new/")
    samples.add("assignment", "head", f"/assignments/{work.assignment_id}/")
    samples.add("assignment-edit", "head", f"/assignments/{work.assignment_id}/edit/")
    samples.add("assignment-marks", "head", f"/assignments/{work.assignment_id}/marks/")
    samples.add("submission-mark", "head", f"/submissions/{work.pk}/mark/")
    for status, variant in ((Submission.Status.PENDING, "to hand in"), (Submission.Status.GRADED, "marked")):
        mine = own.filter(status=status).order_by("pk").first()
        if mine:
            samples.add("assignment", "student", f"/assignments/{mine.assignment_id}/", variant)
