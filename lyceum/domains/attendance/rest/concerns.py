"""Attendance concerns over REST: the list, one with its evidence, taking in hand and closing."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.attendance.concerns import get_concern, list_concerns
from lyceum.domains.attendance.models import Concern
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.concerns import close_concern, take_concern

Day = date  # several schemas have a field called date
KINDS = "^(persistent|severe|unauthorised|consecutive|late|left_lesson)$"


class ConcernOut(Schema):
    """A pattern of absence, with the figures as they were when it was raised."""

    id: UUID
    student: UUID
    name: str
    kind: str
    state: str
    raised_at: datetime
    from_: Day = Field(alias="from")
    to: Day
    evidence: dict[str, Any]
    note: str
    taken_by: str
    closed_by: str
    closed_at: datetime | None


def _concern(row: Concern) -> dict[str, Any]:
    return {
        "id": row.pk,
        "student": row.student_id,
        "name": row.student.person.full_name,
        "kind": row.kind,
        "state": row.state,
        "raised_at": row.raised_at,
        "from": row.first_on,
        "to": row.last_on,
        "evidence": row.evidence,
        "note": row.note,
        "taken_by": row.taken_by_name,
        "closed_by": row.closed_by_name,
        "closed_at": row.closed_at,
    }


class ConcernFilter(Walk):
    """Which concerns; `open` are those that are raised or in hand."""

    state: str | None = Field(None, pattern="^(open|raised|in_hand|closed)$")
    kind: str | None = Field(None, pattern=KINDS)
    grade: UUID | None = None
    student: UUID | None = None


@router.get("attendance/concerns/", response=ListOf[ConcernOut], by_alias=True, operation_id="listConcerns")
def concerns(request: HttpRequest, chosen: Query[ConcernFilter]) -> dict[str, Any]:
    """Concerns about the students the caller answers for, the newest first."""
    rows = list_concerns(
        actor_of(request),
        state=chosen.state or "",
        kind=chosen.kind or "",
        grade=chosen.grade,
        student=chosen.student,
    )
    order = ("-raised_at", "pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_concern(row) for row in page.rows])


@router.get("attendance/concerns/{uuid:concern_id}/", response=ConcernOut, by_alias=True, operation_id="getConcern")
def concern(request: HttpRequest, concern_id: UUID) -> dict[str, Any]:
    """One concern with every session behind it."""
    return _concern(get_concern(concern_id, actor=actor_of(request)))


class NoteIn(Strict):
    """A word about it."""

    note: str = Field("", max_length=500)


@router.post(
    "attendance/concerns/{uuid:concern_id}/take/", response=ConcernOut, by_alias=True, operation_id="takeConcern"
)
def take(request: HttpRequest, concern_id: UUID, body: NoteIn) -> dict[str, Any]:
    """Take it in hand."""
    return _concern(take_concern(concern_id, note=body.note, actor=actor_of(request)))


@router.post(
    "attendance/concerns/{uuid:concern_id}/close/", response=ConcernOut, by_alias=True, operation_id="closeConcern"
)
def close(request: HttpRequest, concern_id: UUID, body: NoteIn) -> dict[str, Any]:
    """Close it."""
    return _concern(close_concern(concern_id, note=body.note, actor=actor_of(request)))
