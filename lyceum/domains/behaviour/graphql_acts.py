"""Recording, reviewing, deciding over GraphQL, and hearing of incidents as they are reported."""

from datetime import date, datetime
from typing import Any

import strawberry

from lyceum.core.actor import Actor
from lyceum.core.graphql import Info, Payload, act, followed_as, row_id, shown_as, through
from lyceum.core.live import Followed, Hears
from lyceum.domains.behaviour import facts
from lyceum.domains.behaviour.graphql import Escalation, Incident, shown_incident
from lyceum.domains.behaviour.live import follow_grade, grade_topic
from lyceum.domains.behaviour.queries import get_case
from lyceum.domains.behaviour.rows import rows_of
from lyceum.domains.behaviour.rules.decisions import Decision, approve_case, dismiss_case
from lyceum.domains.behaviour.rules.points import award_points
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, record_incident
from lyceum.domains.behaviour.rules.reviewing import review_incident


@strawberry.input(description="One student's part. Without points, those of the type.")
class PartInput:
    student_id: strawberry.ID
    role: str = "involved"
    points: int | None = None
    severity: int | None = None
    outcome: str = ""


@strawberry.input(description="One event with any number of students. Without a time, now.")
class RecordIncidentInput:
    type_id: strawberry.ID
    students: list[PartInput]
    occurred_at: datetime | None = None
    severity: int | None = None
    place: str = ""
    narrative: str = ""
    summary: str = ""
    confidential: bool = False
    draft: bool = False
    another_event: bool = False


@strawberry.input(description="Approve or reject; a reason is needed to reject.")
class ReviewIncidentInput:
    incident_id: strawberry.ID
    approve: bool
    reason: str = ""


@strawberry.input(description="Points by hand, up or down.")
class AwardPointsInput:
    student_id: strawberry.ID
    points: int
    note: str = ""


@strawberry.input(description="Approve a stage, or dismiss it with a reason.")
class DecideEscalationInput:
    escalation_id: strawberry.ID
    approve: bool
    reason: str = ""
    starts_on: date | None = None
    letter: str | None = None


@strawberry.type
class IncidentPayload(Payload):
    incident: Incident | None = None


@strawberry.type
class PointsPayload(Payload):
    entry_id: strawberry.ID | None = None


@strawberry.type
class EscalationPayload(Payload):
    escalation: Escalation | None = None


@strawberry.type
class Mutation:
    @act
    def record_incident(self, info: Info, input: RecordIncidentInput) -> IncidentPayload:
        """Record an incident or praise."""
        parts = [
            NewPart(row_id(each.student_id), each.role, each.points, each.severity, each.outcome)
            for each in input.students
        ]
        new = NewIncident(
            row_id(input.type_id),
            parts,
            occurred_at=input.occurred_at,
            severity=input.severity,
            place=input.place,
            narrative=input.narrative,
            summary=input.summary,
            confidential=input.confidential,
            draft=input.draft,
            is_another=input.another_event,
        )
        recorded = record_incident(new, actor=info.context.actor)
        for part in recorded.participants:
            part.is_for_staff = True  # type: ignore[attr-defined]  # whoever reports it reads it
        return IncidentPayload(incident=shown_incident(recorded.participants))

    @act
    def review_incident(self, info: Info, input: ReviewIncidentInput) -> IncidentPayload:
        """Approve or reject a report; never one's own."""
        actor, incident_id = info.context.actor, row_id(input.incident_id)
        review_incident(incident_id, approve=input.approve, reason=input.reason, actor=actor)
        return IncidentPayload(incident=shown_incident(rows_of(incident_id, actor=actor)))

    @act
    def award_points(self, info: Info, input: AwardPointsInput) -> PointsPayload:
        """Give or take points by hand."""
        entry = award_points(row_id(input.student_id), points=input.points, note=input.note, actor=info.context.actor)
        return PointsPayload(entry_id=strawberry.ID(str(entry.pk)))

    @act
    def decide_escalation(self, info: Info, input: DecideEscalationInput) -> EscalationPayload:
        """Decide a stage: only now anything is set and the family hears of it."""
        actor, case_id = info.context.actor, row_id(input.escalation_id)
        if input.approve:
            decision = Decision(starts_on=input.starts_on, letter=input.letter, note=input.reason)
            approve_case(case_id, decision=decision, actor=actor)
        else:
            dismiss_case(case_id, reason=input.reason, actor=actor)
        case: Any = get_case(case_id, actor=actor)
        return EscalationPayload(escalation=case)


@strawberry.type(description="Somebody reported what happened.")
class IncidentReported:
    severity: int
    guarded: bool
    incident_id: strawberry.ID = through("incident")

    @shown_as(Incident | None)
    def incident(self, fact: strawberry.Parent[facts.IncidentSubmitted], info: Info) -> Any:
        """The incident as it is now."""
        return shown_incident(rows_of(fact.incident, actor=info.context.actor))


@strawberry.type
class Subscription:
    @followed_as(IncidentReported)
    def incident_reported(self, grade_id: strawberry.ID) -> Followed:
        """Incidents of a grade, as they are reported."""
        wanted = row_id(grade_id)

        def follows(actor: Actor) -> tuple[str, Hears]:
            return grade_topic(wanted), follow_grade(wanted, actor=actor)

        return Followed(follows)
