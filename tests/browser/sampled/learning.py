"""Courses, runs, lessons, materials, enrolment and progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lyceum.domains.learning.models import Course, CourseEnrolment, CourseLesson, LearningSchedule, Material

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {"learning-material-file": "a file"}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    own = CourseEnrolment.objects.filter(student__person__user__logins__username="student", status="active")
    run = LearningSchedule.objects.get(pk=own.order_by("enrolled_at")[0].schedule_id)
    full = LearningSchedule.objects.exclude(pk=run.pk).order_by("-start_on", "pk")[0]
    lessons = CourseLesson.objects.filter(module__schedule=run).order_by("module__order", "order")
    whole = Course.objects.get(name="Web developer")
    material = Material.objects.filter(course=whole).order_by("pk")[0]
    for role in ("head", "student", "guardian"):
        samples.add("learning", role, "/learning/")
        samples.add("learning-course", role, f"/learning/courses/{run.course_id}/")
        samples.add("learning-run", role, f"/learning/runs/{run.pk}/")
        samples.add("learning-lesson", role, f"/learning/lessons/{lessons[0].pk}/")
    samples.add("learning", "student", "/learning/?q=zzzzzz", "nothing found")
    samples.add("learning-course", "student", f"/learning/courses/{whole.pk}/", "with parts")
    samples.add("learning-run", "student", f"/learning/runs/{full.pk}/", "to come")
    samples.add("learning-lesson", "guardian", f"/learning/lessons/{lessons[1].pk}/", "closed")
    samples.add("learning-materials", "student", "/learning/materials/")
    samples.add("learning-material", "student", f"/learning/materials/{material.pk}/")
    samples.add("learning-material", "student", f"/learning/materials/{material.pk}/?opened=1", "opened")
    for name, path in {
        "learning-courses": "/learning/courses/",
        "learning-course-edit": f"/learning/courses/{whole.pk}/edit/",
        "learning-run-edit": f"/learning/runs/{run.pk}/edit/",
        "learning-learners": f"/learning/runs/{run.pk}/learners/?q=a",
        "learning-lesson-edit": f"/learning/lessons/{lessons[0].pk}/edit/",
        "settings-learning": "/settings/learning/",
    }.items():
        samples.add(name, "head", path)
