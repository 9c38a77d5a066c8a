"""Reviewing, withdrawing, contesting over REST."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.behaviour.queries import get_incident, parts_of
from lyceum.domains.behaviour.rest.incidents import IncidentPatch
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rest.shapes import IncidentOut, IncidentRowOut, incident_shape, row_shape
from lyceum.domains.behaviour.rows import list_rows, rows_of
from lyceum.domains.behaviour.rules.contests import answer_contest, contest_incident
from lyceum.domains.behaviour.rules.reviewing import review_incident, withdraw_incident


class IncidentReviewIn(Strict):
    """The decision; what is changed with it; the reason, needed to reject."""

    decision: Literal["approve", "reject"]
    reason: str = Field("", max_length=500)
    changes: IncidentPatch | None = None


@router.post("incidents/{uuid:incident_id}/review/", response=IncidentOut, operation_id="reviewIncident")
def review(request: HttpRequest, incident_id: UUID, body: IncidentReviewIn) -> dict[str, Any]:
    """Approve or reject a report; never one's own."""
    changes = body.changes.values() if body.changes else None
    review_incident(
        incident_id,
        approve=body.decision == "approve",
        reason=body.reason,
        changes=changes,
        actor=actor_of(request),
    )
    return _shown(request, incident_id)


def _shown(request: HttpRequest, incident_id: UUID) -> dict[str, Any]:
    parts = parts_of(get_incident(incident_id, actor=actor_of(request)))
    for part in parts:
        part.is_for_staff = True  # type: ignore[attr-defined]  # reviewers read everything
    return incident_shape(parts)


class IncidentReasonIn(Strict):
    """Why."""

    reason: str = Field(min_length=1, max_length=500)


@router.post("incidents/{uuid:incident_id}/withdraw/", response=IncidentOut, operation_id="withdrawIncident")
def withdraw(request: HttpRequest, incident_id: UUID, body: IncidentReasonIn) -> dict[str, Any]:
    """Take back what counted: its points are reversed."""
    withdraw_incident(incident_id, reason=body.reason, actor=actor_of(request))
    return _shown(request, incident_id)


class IncidentContestIn(Strict):
    """What was different, and of which child where more than one is meant."""

    text: str = Field(min_length=1, max_length=2000)
    student: UUID | None = None


@router.post("incidents/{uuid:incident_id}/contest/", response=IncidentRowOut, operation_id="contestIncident")
def contest(request: HttpRequest, incident_id: UUID, body: IncidentContestIn) -> dict[str, Any]:
    """Say that it was not so: once, within the school's time."""
    actor = actor_of(request)
    part = contest_incident(incident_id, student_id=body.student, text=body.text, actor=actor)
    return row_shape(list_rows(actor).get(pk=part.pk))


class ContestAnswerIn(Strict):
    """The answer to a contest."""

    text: str = Field(min_length=1, max_length=2000)
    student: UUID


@router.post("incidents/{uuid:incident_id}/answer/", response=IncidentRowOut, operation_id="answerContest")
def answer(request: HttpRequest, incident_id: UUID, body: ContestAnswerIn) -> dict[str, Any]:
    """Answer a contest; who reported the incident does not."""
    actor = actor_of(request)
    part = next((row for row in rows_of(incident_id, actor=actor) if row.student_id == body.student), None)
    done = answer_contest(part.pk if part else incident_id, text=body.text, actor=actor)
    return row_shape(list_rows(actor).get(pk=done.pk))
