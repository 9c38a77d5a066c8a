"""What people ask the office to change, over REST."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.people.models import ChangeRequest
from lyceum.domains.people.queries import list_change_requests
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.rules.requests import apply_request, ask_about_child, ask_about_self, refuse_request


class AskedField(Schema):
    """One field: what it was, and what it is asked to be."""

    name: str
    old: str | None
    new: str | None


class ChangeRequestOut(Schema):
    """What somebody asks the office to change."""

    id: UUID
    person: UUID
    full_name: str
    fields: list[AskedField]
    asked_by_name: str
    state: str
    reason: str
    asked_at: datetime


class ChangeIn(Strict):
    """New values, of a child's record or, without `student`, of one's own. Null takes a text away."""

    student: UUID | None = None
    full_name: str | None = Field(None, max_length=200)
    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)
    preferred_name: str | None = Field(None, max_length=200)
    pronouns: str | None = Field(None, max_length=40)
    gender: str | None = Field(None, max_length=40)
    birth_date: date | None = None
    email: str | None = Field(None, max_length=254)
    phone: str | None = Field(None, max_length=40)


class AskedChangeOut(Schema):
    """What the office was asked; null where everything could be changed at once, or nothing differed."""

    request: ChangeRequestOut | None


@router.post("change-requests/", response={201: AskedChangeOut}, operation_id="askForChange")
def ask(request: HttpRequest, body: ChangeIn) -> Any:
    """Change what is one's own to change, such as how one is reached; ask the office for the rest."""
    actor = actor_of(request)
    given = body.dict(exclude_unset=True, exclude={"student"})
    values = {name: "" if value is None and name != "birth_date" else value for name, value in given.items()}
    if body.student:
        asked = ask_about_child(body.student, values=values, actor=actor)
    else:
        asked = ask_about_self(values=values, actor=actor)
    return {"request": _asked(asked) if asked else None}


class RequestFilter(Walk):
    """Which requests."""

    state: Literal["", "pending", "applied", "refused"] = "pending"


@router.get("change-requests/", response=ListOf[ChangeRequestOut], operation_id="listChangeRequests")
def change_requests(request: HttpRequest, chosen: Query[RequestFilter]) -> dict[str, Any]:
    """What people ask the office to change, oldest first."""
    rows = list_change_requests(actor_of(request), state=chosen.state)
    page = page_of(rows, order=("created_at", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_asked(row) for row in page.rows])


def _asked(row: ChangeRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "person": row.person_id,
        "full_name": row.person.full_name,
        "fields": [{"name": name, **each} for name, each in sorted(row.fields.items())],
        "asked_by_name": row.asked_by_name,
        "state": row.state,
        "reason": row.reason,
        "asked_at": row.created_at,
    }


@router.post("change-requests/{request_id}/apply/", response=ChangeRequestOut, operation_id="applyChangeRequest")
def apply(request: HttpRequest, request_id: UUID) -> dict[str, Any]:
    """Do what was asked."""
    return _asked(apply_request(request_id, actor=actor_of(request)))


class RefuseIn(Strict):
    """Why not."""

    reason: str = Field(max_length=300)


@router.post("change-requests/{request_id}/refuse/", response=ChangeRequestOut, operation_id="refuseChangeRequest")
def refuse(request: HttpRequest, request_id: UUID, body: RefuseIn) -> dict[str, Any]:
    """Leave the record as it is, and say why."""
    return _asked(refuse_request(request_id, reason=body.reason, actor=actor_of(request)))
