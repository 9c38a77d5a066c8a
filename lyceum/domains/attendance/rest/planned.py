"""Planned absences over REST: ask, decide, take back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.attendance.models import PlannedAbsence, PlannedStudent
from lyceum.domains.attendance.planned import get_planned, list_planned, read_code
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.planned import (
    NewAbsence,
    approve_absence,
    ask_absence,
    cancel_absence,
    refuse_absence,
)

Day = date  # several schemas have a field called date
HALF = "^(AM|PM)$"
WHATS = "^(ill|medical|religious|family|activity|other)$"


class PlannedStudentOut(Schema):
    """A student of a planned absence, and until when it still holds for them."""

    student: UUID
    name: str
    to: Day
    arrived_on: Day | None


class PlannedOut(Schema):
    """A planned absence. Families see the words of its code, not the code."""

    id: UUID
    students: list[PlannedStudentOut]
    from_: Day = Field(alias="from")
    from_session: str
    to: Day
    to_session: str
    what: str
    reason: str
    evidence: str
    code: str | None
    label: str | None
    origin: str
    asked_by: str
    asked_at: datetime
    state: str
    answer: str
    decided_at: datetime | None


def _planned(row: PlannedAbsence) -> dict[str, Any]:
    seen: list[PlannedStudent] = row.seen  # type: ignore[attr-defined]  # prefetched
    code = read_code(row)
    return {
        "id": row.pk,
        "students": [
            {
                "student": each.student_id,
                "name": each.student.person.full_name,
                "to": each.ends_on,
                "arrived_on": each.arrived_on,
            }
            for each in seen
        ],
        "from": row.starts_on,
        "from_session": ("AM", "PM")[row.starts_half],
        "to": row.ends_on,
        "to_session": ("AM", "PM")[row.ends_half],
        "what": row.what,
        "reason": row.reason,
        "evidence": row.evidence,
        "code": code.symbol,
        "label": code.words and _(code.words),
        "origin": row.origin,
        "asked_by": row.asked_by_name,
        "asked_at": row.asked_at,
        "state": row.state,
        "answer": row.answer,
        "decided_at": row.decided_at,
    }


class PlannedFilter(Walk):
    """Which planned absences."""

    state: str | None = Field(None, pattern="^(asked|approved|refused|cancelled)$")
    student: UUID | None = None


@router.get(
    "attendance/planned-absences/", response=ListOf[PlannedOut], by_alias=True, operation_id="listPlannedAbsences"
)
def planned(request: HttpRequest, chosen: Query[PlannedFilter]) -> dict[str, Any]:
    """Planned absences of the students the caller may ask for, the earliest first."""
    actor = actor_of(request)
    rows = list_planned(actor, state=chosen.state or "", student=chosen.student)
    order = ("starts_on", "pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_planned(row) for row in page.rows])


class AbsenceIn(Strict):
    """An absence that is asked for. Whoever decides may give the code and approve it at once."""

    students: list[UUID] = Field(min_length=1, max_length=500)
    from_: Day = Field(alias="from")
    to: Day | None = None
    from_session: str = Field("AM", pattern=HALF)
    to_session: str = Field("PM", pattern=HALF)
    what: str = Field("other", pattern=WHATS)
    reason: str = Field("", max_length=500)
    evidence: str = Field("", max_length=300)
    code: str = Field("", max_length=4)
    approve: bool = False


@router.post("attendance/planned-absences/", response={201: PlannedOut}, by_alias=True, operation_id="requestAbsence")
def request_absence(request: HttpRequest, body: AbsenceIn) -> Status[dict[str, Any]]:
    """Ask for an absence: a guardian for their child, staff for their students, a student of age for themselves."""
    actor = actor_of(request)
    new = NewAbsence(
        students=body.students,
        starts_on=body.from_,
        ends_on=body.to or body.from_,
        starts_half=int(body.from_session == "PM"),
        ends_half=int(body.to_session == "PM"),
        what=body.what,
        reason=body.reason,
        evidence=body.evidence,
        symbol=body.code,
    )
    made = ask_absence(new, approve=body.approve, actor=actor)
    return Status(201, _planned(get_planned(made.pk, actor=actor)))


@router.get(
    "attendance/planned-absences/{uuid:planned_id}/",
    response=PlannedOut,
    by_alias=True,
    operation_id="getPlannedAbsence",
)
def one_planned(request: HttpRequest, planned_id: UUID) -> dict[str, Any]:
    """One planned absence."""
    actor = actor_of(request)
    return _planned(get_planned(planned_id, actor=actor))


class ApproveAbsenceIn(Strict):
    """The code that it is marked as, where not the proposed one; and a word to whoever asked."""

    code: str = Field("", max_length=4)
    answer: str = Field("", max_length=500)


@router.post(
    "attendance/planned-absences/{uuid:planned_id}/approve/",
    response=PlannedOut,
    by_alias=True,
    operation_id="approveAbsence",
)
def approve(request: HttpRequest, planned_id: UUID, body: ApproveAbsenceIn) -> dict[str, Any]:
    """Approve it: it prefills and locks the marks of its sessions."""
    actor = actor_of(request)
    approve_absence(planned_id, symbol=body.code, answer=body.answer, actor=actor)
    return _planned(get_planned(planned_id, actor=actor))


class RefuseAbsenceIn(Strict):
    """Why it is refused."""

    answer: str = Field(min_length=1, max_length=500)


@router.post(
    "attendance/planned-absences/{uuid:planned_id}/refuse/",
    response=PlannedOut,
    by_alias=True,
    operation_id="refuseAbsence",
)
def refuse(request: HttpRequest, planned_id: UUID, body: RefuseAbsenceIn) -> dict[str, Any]:
    """Refuse it, saying why."""
    actor = actor_of(request)
    refuse_absence(planned_id, answer=body.answer, actor=actor)
    return _planned(get_planned(planned_id, actor=actor))


class CancelAbsenceIn(Strict):
    """A word about why."""

    answer: str = Field("", max_length=500)


@router.post(
    "attendance/planned-absences/{uuid:planned_id}/cancel/",
    response=PlannedOut,
    by_alias=True,
    operation_id="cancelAbsence",
)
def cancel(request: HttpRequest, planned_id: UUID, body: CancelAbsenceIn) -> dict[str, Any]:
    """Take it back: its marks are free again, those already saved stay."""
    actor = actor_of(request)
    cancel_absence(planned_id, answer=body.answer, actor=actor)
    return _planned(get_planned(planned_id, actor=actor))
