"""Absences of staff over REST."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema

from lyceum.core.etags import is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, TimeOfDay, Walk, actor_of, left_out, listed
from lyceum.domains.timetable.cover_queries import (
    ABSENCE_ORDER,
    get_staff_absence,
    lessons_left,
    list_staff_absences,
)
from lyceum.domains.timetable.covering.proposals import Need
from lyceum.domains.timetable.models import StaffAbsence
from lyceum.domains.timetable.rest.router import Named, named, router
from lyceum.domains.timetable.rules.absences import (
    NewStaffAbsence,
    cancel_staff_absence,
    decide_staff_absence,
    edit_staff_absence,
    report_staff_absence,
)
from lyceum.domains.timetable.rules.absences.changing import get_absence_for_act

Day = date  # several schemas have a field called date
Kind = Literal["illness", "training", "trip", "family", "leave", "other"]
State = Literal["asked", "confirmed", "refused", "cancelled"]
Number = int | None


class StaffAbsenceOut(Schema):
    """A member of staff is away, both ends included. Without a period: from the beginning, until the end of a day."""

    id: UUID
    staff: Named
    starts_on: Day
    starts_period: int | None
    ends_on: Day
    ends_period: int | None
    kind: str
    state: str
    note: str
    version: int


class LeftOut(Schema):
    """A lesson that the absence leaves. `cover` is null where nobody takes care of it yet."""

    lesson: UUID
    date: Day
    part: int
    class_: Named = Field(alias="class")
    period: str
    starts_at: TimeOfDay
    ends_at: TimeOfDay
    cover: UUID | None


class StaffAbsenceWhole(StaffAbsenceOut):
    """An absence with the lessons that it leaves, as many school days as are listed at once."""

    lessons: list[LeftOut]
    lessons_until: Day | None = Field(description="The last day whose lessons are listed.")


def _absence(row: StaffAbsence) -> dict[str, Any]:
    return {
        "id": row.pk,
        "staff": named(row.staff),
        "starts_on": row.starts_on,
        "starts_period": row.starts_period,
        "ends_on": row.ends_on,
        "ends_period": row.ends_period,
        "kind": row.kind,
        "state": row.state,
        "note": row.note,
        "version": row.version,
    }


def _left(need: Need) -> dict[str, Any]:
    starts_at, ends_at = need.span
    return {
        "lesson": need.held.lesson.pk,
        "date": need.held.on,
        "part": need.part,
        "class": named(need.held.lesson.school_class),
        "period": need.held.lesson.period,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "cover": need.cover.pk if need.cover else None,
    }


class StaffAbsenceFilter(Walk):
    """Which absences: those that touch some days, of somebody, in a state."""

    first: Day | None = None
    last: Day | None = None
    staff: UUID | None = None
    state: State | None = None


@router.get("staff-absences/", response=ListOf[StaffAbsenceOut], operation_id="listStaffAbsences")
def absences(request: HttpRequest, chosen: Query[StaffAbsenceFilter]) -> dict[str, Any]:
    """Absences of staff: all for those who arrange cover, their own for others."""
    rows = list_staff_absences(
        actor_of(request), first=chosen.first, last=chosen.last, staff=chosen.staff, state=chosen.state or ""
    )
    page = page_of(rows, order=ABSENCE_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_absence(row) for row in page.rows])


class StaffAbsenceIn(Strict):
    """Who is away, from when to when. Without `staff`: whoever asks."""

    staff: UUID | None = None
    starts_on: Day
    ends_on: Day
    starts_period: int | None = Field(None, ge=0, le=99)
    ends_period: int | None = Field(None, ge=0, le=99)
    kind: Kind = "other"
    note: str = Field("", max_length=300)


@router.post("staff-absences/", response={201: StaffAbsenceOut}, operation_id="createStaffAbsence")
def create(request: HttpRequest, response: HttpResponse, body: StaffAbsenceIn) -> Any:
    """Report that somebody is away, or ask for oneself."""
    actor = actor_of(request)
    new = NewStaffAbsence(
        body.starts_on,
        body.ends_on,
        body.staff,
        starts_period=body.starts_period,
        ends_period=body.ends_period,
        kind=body.kind,
        note=body.note,
    )
    row = report_staff_absence(new, actor=actor)
    response.status_code = 201
    response["Location"] = f"/api/v1/staff-absences/{row.pk}/"
    return with_etag(request, response, _absence(row))


@router.get(
    "staff-absences/{uuid:absence_id}/",
    response=StaffAbsenceWhole,
    by_alias=True,
    operation_id="getStaffAbsence",
)
def absence(request: HttpRequest, absence_id: UUID) -> dict[str, Any]:
    """One absence, with the lessons that it leaves. Send its `ETag` back to change it."""
    actor = actor_of(request)
    row = get_staff_absence(absence_id, actor=actor)
    left = lessons_left(row, actor=actor)
    return _absence(row) | {"lessons": [_left(need) for need in left.needs], "lessons_until": left.until}


class StaffAbsencePatch(Strict):
    """Some of an absence."""

    starts_on: Day = Field(default_factory=left_out)
    ends_on: Day = Field(default_factory=left_out)
    starts_period: int | None = Field(None, ge=0, le=99)
    ends_period: int | None = Field(None, ge=0, le=99)
    kind: Kind = Field(default_factory=left_out)
    note: str = Field(default_factory=left_out, max_length=300)


@router.patch("staff-absences/{uuid:absence_id}/", response=StaffAbsenceOut, operation_id="changeStaffAbsence")
def change(request: HttpRequest, response: HttpResponse, absence_id: UUID, body: StaffAbsencePatch) -> Any:
    """Change an absence. Cover outside it goes, and the lessons are their teacher's again."""
    actor = actor_of(request)
    if is_conditional(request):
        refuse_stale(request, _absence(get_absence_for_act(absence_id, actor=actor)))
    row = edit_staff_absence(absence_id, values=body.dict(exclude_unset=True), actor=actor)
    return with_etag(request, response, _absence(row))


class DecisionIn(Strict):
    """Why."""

    reason: str = Field("", max_length=300)


@router.post("staff-absences/{uuid:absence_id}/confirm/", response=StaffAbsenceOut, operation_id="confirmStaffAbsence")
def confirm(request: HttpRequest, absence_id: UUID, body: DecisionIn) -> dict[str, Any]:
    """Agree to what a teacher asks for."""
    return _absence(decide_staff_absence(absence_id, agrees=True, reason=body.reason, actor=actor_of(request)))


@router.post("staff-absences/{uuid:absence_id}/refuse/", response=StaffAbsenceOut, operation_id="refuseStaffAbsence")
def refuse(request: HttpRequest, absence_id: UUID, body: DecisionIn) -> dict[str, Any]:
    """Refuse what a teacher asks for."""
    return _absence(decide_staff_absence(absence_id, agrees=False, reason=body.reason, actor=actor_of(request)))


@router.post("staff-absences/{uuid:absence_id}/cancel/", response=StaffAbsenceOut, operation_id="cancelStaffAbsence")
def cancel(request: HttpRequest, absence_id: UUID) -> dict[str, Any]:
    """Somebody is there after all: all cover of coming days goes."""
    return _absence(cancel_staff_absence(absence_id, actor=actor_of(request)))
