"""The catalogue, a course, and what a learner learns with."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.content_policy import content_policy
from lyceum.core.errors import NotAllowedError, UnauthorizedError
from lyceum.core.files import answer_file
from lyceum.core.forms import submitted
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.text import searchable
from lyceum.core.toasts import Done, Toast
from lyceum.domains.learning.materials import file_link, find_file, find_own_material, list_own_materials
from lyceum.domains.learning.models import Course, LearningSchedule, Material
from lyceum.domains.learning.outside import NAMES
from lyceum.domains.learning.players import find_player
from lyceum.domains.learning.policies import find_own_student, own_schedules
from lyceum.domains.learning.queries import (
    SCHEDULE_ORDER,
    ScheduleFilter,
    get_course,
    list_own_enrolments,
    list_public_courses,
    list_schedules,
    phase_of,
    places_left,
    read_subcourses,
)
from lyceum.domains.learning.rules.materials import open_material
from lyceum.domains.learning.rules.outside import read_own_names, set_own_names
from lyceum.domains.learning.words import ENROLMENT, KINDS, PHASE, STATUS


def learning_actor(request: HttpRequest) -> Actor:
    """Whoever is signed in, in a school: these pages are inside."""
    actor = actor_of(request)
    if actor.kind is ActorKind.PUBLIC:
        raise UnauthorizedError
    actor.require(Permission.COURSES_VIEW)
    if actor.school_id is None:
        raise NotAllowedError(_("Choose a school first."))
    return actor


@require_GET
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """What can be learnt here, and what the reader learns or teaches already."""
    actor = learning_actor(request)
    text = request.GET.get("q", "").strip()[:100]
    courses = [each for each in list_public_courses(actor) if _fits(each, text)]
    shelves: dict[str, list[Course]] = {}
    for each in courses:
        if text or each.parent_id is None:
            shelves.setdefault(each.category.name if each.category else "", []).append(each)
    student = find_own_student(actor)
    own = list_own_enrolments(student.pk, actor=actor) if student else []
    context = {
        "shelves": list(shelves.items()),
        "text": text,
        "own": [(row, *ENROLMENT[row.enrolment.status]) for row in own],
        "taught": LearningSchedule.objects.filter(own_schedules(actor)).select_related("course").order_by("start_on"),
        "may_edit": actor.reaches_all(Permission.COURSES_EDIT),
        "is_learner": student is not None,
    }
    return render(request, "learning/catalogue.html", context)


def _fits(course: Course, text: str) -> bool:
    words = searchable(f"{course.name} {course.code} {course.summary}")
    return all(word in words for word in searchable(text).split())


@require_GET
def course_page(request: HttpRequest, course_id: UUID) -> HttpResponse:
    """A course: what it is about, what is in it, and its runs."""
    actor = learning_actor(request)
    course = get_course(course_id, actor=actor)
    runs = list(list_schedules(actor, ScheduleFilter(course=course_id)).order_by(*SCHEDULE_ORDER))
    student = find_own_student(actor)
    joined = {row.enrolment.schedule_id for row in list_own_enrolments(student.pk, actor=actor)} if student else set()
    context = {
        "course": course,
        "parts": read_subcourses([course.pk], actor).get(course.pk, []),
        "needs": [each.needs for each in course.prerequisites.select_related("needs")],
        "runs": [_run_line(row, joined) for row in runs if row.status != "cancelled" and phase_of(row) != "finished"],
        "status": STATUS[course.status],
        "may_edit": actor.reaches_all(Permission.COURSES_EDIT),
        "may_join": student is not None,
    }
    return render(request, "learning/course.html", context)


def _run_line(row: LearningSchedule, joined: set[UUID]) -> dict[str, Any]:
    return {
        "row": row,
        "phase": PHASE[phase_of(row)],
        "places": places_left(row),
        "is_joined": row.pk in joined,
        "is_draft": row.status == "draft",
    }


@require_http_methods(["GET", "POST"])
def materials_page(request: HttpRequest) -> HttpResponse:
    """What a learner learns with, by course and run; and what they are called at GitHub and Discord."""
    actor = learning_actor(request)

    def act() -> Done:
        set_own_names(values={name: request.POST.get(name, "") for name in NAMES.values()}, actor=actor)
        return Done("/learning/materials/", Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        found = list_own_materials(actor)
        groups = [
            (str(group.course), [(str(run.schedule), _lines(run.materials)) for run in group.schedules.values()],
             _lines(group.materials))
            for group in found
        ]  # fmt: skip
        return {"groups": groups, "names": read_own_names(actor) if find_own_student(actor) else None}

    return submitted(request, "learning/materials.html", context, act)


def _lines(materials: list[Material]) -> list[tuple[Material, object]]:
    return [(each, KINDS[each.kind]) for each in materials]


@require_http_methods(["GET", "POST"])
def material_page(request: HttpRequest, material_id: UUID) -> HttpResponse:
    """One material: what it is and where it leads. Opening it is a learner's act, looking at the page is none.

    A video plays in the answer to that act and in no other: before it nobody else is asked for anything.
    """
    actor = learning_actor(request)
    material = find_own_material(material_id, actor=actor)
    player = find_player(material.url) if material.kind == Material.Kind.VIDEO else None
    context = {
        "row": material,
        "kind": KINDS[material.kind],
        "host": urlsplit(material.url).hostname or "",
        "player": player,
        "is_opened": request.GET.get("opened") == "1",
    }
    if request.method == "GET":
        return render(request, "learning/material.html", context)
    if find_own_student(actor) is not None:
        open_material(material_id, actor=actor)
    if player:
        response = render(request, "learning/material.html", context | {"is_playing": True})
        response["Content-Security-Policy"] = content_policy(frames=[player.origin])
        return response
    if material.file:
        return redirect(f"/learning/materials/{material.pk}/file/?link={file_link(material, actor)}")
    return redirect(f"/learning/materials/{material.pk}/?opened=1")


@require_GET
def material_file(request: HttpRequest, material_id: UUID) -> HttpResponse:
    """The file of a material, by a link that was made less than five minutes ago."""
    actor = learning_actor(request)
    row = find_file(material_id, request.GET.get("link", "")[:300], actor=actor)
    return answer_file(row.file, name=row.file_name, kind=row.file_kind)


def to_run(schedule_id: UUID) -> str:
    """The address of a run's page."""
    return f"/learning/runs/{schedule_id}/"
