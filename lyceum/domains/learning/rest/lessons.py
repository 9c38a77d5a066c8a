"""Lessons, over REST: everybody reads the outline, the content only who may have it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema

from lyceum.core.actor import Actor
from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.learning.models import CourseLesson, LessonProgress
from lyceum.domains.learning.progress import Reader, read_as
from lyceum.domains.learning.queries import get_lesson, list_lessons
from lyceum.domains.learning.rest.content import GoneOut
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rest.shapes import LessonLineOut, lesson_line
from lyceum.domains.learning.rules.lessons import (
    LONGEST_CONTENT,
    LONGEST_TITLE,
    MOST_MINUTES,
    create_lesson,
    delete_lesson,
    edit_lesson,
    get_lesson_to_write,
)
from lyceum.domains.learning.rules.modules import MOST_ORDER
from lyceum.domains.learning.rules.progress import mark_lesson_done, open_lesson

_ONE = "lessons/{course_lesson_id}/"


class CourseLessonOut(LessonLineOut):
    """A lesson. `content` is null where the reader may not have it, and `locked` says why."""

    schedule_id: UUID
    content: str | None = Field(description="As it is written, in Markdown.")
    content_html: str | None = Field(description="As it is shown: sanitised.")
    locked: str | None = Field(description="not_enrolled, opens_at, previous_lesson, or null.")
    opens_at: datetime | None
    completes_on: str
    assignment_id: UUID | None


class LessonFields(Strict):
    """What else is said of a lesson."""

    duration_minutes: int | None = Field(None, ge=1, le=MOST_MINUTES)
    is_required: bool = True
    access: str = Field(default_factory=left_out, max_length=8, description="open or enrolled.")
    completes_on: str = Field(default_factory=left_out, max_length=11)
    assignment_id: UUID | None = None


class CourseLessonIn(LessonFields):
    """A lesson to be made; without a place it becomes the last."""

    module_id: UUID
    title: str = Field(max_length=LONGEST_TITLE)
    content: str = Field("", max_length=LONGEST_CONTENT)
    order: int | None = Field(None, ge=0, le=MOST_ORDER)


class CourseLessonPut(LessonFields):
    """A lesson, whole: its module, title, content and place must be given."""

    module_id: UUID
    title: str = Field(max_length=LONGEST_TITLE)
    content: str = Field(max_length=LONGEST_CONTENT)
    order: int = Field(ge=0, le=MOST_ORDER)


class CourseLessonPatch(LessonFields):
    """Some of a lesson, its place included."""

    module_id: UUID = Field(default_factory=left_out)
    title: str = Field(default_factory=left_out, max_length=LONGEST_TITLE)
    content: str = Field(default_factory=left_out, max_length=LONGEST_CONTENT)
    order: int = Field(default_factory=left_out, ge=0, le=MOST_ORDER)


class LessonChoice(Walk):
    """Which lessons."""

    module: UUID | None = None
    schedule: UUID | None = None


class ProgressOut(Schema):
    """How far a learner is with a lesson."""

    lesson_id: UUID
    enrolment_id: UUID
    first_opened_at: datetime
    completed_at: datetime | None


@router.get("lessons/", response=ListOf[CourseLessonOut], operation_id="listCourseLessons", auth=Visiting())
def lessons(request: HttpRequest, chosen: Query[LessonChoice]) -> dict[str, Any]:
    """The lessons of the runs that are offered, in order."""
    actor = actor_of(request)
    rows = list_lessons(actor, module=chosen.module, schedule=chosen.schedule)
    order = ("module__schedule", "module__order", "order", "pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    reader = read_as(actor, [row.module.schedule_id for row in page.rows])
    return listed(page, [_shape(row, reader) for row in page.rows])


@router.post("lessons/", response={201: CourseLessonOut}, operation_id="createCourseLesson")
def create(request: HttpRequest, response: HttpResponse, body: CourseLessonIn) -> Any:
    """Make a lesson."""
    values, actor = body.dict(exclude_unset=True), actor_of(request)
    row = create_lesson(module_id=values.pop("module_id"), values=values, actor=actor)
    response["Location"] = f"/api/v1/lessons/{row.pk}/"
    return with_etag(request, response, _whole(row.pk, actor))


@router.get(_ONE, response=CourseLessonOut, operation_id="getCourseLesson", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, course_lesson_id: UUID) -> Shown | HttpResponse:
    """One lesson."""
    return with_etag(request, response, _whole(course_lesson_id, actor_of(request)))


@router.put(_ONE, response=CourseLessonOut, operation_id="replaceCourseLesson")
def replace(request: HttpRequest, response: HttpResponse, course_lesson_id: UUID, body: CourseLessonPut) -> Any:
    """Replace a lesson's data."""
    return _changed(request, response, course_lesson_id, body.dict(exclude_unset=True))


