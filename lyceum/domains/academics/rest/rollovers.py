"""Going over into the next year over REST."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.academics import tasks
from lyceum.domains.academics.models import RolloverDecision, RolloverPlan
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.rollovers import (
    ORDER,
    Access,
    get_rollover,
    list_access,
    list_blocks,
    list_decisions,
    list_kept,
    list_rollovers,
    read_copies,
    tally,
)
from lyceum.domains.academics.rules.rollover.applying import apply_rollover
from lyceum.domains.academics.rules.rollover.beginning import NewYear, begin_rollover
from lyceum.domains.academics.rules.rollover.decisions import Decided, decide
from lyceum.domains.academics.rules.rollover.looking import choose_copies, preview_rollover
from lyceum.domains.academics.rules.rollover.undoing import undo_rollover
from lyceum.domains.academics.shapes import GradeRef

RolloverChoice = Literal["promote", "retain", "transfer", "leave", "graduate", "undecided"]


class RolloverOptions(Strict):
    """What is copied into the next year. Sets are the classes that are taught one subject."""

    terms: bool = Field(default_factory=left_out)
    forms: bool = Field(default_factory=left_out)
    sets: bool = Field(default_factory=left_out)
    followers: bool = Field(default_factory=left_out, description="Students into the like set of their next form.")
    teachers: bool = Field(default_factory=left_out)
    rooms: bool = Field(default_factory=left_out)


class RolloverNewYearIn(Strict):
    """The next year, where it is yet to be made; its school days are those of the year before."""

    name: str = Field(max_length=40)
    starts: date
    ends: date


class RolloverIn(Strict):
    """From which year into which: one that is there, or a new one."""

    from_year: UUID
    to_year: UUID | RolloverNewYearIn
    options: RolloverOptions = Field(default_factory=RolloverOptions)


class RolloverYear(Schema):
    """A school year, as other things mention it."""

    id: UUID
    name: str
    starts: date
    ends: date


class RolloverOut(Schema):
    """A rollover: how far it is, and its students in numbers."""

    id: UUID
    from_year: RolloverYear
    to_year: RolloverYear
    state: str
    options: dict[str, bool]
    counts: dict[str, int] = Field(description="What the last run did, and before it what it would do.")
    full_sets: list[dict[str, Any]] = Field(description="Sets that would not hold all who follow, so that nobody does.")
    trouble: str
    job: UUID | None
    job_state: str | None
    progress: int | None
    message: str | None
    applied_at: datetime | None
    undone_at: datetime | None
    created_at: datetime


class RolloverExceptionOut(Schema):
    """A student in the way."""

    student: UUID
    name: str
    code: str
    message: str
    grade: str
    form: str


class RolloverCopiesOut(Schema):
    """What would be copied, by name."""

    terms: list[str]
    classes: list[str]
    teachers: int


class RolloverAccessOut(Schema):
    """How many students' records a teacher comes to see, and ceases to."""

    name: str
    gains: int
    loses: int


class RolloverKeptOut(Schema):
    """A row that undoing left: changed by somebody since (`edited_since`), or held by others (`held`)."""

    kind: str
    id: UUID
    why: str


class RolloverDetailOut(RolloverOut):
    """A rollover, with what would change and what stands in the way."""

    decisions: dict[str, int]
    problems: dict[str, int]
    results: dict[str, int]
    exceptions: list[RolloverExceptionOut] = Field(description="The first 500 students in the way.")
    copies: RolloverCopiesOut
    kept: list[RolloverKeptOut]


def _plan(plan: RolloverPlan) -> dict[str, Any]:
    job = plan.job
    shown = {name: getattr(plan, name) for name in RolloverOut.model_fields if hasattr(plan, name)}
    return shown | {
        "job": plan.job_id,
        "job_state": job.state if job else None,
        "progress": job.progress if job else None,
        "message": job.message if job else None,
    }


def _detail(plan: RolloverPlan) -> dict[str, Any]:
    counted, copies = tally(plan), read_copies(plan)
    return _plan(plan) | {
        "decisions": counted.decisions,
        "problems": counted.problems,
        "results": counted.results,
        "exceptions": [each.as_values() for each in list_blocks(plan).shown],
        "copies": {
            "terms": [term.name for term in copies.terms],
            "classes": [row.name for row in copies.classes],
            "teachers": len(copies.teachers),
        },
        "kept": [{"kind": each.kind, "id": each.row, "why": each.kept} for each in list_kept(plan)],
    }


