"""REST: where one is signed in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Walk, actor_of, listed
from lyceum.domains.accounts.queries import NEWEST_FIRST, list_sessions
from lyceum.domains.accounts.rest.shapes import SchoolName, shown_school
from lyceum.domains.accounts.rules.sessions import end_own_session

router = Router(tags=["auth"])


class SessionOut(Schema):
    """A device on which one is signed in."""

    id: UUID
    device: str
    ip: str
    school: SchoolName | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_this: bool


@router.get("auth/sessions/", response=ListOf[SessionOut], operation_id="listSessions")
def sessions(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """One's own open sessions, newest first."""
    actor = actor_of(request)
    page = page_of(
        list_sessions(actor), order=NEWEST_FIRST, limit=walk.limit, cursor=walk.cursor, count=walk.count
    )  # fmt: skip
    items = [
        {
            "id": row.pk,
            "device": row.device_label,
            "ip": row.ip,
            "school": shown_school(row.school),
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
            "expires_at": row.expires_at,
            "is_this": row.pk == actor.session_id,
        }
        for row in page.rows
    ]
    return listed(page, items)


@router.delete("auth/sessions/{uuid:session_id}/", response={204: None}, operation_id="endSession")
def end_session(request: HttpRequest, session_id: UUID) -> None:
    """Sign oneself out on another device."""
    end_own_session(session_id, actor=actor_of(request))
