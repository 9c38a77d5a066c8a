"""Kinds of detention over REST."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, TimeOfDay, Walk, actor_of, left_out, listed
from lyceum.domains.behaviour.detention_queries import (
    list_detention_types,
)
from lyceum.domains.behaviour.models import DetentionType
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rules.detentions.types import create_detention_type, edit_detention_type

Day = date  # several schemas have a field called date
MARK = "^(present|late|absent_unexcused|absent_authorised|left_early|refused)$"


class DetentionTypeOut(Schema):
    """A kind of detention."""

    id: UUID
    name: str
    when: str
    minutes: int
    notice_hours: int
    cut_off: TimeOfDay | None
    grades: list[UUID]
    escalates_to: UUID | None
    max_moves: int
    tell_guardians: bool
    needs_approval: bool
    escalates_by_itself: bool
    several_a_day: bool
    in_teaching_time: bool
    active: bool


class DetentionTypeIn(Strict):
    """A kind of detention; what is left out is as usual."""

    name: str = Field(max_length=80)
    when: str = Field("after_school", pattern="^(break|lunch|after_school)$")
    minutes: int = Field(30, ge=5, le=240)
    notice_hours: int | None = Field(None, ge=0, le=720)
    cut_off: TimeOfDay | None = None
    grades: list[UUID] = Field(default_factory=list, max_length=100)
    escalates_to: UUID | None = None
    max_moves: int = Field(2, ge=0, le=20)
    tell_guardians: bool = True
    needs_approval: bool = False
    escalates_by_itself: bool = False
    several_a_day: bool = False
    in_teaching_time: bool = False


class DetentionTypeChange(Strict):
    """The fields that change."""

    name: str = Field(default_factory=left_out, max_length=80)
    when: str = Field(default_factory=left_out, pattern="^(break|lunch|after_school)$")
    minutes: int = Field(default_factory=left_out, ge=5, le=240)
    notice_hours: int = Field(default_factory=left_out, ge=0, le=720)
    cut_off: TimeOfDay | None = None
    grades: list[UUID] = Field(default_factory=left_out, max_length=100)
    escalates_to: UUID | None = None
    max_moves: int = Field(default_factory=left_out, ge=0, le=20)
    tell_guardians: bool = Field(default_factory=left_out)
    needs_approval: bool = Field(default_factory=left_out)
    escalates_by_itself: bool = Field(default_factory=left_out)
    several_a_day: bool = Field(default_factory=left_out)
    in_teaching_time: bool = Field(default_factory=left_out)
    active: bool = Field(default_factory=left_out)


def _type(kind: DetentionType) -> dict[str, Any]:
    names = DetentionTypeOut.model_fields.keys() - {"id", "escalates_to"}
    return {"id": kind.pk, "escalates_to": kind.escalates_to_id} | {name: getattr(kind, name) for name in names}


def _values(body: Schema) -> dict[str, Any]:
    values = body.dict(exclude_unset=True)
    if "escalates_to" in values:
        values["escalates_to_id"] = values.pop("escalates_to")
    return values


@router.get("detention-types/", response=ListOf[DetentionTypeOut], operation_id="listDetentionTypes")
def types(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The kinds of detention."""
    rows = list_detention_types(actor_of(request))
    page = page_of(rows, order=("name", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_type(row) for row in page.rows])


@router.post("detention-types/", response={201: DetentionTypeOut}, operation_id="createDetentionType")
def create_type(request: HttpRequest, body: DetentionTypeIn) -> Status[dict[str, Any]]:
    """Make a kind of detention."""
    return Status(201, _type(create_detention_type(_values(body), actor=actor_of(request))))


@router.patch(
    "detention-types/{uuid:detention_type_id}/", response=DetentionTypeOut, operation_id="changeDetentionType"
)
def change_type(request: HttpRequest, detention_type_id: UUID, body: DetentionTypeChange) -> dict[str, Any]:
    """Change or retire a kind of detention."""
    return _type(edit_detention_type(detention_type_id, _values(body), actor=actor_of(request)))
