"""Grading policies over REST."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.assessment.models import GradingPolicy
from lyceum.domains.assessment.queries import POLICY_ORDER, get_policy, list_policies
from lyceum.domains.assessment.rest.router import router
from lyceum.domains.assessment.rules.grading_policies import create_policy, edit_policy, policy_for_edit

TotalMethods = Literal["points", "mean_of_percents"]
Roundings = Literal["half_up", "half_even", "up", "down"]
LetterFrom = Literal["rounded", "exact"]
Intervals = Literal["hour", "day", "school_day"]
WhichAttempt = Literal["best", "latest", "first", "average"]
IfAbsent = Literal["exclude", "zero"]
_ONE = "grading-policies/{uuid:grading_policy_id}/"
NAMES = (
    "version", "valid_from", "scale_id", "grade_id", "subject_id", "total_method", "rounding", "places", "letter_from",
    "late_rate", "late_interval", "late_floor", "late_grace_minutes", "missing_percent", "attempts", "absent",
    "exempts_late_joiners",
)  # fmt: skip


class GradingPolicyIn(Strict):
    """A version of a policy: for the school, or for one year group, or for one subject."""

    grade_id: UUID | None = None
    subject_id: UUID | None = None
    valid_from: date | None = Field(None, description="Left out: today.")
    scale_id: UUID | None = None
    total_method: TotalMethods = "points"
    rounding: Roundings = "half_up"
    places: int = Field(0, ge=0, le=2)
    letter_from: LetterFrom = "rounded"
    late_rate: Decimal = Field(Decimal(0), ge=0, le=100, description="Percentage points for each interval begun.")
    late_interval: Intervals = "day"
    late_floor: Decimal = Field(Decimal(0), ge=0, le=100)
    late_grace_minutes: int = Field(0, ge=0, le=100_000)
    missing_percent: Decimal | None = Field(None, ge=0, le=100)
    attempts: WhichAttempt = "best"
    absent: IfAbsent = "exclude"
    exempts_late_joiners: bool = True


class GradingPolicyPatch(Strict):
    """Some of it. Its scope stays."""

    valid_from: date = Field(default_factory=left_out)
    scale_id: UUID | None = None
    total_method: TotalMethods = Field(default_factory=left_out)
    rounding: Roundings = Field(default_factory=left_out)
    places: int = Field(default_factory=left_out, ge=0, le=2)
    letter_from: LetterFrom = Field(default_factory=left_out)
    late_rate: Decimal = Field(default_factory=left_out, ge=0, le=100)
    late_interval: Intervals = Field(default_factory=left_out)
    late_floor: Decimal = Field(default_factory=left_out, ge=0, le=100)
    late_grace_minutes: int = Field(default_factory=left_out, ge=0, le=100_000)
    missing_percent: Decimal | None = Field(None, ge=0, le=100)
    attempts: WhichAttempt = Field(default_factory=left_out)
    absent: IfAbsent = Field(default_factory=left_out)
    exempts_late_joiners: bool = Field(default_factory=left_out)


class GradingPolicyOut(Schema):
    """A version of a policy."""

    id: UUID
    grade_id: UUID | None
    subject_id: UUID | None
    version: int = Field(description="1, 2, … of its scope.")
    valid_from: date
    scale_id: UUID | None
    total_method: str
    rounding: str
    places: int
    letter_from: str
    late_rate: Decimal
    late_interval: str
    late_floor: Decimal
    late_grace_minutes: int
    missing_percent: Decimal | None
    attempts: str
    absent: str
    exempts_late_joiners: bool


@router.get("grading-policies/", response=ListOf[GradingPolicyOut], operation_id="listGradingPolicies")
def policies(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """Every version of every policy, the newest first, for everybody who reads marks."""
    rows = list_policies(actor_of(request))
    page = page_of(rows, order=POLICY_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


@router.post("grading-policies/", response={201: GradingPolicyOut}, operation_id="createGradingPolicy")
def create(request: HttpRequest, response: HttpResponse, body: GradingPolicyIn) -> Any:
    """Make the next version of a scope. Gradebooks that are opened from its first day on take it."""
    row = create_policy(values=body.dict(), actor=actor_of(request))
    response["Location"] = f"/api/v1/grading-policies/{row.pk}/"
    return Status(201, with_etag(request, response, _shape(row)))


@router.get(_ONE, response=GradingPolicyOut, operation_id="getGradingPolicy")
def one(request: HttpRequest, response: HttpResponse, grading_policy_id: UUID) -> Any:
    """One version."""
    return with_etag(request, response, _shape(get_policy(grading_policy_id, actor=actor_of(request))))


@router.patch(_ONE, response=GradingPolicyOut, operation_id="changeGradingPolicy")
def change(request: HttpRequest, response: HttpResponse, grading_policy_id: UUID, body: GradingPolicyPatch) -> Any:
    """Change a version: every gradebook that has it is counted by it at once."""
    actor = actor_of(request)
    if is_conditional(request):
        refuse_stale(request, _shape(policy_for_edit(grading_policy_id, actor=actor)))
    row = edit_policy(grading_policy_id, values=body.dict(exclude_unset=True), actor=actor)
    return with_etag(request, response, _shape(row))


def _shape(row: GradingPolicy) -> dict[str, Any]:
    return {"id": row.pk, **{name: getattr(row, name) for name in NAMES}}
