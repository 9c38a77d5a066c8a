"""The learners of a run: who is on it, how far they are, and somebody more."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import submitted, typed_id
from lyceum.core.lists.export import as_file, safe_cell
from lyceum.core.permissions import Permission
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.rules import note_export
from lyceum.domains.learning.models import CourseEnrolment, LearningSchedule
from lyceum.domains.learning.outside import list_learner_names, list_outsiders
from lyceum.domains.learning.progress import live_lessons, read_progress
from lyceum.domains.learning.queries import (
    certificates_of,
    get_schedule,
    list_enrolments,
    list_students_to_enrol,
    places_left,
)
from lyceum.domains.learning.rules.completion import confirm_completion, reverse_completion
from lyceum.domains.learning.rules.enrolling import Waiver, enrol_student, withdraw
from lyceum.domains.learning.rules.outside import note_removed
from lyceum.domains.learning.rules.schedules import get_schedule_to_write
from lyceum.domains.learning.views.reading import learning_actor, to_run
from lyceum.domains.learning.words import ENROLMENT, KINDS

MOST_FOUND = 20
ORDER = ("active", "pending_payment", "waitlisted", "completed", "not_completed", "withdrawn", "lapsed")


@require_http_methods(["GET", "POST"])
def learners_page(request: HttpRequest, learning_schedule_id: UUID) -> HttpResponse:
    """Learners by lessons, as a page or as a file."""
    actor = learning_actor(request)
    get_schedule_to_write(learning_schedule_id, actor=actor)
    actor.require(Permission.LEARNERS_VIEW)
    run = get_schedule(learning_schedule_id, actor=actor)
    if request.method == "POST" and request.POST.get("export") in ("csv", "xlsx"):
        return _file(request.POST["export"], run, actor)

    def act() -> Done:
        return _act(request, run, actor)

    def context() -> dict[str, Any]:
        return _context(request, run, actor)

    return submitted(request, "learning/learners.html", context, act)


def _act(request: HttpRequest, run: LearningSchedule, actor: Actor) -> Done:
    form, what, here = request.POST, request.POST.get("act", ""), f"{to_run(run.pk)}learners/"
    row = typed_id(request, "row") or run.pk
    if what == "enrol":
        over = form.get("over_capacity") == "1"
        waiver = Waiver(form.get("reason", ""), over, over)
        student = typed_id(request, "student")
        if student is None:
            raise invalid_field("/student", "required", _("Choose who is to be enrolled."))
        joined = enrol_student(run.pk, student, waiver=waiver, actor=actor)
        words = ENROLMENT[joined.enrolment.status][0]
        return Done(here, Toast(_("Enrolled: %(state)s.") % {"state": words}))
    if what == "removed":
        note_removed(run.pk, row, actor=actor)
        return Done(f"{here}#outside", Toast(_("Noted.")))
    if what == "withdraw":
        withdraw(row, reason=form.get("reason", ""), actor=actor)
        return Done(here, Toast(_("The enrolment has ended.")))
    if what == "reverse":
        reverse_completion(row, reason=form.get("reason", ""), actor=actor)
        return Done(here, Toast(_("The completion is taken back.")))
    confirm_completion(row, actor=actor)
    return Done(here, Toast(_("Completed.")))


def _rows(run: LearningSchedule, actor: Actor) -> list[CourseEnrolment]:
    rows = list_enrolments(run.pk, actor=actor).order_by("enrolled_at", "pk")
    return sorted(rows, key=lambda each: ORDER.index(each.status))


def _context(request: HttpRequest, run: LearningSchedule, actor: Actor) -> dict[str, Any]:
    rows, lessons = _rows(run, actor), live_lessons([run.pk])
    names = {each.student_id: each for each in list_learner_names(run.pk, actor=actor)}
    progress, certificates = read_progress(rows, lessons), certificates_of(rows)
    text = request.GET.get("q", "").strip()[:100]
    may_enrol = actor.reaches_all(Permission.COURSES_ENROL)
    return {
        "run": run,
        "lessons": lessons,
        "lines": [
            {
                "row": each,
                "words": ENROLMENT[each.status][0],
                "tone": ENROLMENT[each.status][1],
                "progress": progress[each.pk],
                "cells": [_cell(lesson.pk, each, progress) for lesson in lessons],
                "is_live": each.status in ORDER[:3],
                "names": names.get(each.student_id),
                "certificate": certificates.get(each.pk),
                "may_complete": each.status in ("active", "not_completed"),
            }
            for each in rows
        ],
        "places": places_left(run),
        "outsiders": [(each, KINDS[each.opening.material.kind]) for each in list_outsiders(run.pk, actor=actor)],
        "text": text,
        "found": list(list_students_to_enrol(actor, text=text)[:MOST_FOUND]) if text and may_enrol else [],
        "may_enrol": may_enrol,
        "may_reverse": actor.reaches_all(Permission.CERTIFICATES_DECIDE),
    }


def _cell(lesson_id: UUID, row: CourseEnrolment, progress: dict[UUID, Any]) -> str:
    found = progress[row.pk]
    return "done" if lesson_id in found.completed else "opened" if lesson_id in found.opened else ""


def _file(kind: str, run: LearningSchedule, actor: Actor) -> HttpResponse:
    rows, lessons = _rows(run, actor), live_lessons([run.pk])
    progress = read_progress(rows, lessons)
    head = [_("Learner"), _("State"), _("Joined"), _("Percent"), *(str(safe_cell(each.title)) for each in lessons)]
    lines = [
        [
            each.student.person.full_name,
            ENROLMENT[each.status][0],
            each.enrolled_at,
            progress[each.pk].percent,
            *(_cell(lesson.pk, each, progress) for lesson in lessons),
        ]
        for each in rows
    ]
    note_export("learners", f"run={run.pk}", len(lines), actor=actor)
    return as_file(kind, "learners", head, lines)
