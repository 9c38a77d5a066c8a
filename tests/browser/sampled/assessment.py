"""Gradebooks and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    from lyceum.domains.assessment.models import Gradebook, GradingPolicy, Scale
    from lyceum.domains.people.models import Student

    own = Student.objects.get(person__user__logins__username="student")
    book = Gradebook.objects.filter(school_class__memberships__student=own).order_by("pk")[0]
    scale, policy = Scale.objects.order_by("pk")[0], GradingPolicy.objects.order_by("pk")[0]
    samples.add("marks", "teacher", "/marks/")
    samples.add("marks", "head", "/marks/", "of all")
    samples.add("student-marks", "student", f"/marks/students/{own.pk}/")
    samples.add("gradebook", "head", f"/marks/gradebooks/{book.pk}/")
    samples.add("gradebook-setup", "head", f"/marks/gradebooks/{book.pk}/setup/")
    samples.add("gradebook-learner", "head", f"/marks/gradebooks/{book.pk}/students/{own.pk}/")
    samples.add("settings-grading", "head", "/settings/grading/")
    samples.add("settings-scale", "head", f"/settings/grading/scales/{scale.pk}/")
    samples.add("settings-grading-policy", "head", f"/settings/grading/policies/{policy.pk}/")
