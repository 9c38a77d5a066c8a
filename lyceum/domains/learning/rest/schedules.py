"""Runs of courses, over REST."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.actor import Actor
from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.academics.days import school_days
from lyceum.domains.learning.meetings import list_meetings, may_see_join_url
from lyceum.domains.learning.queries import SCHEDULE_ORDER, ScheduleFilter, get_schedule, list_modules, list_schedules
from lyceum.domains.learning.rest.courses import order_of
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rest.shapes import (
    ScheduleOut,
    WholeScheduleOut,
    meeting_shape,
    module_shape,
    schedule_shape,
)
from lyceum.domains.learning.rules.cancelling import cancel_schedule, count_affected
from lyceum.domains.learning.rules.copying import copy_schedule
from lyceum.domains.learning.rules.modules import order_modules
from lyceum.domains.learning.rules.schedules import (
    LONGEST_NAME,
    MOST_CO_INSTRUCTORS,
    MOST_PLACES,
    MOST_PRICE,
    create_schedule,
    delete_schedule,
    edit_schedule,
    get_schedule_to_write,
    publish_schedule,
)

_ONE = "schedules/{learning_schedule_id}/"
_ORDERS = {
    "": SCHEDULE_ORDER,
    "start_date": SCHEDULE_ORDER,
    "-start_date": ("-start_on", "pk"),
    "end_date": ("end_on", "pk"),
    "-end_date": ("-end_on", "pk"),
}
_STORED = {"start_date": "start_on", "end_date": "end_on"}


class ScheduleFields(Strict):
    """What else is said of a run."""

    name: str = Field("", max_length=LONGEST_NAME)
    delivery: str = Field(default_factory=left_out, max_length=7, description="on_site, online or hybrid.")
    capacity: int | None = Field(None, ge=1, le=MOST_PLACES)
    enrol_from: Instant | None = None
    enrol_until: Instant | None = None
    price_minor: int | None = Field(None, ge=0, le=MOST_PRICE)
    is_sequential: bool = Field(default_factory=left_out)
    co_instructor_ids: list[UUID] = Field(default_factory=list, max_length=MOST_CO_INSTRUCTORS)
    status: str = Field(default_factory=left_out, max_length=9)


class ScheduleIn(ScheduleFields):
    """A run to be made: a draft, unless `status` says published."""

    course_id: UUID
    start_date: date
    end_date: date
    location_id: UUID | None = None
    instructor_id: UUID | None = None


class SchedulePut(ScheduleFields):
    """A run, whole: its course, dates, place and instructor must be given."""

    course_id: UUID
    start_date: date
    end_date: date
    location_id: UUID | None
    instructor_id: UUID | None


class SchedulePatch(ScheduleFields):
    """Some of a run."""

    course_id: UUID = Field(default_factory=left_out)
    start_date: date = Field(default_factory=left_out)
    end_date: date = Field(default_factory=left_out)
    location_id: UUID | None = None
    instructor_id: UUID | None = None


class ScheduleChoice(Walk):
    """Which runs."""

    course: UUID | None = None
    phase: str = Field("", max_length=9)
    location: UUID | None = None
    instructor: UUID | None = None
    q: str = Field("", max_length=100)
    ordering: str = Field("", max_length=20)


class CancelIn(Strict):
    """Why a run does not take place: its learners read it."""

    reason: str = Field(max_length=500)


class CancelledOut(Schema):
    """A cancelled run, and how many learners left it by that."""

    learners: int
    schedule: WholeScheduleOut


class CopyIn(Strict):
    """When the copy begins; all other dates move along."""

    start_date: date
    name: str = Field("", max_length=LONGEST_NAME)


class OrderIn(Strict):
    """All ids in their new order."""

    ids: list[UUID] = Field(max_length=500)


@router.get("schedules/", response=ListOf[ScheduleOut], operation_id="listLearningSchedules", auth=Visiting())
def schedules(request: HttpRequest, chosen: Query[ScheduleChoice]) -> dict[str, Any]:
    """The runs that are offered; one's own drafts too, and all of them for whoever plans them."""
    wanted = ScheduleFilter(chosen.course, chosen.phase, chosen.location, chosen.instructor, chosen.q)
    rows = list_schedules(actor_of(request), wanted)
    order = order_of(_ORDERS, chosen.ordering)
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [schedule_shape(row) for row in page.rows])


@router.post("schedules/", response={201: WholeScheduleOut}, operation_id="createLearningSchedule")
def create(request: HttpRequest, response: HttpResponse, body: ScheduleIn) -> Any:
    """Make a run. An instructor becomes its instructor."""
    actor, values = actor_of(request), _stored(body.dict(exclude_unset=True))
    row = create_schedule(course_id=values.pop("course_id"), values=values, actor=actor)
    response["Location"] = f"/api/v1/schedules/{row.pk}/"
    return with_etag(request, response, whole_schedule(row.pk, actor))


