"""The editor of a run: its dates, modules and lessons in their order, materials, meetings; publishing and the end."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.forms import needed_date, submitted, typed_id, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.toasts import Done, Toast
from lyceum.domains.learning.materials import list_run_materials
from lyceum.domains.learning.meetings import list_meetings
from lyceum.domains.learning.models import LearningSchedule
from lyceum.domains.learning.progress import live_lessons
from lyceum.domains.learning.queries import get_lesson, get_schedule, list_modules, may_edit_schedule
from lyceum.domains.learning.rules.cancelling import cancel_schedule, count_affected
from lyceum.domains.learning.rules.copying import copy_schedule
from lyceum.domains.learning.rules.lessons import create_lesson, delete_lesson, edit_lesson, order_lessons
from lyceum.domains.learning.rules.materials import delete_material
from lyceum.domains.learning.rules.meetings import create_meeting, delete_meeting
from lyceum.domains.learning.rules.modules import create_module, delete_module, edit_module, order_modules
from lyceum.domains.learning.rules.schedules import (
    delete_schedule,
    edit_schedule,
    get_schedule_to_write,
    publish_schedule,
)
from lyceum.domains.learning.views.courses import run_choices, typed_run
from lyceum.domains.learning.views.materials import add_typed_material
from lyceum.domains.learning.views.reading import learning_actor, to_run
from lyceum.domains.learning.words import ACCESS, COMPLETES_ON, KINDS, STATUS

Acts = Mapping[str, Callable[[], object]]


@require_http_methods(["GET", "POST"])
def run_edit_page(request: HttpRequest, learning_schedule_id: UUID) -> HttpResponse:
    """Everything of a run on one page; every button works without scripts."""
    actor = learning_actor(request)
    get_schedule_to_write(learning_schedule_id, actor=actor)
    run = get_schedule(learning_schedule_id, actor=actor)

    def act() -> str | Done:
        return _act(request, run, actor)

    def context() -> dict[str, Any]:
        return _context(request, run, actor)

    return submitted(request, "learning/run_edit.html", context, act)


def _act(request: HttpRequest, run: LearningSchedule, actor: Actor) -> str | Done:
    what, here = request.POST.get("act", ""), f"{to_run(run.pk)}edit/"
    if what == "copy":
        copy = copy_schedule(run.pk, start_on=needed_date(request, "copy_date"), actor=actor)
        return Done(f"{to_run(copy.pk)}edit/", Toast(_("This is the copy, a draft.")))
    if what == "delete":
        delete_schedule(run.pk, actor=actor)
        return Done(f"/learning/courses/{run.course_id}/", Toast(_("The run is deleted.")))
    acts = _acts_of_run(request, run, actor) | _acts_of_content(request, run, actor)
    wanted = acts.get(what)
    if wanted is None:
        raise NotFoundError
    wanted()
    return Done(here + _anchor(request), Toast(_("Saved.")))


def _acts_of_run(request: HttpRequest, run: LearningSchedule, actor: Actor) -> dict[str, Callable[[], object]]:
    form = request.POST

    def edit() -> object:
        values = typed_run(request) | {"is_sequential": form.get("is_sequential") == "1"}
        if not actor.reaches_all(Permission.SCHEDULES_EDIT):
            values.pop("instructor_id")
        return edit_schedule(run.pk, values=values, actor=actor)

    def meet() -> object:
        values = {
            "starts_at": typed_instant(request, "starts_at"),
            "ends_at": typed_instant(request, "ends_at"),
            "join_url": form.get("join_url", ""),
            "note": form.get("note", ""),
        }
        return create_meeting(run.pk, values=values, allow_clash=form.get("allow_clash") == "1", actor=actor)

    return {
        "edit": edit,
        "publish": lambda: publish_schedule(run.pk, actor=actor),
        "cancel": lambda: cancel_schedule(run.pk, reason=form.get("reason", ""), actor=actor),
        "meeting": meet,
        "no-meeting": lambda: delete_meeting(_chosen(request), actor=actor),
    }


def _acts_of_content(request: HttpRequest, run: LearningSchedule, actor: Actor) -> dict[str, Callable[[], object]]:
    form = request.POST

    def add_lesson() -> object:
        title = form.get("lesson_title", "")
        return create_lesson(module_id=_chosen(request), values={"title": title}, actor=actor)

    return {
        "module": lambda: create_module(
            schedule_id=run.pk, values={"title": form.get("module_title", "")}, actor=actor
        ),
        "rename": lambda: edit_module(_chosen(request), values={"title": form.get("title", "")}, actor=actor),
        "no-module": lambda: delete_module(_chosen(request), actor=actor),
        "module-up": lambda: _move_module(request, run, actor, -1),
        "module-down": lambda: _move_module(request, run, actor, 1),
        "lesson": add_lesson,
        "no-lesson": lambda: delete_lesson(_chosen(request), actor=actor),
        "lesson-up": lambda: _move_lesson(request, run, actor, -1),
        "lesson-down": lambda: _move_lesson(request, run, actor, 1),
        "material": lambda: add_typed_material(request, {"schedule_id": run.pk}, actor),
        "no-material": lambda: delete_material(_chosen(request), actor=actor),
    }


def _anchor(request: HttpRequest) -> str:
    """Back to what was moved, so that the keyboard goes on from there."""
    what, row = request.POST.get("act", ""), request.POST.get("row", "")
    return f"#row-{row}" if what.endswith(("-up", "-down")) else ""


def _chosen(request: HttpRequest) -> UUID:
    found = typed_id(request, "row")
    if found is None:
        raise NotFoundError
    return found


def _move_module(request: HttpRequest, run: LearningSchedule, actor: Actor, way: int) -> None:
    rows = list_modules(actor, schedule=run.pk).order_by("order", "pk")
    order_modules(run.pk, ids=_moved([each.pk for each in rows], _chosen(request), way), actor=actor)


def _move_lesson(request: HttpRequest, run: LearningSchedule, actor: Actor, way: int) -> None:
    lesson = get_lesson(_chosen(request), actor=actor)
    ids = [each.pk for each in live_lessons([run.pk]) if each.module_id == lesson.module_id]
    order_lessons(lesson.module_id, ids=_moved(ids, lesson.pk, way), actor=actor)


def _moved(ids: list[UUID], row: UUID, way: int) -> list[UUID]:
    if row not in ids:
        raise NotFoundError
    at = ids.index(row)
    to = max(0, min(at + way, len(ids) - 1))
    ids.insert(to, ids.pop(at))
    return ids


def typed_instant(request: HttpRequest, name: str) -> datetime | None:
    """A date and time of the school's clock, or None where it was left empty."""
    text = request.POST.get(name, "").strip()
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise invalid_field(f"/{name}", "date", _("Give a date and a time.")) from None
    if found is None or found.tzinfo is not None:
        return found
    return timezone.make_aware(found)


