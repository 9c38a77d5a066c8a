"""Courses, over REST: published ones for everybody, all of them for whoever keeps the catalogue."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Status
from pydantic import JsonValue

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.learning.models import Course
from lyceum.domains.learning.queries import (
    COURSE_ORDER,
    SCHEDULE_ORDER,
    CourseFilter,
    ScheduleFilter,
    get_course,
    list_courses,
    list_schedules,
    read_subcourses,
)
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rest.shapes import CourseNodeOut, WholeCourseOut, course_tree, schedule_shape
from lyceum.domains.learning.rules.courses import (
    LONGEST_CODE,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_SUMMARY,
    MOST_PRICE,
    create_course,
    delete_course,
    edit_course,
)
from lyceum.domains.learning.rules.tree import get_course_to_write

_ONE = "courses/{course_id}/"
_ORDERS = {
    "": COURSE_ORDER,
    "order": COURSE_ORDER,
    "name": ("name", "pk"),
    "-name": ("-name", "pk"),
    "-order": ("-order", "name", "pk"),
}
MOST_SHOWN = 200


class CourseFields(Strict):
    """What else is said of a course."""

    slug: str = Field("", max_length=LONGEST_NAME)
    code: str = Field("", max_length=LONGEST_CODE)
    is_required_in_parent: bool = True
    order: int = Field(0, ge=0, le=30_000)
    summary: str = Field("", max_length=LONGEST_SUMMARY)
    language: str = Field("", max_length=12)
    level: str = Field("", max_length=60)
    duration_hours: int | None = Field(None, ge=0, le=10_000)
    price_minor: int | None = Field(None, ge=0, le=MOST_PRICE)
    currency: str = Field("", max_length=3)
    image_alt: str = Field("", max_length=200)
    prerequisites: list[UUID] = Field(default_factory=list, max_length=20)
    completion_policy: dict[str, JsonValue] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list, max_length=20)
    status: str = Field(default_factory=left_out, max_length=9)


class CourseIn(CourseFields):
    """A course to be made: a draft, unless `status` says published. `category` is an id or a slug."""

    name: str = Field(max_length=LONGEST_NAME)
    category: str | None = Field(None, max_length=80)
    description: str = Field("", max_length=LONGEST_DESCRIPTION)
    parent_id: UUID | None = None


class CoursePut(CourseFields):
    """A course, whole: its name, category, description and parent must be given."""

    name: str = Field(max_length=LONGEST_NAME)
    category: str | None = Field(max_length=80)
    description: str = Field(max_length=LONGEST_DESCRIPTION)
    parent_id: UUID | None


class CoursePatch(CourseFields):
    """Some of a course. `status` publishes or archives it."""

    name: str = Field(default_factory=left_out, max_length=LONGEST_NAME)
    category: str | None = Field(None, max_length=80)
    description: str = Field(default_factory=left_out, max_length=LONGEST_DESCRIPTION)
    parent_id: UUID | None = None


class CourseChoice(Walk):
    """Which courses."""

    category: str = Field("", max_length=80)
    parent: UUID | None = None
    status: str = Field("", max_length=9)
    tree: bool = False
    q: str = Field("", max_length=100)
    ordering: str = Field("", max_length=20)


@router.get("courses/", response=ListOf[CourseNodeOut], operation_id="listCourses", auth=Visiting())
def courses(request: HttpRequest, chosen: Query[CourseChoice]) -> dict[str, Any]:
    """The catalogue. With `tree` only courses that are no part of another, each with what is in it."""
    actor = actor_of(request)
    order = order_of(_ORDERS, chosen.ordering)
    wanted = CourseFilter(chosen.category, chosen.parent, chosen.tree, chosen.status, chosen.q)
    page = page_of(
        list_courses(actor, wanted), order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count
    )
    inside = read_subcourses([row.pk for row in page.rows], actor) if chosen.tree else {}
    return listed(page, [course_tree(row, inside) for row in page.rows])


@router.post("courses/", response={201: WholeCourseOut}, operation_id="createCourse")
def create(request: HttpRequest, response: HttpResponse, body: CourseIn) -> Any:
    """Make a course."""
    actor = actor_of(request)
    row = create_course(values=body.dict(exclude_unset=True), actor=actor)
    response["Location"] = f"/api/v1/courses/{row.pk}/"
    return with_etag(request, response, _whole(row.pk, actor))


@router.get(_ONE, response=WholeCourseOut, operation_id="getCourse", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, course_id: UUID) -> Shown | HttpResponse:
    """One course with its subcourses and its runs that are offered."""
    return with_etag(request, response, _whole(course_id, actor_of(request)))


@router.put(_ONE, response=WholeCourseOut, operation_id="replaceCourse")
def replace(request: HttpRequest, response: HttpResponse, course_id: UUID, body: CoursePut) -> Any:
    """Replace a course's data."""
    return _changed(request, response, course_id, body.dict(exclude_unset=True))


@router.patch(_ONE, response=WholeCourseOut, operation_id="changeCourse")
def change(request: HttpRequest, response: HttpResponse, course_id: UUID, body: CoursePatch) -> Any:
    """Change some of a course; publish or archive it."""
    return _changed(request, response, course_id, body.dict(exclude_unset=True))


@router.delete(_ONE, response={204: None}, operation_id="deleteCourse")
def delete(request: HttpRequest, course_id: UUID) -> Any:
    """Delete a course that nobody has used."""
    _refuse_stale(request, course_id)
    delete_course(course_id, actor=actor_of(request))
    return Status(204, None)


def order_of(orders: Mapping[str, tuple[str, ...]], wanted: str) -> tuple[str, ...]:
    """The order that is asked for."""
    if wanted not in orders:
        known = ", ".join(each for each in orders if each)
        raise invalid_field("?ordering", "choice", _("Use one of: %(all)s.") % {"all": known})
    return orders[wanted]


def _changed(request: HttpRequest, response: HttpResponse, course_id: UUID, values: dict[str, Any]) -> Any:
    _refuse_stale(request, course_id)
    actor = actor_of(request)
    edit_course(course_id, values=values, actor=actor)
    return with_etag(request, response, _whole(course_id, actor))


def _refuse_stale(request: HttpRequest, course_id: UUID) -> None:
    if is_conditional(request):
        actor = actor_of(request)
        get_course(course_id, actor=actor)
        get_course_to_write(course_id)
        refuse_stale(request, _whole(course_id, actor))


def _whole(course_id: UUID, actor: Actor) -> dict[str, Any]:
    row: Course = get_course(course_id, actor=actor)
    runs = list_schedules(actor, ScheduleFilter(course=course_id)).order_by(*SCHEDULE_ORDER)[:MOST_SHOWN]
    shown = course_tree(row, read_subcourses([course_id], actor))
    return shown | {"schedules": [schedule_shape(each) for each in runs]}
