"""What incidents, stages and notices look like over REST."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from lyceum.core.actor import Actor
from lyceum.core.rest import Strict
from lyceum.domains.behaviour.models import Action, EscalationCase, IncidentType, Notice, Participant
from lyceum.domains.behaviour.rows import description_of, is_for_staff, place_of, reporter_of, type_name_of
from lyceum.domains.behaviour.rules.telling import shown_recipients

Day = date
Role = Literal["involved", "instigator", "target", "witness"]
Severity = Field(ge=1, le=9, description="1 to 4, from the lightest to the gravest.")


class IncidentTypeOut(Schema):
    """A kind of incident."""

    id: UUID
    code: str
    name: str
    family_name: str
    polarity: str
    category: str
    severity: int
    points: int
    scale: UUID
    needs_review: bool
    tell_guardians: str
    follow_up: str
    follow_up_action: str
    follow_up_detention: UUID | None
    visible_to_student: bool
    grades: list[UUID]
    active: bool


def type_shape(kind: IncidentType) -> dict[str, Any]:
    """A kind of incident as it is shown."""
    names = ("code", "name", "family_name", "polarity", "category", "severity", "points", "needs_review",
             "tell_guardians", "follow_up", "follow_up_action", "follow_up_detention", "visible_to_student", "grades",
             "active")  # fmt: skip
    return {"id": kind.pk, "scale": kind.scale_id, **{name: getattr(kind, name) for name in names}}


class IncidentRowOut(Schema):
    """One student's part in an incident. `description` is the narrative for staff, the summary for families."""

    id: UUID
    participant: UUID
    student: UUID
    student_name: str
    incident_type: UUID
    type_name: str
    polarity: str
    severity: int
    points: int
    role: str
    status: str
    description: str
    outcome: str
    reported_by: str
    incident_date: Day
    occurred_at: datetime
    location: str
    contested: bool
    contest: str
    answer: str


def row_shape(row: Participant) -> dict[str, Any]:
    """A student's part as whoever asks may read it."""
    incident = row.incident
    return {
        "id": incident.pk,
        "participant": row.pk,
        "student": row.student_id,
        "student_name": row.student.person.full_name,
        "incident_type": incident.type_id,
        "type_name": type_name_of(row),
        "polarity": incident.type.polarity,
        "severity": row.severity or incident.severity,
        "points": row.points,
        "role": row.role,
        "status": incident.state,
        "description": description_of(row),
        "outcome": row.outcome,
        "reported_by": reporter_of(row),
        "incident_date": incident.on,
        "occurred_at": incident.occurred_at,
        "location": place_of(incident),
        "contested": row.contested_at is not None,
        "contest": row.contest,
        "answer": row.answer,
    }


class IncidentOut(Schema):
    """An incident with the parts that the caller may read. What is for staff alone is null for families."""

    id: UUID
    incident_type: UUID
    type_name: str
    polarity: str
    severity: int
    status: str
    occurred_at: datetime
    incident_date: Day
    location: str
    summary: str
    narrative: str | None
    confidential: bool | None
    reported_by: str
    source: str | None
    external_id: str | None
    reviewed_by: str | None
    reason: str | None
    version: int
    students: list[IncidentRowOut]


def incident_shape(rows: list[Participant]) -> dict[str, Any]:
    """An incident from the parts of it that somebody may read."""
    first = rows[0]
    incident, staff = first.incident, is_for_staff(first)
    return {
        "id": incident.pk,
        "incident_type": incident.type_id,
        "type_name": type_name_of(first),
        "polarity": incident.type.polarity,
        "severity": incident.severity,
        "status": incident.state,
        "occurred_at": incident.occurred_at,
        "incident_date": incident.on,
        "location": place_of(incident),
        "summary": incident.summary,
        "narrative": incident.narrative if staff else None,
        "confidential": incident.confidential if staff else None,
        "reported_by": reporter_of(first),
        "source": incident.source if staff else None,
        "external_id": incident.external_id if staff else None,
        "reviewed_by": incident.decided_by_name if staff else None,
        "reason": incident.reason if staff else None,
        "version": incident.version,
        "students": [row_shape(row) for row in rows],
    }


class IncidentPartIn(Strict):
    """One student's part. Without points, those of the type."""

    student: UUID
    role: Role = "involved"
    points: int | None = Field(None, ge=-1000, le=1000)
    severity: int | None = Field(None, ge=1, le=9)
    outcome: str = Field("", max_length=500)
    statement: str = Field("", max_length=4000)


class EscalationOut(Schema):
    """A student at a stage, with the evidence as it was counted."""

    id: UUID
    student: UUID
    student_name: str
    policy: UUID
    policy_name: str
    stage: int
    warned_stage: int | None
    status: str
    total: int
    evidence: list[UUID]
    reached_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    reason: str
    below_since: datetime | None


def case_shape(case: EscalationCase) -> dict[str, Any]:
    """A student at a stage."""
    return {
        "id": case.pk,
        "student": case.student_id,
        "student_name": case.student.person.full_name,
        "policy": case.policy_id,
        "policy_name": case.policy.name,
        "stage": case.stage,
        "warned_stage": case.warned_stage,
        "status": case.state,
        "total": case.total,
        "evidence": case.evidence,
        "reached_at": case.reached_at,
        "decided_by": case.decided_by_name,
        "decided_at": case.decided_at,
        "reason": case.reason,
        "below_since": case.below_since,
    }


class BehaviourActionOut(Schema):
    """What follows for a student."""

    id: UUID
    student: UUID
    kind: str
    from_: Day = Field(alias="from")
    to: Day | None
    planned_days: float | None
    real_days: float | None
    difference: str
    owner: UUID | None
    note: str
    status: str
    set_by: str


def action_shape(action: Action) -> dict[str, Any]:
    """What follows for a student."""
    return {
        "id": action.pk,
        "student": action.student_id,
        "kind": action.kind,
        "from": action.starts_on,
        "to": action.ends_on,
        "planned_days": action.planned_days,
        "real_days": action.real_days,
        "difference": action.difference,
        "owner": action.owner_id,
        "note": action.note,
        "status": action.state,
        "set_by": action.set_by_name,
    }


class NoticeRecipientOut(Schema):
    """An adult of the family: told, or not and why."""

    name: str
    told: bool
    reason: str


class BehaviourNoticeOut(Schema):
    """A message to one family about one child, as it was written."""

    id: UUID
    student: UUID
    text: str
    status: str
    urgent: bool
    asks_acknowledgement: bool
    recipients: list[NoticeRecipientOut]
    nobody_reached: bool
    recallable_until: datetime | None
    sent_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    replaces: UUID | None


def notice_shape(notice: Notice, *, actor: Actor | None = None) -> dict[str, Any]:
    """A notice; families, for whom no actor is given, do not read who else was told, or not."""
    return {
        "id": notice.pk,
        "student": notice.student_id,
        "text": notice.text,
        "status": notice.state,
        "urgent": notice.urgent,
        "asks_acknowledgement": notice.asks_acknowledgement,
        "recipients": shown_recipients(notice, actor=actor) if actor else [],
        "nobody_reached": notice.nobody_reached,
        "recallable_until": notice.recallable_until,
        "sent_at": notice.sent_at,
        "acknowledged_at": notice.acknowledged_at,
        "acknowledged_by": notice.acknowledged_by_name,
        "replaces": notice.replaces_id,
    }
