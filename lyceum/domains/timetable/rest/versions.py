"""Versions of the timetable over REST."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import Shown, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.timetable.comparing import compare_versions, score_version
from lyceum.domains.timetable.models import PlannedLesson, Version
from lyceum.domains.timetable.planning import read_plan
from lyceum.domains.timetable.planning.clashes import clash_values, list_clashes
from lyceum.domains.timetable.plans import LESSON_ORDER, VERSION_ORDER, get_version, list_planned, list_versions
from lyceum.domains.timetable.reasons import say_all
from lyceum.domains.timetable.rest.requirements import PlanRef, SitOut, ref, sits_of
from lyceum.domains.timetable.rest.router import router
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.rules.versions import create_version, delete_version

MOST_CLASHES = 500


class VersionOut(Schema):
    """One timetable of a year. `revision` rises with every change of its lessons."""

    id: UUID
    year: UUID
    name: str
    state: str
    effective_from: date | None
    effective_to: date | None
    parent: UUID | None
    source: str
    made_by: str
    score: float | None
    revision: int
    lessons: int
    unplaced: int


def shape(row: Version) -> dict[str, Any]:
    """A version as it is shown."""
    same = ("name", "state", "effective_from", "effective_to", "source", "score", "revision")
    counts: Any = row
    return {
        "id": row.pk,
        "year": row.year_id,
        "parent": row.parent_id,
        "made_by": row.made_by_name,
        "lessons": counts.lesson_count,
        "unplaced": counts.unplaced_count,
    } | {name: getattr(row, name) for name in same}


class VersionFilter(Walk):
    """Which versions."""

    year: UUID | None = None
    state: str = Field("", pattern="^(draft|published|superseded)?$")


@router.get("timetable/versions/", response=ListOf[VersionOut], operation_id="listTimetableVersions")
def versions(request: HttpRequest, chosen: Query[VersionFilter]) -> dict[str, Any]:
    """Versions, newest first."""
    rows = list_versions(actor_of(request), year=chosen.year, state=chosen.state)
    page = page_of(rows, order=VERSION_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [shape(row) for row in page.rows])


class VersionIn(Strict):
    """A draft to be made: of what must be taught, or as a copy of another version."""

    year: UUID
    name: str = Field("", max_length=80)
    parent: UUID | None = None


@router.post("timetable/versions/", response={201: VersionOut}, operation_id="createTimetableVersion")
def create(request: HttpRequest, response: HttpResponse, body: VersionIn) -> Status[dict[str, Any]]:
    """Make a draft."""
    actor = actor_of(request)
    row = create_version(body.year, name=body.name, parent=body.parent, actor=actor)
    response["Location"] = f"/api/v1/timetable/versions/{row.pk}/"
    return Status(201, shape(get_version(row.pk, actor=actor)))


@router.get("timetable/versions/{uuid:version_id}/", response=VersionOut, operation_id="getTimetableVersion")
def version(request: HttpRequest, response: HttpResponse, version_id: UUID) -> Shown | HttpResponse:
    """One version."""
    return with_etag(request, response, shape(get_version(version_id, actor=actor_of(request))))


@router.delete("timetable/versions/{uuid:version_id}/", response={204: None}, operation_id="deleteTimetableVersion")
def delete(request: HttpRequest, version_id: UUID) -> Status[None]:
    """Throw a draft away."""
    delete_version(version_id, actor=actor_of(request))
    return Status(204, None)


class PublishIn(Strict):
    """From when on it holds, and until when; without an end, until the year's."""

    effective_from: date
    effective_to: date | None = None
    leave_unplaced: bool = Field(False, description="Publish although lessons have no place.")


class PublishedOut(Schema):
    """What publishing did to the lessons that take place."""

    version: VersionOut
    kept: int
    begun: int
    ended: int


@router.post("timetable/versions/{uuid:version_id}/publish/", response=PublishedOut, operation_id="publishTimetable")
def publish(request: HttpRequest, version_id: UUID, body: PublishIn) -> dict[str, Any]:
    """Let a draft be the timetable from a day on. Clashes are refused, each pair in words; taken registers stay."""
    actor = actor_of(request)
    refuse_stale(request, shape(get_version(version_id, actor=actor)))
    done = publish_version(version_id, **body.dict(), actor=actor)
    return {
        "version": shape(get_version(version_id, actor=actor)),
        "kept": done.kept,
        "begun": done.begun,
        "ended": done.ended,
    }


