"""Points over REST: balances, the entries behind them, and points by hand; a student's behaviour in one answer."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.permissions import Permission
from lyceum.core.rest import Strict, actor_of
from lyceum.domains.behaviour.balances import Balance, list_balances, list_entries, read_balances
from lyceum.domains.behaviour.houses import read_house_totals
from lyceum.domains.behaviour.models import PointEntry
from lyceum.domains.behaviour.queries import IncidentFilter, list_actions, list_cases, list_family_notices
from lyceum.domains.behaviour.reading import note_reading_of
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rest.shapes import (
    BehaviourActionOut,
    BehaviourNoticeOut,
    EscalationOut,
    IncidentRowOut,
    action_shape,
    case_shape,
    notice_shape,
    row_shape,
)
from lyceum.domains.behaviour.rows import list_rows
from lyceum.domains.behaviour.rules.points import award_points, take_back_points
from lyceum.domains.people.queries import get_student

Day = date
SHOWN = 100


class PointBalanceOut(Schema):
    """A student's points on one scale this year. Scales are never added to each other."""

    student: UUID
    scale: UUID
    scale_name: str
    net: int
    positive: int
    negative: int


class PointEntryOut(Schema):
    """One entry behind a balance."""

    id: UUID
    student: UUID
    scale: UUID
    points: int
    reason: str
    incident: UUID | None
    reverses: UUID | None
    year: str | None
    date: Day
    at: datetime
    by: str
    note: str


class HouseTotalOut(Schema):
    """A house's points of this year on a scale that counts for houses; null where it would be about somebody."""

    scale: UUID
    scale_name: str
    house: str
    net: int | None


class PointsOut(Schema):
    """Balances, and what they are made of where asked for."""

    balances: list[PointBalanceOut]
    entries: list[PointEntryOut]
    houses: list[HouseTotalOut]


class PointsFilter(Strict):
    """Whose points."""

    student: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    grade: UUID | None = None
    house: str = Field("", max_length=60)
    scale: UUID | None = None
    explain: bool = False


def _balance(balance: Balance) -> dict[str, Any]:
    return {
        "student": balance.student_id,
        "scale": balance.scale_id,
        "scale_name": balance.scale,
        "net": balance.net,
        "positive": balance.positive,
        "negative": balance.negative,
    }


def _entry(entry: PointEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "student": entry.student_id,
        "scale": entry.scale_id,
        "points": entry.points,
        "reason": entry.reason,
        "incident": entry.participant.incident_id if entry.participant else None,
        "reverses": entry.reverses_id,
        "year": entry.year.name if entry.year else None,
        "date": entry.on,
        "at": entry.at,
        "by": entry.by_name,
        "note": entry.note,
    }


@router.get("behaviour/points/", response=PointsOut, operation_id="listPoints")
def points(request: HttpRequest, chosen: Query[PointsFilter]) -> dict[str, Any]:
    """Balances of this year; with `explain` the newest thousand entries behind them."""
    actor = actor_of(request)
    wanted = IncidentFilter(
        student=chosen.student, school_class=chosen.class_id, grade=chosen.grade, house=chosen.house
    )
    found = list_balances(actor, wanted, scale=chosen.scale)
    entries = []
    if chosen.explain:
        rows = list_entries(actor, student=chosen.student, scale=chosen.scale, school_class=chosen.class_id)
        entries = [_entry(row) for row in rows[:1000]]
    houses = [
        {"scale": each.scale_id, "scale_name": each.scale, "house": each.house, "net": each.net}
        for each in read_house_totals(actor)
        if chosen.scale in (None, each.scale_id) and chosen.house in ("", each.house)
    ]
    return {"balances": [_balance(b) for each in found.values() for b in each], "entries": entries, "houses": houses}


class PointAwardIn(Strict):
    """Points by hand, up or down."""

    student: UUID
    points: int = Field(ge=-1000, le=1000)
    scale: UUID | None = None
    note: str = Field("", max_length=300)


@router.post("behaviour/points/", response={201: PointEntryOut}, operation_id="awardPoints")
def award(request: HttpRequest, body: PointAwardIn) -> Status[dict[str, Any]]:
    """Give or take points by hand."""
    entry = award_points(body.student, points=body.points, note=body.note, scale_id=body.scale, actor=actor_of(request))
    return Status(201, _entry(entry))


class PointTakeBackIn(Strict):
    """Why."""

    reason: str = Field("", max_length=300)


@router.post("behaviour/points/{uuid:entry_id}/take-back/", response={204: None}, operation_id="takeBackPoints")
def take_back(request: HttpRequest, entry_id: UUID, body: PointTakeBackIn) -> Status[None]:
    """Take back points that were given by hand."""
    take_back_points(entry_id, reason=body.reason, actor=actor_of(request))
    return Status(204, None)


class StudentBehaviourOut(Schema):
    """A student's behaviour, as the caller may read it."""

    student: UUID
    balances: list[PointBalanceOut]
    incidents: list[IncidentRowOut]
    stages: list[EscalationOut]
    actions: list[BehaviourActionOut]
    notices: list[BehaviourNoticeOut]


@router.get(
    "students/{uuid:student_id}/behaviour/",
    response=StudentBehaviourOut,
    by_alias=True,
    operation_id="getStudentBehaviour",
)
def of_student(request: HttpRequest, student_id: UUID) -> dict[str, Any]:
    """Points, the newest hundred incidents, stages, what follows, and what a family was told."""
    actor = actor_of(request)
    student = get_student(student_id, actor=actor, permission=Permission.BEHAVIOUR_VIEW)
    is_staff = actor.may(Permission.INCIDENTS_VIEW)
    is_family = actor.may(Permission.NOTICES_ACKNOWLEDGE)
    rows = list_rows(actor, IncidentFilter(student=student.pk))
    note_reading_of(student.pk, fields="behaviour.narrative" if is_staff else "behaviour.summary", actor=actor)
    return {
        "student": student.pk,
        "balances": [_balance(each) for each in read_balances([student.pk])[student.pk]],
        "incidents": [row_shape(row) for row in rows[:SHOWN]],
        "stages": [case_shape(case) for case in list_cases(actor, student=student.pk)[:SHOWN]],
        "actions": [action_shape(a) for a in list_actions(actor, student=student.pk)[:SHOWN]] if is_staff else [],
        "notices": [
            notice_shape(each) for each in list_family_notices(actor, student=student.pk)[:SHOWN]
        ] if is_family else [],
    }  # fmt: skip
