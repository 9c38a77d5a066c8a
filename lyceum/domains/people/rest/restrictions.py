"""Restrictions over REST: who is kept from a student, for those who may say so."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema

from lyceum.core.permissions import Permission
from lyceum.core.rest import Strict, actor_of
from lyceum.domains.people.models import ContactRestriction
from lyceum.domains.people.queries import get_student, list_restrictions
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.rules.restrictions import end_restriction, restrict_contact
from lyceum.domains.tenancy.queries import today

Kind = Literal["no_contact", "no_information", "no_collection", "address_withheld"]


class RestrictionOut(Schema):
    """Who is kept from a student, in what, from when to when. It is never deleted."""

    id: UUID
    student: UUID
    person: UUID | None
    name: str = Field(description="The person's name, or the description of somebody the school does not know.")
    kinds: list[Kind]
    order_reference: str
    starts_on: date
    ends_on: date | None
    active: bool
    ended_reason: str
    created_at: datetime


def _shape(row: ContactRestriction) -> dict[str, Any]:
    return {
        "id": row.pk,
        "student": row.student_id,
        "person": row.person_id,
        "name": row.person.full_name if row.person else row.description,
        "kinds": row.kinds,
        "order_reference": row.order_reference,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "active": row.is_active(today()),
        "ended_reason": row.ended_reason,
        "created_at": row.created_at,
    }


@router.get("students/{student_id}/restrictions/", response=list[RestrictionOut], operation_id="listRestrictions")
def restrictions(request: HttpRequest, student_id: UUID) -> list[dict[str, Any]]:
    """Who is or was kept from a student; the newest first."""
    actor = actor_of(request)
    actor.require_all(Permission.RESTRICTIONS_EDIT)
    student = get_student(student_id, actor=actor, permission=Permission.RESTRICTIONS_EDIT)
    return [_shape(row) for row in list_restrictions(student, actor=actor)]


class RestrictionIn(Strict):
    """Somebody the school knows, or a description."""

    person: UUID | None = None
    description: str = Field("", max_length=300)
    kinds: list[Kind] = Field(min_length=1, max_length=4)
    order_reference: str = Field("", max_length=120)
    ends_on: date | None = None


@router.post("students/{student_id}/restrictions/", response={201: RestrictionOut}, operation_id="addRestriction")
def add(request: HttpRequest, student_id: UUID, body: RestrictionIn) -> Any:
    """Keep somebody from a student, from this second on: no portal, no message, not even one that waits already."""
    given = body.dict()
    row = restrict_contact(student_id, person_id=given.pop("person"), **given, actor=actor_of(request))
    return _shape(row)


class RestrictionEndIn(Strict):
    """Why it ends."""

    reason: str = Field(max_length=300)


@router.post("restrictions/{restriction_id}/end/", response=RestrictionOut, operation_id="endRestriction")
def end(request: HttpRequest, restriction_id: UUID, body: RestrictionEndIn) -> dict[str, Any]:
    """It holds no longer. What it took away is not given back by itself."""
    return _shape(end_restriction(restriction_id, reason=body.reason, actor=actor_of(request)))
