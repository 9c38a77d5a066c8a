"""Runs of the engine over REST."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.timetable import tasks
from lyceum.domains.timetable.models import Run
from lyceum.domains.timetable.plans import RUN_ORDER, get_run, list_runs
from lyceum.domains.timetable.reasons import say_all
from lyceum.domains.timetable.rest.router import router
from lyceum.domains.timetable.rules.runs import MOST_SECONDS, USUAL_SECONDS, NewRun, cancel_run, start_run


class RunProgressOut(Schema):
    """The best so far. `bound`: no complete timetable costs less."""

    seconds: float
    placed: int
    lessons: int
    cost: float | None
    bound: float | None
    moved: int | None = Field(None, description="Of a repair at its end: lessons that are elsewhere than before.")
    moved_at_least: int | None = Field(None, description="Of a repair: proven, no timetable moves fewer.")


class RunOut(Schema):
    """The engine at work on a draft."""

    id: UUID
    year: UUID
    version: UUID | None
    kind: str
    state: str
    seed: int
    seconds: int
    scope: dict[str, list[UUID]]
    options: dict[str, int]
    progress: RunProgressOut
    result: UUID | None
    job: UUID | None
    started_by: str
    began_at: datetime | None
    ended_at: datetime | None
    cancel_asked: bool


class ScopeIn(Strict):
    """What the run may move; the rest stays where it is."""

    grades: list[UUID] = Field(default_factory=list, max_length=50)
    classes: list[UUID] = Field(default_factory=list, max_length=500)
    teachers: list[UUID] = Field(default_factory=list, max_length=500)
    requirements: list[UUID] = Field(default_factory=list, max_length=500)


class RunIn(Strict):
    """What the engine is asked for. With nothing named it makes a whole timetable of the current year."""

    year: UUID | None = None
    version: UUID | None = Field(None, description="The draft to work on, or a version to make one of.")
    kind: Literal["solve", "repair"] = Field("solve", description="`repair` moves as few lessons as it can.")
    scope: ScopeIn = Field(default_factory=ScopeIn)
    seed: int = Field(0, ge=0, le=2_147_483_647)
    seconds: int = Field(USUAL_SECONDS, ge=1, le=MOST_SECONDS)
    workers: int = Field(2, ge=1, le=16, description="With one, the same seed gives the same timetable.")
    max_per_day: int | None = Field(None, ge=1, le=200, description="Periods of a class on one day.")
    max_per_week: int | None = Field(None, ge=1, le=200, description="Periods of a class in a cycle.")


def _shape(row: Run) -> dict[str, Any]:
    same = ("kind", "state", "seed", "seconds", "scope", "options", "progress", "began_at", "ended_at", "cancel_asked")
    return {
        "id": row.pk,
        "year": row.year_id,
        "version": row.version_id,
        "result": row.result_id,
        "job": row.job_id,
        "started_by": row.started_by_name,
    } | {name: getattr(row, name) for name in same}


class RunFilter(Walk):
    """Which runs."""

    version: UUID | None = None


@router.get("timetable/runs/", response=ListOf[RunOut], operation_id="listRuns")
def runs(request: HttpRequest, chosen: Query[RunFilter]) -> dict[str, Any]:
    """Runs, newest first."""
    rows = list_runs(actor_of(request), version=chosen.version)
    page = page_of(rows, order=RUN_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


@router.post("timetable/runs/", response={202: RunOut}, operation_id="startRun")
def start(request: HttpRequest, response: HttpResponse, body: RunIn) -> Status[dict[str, Any]]:
    """Let the engine make a timetable, or improve a draft. Follow it at its address or on `timetable-run:{id}`."""
    actor = actor_of(request)
    scope = {name: [str(each) for each in ids] for name, ids in body.scope.dict().items() if ids}
    new = NewRun(**body.dict(exclude={"scope"}), scope=scope)
    run = start_run(new, enqueue=tasks.enqueue(actor), actor=actor)
    response["Location"] = f"/api/v1/timetable/runs/{run.pk}/"
    return Status(202, _shape(run))


@router.get("timetable/runs/{uuid:timetable_run_id}/", response=RunOut, operation_id="getRun")
def run(request: HttpRequest, timetable_run_id: UUID) -> dict[str, Any]:
    """One run: how far it is, and the best so far."""
    return _shape(get_run(timetable_run_id, actor=actor_of(request)))


@router.post("timetable/runs/{uuid:timetable_run_id}/cancel/", response=RunOut, operation_id="cancelRun")
def cancel(request: HttpRequest, timetable_run_id: UUID) -> dict[str, Any]:
    """Stop a run within five seconds. Its best so far goes into the draft."""
    return _shape(cancel_run(timetable_run_id, actor=actor_of(request)))


class ReasonsOut(Schema):
    """Why lessons have no place, or nothing is possible: each in words, with its numbers."""

    state: str
    reasons: list[dict[str, Any]]


@router.get("timetable/runs/{uuid:timetable_run_id}/reasons/", response=ReasonsOut, operation_id="runReasons")
def reasons(request: HttpRequest, timetable_run_id: UUID) -> dict[str, Any]:
    """Why lessons have no place, or nothing is possible."""
    row = get_run(timetable_run_id, actor=actor_of(request))
    return {"state": row.state, "reasons": say_all(row.reasons)}
