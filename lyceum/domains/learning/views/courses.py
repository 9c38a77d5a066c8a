"""The catalogue as whoever keeps it: its list, and the editor of one course."""

from functools import partial
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import needed_date, submitted, typed_id, typed_ids, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list, answer_list_with_form
from lyceum.core.permissions import Permission
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.rules import note_export
from lyceum.domains.learning.models import Course, Material
from lyceum.domains.learning.queries import (
    SCHEDULE_ORDER,
    CourseFilter,
    ScheduleFilter,
    get_course,
    list_categories,
    list_courses,
    list_rooms,
    list_schedules,
)
from lyceum.domains.learning.rules.courses import create_course, delete_course, edit_course
from lyceum.domains.learning.rules.pictures import remove_course_picture, set_course_picture
from lyceum.domains.learning.rules.schedules import create_schedule
from lyceum.domains.learning.views.materials import add_typed_material
from lyceum.domains.learning.views.reading import learning_actor
from lyceum.domains.learning.words import DELIVERY, KINDS, STATUS
from lyceum.domains.people.queries import list_staff

COURSES: Table[Course] = Table(
    name="courses",
    label=_("Courses"),
    columns=(
        Column("name", _("Course"), lambda row: row.name, sort=("name",)),
        Column("code", _("Code"), lambda row: row.code, sort=("code",)),
        Column("category", _("Category"), lambda row: row.category.name if row.category else ""),
        Column("parent", _("Part of"), lambda row: row.parent.name if row.parent else ""),
        Column("status", _("State"), lambda row: STATUS[row.status][0], sort=("status",)),
    ),
    href=lambda row: f"/learning/courses/{row.pk}/edit/",
    order=("order", "name", "pk"),
)


@require_http_methods(["GET", "POST"])
def courses_page(request: HttpRequest) -> HttpResponse:
    """All courses, and a form for one more."""
    actor = learning_actor(request)
    actor.require_all(Permission.COURSES_EDIT)

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        chosen = CourseFilter(status=request.GET.get("status", "")[:9], q=request.GET.get("q", "")[:100])
        states = [(value, STATUS[value][0]) for value in ("draft", "published", "archived")]
        return answer_list(
            request,
            COURSES,
            list_courses(actor, chosen),
            template="learning/courses.html",
            filters=(
                Filter("q", _("Part of the name")),
                Filter("status", _("State"), options=states, every=_("every state")),
            ),
            note_export=partial(note_export, COURSES.name, request.GET.urlencode(), actor=actor),
            context=context,
            status=status,
        )

    def act() -> str:
        made = create_course(values={"name": request.POST.get("name", "")}, actor=actor)
        return f"/learning/courses/{made.pk}/edit/"

    return answer_list_with_form(request, show, act)


@require_http_methods(["GET", "POST"])
def course_edit_page(request: HttpRequest, course_id: UUID) -> HttpResponse:
    """One course: its words, its place, its state, its runs and its materials."""
    actor = learning_actor(request)
    actor.require_all(Permission.COURSES_EDIT)
    course = get_course(course_id, actor=actor)

    def act() -> str | Done:
        return _act(request, course, actor)

    def context() -> dict[str, Any]:
        return _context(request, course, actor)

    return submitted(request, "learning/course_edit.html", context, act)


def _act(request: HttpRequest, course: Course, actor: Actor) -> str | Done:
    what, here = request.POST.get("act", ""), f"/learning/courses/{course.pk}/edit/"
    if what == "delete":
        delete_course(course.pk, actor=actor)
        return Done("/learning/courses/", Toast(gettext("%(name)s is deleted.") % {"name": course}))
    if what == "run":
        made = create_schedule(course_id=course.pk, values=typed_run(request), actor=actor)
        return f"/learning/runs/{made.pk}/edit/"
    if what == "material":
        add_typed_material(request, {"course_id": course.pk}, actor)
        return Done(here, Toast(gettext("Added.")))
    if what == "picture":
        _act_on_picture(request, course, actor)
        return Done(here, Toast(gettext("Saved.")))
    if what in ("published", "archived"):
        edit_course(course.pk, values={"status": what}, actor=actor)
        return Done(here, Toast(gettext("The course is %(state)s.") % {"state": STATUS[what][0]}))
    edit_course(course.pk, values=_typed(request, course), actor=actor)
    return Done(here, Toast(gettext("Saved.")))


