"""The gate and the on-site list over REST."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema, Status

from lyceum.core import clock
from lyceum.core.errors import invalid_field
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.attendance.gate import EVENT_ORDER, by_card, list_gate_events
from lyceum.domains.attendance.models import GateEvent
from lyceum.domains.attendance.on_site import Present, count_present, group_name, list_present
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.gate import (
    OUT,
    Passed,
    pass_staff,
    sign_in_student,
    sign_in_visitor,
    sign_out_student,
    sign_out_visitor,
)

Day = date  # the filter has a field called date


class GateEventOut(Schema):
    """Somebody came in or went out: a student, a member of staff, or a visitor."""

    id: UUID
    direction: Literal["in", "out"]
    at: datetime
    student: UUID | None
    staff: UUID | None
    name: str
    host: str
    visit: UUID | None
    reason: str
    by: str


def _event(row: GateEvent) -> dict[str, Any]:
    person = row.student or row.staff
    return {
        "id": row.pk,
        "direction": row.direction,
        "at": row.at,
        "student": row.student_id,
        "staff": row.staff_id,
        "name": str(person) if person else row.visitor_name,
        "host": row.host,
        "visit": row.visit_id,
        "reason": row.reason,
        "by": row.made_by_name,
    }


class GateFilter(Walk):
    """Which events: those of a day, today unless told otherwise."""

    date: Day | None = None
    student: UUID | None = None


@router.get("attendance/gate-events/", response=ListOf[GateEventOut], operation_id="listGateEvents")
def gate_events(request: HttpRequest, chosen: Query[GateFilter]) -> dict[str, Any]:
    """Who came in and went out on a day, the newest first."""
    rows = list_gate_events(actor_of(request), day=chosen.date, student=chosen.student)
    page = page_of(rows, order=EVENT_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_event(row) for row in page.rows])


class GateEventIn(Strict):
    """One of: `student`, `staff`, `card` (a registration number or staff code), `visitor` with `host`, or `visit`."""

    direction: Literal["in", "out"]
    student: UUID | None = None
    staff: UUID | None = None
    card: str = Field("", max_length=40)
    visitor: str = Field("", max_length=120)
    host: str = Field("", max_length=120)
    visit: UUID | None = None
    reason: str = Field("", max_length=200)


class PassedOut(GateEventOut):
    """The event, and the code with which it marked the session. `repeated`: it was so already, nothing was written."""

    code: str
    minutes_late: int | None
    repeated: bool


@router.post("attendance/gate-events/", response={201: PassedOut}, operation_id="createGateEvent")
def create_gate_event(request: HttpRequest, body: GateEventIn) -> Status[dict[str, Any]]:
    """Sign somebody in or out. A student who comes in is marked by the clock; who leaves says why."""
    passed = _pass(request, body)
    more = {"code": passed.symbol, "minutes_late": passed.minutes_late, "repeated": not passed.is_new}
    return Status(201, _event(passed.event) | more)


def _pass(request: HttpRequest, body: GateEventIn) -> Passed:
    actor = actor_of(request)
    given = [name for name in ("student", "staff", "card", "visitor", "visit") if getattr(body, name)]
    if len(given) != 1:
        raise invalid_field("/student", "one_of", _("Give one of student, staff, card, visitor or visit."))
    student, staff = body.student, body.staff
    if body.card:
        student, staff = by_card(body.card, actor=actor)
    if student and body.direction == OUT:
        return sign_out_student(student, reason=body.reason, actor=actor)
    if student:
        return sign_in_student(student, reason=body.reason, actor=actor)
    if staff:
        return pass_staff(staff, direction=body.direction, reason=body.reason, actor=actor)
    if body.visit:
        return sign_out_visitor(body.visit, actor=actor)
    return sign_in_visitor(body.visitor, host=body.host, reason=body.reason, actor=actor)


class PresentOut(Schema):
    """Somebody on site. `certain` is false for who came in and was then absent from a lesson without signing out."""

    id: UUID
    kind: Literal["student", "staff", "visitor"]
    name: str
    group: str
    place: str
    since: datetime
    source: Literal["gate", "session", "lesson"]
    certain: bool


class OnSiteOut(Schema):
    """Everybody on site at an instant, and how many."""

    at: datetime
    students: int
    staff: int
    visitors: int
    uncertain: int
    people: list[PresentOut]


def _present(person: Present) -> dict[str, Any]:
    return {
        "id": person.key,
        "kind": person.kind,
        "name": person.name,
        "group": group_name(person.kind, person.group),
        "place": person.place,
        "since": person.since,
        "source": person.source,
        "certain": person.is_certain,
    }


@router.get("attendance/on-site/", response=OnSiteOut, operation_id="listOnSite")
def on_site(request: HttpRequest) -> dict[str, Any]:
    """Who is on site now, from the newest of gate, registers and lessons. Teachers read it during an evacuation."""
    found = list_present(actor_of(request))
    counts = count_present(found)
    return {
        "at": clock.now(),
        "students": counts.students,
        "staff": counts.staff,
        "visitors": counts.visitors,
        "uncertain": counts.uncertain,
        "people": [_present(person) for person in found],
    }