@router.get("rollovers/", response=ListOf[RolloverOut], operation_id="listRollovers")
def rollovers(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The school's rollovers, newest first."""
    rows = list_rollovers(actor_of(request))
    page = page_of(rows, order=("-created_at", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_plan(plan) for plan in page.rows])


@router.post("rollovers/", response={201: RolloverDetailOut}, operation_id="createRollover")
def create_rollover(request: HttpRequest, body: RolloverIn) -> Status[dict[str, Any]]:
    """Begin to plan how a year goes over into the next. Every student of the year gets the usual decision."""
    actor = actor_of(request)
    new = body.to_year if isinstance(body.to_year, UUID) else NewYear(**body.to_year.dict())
    options = body.options.dict(exclude_unset=True)
    plan = begin_rollover(body.from_year, new, options=options, actor=actor)
    return Status(201, _detail(plan))


@router.get("rollovers/{uuid:plan_id}/", response=RolloverDetailOut, operation_id="getRollover")
def rollover(request: HttpRequest, plan_id: UUID) -> dict[str, Any]:
    """One rollover: how far it is, what would change, what stands in the way."""
    actor = actor_of(request)
    return _detail(get_rollover(plan_id, actor=actor))


@router.patch("rollovers/{uuid:plan_id}/", response=RolloverDetailOut, operation_id="changeRollover")
def change_rollover(request: HttpRequest, plan_id: UUID, body: RolloverOptions) -> dict[str, Any]:
    """Choose what is copied; what is left out stays as it was."""
    actor = actor_of(request)
    plan = choose_copies(plan_id, options=body.dict(exclude_unset=True), actor=actor)
    return _detail(plan)


@router.get("rollovers/{uuid:plan_id}/access/", response=list[RolloverAccessOut], operation_id="rolloverAccess")
def access(request: HttpRequest, plan_id: UUID) -> list[Access]:
    """Teachers who gain and lose access to students' records when the year goes over, by name."""
    actor = actor_of(request)
    return list_access(get_rollover(plan_id, actor=actor), actor=actor)


class RolloverDecisionOut(Schema):
    """What becomes of one student: from where, to where, and what came of it."""

    student: UUID
    full_name: str
    grade_now: GradeRef | None
    form_now: str
    decision: str
    by_hand: bool
    grade: GradeRef | None
    form: str
    note: str
    problem: str
    result: str
    reason: str


class RolloverDecisionFilter(Walk):
    """Which decisions: those with a problem, or of one decision, result or problem."""

    show: str = Field("", max_length=20)
    grade: UUID | None = None
    form: str = Field("", max_length=120)
    q: str = Field("", max_length=100)


@router.get(
    "rollovers/{uuid:plan_id}/decisions/", response=ListOf[RolloverDecisionOut], operation_id="listRolloverDecisions"
)
def decisions(request: HttpRequest, plan_id: UUID, chosen: Query[RolloverDecisionFilter]) -> dict[str, Any]:
    """Every student of the year, those in the way first."""
    actor = actor_of(request)
    plan = get_rollover(plan_id, actor=actor)
    rows = list_decisions(plan, actor=actor, show=chosen.show, grade=chosen.grade, form=chosen.form, text=chosen.q)
    page = page_of(rows, order=ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_decision(row) for row in page.rows])


_SAME = ("form_now", "decision", "by_hand", "form", "note", "problem", "result", "reason", "grade", "grade_now")


def _decision(row: RolloverDecision) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in _SAME}
    return {"student": row.student_id, "full_name": row.student.person.full_name} | shown


class RolloverDecideIn(Strict):
    """What becomes of some students. Without grade and form it is the usual ones."""

    students: list[UUID] = Field(min_length=1, max_length=500)
    decision: RolloverChoice
    grade: UUID | None = None
    form: str = Field("", max_length=120, description="The form's name in the next year.")
    note: str = Field("", max_length=300)


@router.post("rollovers/{uuid:plan_id}/decide/", response=RolloverDetailOut, operation_id="decideRollover")
def decide_some(request: HttpRequest, plan_id: UUID, body: RolloverDecideIn) -> dict[str, Any]:
    """Decide what becomes of some students. A plan that was previewed has to be looked at again."""
    actor = actor_of(request)
    decided = Decided(body.decision, body.grade, body.form, body.note)
    return _detail(decide(plan_id, body.students, decided, actor=actor))


@router.post("rollovers/{uuid:plan_id}/preview/", response=RolloverDetailOut, operation_id="previewRollover")
def preview(request: HttpRequest, plan_id: UUID) -> dict[str, Any]:
    """Look at what would happen. The state is `previewed` where nothing stands in the way."""
    actor = actor_of(request)
    return _detail(preview_rollover(plan_id, actor=actor))


@router.post("rollovers/{uuid:plan_id}/apply/", response={202: RolloverOut}, operation_id="applyRollover")
def apply(request: HttpRequest, plan_id: UUID) -> Status[dict[str, Any]]:
    """Apply a rollover that was previewed, by job: all of it or nothing. Again, it only takes in who came since."""
    actor = actor_of(request)
    plan = apply_rollover(plan_id, actor=actor, enqueue=tasks.enqueue(tasks.apply, actor))
    return Status(202, _plan(plan))


@router.post("rollovers/{uuid:plan_id}/undo/", response={202: RolloverOut}, operation_id="undoRollover")
def undo(request: HttpRequest, plan_id: UUID) -> Status[dict[str, Any]]:
    """Undo a rollover, until the first register of the new year is taken; what was changed since is left and listed."""
    actor = actor_of(request)
    plan = undo_rollover(plan_id, actor=actor, enqueue=tasks.enqueue(tasks.undo, actor))
    return Status(202, _plan(plan))
