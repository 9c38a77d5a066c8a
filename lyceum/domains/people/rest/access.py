"""Who goes on seeing a student who is of age, over REST: the student decides."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.people.models import GuardianLink
from lyceum.domains.people.queries import get_own_record
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.rules.access import agree_to_access, list_access


class AccessOut(Schema):
    """A guardian who sees the student in Lyceum, or would if the student agreed."""

    id: UUID = Field(description="Of the tie between the adult and the student.")
    full_name: str
    relationship: str
    portal: str
    agreed_on: date | None


def _shape(link: GuardianLink) -> dict[str, Any]:
    return {
        "id": link.pk,
        "full_name": link.guardian.full_name,
        "relationship": link.relationship,
        "portal": link.portal,
        "agreed_on": link.student_agreed_on,
    }


@router.get("students/me/access/", response=list[AccessOut], operation_id="listOwnAccess")
def access(request: HttpRequest) -> list[dict[str, Any]]:
    """The guardians who see one's own record."""
    return [_shape(link) for link in list_access(get_own_record(actor_of(request)))]


class AccessIn(Strict):
    """The guardians who go on seeing it; everybody else sees nothing from the day one is of age."""

    agreed: list[UUID] = Field(max_length=20)


@router.put("students/me/access/", response=list[AccessOut], operation_id="agreeToAccess")
def agree(request: HttpRequest, body: AccessIn) -> list[dict[str, Any]]:
    """Say who goes on seeing one's own record; possible from 30 days before one is of age."""
    return [_shape(link) for link in agree_to_access(set(body.agreed), actor=actor_of(request))]
