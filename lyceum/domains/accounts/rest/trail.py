"""REST: the school's trail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Walk, actor_of, listed
from lyceum.domains.journal.queries import NEWEST_FIRST, TrailFilter, list_trail

router = Router(tags=["audit"])
_WORD = r"^[\w.-]*$"


class EntryOut(Schema):
    """One act: who, when, through which door, on what, and what changed as `{field: [old, new]}`."""

    id: UUID
    at: datetime
    action: str
    outcome: str
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    actor_roles: list[str]
    via: str
    on_behalf_of: UUID | None
    target_type: str
    target_id: str
    target_name: str
    changes: dict[str, Any]
    reason: str
    ip: str
    user_agent: str
    request_id: str


class EntryFilter(Walk):
    """Which entries."""

    action: str = Field("", max_length=80, pattern=_WORD, description="Whole, or its beginning up to a dot")
    actor: UUID | None = None
    target_type: str = Field("", max_length=60, pattern=_WORD)
    target: str = Field("", max_length=40, pattern=_WORD)
    outcome: str = Field("", pattern="^(done|refused)?$")
    since: Instant | None = None
    until: Instant | None = None


@router.get("audit/", response=ListOf[EntryOut], operation_id="listTrail")
def audit(request: HttpRequest, chosen: Query[EntryFilter]) -> dict[str, Any]:
    """The school's trail, newest first."""
    wanted = TrailFilter(
        action=chosen.action,
        actor_id=chosen.actor,
        target_type=chosen.target_type,
        target_id=chosen.target,
        outcome=chosen.outcome,
        since=chosen.since,
        until=chosen.until,
    )
    page = page_of(
        list_trail(actor_of(request), wanted),
        order=NEWEST_FIRST,
        limit=chosen.limit,
        cursor=chosen.cursor,
        count=chosen.count,
    )
    return listed(page, page.rows)