def _context(request: HttpRequest, run: LearningSchedule, actor: Actor) -> dict[str, Any]:
    materials, _is_whole = list_run_materials(run.pk, actor=actor)
    shown = {
        "run": run,
        "course": run.course,
        "status": STATUS[run.status],
        "modules": list_modules(actor, schedule=run.pk).order_by("order", "pk"),
        "meetings": list_meetings(run.pk, actor=actor),
        "materials": [(each, KINDS[each.kind]) for each in materials],
        "kinds": [(value, words) for value, words in KINDS.items() if value not in ("lti_tool", "document")],
        "affected": count_affected(run),
        "may_write": may_edit_schedule(run.pk, actor, Permission.CONTENT_EDIT),
        "names_instructor": actor.reaches_all(Permission.SCHEDULES_EDIT),
        **run_choices(actor),
    }
    if request.method != "POST" or request.POST.get("act") != "edit":
        shown["typed"] = {
            "run_name": run.name,
            "start_date": f"{run.start_on:%Y-%m-%d}",
            "end_date": f"{run.end_on:%Y-%m-%d}",
            "delivery": run.delivery,
            "location_id": str(run.location_id or ""),
            "instructor_id": str(run.instructor_id or ""),
            "capacity": run.capacity,
            "is_sequential": run.is_sequential,
        } | dict(request.POST.items())
    return shown


@require_http_methods(["GET", "POST"])
def lesson_edit_page(request: HttpRequest, course_lesson_id: UUID) -> HttpResponse:
    """One lesson: its title, its text, who reads it and when it is done."""
    actor = learning_actor(request)
    lesson = get_lesson(course_lesson_id, actor=actor)
    get_schedule_to_write(lesson.module.schedule_id, actor=actor, permission=Permission.CONTENT_EDIT)

    def act() -> Done:
        form, here = request.POST, f"/learning/lessons/{lesson.pk}/"
        if form.get("act") == "material":
            add_typed_material(request, {"lesson_id": lesson.pk}, actor)
            return Done(f"{here}edit/", Toast(_("Added.")))
        completes_on = form.get("completes_on", "")
        values = {
            "title": form.get("title", ""),
            "content": form.get("content", ""),
            "access": form.get("access", ""),
            "completes_on": completes_on,
            "assignment_id": typed_id(request, "assignment_id") if completes_on == "assignment" else None,
            "duration_minutes": typed_number(request, "duration_minutes", 0) or None,
            "is_required": form.get("is_required") == "1",
        }
        edit_lesson(lesson.pk, values=values, actor=actor)
        return Done(here, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        works = lesson.module.schedule.assignments.exclude(status="archived").order_by("title")
        shown = {
            "row": lesson,
            "accesses": ACCESS,
            "ways": COMPLETES_ON,
            "works": [(str(each.pk), each.title) for each in works],
            "kinds": [(value, words) for value, words in KINDS.items() if value not in ("lti_tool", "document")],
        }
        if request.method != "POST" or request.POST.get("act") == "material":
            names = ("title", "content", "access", "completes_on", "duration_minutes", "is_required")
            shown["typed"] = {name: getattr(lesson, name) for name in names} | {
                "assignment_id": str(lesson.assignment_id or "")
            }
        return shown

    return submitted(request, "learning/lesson_edit.html", context, act)
