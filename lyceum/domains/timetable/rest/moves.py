"""Moving lessons of a draft over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.etags import is_conditional, refuse_stale
from lyceum.core.rest import Strict, actor_of, left_out
from lyceum.domains.timetable.models import VersionChange
from lyceum.domains.timetable.planning import read_plan
from lyceum.domains.timetable.planning.clashes import clash_values, list_clashes
from lyceum.domains.timetable.plans import get_version
from lyceum.domains.timetable.rest.router import router
from lyceum.domains.timetable.rest.versions import TimetableClashOut, shape
from lyceum.domains.timetable.rules.moves import Moved, move_lessons, swap_lessons, undo_change
from lyceum.domains.timetable.slots import list_slots


class SlotOut(Schema):
    """A place on the board, and what a lesson would do there: `free`, `cost` or `clash`, with the reasons in words."""

    day: int
    period: int
    state: str
    cost: float
    words: list[str]


class MovesOut(Schema):
    """Where a lesson can go: every place, and proposals of several moves at once."""

    lesson: UUID
    revision: int
    slots: list[SlotOut]
    proposals: list[dict[str, Any]]


class MovesOf(Strict):
    """The lesson that is to be moved; with a place, proposals of up to three moves bring it there."""

    lesson: UUID
    day: int | None = Field(None, ge=1, le=14)
    period: int | None = Field(None, ge=0, le=99)


@router.get("timetable/moves/", response=MovesOut, operation_id="listMoves")
def moves(request: HttpRequest, chosen: Query[MovesOf]) -> dict[str, Any]:
    """Which places are free for a lesson, which break a preference, and which clash, each with the reason."""
    wanted = None if chosen.day is None or chosen.period is None else (chosen.day, chosen.period)
    return list_slots(chosen.lesson, wanted=wanted, actor=actor_of(request))


class TimetableMoveIn(Strict):
    """One lesson as it is to be; what is left out stays. Without a day it is taken off the board."""

    lesson: UUID
    day: int | None = Field(None, ge=1, le=14)
    period: int | None = Field(None, ge=0, le=99)
    room: UUID | None = None
    time_locked: bool = Field(default_factory=left_out)
    room_locked: bool = Field(default_factory=left_out)


class MovesIn(Strict):
    """Moves, all or none. `revision` is the draft's as it was read."""

    lessons: list[TimetableMoveIn] = Field(min_length=1, max_length=500)
    revision: int | None = Field(None, ge=1)


class TimetableChangeOut(Schema):
    """What was done, and the clashes of the lessons that were moved."""

    revision: int
    act: str
    before: dict[str, list[Any]]
    after: dict[str, list[Any]]
    clashes: list[TimetableClashOut]


def _done(change: VersionChange, version_id: UUID, request: HttpRequest) -> dict[str, Any]:
    plan = read_plan(get_version(version_id, actor=actor_of(request)))
    moved = set(change.after)
    found = [each for each in list_clashes(plan) if {str(each.lesson), str(each.other)} & moved]
    return {
        "revision": change.revision,
        "act": change.act,
        "before": change.before,
        "after": change.after,
        "clashes": clash_values(found, plan),
    }


def _refuse_stale(request: HttpRequest, version_id: UUID) -> None:
    if is_conditional(request):
        refuse_stale(request, shape(get_version(version_id, actor=actor_of(request))))


@router.post("timetable/versions/{uuid:version_id}/moves/", response=TimetableChangeOut, operation_id="moveLessons")
def move(request: HttpRequest, version_id: UUID, body: MovesIn) -> dict[str, Any]:
    """Move, lock or take off lessons of a draft. 412 with the other's change where somebody changed it meanwhile."""
    _refuse_stale(request, version_id)
    wanted = []
    for each in body.lessons:
        values = each.dict(exclude_unset=True, exclude={"lesson"})
        wanted.append(Moved(each.lesson, {"room_id" if k == "room" else k: v for k, v in values.items()}))
    change = move_lessons(version_id, wanted, revision=body.revision, actor=actor_of(request))
    return _done(change, version_id, request)


class SwapIn(Strict):
    """Two lessons that change places."""

    one: UUID
    other: UUID
    revision: int | None = Field(None, ge=1)


@router.post("timetable/versions/{uuid:version_id}/swap/", response=TimetableChangeOut, operation_id="swapLessons")
def swap(request: HttpRequest, version_id: UUID, body: SwapIn) -> dict[str, Any]:
    """Let two lessons change places."""
    _refuse_stale(request, version_id)
    change = swap_lessons(version_id, body.one, body.other, revision=body.revision, actor=actor_of(request))
    return _done(change, version_id, request)


class UndoIn(Strict):
    """The draft's revision as it was read."""

    revision: int | None = Field(None, ge=1)


@router.post("timetable/versions/{uuid:version_id}/undo/", response=TimetableChangeOut, operation_id="undoMove")
def undo(request: HttpRequest, version_id: UUID, body: UndoIn) -> dict[str, Any]:
    """Take back the newest change of a draft; again, the one before it."""
    _refuse_stale(request, version_id)
    return _done(undo_change(version_id, revision=body.revision, actor=actor_of(request)), version_id, request)
