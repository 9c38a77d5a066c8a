"""Policies, stages and what follows over REST."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.behaviour.models import EscalationPolicy
from lyceum.domains.behaviour.queries import get_case, list_actions, list_cases, list_policies
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rest.shapes import BehaviourActionOut, EscalationOut, action_shape, case_shape
from lyceum.domains.behaviour.rules.actions import NewAction, cancel_action, finish_action, set_action
from lyceum.domains.behaviour.rules.decisions import Decision, approve_case, dismiss_case
from lyceum.domains.behaviour.rules.escalation import NewPolicy, NewStage, retire_policy, save_policy
from lyceum.domains.behaviour.rules.trying import ask_to_try
from lyceum.domains.behaviour.tasks import try_policy

Day = date
CASE_ORDER = ("-created_at", "pk")
Kind = Literal[
    "talk", "parent_meeting", "restorative", "loss_of_break", "on_report", "letter", "internal_exclusion",
    "suspension", "praise_card", "other",
]  # fmt: skip


class EscalationStageIn(Strict):
    """One threshold: how much, what then, who decides (the name of a permission set), and the letter."""

    threshold: int = Field(ge=1, le=10_000)
    measure: Literal["points", "count"] = "points"
    action: Kind = "talk"
    approvers: str = Field("", max_length=60)
    letter: str = Field("", max_length=2000)


class EscalationPolicyIn(Strict):
    """A policy on the points of a scale or on incidents of types. `of` makes it a new version of another."""

    name: str = Field(max_length=120)
    starts_on: Day
    scale: UUID | None = None
    types: list[UUID] = Field(default_factory=list, max_length=100)
    grades: list[UUID] = Field(default_factory=list, max_length=60)
    window: Literal["weeks", "term", "year"] = "weeks"
    weeks: int = Field(6, ge=1, le=60)
    stages: list[EscalationStageIn] = Field(min_length=1, max_length=12)
    of: UUID | None = None


class EscalationStageOut(Schema):
    """One threshold."""

    n: int
    threshold: int
    measure: str
    action: str
    approvers: str
    letter: str


class EscalationPolicyOut(Schema):
    """One version of a policy."""

    id: UUID
    series: UUID
    version: int
    name: str
    starts_on: Day
    scale: UUID | None
    types: list[UUID]
    grades: list[UUID]
    window: str
    weeks: int
    stages: list[EscalationStageOut]
    retired: bool


def _policy(row: EscalationPolicy) -> dict[str, Any]:
    names = ("series", "version", "name", "starts_on", "types", "grades", "window", "weeks", "stages", "retired")
    return {"id": row.pk, "scale": row.scale_id, **{name: getattr(row, name) for name in names}}


@router.get("behaviour/policies/", response=ListOf[EscalationPolicyOut], operation_id="listEscalationPolicies")
def policies(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """Every version of every policy."""
    page = page_of(
        list_policies(actor_of(request)),
        order=("series", "-version", "pk"),
        limit=walk.limit,
        cursor=walk.cursor,
        count=walk.count,
    )
    return listed(page, [_policy(row) for row in page.rows])


@router.post("behaviour/policies/", response={201: EscalationPolicyOut}, operation_id="saveEscalationPolicy")
def save(request: HttpRequest, body: EscalationPolicyIn) -> Status[dict[str, Any]]:
    """Make a policy, or a new version of one."""
    new = NewPolicy(
        body.name,
        [NewStage(s.threshold, s.action, s.measure, s.approvers, s.letter) for s in body.stages],
        body.starts_on,
        scale_id=body.scale,
        types=body.types,
        grades=body.grades,
        window=body.window,
        weeks=body.weeks,
    )
    return Status(201, _policy(save_policy(new, of=body.of, actor=actor_of(request))))


@router.post(
    "behaviour/policies/{uuid:policy_id}/retire/", response=EscalationPolicyOut, operation_id="retireEscalationPolicy"
)
def retire(request: HttpRequest, policy_id: UUID) -> dict[str, Any]:
    """It counts nothing from now on."""
    return _policy(retire_policy(policy_id, actor=actor_of(request)))


class PolicyTryOut(Schema):
    """The job that tries a policy."""

    job: UUID
    state: str


@router.post(
    "behaviour/policies/{uuid:policy_id}/try/", response={202: PolicyTryOut}, operation_id="tryEscalationPolicy"
)
def try_out(request: HttpRequest, policy_id: UUID) -> Status[dict[str, Any]]:
    """Count who would have come to which stage on last year's data; nothing is changed or sent."""
    job = ask_to_try(policy_id, actor=actor_of(request))
    try_policy.defer(school_id=actor_of(request).school, job_id=str(job.pk))
    return Status(202, {"job": job.pk, "state": job.state})