@router.patch(_ONE, response=CourseLessonOut, operation_id="changeCourseLesson")
def change(request: HttpRequest, response: HttpResponse, course_lesson_id: UUID, body: CourseLessonPatch) -> Any:
    """Change some of a lesson, its place included."""
    return _changed(request, response, course_lesson_id, body.dict(exclude_unset=True))


@router.delete(_ONE, response=GoneOut, operation_id="deleteCourseLesson")
def delete(request: HttpRequest, course_lesson_id: UUID) -> dict[str, bool]:
    """Delete a lesson; it is archived instead where learners have progress in it."""
    _refuse_stale(request, course_lesson_id)
    is_gone = delete_lesson(course_lesson_id, actor=actor_of(request))
    return {"deleted": is_gone, "archived": not is_gone}


@router.post(_ONE + "opened/", response=ProgressOut, operation_id="openCourseLesson")
def opened(request: HttpRequest, course_lesson_id: UUID) -> dict[str, Any]:
    """A learner opened a lesson."""
    return _progress_shape(open_lesson(course_lesson_id, actor=actor_of(request)))


@router.post(_ONE + "done/", response=ProgressOut, operation_id="finishCourseLesson")
def done(request: HttpRequest, course_lesson_id: UUID) -> dict[str, Any]:
    """A learner is done with a lesson."""
    return _progress_shape(mark_lesson_done(course_lesson_id, actor=actor_of(request)))


def _changed(request: HttpRequest, response: HttpResponse, lesson_id: UUID, values: dict[str, Any]) -> Any:
    _refuse_stale(request, lesson_id)
    actor = actor_of(request)
    edit_lesson(lesson_id, values=values, actor=actor)
    return with_etag(request, response, _whole(lesson_id, actor))


def _refuse_stale(request: HttpRequest, lesson_id: UUID) -> None:
    if is_conditional(request):
        actor = actor_of(request)
        get_lesson_to_write(lesson_id, actor=actor)
        refuse_stale(request, _whole(lesson_id, actor))


def _whole(lesson_id: UUID, actor: Actor) -> dict[str, Any]:
    row = get_lesson(lesson_id, actor=actor)
    return _shape(row, read_as(actor, [row.module.schedule_id]))


def _shape(row: CourseLesson, reader: Reader) -> dict[str, Any]:
    lock = reader.lock_of(row)
    return lesson_line(row) | {
        "schedule_id": row.module.schedule_id,
        "content": None if lock else row.content,
        "content_html": None if lock else row.content_html,
        "locked": lock or None,
        "opens_at": row.module.opens_at,
        "completes_on": row.completes_on,
        "assignment_id": row.assignment_id,
    }


def _progress_shape(row: LessonProgress) -> dict[str, Any]:
    return {
        "lesson_id": row.lesson_id,
        "enrolment_id": row.enrolment_id,
        "first_opened_at": row.first_opened_at,
        "completed_at": row.completed_at,
    }