@router.get(_ONE, response=WholeScheduleOut, operation_id="getLearningSchedule", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, learning_schedule_id: UUID) -> Shown | HttpResponse:
    """One run with its outline, its meetings and the places left."""
    return with_etag(request, response, whole_schedule(learning_schedule_id, actor_of(request)))


@router.put(_ONE, response=WholeScheduleOut, operation_id="replaceLearningSchedule")
def replace(request: HttpRequest, response: HttpResponse, learning_schedule_id: UUID, body: SchedulePut) -> Any:
    """Replace a run's data."""
    return _changed(request, response, learning_schedule_id, body.dict(exclude_unset=True))


@router.patch(_ONE, response=WholeScheduleOut, operation_id="changeLearningSchedule")
def change(request: HttpRequest, response: HttpResponse, learning_schedule_id: UUID, body: SchedulePatch) -> Any:
    """Change some of a run; an instructor neither who teaches it nor what it costs."""
    return _changed(request, response, learning_schedule_id, body.dict(exclude_unset=True))


@router.delete(_ONE, response={204: None}, operation_id="deleteLearningSchedule")
def delete(request: HttpRequest, learning_schedule_id: UUID) -> Any:
    """Delete a draft that nobody joined; what was published is cancelled instead."""
    _refuse_stale(request, learning_schedule_id)
    delete_schedule(learning_schedule_id, actor=actor_of(request))
    return Status(204, None)


@router.post(_ONE + "publish/", response=WholeScheduleOut, operation_id="publishLearningSchedule")
def publish(request: HttpRequest, learning_schedule_id: UUID) -> dict[str, Any]:
    """Offer a run to everybody."""
    actor = actor_of(request)
    publish_schedule(learning_schedule_id, actor=actor)
    return whole_schedule(learning_schedule_id, actor)


@router.post(_ONE + "cancel/", response=CancelledOut, operation_id="cancelLearningSchedule")
def cancel(request: HttpRequest, learning_schedule_id: UUID, body: CancelIn) -> dict[str, Any]:
    """Cancel a run: its learners leave it and are told."""
    actor = actor_of(request)
    learners = count_affected(get_schedule_to_write(learning_schedule_id, actor=actor))
    cancel_schedule(learning_schedule_id, reason=body.reason, actor=actor)
    return {"learners": learners, "schedule": whole_schedule(learning_schedule_id, actor)}


@router.post(_ONE + "copy/", response={201: WholeScheduleOut}, operation_id="copyLearningSchedule")
def copy(request: HttpRequest, response: HttpResponse, learning_schedule_id: UUID, body: CopyIn) -> Any:
    """Make a draft with the same content, and nobody in it."""
    actor = actor_of(request)
    row = copy_schedule(learning_schedule_id, start_on=body.start_date, name=body.name, actor=actor)
    response["Location"] = f"/api/v1/schedules/{row.pk}/"
    return with_etag(request, response, whole_schedule(row.pk, actor))


@router.post(_ONE + "module-order/", response=WholeScheduleOut, operation_id="orderModules")
def order(request: HttpRequest, learning_schedule_id: UUID, body: OrderIn) -> dict[str, Any]:
    """Put the modules of a run into an order: all their ids, each once."""
    actor = actor_of(request)
    order_modules(learning_schedule_id, ids=body.ids, actor=actor)
    return whole_schedule(learning_schedule_id, actor)


def whole_schedule(schedule_id: UUID, actor: Actor) -> dict[str, Any]:
    """A run with its outline and meetings."""
    row = get_schedule(schedule_id, actor=actor)
    modules = list_modules(actor, schedule=schedule_id).order_by("order", "pk")
    meetings, with_url = list_meetings(schedule_id, actor=actor), may_see_join_url(schedule_id, actor)
    days = school_days()
    return schedule_shape(row) | {
        "modules": [module_shape(each) for each in modules],
        "meetings": [
            meeting_shape(each, with_url=with_url, closed=days.why_closed(each.starts_at.date())) for each in meetings
        ],
    }


def _changed(request: HttpRequest, response: HttpResponse, schedule_id: UUID, values: dict[str, Any]) -> Any:
    _refuse_stale(request, schedule_id)
    actor = actor_of(request)
    edit_schedule(schedule_id, values=_stored(values), actor=actor)
    return with_etag(request, response, whole_schedule(schedule_id, actor))


def _refuse_stale(request: HttpRequest, schedule_id: UUID) -> None:
    if is_conditional(request):
        actor = actor_of(request)
        get_schedule_to_write(schedule_id, actor=actor)
        refuse_stale(request, whole_schedule(schedule_id, actor))


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_STORED.get(name, name): value for name, value in values.items()}
