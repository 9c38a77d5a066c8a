"""Flags over REST: what those who teach a student must know, and what only a few may."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema

from lyceum.core.actor import Actor
from lyceum.core.permissions import STAFF_ROLES
from lyceum.core.rest import Strict, actor_of, left_out
from lyceum.domains.people.models import Flag
from lyceum.domains.people.queries import get_student, list_flags
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.rules.flags import add_flag, change_flag, end_flag
from lyceum.domains.tenancy.queries import today

Kind = Literal["medical", "allergy", "sen", "language", "diet", "welfare", "safeguarding", "other"]
VisibleTo = Literal["register", "teachers", "set"]


class FlagOut(Schema):
    """What those who teach a student must know. Who wrote it is null for families."""

    id: UUID
    kind: str
    text: str
    what_to_do: str
    visible_to: str
    permission_set: UUID | None
    check_if_absent: bool
    starts_on: date
    ends_on: date | None
    written_by_name: str | None


def _shape(row: Flag, actor: Actor) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in FlagOut.model_fields if name != "permission_set"}
    shown["permission_set"] = row.permission_set_id
    if not actor.roles & STAFF_ROLES:
        shown["written_by_name"] = None
    return shown


@router.get("students/{student_id}/flags/", response=list[FlagOut], operation_id="listFlags")
def flags(request: HttpRequest, student_id: UUID) -> list[dict[str, Any]]:
    """What those who teach a student must know today; safeguarding flags only for those of their set."""
    actor = actor_of(request)
    student = get_student(student_id, actor=actor)
    return [_shape(row, actor) for row in list_flags(student, actor=actor, day=today())]


class FlagIn(Strict):
    """What must be known, by whom, and what to do."""

    kind: Kind
    text: str = Field(max_length=300)
    what_to_do: str = Field("", max_length=600)
    visible_to: VisibleTo | None = Field(None, description="As usual for the kind, if not given.")
    permission_set: UUID | None = Field(None, description="Whose holders see it, with visible_to `set`.")
    check_if_absent: bool = False
    starts_on: date | None = None
    ends_on: date | None = None


@router.post("students/{student_id}/flags/", response={201: FlagOut}, operation_id="addFlag")
def add(request: HttpRequest, student_id: UUID, body: FlagIn) -> Any:
    """Say what must be known of a student. A safeguarding flag is seen by one permission set alone."""
    actor = actor_of(request)
    given = body.dict() | {"visible_to": body.visible_to or ""}
    return _shape(add_flag(student_id, **given, actor=actor), actor)


class FlagPatch(Strict):
    """What changes."""

    kind: Kind = left_out()
    text: str = Field(left_out(), max_length=300)
    what_to_do: str = Field(left_out(), max_length=600)
    visible_to: VisibleTo = left_out()
    permission_set: UUID | None = None
    check_if_absent: bool = left_out()
    ends_on: date | None = None


@router.patch("flags/{flag_id}/", response=FlagOut, operation_id="changeFlag")
def change(request: HttpRequest, flag_id: UUID, body: FlagPatch) -> dict[str, Any]:
    """Say it anew."""
    actor = actor_of(request)
    return _shape(change_flag(flag_id, **body.dict(exclude_unset=True), actor=actor), actor)


@router.delete("flags/{flag_id}/", response={204: None}, operation_id="endFlag")
def end(request: HttpRequest, flag_id: UUID) -> None:
    """It holds from today on no longer; one that never held goes."""
    end_flag(flag_id, actor=actor_of(request))
