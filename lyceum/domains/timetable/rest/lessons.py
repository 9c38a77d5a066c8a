"""Lessons as they take place, and covers, over REST."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.actor import Actor
from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, TimeOfDay, Walk, actor_of, left_out, listed
from lyceum.domains.academics.queries import get_class
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.domains.timetable.queries import COVER_ORDER, ORDER, get_cover, get_lesson, list_covers, list_lessons
from lyceum.domains.timetable.rest.router import router
from lyceum.domains.timetable.rules import NewLesson, create_lessons, edit_lesson, get_lesson_for_edit, remove_lesson
from lyceum.domains.timetable.rules.covers import assign_cover, cancel_cover

Day = date  # the filter has a field called date


class Named(Schema):
    """Something with a name."""

    id: UUID
    name: str


class LessonOut(Schema):
    """A weekly lesson. `teacher` is who takes it, where that is not the class's lead."""

    id: UUID
    class_: Named = Field(alias="class")
    subject: Named | None
    teacher: Named | None
    teachers: list[Named] = Field(description="Who takes it: the teacher named here, or those of the class.")
    room: Named | None
    day: int | None = Field(description="Monday = 1 to Sunday = 7; null for a lesson of a cycle that is not a week.")
    cycle_day: int | None = Field(description="Of the cycle, from 1, instead of the weekday.")
    period: str
    starts_at: TimeOfDay
    ends_at: TimeOfDay
    starts_on: Day
    ends_on: Day | None
    version: UUID | None = Field(description="The published version that says so; null where it was entered by hand.")


def _shape(row: Lesson) -> dict[str, Any]:
    subject, own = row.subject or row.school_class.subject, row.teacher
    teachers = [own] if own else [each.staff for each in row.school_class.current_teachers]
    return {
        "id": row.pk,
        "class": _named(row.school_class),
        "subject": _named(subject),
        "teacher": _named(own),
        "teachers": [_named(staff) for staff in teachers],
        "room": _named(row.room),
        "day": row.weekday,
        "cycle_day": row.cycle_day,
        "period": row.period,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "version": row.version_id,
    }


def _named(row: Any) -> dict[str, Any] | None:
    return {"id": row.pk, "name": str(row)} if row else None


class LessonFilter(Walk):
    """Which lessons: of the week as it is now, or of one date."""

    teacher: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    room: UUID | None = None
    student: UUID | None = None
    day: int | None = Field(None, ge=1, le=7, description="Monday = 1 to Sunday = 7.")
    date: Day | None = None


