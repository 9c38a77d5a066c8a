"""One's own student record."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema

from lyceum.core.actor import Actor
from lyceum.core.rest import Strict, actor_of
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.shapes import StudentOut, student_shapes
from lyceum.domains.people.queries import get_own_record
from lyceum.domains.people.rules.requests import edit_own_record
from lyceum.domains.tenancy.queries import today


class AskedOut(Schema):
    """What the office was asked to change."""

    id: UUID
    fields: list[str]
    state: str


class OwnRecordOut(StudentOut):
    """One's own record, and what the office was asked to change in it just now."""

    change_request: AskedOut | None = None


class OwnRecordIn(Strict):
    """New values. Preferred name, pronouns, e-mail and phone change at once; for the rest the office is asked."""

    full_name: str | None = Field(None, max_length=200)
    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)
    preferred_name: str | None = Field(None, max_length=200)
    pronouns: str | None = Field(None, max_length=40)
    gender: str | None = Field(None, max_length=40)
    birth_date: date | None = None
    email: str | None = Field(None, max_length=254)
    phone: str | None = Field(None, max_length=40)


@router.get("students/me/", response=StudentOut, by_alias=True, operation_id="getOwnStudentRecord")
def own_record(request: HttpRequest) -> dict[str, Any]:
    """The caller's own student record."""
    return _shown(actor_of(request))


@router.patch("students/me/", response=OwnRecordOut, by_alias=True, operation_id="changeOwnStudentRecord")
def change_own_record(request: HttpRequest, body: OwnRecordIn) -> dict[str, Any]:
    """Change what is one's own to change; ask the office for the rest."""
    actor = actor_of(request)
    asked = edit_own_record(values=merged(body), actor=actor)
    request_shape = {"id": asked.pk, "fields": sorted(asked.fields), "state": asked.state} if asked else None
    return _shown(actor) | {"change_request": request_shape}


def _shown(actor: Actor) -> dict[str, Any]:
    return student_shapes([get_own_record(actor)], actor=actor, day=today())[0]


def merged(body: Strict) -> dict[str, Any]:
    """What a merge patch names. Null takes a text away."""
    values = body.dict(exclude_unset=True)
    return {name: "" if value is None and name != "birth_date" else value for name, value in values.items()}