def _act_on_picture(request: HttpRequest, course: Course, actor: Actor) -> None:
    if request.POST.get("remove") == "1":
        remove_course_picture(course.pk, actor=actor)
        return
    file = request.FILES.get("picture")
    if file is None:
        raise invalid_field("/picture", "required", gettext("Choose a picture."))
    given = cast(BinaryIO, file.file)
    set_course_picture(course.pk, given=given, name=file.name or "", alt=request.POST.get("image_alt", ""), actor=actor)


def _typed(request: HttpRequest, course: Course) -> dict[str, Any]:
    form = request.POST
    names = ("name", "code", "summary", "description", "level", "language")
    hours, price = form.get("duration_hours", "").strip(), form.get("price", "").strip()
    return {name: form.get(name, "") for name in names} | {
        "category": form.get("category", ""),
        "parent_id": typed_id(request, "parent_id"),
        "is_required_in_parent": form.get("is_required_in_parent") == "1",
        "order": typed_number(request, "order", 0),
        "duration_hours": typed_number(request, "duration_hours", 0) if hours else None,
        "price_minor": _minor(price) if price else None,
        "prerequisites": typed_ids(request, "prerequisites"),
        "completion_policy": _policy(request, course),
    }


def _minor(price: str) -> int:
    try:
        whole, _point, cents = price.replace(",", ".").partition(".")
        return int(whole or "0") * 100 + int((cents + "00")[:2])
    except ValueError:
        raise invalid_field("/price", "number", gettext("Give a price as in 120 or 120.50.")) from None


def _policy(request: HttpRequest, course: Course) -> dict[str, Any]:
    """What the form says; what it does not ask for stays."""
    asked = ("instructor_confirms", "minimum_grade")
    policy = {name: value for name, value in course.completion_policy.items() if name not in asked}
    if request.POST.get("instructor_confirms") == "1":
        policy["instructor_confirms"] = True
    if request.POST.get("minimum_grade", "").strip():
        policy["minimum_grade"] = typed_number(request, "minimum_grade", 0)
    return policy


def typed_run(request: HttpRequest) -> dict[str, Any]:
    """What a form says of a run."""
    form = request.POST
    return {
        "name": form.get("run_name", ""),
        "start_on": needed_date(request, "start_date"),
        "end_on": needed_date(request, "end_date"),
        "delivery": form.get("delivery", "on_site"),
        "location_id": typed_id(request, "location_id"),
        "instructor_id": typed_id(request, "instructor_id"),
        "capacity": typed_number(request, "capacity", 0) or None,
    }


def run_choices(actor: Actor) -> dict[str, Any]:
    """What a form for a run offers."""
    staff = list_staff(actor) if actor.reaches_all(Permission.SCHEDULES_EDIT) else []
    return {
        "deliveries": DELIVERY,
        "rooms": list_rooms(actor),
        "staff": [(str(each.pk), each.person.full_name) for each in staff],
    }


def _context(request: HttpRequest, course: Course, actor: Actor) -> dict[str, Any]:
    others = [each for each in list_courses(actor).order_by("name") if each.pk != course.pk]
    needed = {each.needs_id for each in course.prerequisites.all()}
    price = course.price_minor
    shown = {
        "course": course,
        "status": STATUS[course.status],
        "categories": [(each.slug, each.name) for each in list_categories(actor)],
        "category": course.category.slug if course.category else "",
        "parents": [(str(each.pk), each.name) for each in others],
        "parent": str(course.parent_id or ""),
        "others": [(each, each.pk in needed) for each in others],
        "runs": [
            (row, STATUS[row.status])
            for row in list_schedules(actor, ScheduleFilter(course=course.pk)).order_by(*SCHEDULE_ORDER)
        ],
        "materials": [(row, KINDS[row.kind]) for row in Material.objects.filter(course=course, is_archived=False)],
        "kinds": [(value, words) for value, words in KINDS.items() if value not in ("lti_tool", "document")],
        "price": "" if price is None else f"{price // 100}.{price % 100:02}",
        **run_choices(actor),
    }
    if request.method != "POST" or request.POST.get("act") != "edit":
        names = ("name", "code", "summary", "description", "level", "language", "duration_hours", "order")
        shown["typed"] = {name: getattr(course, name) for name in names} | dict(request.POST.items())
    return shown
