"""Evacuations over REST: the roll, and who was found."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.actor import Actor
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.attendance.evacuation import ROLL_ORDER, count_groups, get_evacuation, list_evacuations, list_people
from lyceum.domains.attendance.models import EvacuationPerson, EvacuationRoll
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.evacuations import MOST_AT_ONCE, account_for, end_evacuation, start_evacuation


class EvacuationOut(Schema):
    """An evacuation."""

    id: UUID
    state: Literal["running", "ended"]
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    ended_by: str


class LookedForOut(Schema):
    """Somebody on the roll. `id` is that of the student, the member of staff or the visit."""

    id: UUID
    kind: Literal["student", "staff", "visitor"]
    name: str
    group: str
    place: str
    certain: bool
    accounted_at: datetime | None
    accounted_by: str


class RollOut(EvacuationOut):
    """An evacuation with everybody who was on site as it began."""

    size: int
    found: int
    people: list[LookedForOut]


def _evacuation(roll: EvacuationRoll) -> dict[str, Any]:
    return {
        "id": roll.pk,
        "state": roll.state,
        "started_at": roll.started_at,
        "started_by": roll.started_by_name,
        "ended_at": roll.ended_at,
        "ended_by": roll.ended_by_name,
    }


def _roll(roll: EvacuationRoll, actor: Actor) -> dict[str, Any]:
    groups = count_groups(roll, actor=actor)
    counts = {"size": sum(group.size for group in groups), "found": sum(group.found for group in groups)}
    return _evacuation(roll) | counts | {"people": [_person(row) for row in list_people(roll, actor=actor)]}


def _person(row: EvacuationPerson) -> dict[str, Any]:
    return {
        "id": row.key,
        "kind": row.kind,
        "name": row.name,
        "group": row.group,
        "place": row.place,
        "certain": row.is_certain,
        "accounted_at": row.accounted_at,
        "accounted_by": row.accounted_by_name,
    }


@router.get("attendance/evacuations/", response=ListOf[EvacuationOut], operation_id="listEvacuations")
def evacuations(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The evacuations there were, the newest first."""
    rows = list_evacuations(actor_of(request))
    page = page_of(rows, order=ROLL_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_evacuation(row) for row in page.rows])


@router.post("attendance/evacuations/", response={201: RollOut}, operation_id="startEvacuation")
def start(request: HttpRequest) -> Status[dict[str, Any]]:
    """Write down everybody who is on site. From now on teachers see the roll."""
    actor = actor_of(request)
    return Status(201, _roll(start_evacuation(actor=actor), actor))


@router.get("attendance/evacuations/{uuid:roll_id}/", response=RollOut, operation_id="getEvacuation")
def evacuation(request: HttpRequest, roll_id: UUID) -> dict[str, Any]:
    """One evacuation, with everybody on its roll."""
    actor = actor_of(request)
    return _roll(get_evacuation(roll_id, actor=actor), actor)


class AccountIn(Strict):
    """Who was found, by the ids of the roll; `accounted: false` takes it back."""

    people: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)
    accounted: bool = True


@router.post("attendance/evacuations/{uuid:roll_id}/account/", response=RollOut, operation_id="accountFor")
def account(request: HttpRequest, roll_id: UUID, body: AccountIn) -> dict[str, Any]:
    """Say that people were found. Who found somebody first stays."""
    actor = actor_of(request)
    return _roll(account_for(roll_id, keys=body.people, accounted=body.accounted, actor=actor), actor)


@router.post("attendance/evacuations/{uuid:roll_id}/end/", response=EvacuationOut, operation_id="endEvacuation")
def end(request: HttpRequest, roll_id: UUID) -> dict[str, Any]:
    """Everybody goes back; the roll stays."""
    return _evacuation(end_evacuation(roll_id, actor=actor_of(request)))