class EscalationFilter(Walk):
    """Which stages."""

    student: UUID | None = None
    status: Literal["warned", "reached", "approved", "done", "dismissed", "lapsed"] | None = None


@router.get("behaviour/escalations/", response=ListOf[EscalationOut], operation_id="listEscalations")
def cases(request: HttpRequest, chosen: Query[EscalationFilter]) -> dict[str, Any]:
    """Stages that students came to, newest first. Families see those that were decided."""
    rows = list_cases(actor_of(request), states=[chosen.status] if chosen.status else (), student=chosen.student)
    page = page_of(rows, order=CASE_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [case_shape(row) for row in page.rows])


class EscalationApproveIn(Strict):
    """From and until when, by whom, and the letter; a letter left out is the stage's own."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    owner: UUID | None = None
    letter: str | None = Field(None, max_length=2000)
    note: str = Field("", max_length=500)


@router.post(
    "behaviour/escalations/{uuid:escalation_id}/approve/", response=EscalationOut, operation_id="approveEscalation"
)
def approve(request: HttpRequest, escalation_id: UUID, body: EscalationApproveIn) -> dict[str, Any]:
    """Decide that the stage's step is taken."""
    actor = actor_of(request)
    decision = Decision(body.from_, body.to, body.owner, body.letter, body.note)
    approve_case(escalation_id, decision=decision, actor=actor)
    return case_shape(get_case(escalation_id, actor=actor))


class EscalationDismissIn(Strict):
    """Why nothing follows."""

    reason: str = Field(min_length=1, max_length=500)


@router.post(
    "behaviour/escalations/{uuid:escalation_id}/dismiss/", response=EscalationOut, operation_id="dismissEscalation"
)
def dismiss(request: HttpRequest, escalation_id: UUID, body: EscalationDismissIn) -> dict[str, Any]:
    """Decide that nothing follows."""
    actor = actor_of(request)
    dismiss_case(escalation_id, reason=body.reason, actor=actor)
    return case_shape(get_case(escalation_id, actor=actor))


class BehaviourActionFilter(Walk):
    """Which actions."""

    student: UUID | None = None
    status: Literal["planned", "done", "cancelled"] | None = None


@router.get(
    "behaviour/actions/", response=ListOf[BehaviourActionOut], by_alias=True, operation_id="listBehaviourActions"
)
def actions(request: HttpRequest, chosen: Query[BehaviourActionFilter]) -> dict[str, Any]:
    """What follows for students, newest first."""
    rows = list_actions(actor_of(request), student=chosen.student, state=chosen.status or "")
    page = page_of(rows, order=("-starts_on", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [action_shape(row) for row in page.rows])


class BehaviourActionIn(Strict):
    """What follows, from when to when."""

    student: UUID
    kind: Kind
    from_: Day = Field(alias="from")
    to: Day | None = None
    planned_days: Decimal | None = Field(None, gt=0, le=366)
    participant: UUID | None = None
    owner: UUID | None = None
    note: str = Field("", max_length=500)


@router.post("behaviour/actions/", response={201: BehaviourActionOut}, by_alias=True, operation_id="setBehaviourAction")
def set_one(request: HttpRequest, body: BehaviourActionIn) -> Status[dict[str, Any]]:
    """Set what follows for a student."""
    new = NewAction(
        body.student,
        body.kind,
        body.from_,
        ends_on=body.to,
        planned_days=body.planned_days,
        participant_id=body.participant,
        owner_id=body.owner,
        note=body.note,
    )
    return Status(201, action_shape(set_action(new, actor=actor_of(request))))


class BehaviourActionFinishIn(Strict):
    """How long it really was, and why not as planned."""

    real_days: Decimal | None = Field(None, ge=0, le=366)
    difference: Literal["returned_early", "left", "year_ended", "order", "other"] | None = None


@router.post(
    "behaviour/actions/{uuid:action_id}/finish/",
    response=BehaviourActionOut,
    by_alias=True,
    operation_id="finishBehaviourAction",
)
def finish(request: HttpRequest, action_id: UUID, body: BehaviourActionFinishIn) -> dict[str, Any]:
    """Say that it was done."""
    actor = actor_of(request)
    done = finish_action(action_id, real_days=body.real_days, difference=body.difference or "", actor=actor)
    return action_shape(done)


class BehaviourActionCancelIn(Strict):
    """Why."""

    reason: str = Field("", max_length=500)


@router.post(
    "behaviour/actions/{uuid:action_id}/cancel/",
    response=BehaviourActionOut,
    by_alias=True,
    operation_id="cancelBehaviourAction",
)
def cancel(request: HttpRequest, action_id: UUID, body: BehaviourActionCancelIn) -> dict[str, Any]:
    """Call it off."""
    return action_shape(cancel_action(action_id, reason=body.reason, actor=actor_of(request)))