@router.get("timetable/lessons/", response=ListOf[LessonOut], by_alias=True, operation_id="listLessons")
def lessons(request: HttpRequest, chosen: Query[LessonFilter]) -> dict[str, Any]:
    """Lessons in the order of the week."""
    rows = list_lessons(
        actor_of(request),
        teacher=chosen.teacher,
        school_class=chosen.class_id,
        room=chosen.room,
        student=chosen.student,
        weekday=chosen.day,
        on=chosen.date,
    )
    page = page_of(rows, order=ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


class LessonIn(Strict):
    """A weekly lesson to be placed."""

    class_id: UUID = Field(alias="class")
    day: int = Field(ge=1, le=7, description="Monday = 1 to Sunday = 7.")
    period: str = Field(max_length=20)
    starts_at: TimeOfDay
    ends_at: TimeOfDay
    teacher: UUID | None = None
    room: UUID | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


@router.post("timetable/lessons/", response={201: LessonOut}, by_alias=True, operation_id="createLesson")
def create(request: HttpRequest, response: HttpResponse, body: LessonIn) -> Any:
    """Place a lesson. A clash of class, teacher or room is refused and named."""
    actor = actor_of(request)
    new = NewLesson(
        get_class(body.class_id, actor=actor, day=today()),
        weekday=body.day,
        period=body.period,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        teacher_id=body.teacher,
        room_id=body.room,
    )
    row = create_lessons([new], actor=actor)[0]
    response["Location"] = f"/api/v1/timetable/lessons/{row.pk}/"
    return with_etag(request, response, _one(row.pk, actor))


def _one(lesson_id: UUID, actor: Actor) -> dict[str, Any]:
    return _shape(get_lesson(lesson_id, actor=actor))


@router.get("timetable/lessons/{lesson_id}/", response=LessonOut, by_alias=True, operation_id="getLesson")
def lesson(request: HttpRequest, response: HttpResponse, lesson_id: UUID) -> Shown | HttpResponse:
    """One lesson."""
    return with_etag(request, response, _one(lesson_id, actor_of(request)))


class LessonPut(Strict):
    """A lesson, whole; its class stays. The dates stay as they are when they are not sent."""

    day: int = Field(ge=1, le=7)
    period: str = Field(max_length=20)
    starts_at: TimeOfDay
    ends_at: TimeOfDay
    teacher: UUID | None
    room: UUID | None
    starts_on: Day = Field(default_factory=left_out)
    ends_on: Day | None = None


class LessonPatch(Strict):
    """Some of a lesson."""

    day: int = Field(default_factory=left_out, ge=1, le=7)
    period: str = Field(default_factory=left_out, max_length=20)
    starts_at: TimeOfDay = Field(default_factory=left_out)
    ends_at: TimeOfDay = Field(default_factory=left_out)
    teacher: UUID | None = None
    room: UUID | None = None
    starts_on: Day = Field(default_factory=left_out)
    ends_on: Day | None = None


@router.put("timetable/lessons/{lesson_id}/", response=LessonOut, by_alias=True, operation_id="replaceLesson")
def replace(request: HttpRequest, response: HttpResponse, lesson_id: UUID, body: LessonPut) -> Any:
    """Replace a lesson. Registers already made stay as they are."""
    return _changed(request, response, lesson_id, body)


@router.patch("timetable/lessons/{lesson_id}/", response=LessonOut, by_alias=True, operation_id="changeLesson")
def change(request: HttpRequest, response: HttpResponse, lesson_id: UUID, body: LessonPatch) -> Any:
    """Move or change a lesson."""
    return _changed(request, response, lesson_id, body)


_COLUMNS = {"day": "weekday", "teacher": "teacher_id", "room": "room_id"}


def _changed(request: HttpRequest, response: HttpResponse, lesson_id: UUID, body: Strict) -> Any:
    actor = actor_of(request)
    _refuse_stale(request, lesson_id, actor)
    given = body.dict(exclude_unset=True)
    values = {_COLUMNS.get(k, k): v for k, v in given.items()}
    edit_lesson(lesson_id, values=values, actor=actor)
    return with_etag(request, response, _one(lesson_id, actor))


def _refuse_stale(request: HttpRequest, lesson_id: UUID, actor: Actor) -> None:
    if is_conditional(request):
        get_lesson_for_edit(lesson_id, actor=actor)
        refuse_stale(request, _one(lesson_id, actor))


@router.delete(
    "timetable/lessons/{lesson_id}/",
    response={200: LessonOut, 204: None},
    by_alias=True,
    operation_id="deleteLesson",
)
def delete(request: HttpRequest, response: HttpResponse, lesson_id: UUID) -> Any:
    """Delete a lesson that no register holds (204); any other is ended with yesterday (200)."""
    actor = actor_of(request)
    _refuse_stale(request, lesson_id, actor)
    if remove_lesson(lesson_id, actor=actor) is None:
        return Status(204, None)
    return with_etag(request, response, _one(lesson_id, actor))


class CoverOut(Schema):
    """A lesson of one day that somebody else takes. `staff` is null where it is somebody without an account."""

    id: UUID
    lesson: UUID
    date: Day
    class_: Named = Field(alias="class")
    period: str
    starts_at: TimeOfDay
    ends_at: TimeOfDay
    room: Named | None
    staff: Named | None
    kind: str
    state: str


def _cover(row: Cover) -> dict[str, Any]:
    return {
        "id": row.pk,
        "lesson": row.lesson_id,
        "date": row.on,
        "class": _named(row.lesson.school_class),
        "period": row.lesson.period,
        "starts_at": row.lesson.starts_at,
        "ends_at": row.lesson.ends_at,
        "room": _named(row.lesson.room),
        "staff": _named(row.teacher),
        "kind": row.kind,
        "state": row.state,
    }


class CoverFilter(Walk):
    """Which covers: those of a day, today unless told otherwise."""

    date: Day | None = None
    staff: UUID | None = None


@router.get("covers/", response=ListOf[CoverOut], by_alias=True, operation_id="listCovers")
def covers(request: HttpRequest, chosen: Query[CoverFilter]) -> dict[str, Any]:
    """The covers of a day that stand, in the order of the day."""
    day = chosen.date or today()
    rows = list_covers(actor_of(request), first=day, last=day, staff=chosen.staff)
    page = page_of(rows, order=COVER_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_cover(row) for row in page.rows])


class CoverIn(Strict):
    """Who takes a lesson on a day."""

    lesson: UUID
    date: Day
    staff: UUID
    note: str = Field("", max_length=300)


@router.post("covers/", response={201: CoverOut}, by_alias=True, operation_id="assignCover")
def assign(request: HttpRequest, body: CoverIn) -> Status[dict[str, Any]]:
    """Let a member of staff take one lesson of one day: its register is theirs from an hour before."""
    actor = actor_of(request)
    cover = assign_cover(body.lesson, on=body.date, staff_id=body.staff, note=body.note, actor=actor)
    return Status(201, _cover(get_cover(cover.pk, actor=actor)))


class CancelCoverIn(Strict):
    """Why."""

    reason: str = Field("", max_length=300)


@router.post("covers/{uuid:cover_id}/cancel/", response=CoverOut, by_alias=True, operation_id="cancelCover")
def cancel(request: HttpRequest, cover_id: UUID, body: CancelCoverIn) -> dict[str, Any]:
    """Give the lesson back to its teacher."""
    actor = actor_of(request)
    return _cover(get_cover(cancel_cover(cover_id, reason=body.reason, actor=actor).pk, actor=actor))
