"""Whom to reach about a student, with the reason for each, over REST."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.people.contacts import choices_about
from lyceum.domains.people.contacts_for import WORDS, Choice
from lyceum.domains.people.rest.router import router
from lyceum.domains.tenancy.queries import today


class StudentContactOut(Schema):
    """An adult of a student: whether they are told, by which addresses, and why or why not."""

    person: UUID
    name: str
    relationship: str
    contact_order: int
    told: bool
    addresses: dict[str, list[str]] = Field(description="By channel: agreed to, working, and nobody else's.")
    why: str | None = Field(description="The code of why not; null for who is told.")
    reason: str = Field(description="The same in words.")


class ContactFilter(Strict):
    """About what, by which way, and on which day; today unless told otherwise."""

    purpose: Literal["absence", "behaviour", "reports", "fees", "general"] = "general"
    channel: Literal["", "email", "sms", "call"] = ""
    on: date | None = None


@router.get("students/{student_id}/contacts/", response=list[StudentContactOut], operation_id="listStudentContacts")
def contacts(request: HttpRequest, student_id: UUID, chosen: Query[ContactFilter]) -> list[dict[str, Any]]:
    """Whom the school would tell, in contact order, each with the reason. Guardians find their own row alone."""
    found = choices_about(
        student_id,
        purpose=chosen.purpose,
        channel=chosen.channel,
        day=chosen.on or today(),
        actor=actor_of(request),
    )
    return [_shape(each) for each in found]


def _shape(choice: Choice) -> dict[str, Any]:
    return {
        "person": choice.person,
        "name": choice.name,
        "relationship": choice.relationship,
        "contact_order": choice.order,
        "told": choice.is_told,
        "addresses": {channel: list(values) for channel, values in choice.addresses.items()},
        "why": choice.why_not.value if choice.why_not else None,
        "reason": str(WORDS[choice.why_not]) if choice.why_not else choice.reason,
    }