class PlannedLessonOut(Schema):
    """A lesson of a version. Without a day it has no place, and `reasons` say why."""

    id: UUID
    name: str
    requirement: UUID | None
    subject: PlanRef | None
    classes: list[SitOut]
    teachers: list[PlanRef]
    room: PlanRef | None
    length: int
    day: int | None
    period: int | None
    time_locked: bool
    room_locked: bool
    reasons: list[dict[str, Any]]


def planned_shape(row: PlannedLesson) -> dict[str, Any]:
    """A planned lesson as it is shown."""
    same = ("length", "day", "period", "time_locked", "room_locked")
    return {
        "id": row.pk,
        "name": str(row),
        "requirement": row.requirement_id,
        "subject": ref(row.subject),
        "classes": sits_of(row.classes.all()),
        "teachers": [ref(each.staff) for each in row.teachers.all()],
        "room": ref(row.room),
        "reasons": say_all(row.reasons),
    } | {name: getattr(row, name) for name in same}


class TimetablePlannedFilter(Walk):
    """Which lessons of a version."""

    teacher: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    room: UUID | None = None
    day: int | None = Field(None, ge=1, le=14)
    placed: bool | None = None


@router.get(
    "timetable/versions/{uuid:version_id}/lessons/",
    response=ListOf[PlannedLessonOut],
    by_alias=True,
    operation_id="listPlannedLessons",
)
def planned(request: HttpRequest, version_id: UUID, chosen: Query[TimetablePlannedFilter]) -> dict[str, Any]:
    """The lessons of a version."""
    actor = actor_of(request)
    rows = list_planned(
        get_version(version_id, actor=actor),
        actor=actor,
        teacher=chosen.teacher,
        school_class=chosen.class_id,
        room=chosen.room,
        day=chosen.day,
        placed=chosen.placed,
    )
    page = page_of(rows, order=LESSON_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [planned_shape(row) for row in page.rows])


class TimetableClashOut(Schema):
    """Two lessons that need the same at the same time, or one outside the teaching periods."""

    kind: str
    lesson: UUID
    other: UUID | None
    day: int
    period: int
    words: str


class ClashesOut(Schema):
    """The clashes of a version; at most 500 are shown."""

    count: int
    clashes: list[TimetableClashOut]


@router.get("timetable/versions/{uuid:version_id}/clashes/", response=ClashesOut, operation_id="listClashes")
def clashes(request: HttpRequest, version_id: UUID) -> dict[str, Any]:
    """What would keep a draft from being published."""
    plan = read_plan(get_version(version_id, actor=actor_of(request)))
    found = list_clashes(plan)
    return {"count": len(found), "clashes": clash_values(found[:MOST_CLASHES], plan)}


class CompareWith(Strict):
    """The version to compare with."""

    with_: UUID = Field(alias="with")


class DifferenceOut(Schema):
    """Whom a change affects, and which of their lessons are elsewhere."""

    sort: str
    id: UUID
    name: str
    lessons: list[dict[str, Any]]


@router.get(
    "timetable/versions/{uuid:version_id}/compare/", response=list[DifferenceOut], operation_id="compareTimetables"
)
def compare(request: HttpRequest, version_id: UUID, chosen: Query[CompareWith]) -> list[dict[str, Any]]:
    """For each teacher, class and room: which lessons are elsewhere than in the other version."""
    return compare_versions(version_id, chosen.with_, actor=actor_of(request))


class ScorePartOut(Schema):
    """What the broken preferences of one rule cost."""

    rule: str
    words: str
    cost: float
    units: float
    must: bool
    lessons: list[UUID]
    who: list[str]


class ScorePersonOut(Schema):
    """The week of a teacher or class, in words and numbers, and what broken rules cost them.

    What concerns several counts for each of them. Of a class it is the week of those who have most gaps.
    """

    sort: Literal["teacher", "class"]
    id: UUID
    name: str
    words: str
    periods: int
    days: int
    gaps: int = Field(description="Periods without a lesson between the first and the last of a day.")
    early: int = Field(description="Days that begin in their first period.")
    late: int = Field(description="Days that end in their last period.")
    longest: int = Field(description="Periods of the longest day, from its first lesson to its last.")
    cost: float
    broken: int
    parts: list[ScorePartOut]


class ScoreOut(Schema):
    """What a version's broken preferences cost in all, by rule and by person; what must hold and does not is first."""

    cost: float
    broken: int
    parts: list[ScorePartOut]
    people: list[ScorePersonOut]


@router.get("timetable/versions/{uuid:version_id}/score/", response=ScoreOut, operation_id="scoreTimetable")
def score(request: HttpRequest, version_id: UUID) -> dict[str, Any]:
    """How well a version holds to its rules, and what it costs each teacher and class; each part with its lessons."""
    return score_version(version_id, actor=actor_of(request))
