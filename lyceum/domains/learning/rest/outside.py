"""GitHub and Discord over REST: what learners are called there, and who should be gone from there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema, Status

from lyceum.core.rest import Strict, actor_of, left_out
from lyceum.domains.learning.models import LearnerNames
from lyceum.domains.learning.outside import Outsider, list_learner_names, list_outsiders
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rules.outside import note_removed, read_own_names, set_own_names

_OWN, _OF_RUN = "students/me/names/", "schedules/{learning_schedule_id}/outsiders/"


class LearnerNamesOut(Schema):
    """What somebody is called at GitHub and Discord; empty where they did not say."""

    github_username: str
    discord_handle: str


class LearnerNamesPatch(Strict):
    """Some of it."""

    github_username: str = Field(default_factory=left_out, max_length=40)
    discord_handle: str = Field(default_factory=left_out, max_length=38)


class NamesOfLearnerOut(LearnerNamesOut):
    """What one learner of a run is called there."""

    student_id: UUID
    student_name: str


class NamesOfLearnersOut(Schema):
    """The learners of a run who said what they are called, by name."""

    items: list[NamesOfLearnerOut]


class OutsiderOut(Schema):
    """A learner who followed a link to GitHub or Discord."""

    id: UUID
    student_id: UUID
    student_name: str
    material_id: UUID
    material_title: str
    kind: str
    name: str = Field(description="What they are called there; empty where they did not say.")
    opened_at: datetime
    has_access: bool = Field(description="Whether the material is open to them today.")
    removed_at: datetime | None = Field(description="When somebody took them out there.")
    is_to_be_removed: bool


class OutsidersOut(Schema):
    """Everybody of a run who followed such a link, by name."""

    items: list[OutsiderOut]


@router.get(_OWN, response=LearnerNamesOut, operation_id="getOwnLearnerNames")
def own(request: HttpRequest) -> LearnerNames:
    """What the caller is called at GitHub and Discord."""
    return read_own_names(actor_of(request))


@router.patch(_OWN, response=LearnerNamesOut, operation_id="changeOwnLearnerNames")
def change(request: HttpRequest, body: LearnerNamesPatch) -> LearnerNames:
    """Say what one is called there, or nothing any more. Whoever teaches one's runs reads it."""
    return set_own_names(values=body.dict(exclude_unset=True), actor=actor_of(request))


@router.get(
    "schedules/{learning_schedule_id}/learner-names/", response=NamesOfLearnersOut, operation_id="listLearnerNames"
)
def names(request: HttpRequest, learning_schedule_id: UUID) -> dict[str, Any]:
    """What the learners of a run are called at GitHub and Discord, to let them in. For who teaches or plans it."""
    rows = list_learner_names(learning_schedule_id, actor=actor_of(request))
    return {"items": [_names_of(row) for row in rows]}


def _names_of(row: LearnerNames) -> dict[str, Any]:
    return {
        "student_id": row.student_id,
        "student_name": row.student.person.full_name,
        "github_username": row.github_username,
        "discord_handle": row.discord_handle,
    }


@router.get(_OF_RUN, response=OutsidersOut, operation_id="listOutsiders")
def outsiders(request: HttpRequest, learning_schedule_id: UUID) -> dict[str, Any]:
    """The learners of a run who followed a link to GitHub or Discord, and who of them should be gone from there."""
    return {"items": [_shape(each) for each in list_outsiders(learning_schedule_id, actor=actor_of(request))]}


@router.post(_OF_RUN + "{material_opening_id}/removed/", response={204: None}, operation_id="noteOutsiderRemoved")
def removed(request: HttpRequest, learning_schedule_id: UUID, material_opening_id: UUID) -> Status[None]:
    """Note that somebody was taken out there."""
    note_removed(learning_schedule_id, material_opening_id, actor=actor_of(request))
    return Status(204, None)


def _shape(each: Outsider) -> dict[str, Any]:
    opening = each.opening
    return {
        "id": opening.pk,
        "student_id": opening.student_id,
        "student_name": opening.student.person.full_name,
        "material_id": opening.material_id,
        "material_title": opening.material.title,
        "kind": opening.material.kind,
        "opened_at": opening.opened_at,
        "removed_at": opening.removed_at,
        "name": each.name,
        "has_access": each.has_access,
        "is_to_be_removed": each.is_to_be_removed,
    }
