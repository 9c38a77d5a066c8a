"""Incidents over REST: recorded, read, changed."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Status

from lyceum.core.errors import invalid_field
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.behaviour.queries import IncidentFilter
from lyceum.domains.behaviour.reading import note_reading
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rest.shapes import (
    IncidentOut,
    IncidentPartIn,
    IncidentRowOut,
    Role,
    incident_shape,
    row_shape,
)
from lyceum.domains.behaviour.rows import ROW_ORDER, narrow_rows, rows_of, whole_rows
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, add_students, delete_draft, record_incident
from lyceum.domains.behaviour.rules.recording import submit_incident as hand_in
from lyceum.domains.behaviour.rules.reviewing import edit_incident

Day = date
States = Literal["draft", "submitted", "approved", "rejected", "closed", "withdrawn"]


class IncidentSpan(Walk):
    """Which incidents."""

    student: UUID | None = None
    type: UUID | None = None
    severity: int | None = Field(None, ge=1, le=4)
    polarity: Literal["positive", "negative", "neutral"] | None = None
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    status: States | None = None
    class_id: UUID | None = Field(None, alias="class")
    grade: UUID | None = None

    def chosen(self) -> IncidentFilter:
        """As the queries take it."""
        return IncidentFilter(
            student=self.student,
            type=self.type,
            severity=self.severity,
            polarity=self.polarity or "",
            first=self.from_,
            last=self.to,
            status=self.status or "",
            school_class=self.class_id,
            grade=self.grade,
        )


@router.get("incidents/", response=ListOf[IncidentRowOut], operation_id="listIncidents")
def incidents(request: HttpRequest, chosen: Query[IncidentSpan]) -> dict[str, Any]:
    """A row for each student of an incident, newest first, as far as the caller may read them."""
    actor = actor_of(request)
    page = page_of(
        narrow_rows(actor, chosen.chosen()),
        whole=whole_rows(actor),
        order=ROW_ORDER,
        limit=chosen.limit,
        cursor=chosen.cursor,
        count=chosen.count,
    )
    note_reading(page.rows, surface="list", actor=actor)
    return listed(page, [row_shape(row) for row in page.rows])


class IncidentIn(Strict):
    """One event: `student`, or `students` each with a part of their own. Without `occurred_at`, now."""

    incident_type: UUID
    student: UUID | None = None
    students: list[IncidentPartIn] = Field(default_factory=list, max_length=200)
    severity: int | None = Field(None, ge=-9, le=9)
    points: int | None = Field(None, ge=-1000, le=1000)
    occurred_at: Instant | None = None
    location: UUID | None = None
    place: str = Field("", max_length=80)
    lesson: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    narrative: str = Field("", max_length=10_000)
    summary: str = Field("", max_length=1000)
    confidential: bool = False
    draft: bool = False
    another_event: bool = Field(False, description="Say so after 409 same_event.")
    external_id: str = Field("", max_length=80)


def _part(given: IncidentPartIn) -> NewPart:
    return NewPart(given.student, given.role, given.points, given.severity, given.outcome, given.statement)


@router.post("incidents/", response={201: IncidentOut}, operation_id="recordIncident")
def record(request: HttpRequest, response: HttpResponse, body: IncidentIn) -> Status[dict[str, Any]]:
    """Record an incident or praise. With an API key it is always handed in for review."""
    actor = actor_of(request)
    parts = [_part(given) for given in body.students]
    if body.student:
        parts.append(NewPart(body.student, points=body.points))
    if not parts:
        raise invalid_field("/student", "required", _("Choose at least one student."))
    new = NewIncident(
        body.incident_type,
        parts,
        occurred_at=body.occurred_at,
        severity=body.severity,
        location_id=body.location,
        place=body.place,
        lesson_id=body.lesson,
        class_id=body.class_id,
        narrative=body.narrative,
        summary=body.summary,
        confidential=body.confidential,
        draft=body.draft,
        is_another=body.another_event,
        external_id=body.external_id,
    )
    recorded = record_incident(new, actor=actor)
    for part in recorded.participants:
        part.is_for_staff = True  # type: ignore[attr-defined]  # whoever reports it reads it
    response["Location"] = f"/api/v1/incidents/{recorded.incident.pk}/"
    return Status(201, incident_shape(recorded.participants))


@router.get("incidents/{uuid:incident_id}/", response=IncidentOut, operation_id="getIncident")
def one(request: HttpRequest, incident_id: UUID) -> dict[str, Any]:
    """One incident with the students of whom the caller may read."""
    rows = rows_of(incident_id, actor=actor_of(request))
    note_reading(rows, actor=actor_of(request))
    return incident_shape(rows)


class IncidentPartPatch(Strict):
    """What changes of one student's part."""

    student: UUID
    role: Role = Field(default_factory=left_out)
    points: int = Field(default_factory=left_out, ge=-1000, le=1000)
    severity: int | None = Field(None, ge=1, le=9)
    outcome: str = Field(default_factory=left_out, max_length=500)
    statement: str = Field(default_factory=left_out, max_length=4000)


class IncidentPatch(Strict):
    """What changes. Points that count are reversed and written anew."""

    severity: int = Field(default_factory=left_out, ge=-9, le=9)
    occurred_at: Instant = Field(default_factory=left_out)
    place: str = Field(default_factory=left_out, max_length=80)
    narrative: str = Field(default_factory=left_out, max_length=10_000)
    summary: str = Field(default_factory=left_out, max_length=1000)
    confidential: bool = Field(default_factory=left_out)
    students: list[IncidentPartPatch] = Field(default_factory=left_out, max_length=200)
    reason: str = Field(default_factory=left_out, max_length=500)

    def values(self) -> dict[str, Any]:
        """As the rules take them."""
        given = self.dict(exclude_unset=True)
        given["parts"] = [
            {("student_id" if name == "student" else name): value for name, value in part.items()}
            for part in given.pop("students", ())
        ]
        return given


@router.patch("incidents/{uuid:incident_id}/", response=IncidentOut, operation_id="changeIncident")
def change(request: HttpRequest, incident_id: UUID, body: IncidentPatch) -> dict[str, Any]:
    """Change a report: its author while it is not decided, a reviewer afterwards."""
    edit_incident(incident_id, values=body.values(), actor=actor_of(request))
    return incident_shape(rows_of(incident_id, actor=actor_of(request)))


@router.delete("incidents/{uuid:incident_id}/", response={204: None}, operation_id="deleteIncidentDraft")
def delete(request: HttpRequest, incident_id: UUID) -> Status[None]:
    """Delete a draft of one's own; nothing else is ever deleted."""
    delete_draft(incident_id, actor=actor_of(request))
    return Status(204, None)


@router.post("incidents/{uuid:incident_id}/submit/", response=IncidentOut, operation_id="submitIncident")
def submit(request: HttpRequest, incident_id: UUID) -> dict[str, Any]:
    """Hand in a draft of one's own."""
    hand_in(incident_id, actor=actor_of(request))
    return incident_shape(rows_of(incident_id, actor=actor_of(request)))


class IncidentPartsIn(Strict):
    """Students to add to the same event."""

    students: list[IncidentPartIn] = Field(min_length=1, max_length=200)


@router.post("incidents/{uuid:incident_id}/participants/", response=IncidentOut, operation_id="addIncidentStudents")
def add(request: HttpRequest, incident_id: UUID, body: IncidentPartsIn) -> dict[str, Any]:
    """Add students to the same event."""
    add_students(incident_id, parts=[_part(given) for given in body.students], actor=actor_of(request))
    return incident_shape(rows_of(incident_id, actor=actor_of(request)))
