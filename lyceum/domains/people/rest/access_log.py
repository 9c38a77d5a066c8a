"""Who read what of whom, over REST."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Walk, actor_of, listed
from lyceum.domains.journal.models import AccessSubject
from lyceum.domains.people.access_log import NEWEST_FIRST, AccessFilter, list_access, list_own_access
from lyceum.domains.people.rest.router import router


class AccessLogEntryOut(Schema):
    """One person of whom was read: by whom, when, where, which group of fields, and what allowed it."""

    id: UUID
    at: datetime
    subject: UUID
    viewer: UUID | None
    viewer_name: str
    viewer_roles: list[str]
    surface: str
    fields: str
    relation: str
    via: str


class AccessLogFilter(Walk):
    """Which entries."""

    subject: UUID | None = None
    viewer: UUID | None = None
    fields: str = Field("", max_length=60, pattern=r"^[\w.]*$")
    since: Instant | None = None
    until: Instant | None = None


@router.get("access-log/", response=ListOf[AccessLogEntryOut], operation_id="listAccess")
def access_log(request: HttpRequest, chosen: Query[AccessLogFilter]) -> dict[str, Any]:
    """Who read what of whom, newest first; for families of their own children, for teachers what they read."""
    return _answer(list_access(actor_of(request), _wanted(chosen)), chosen)


@router.get("profile/access-log/", response=ListOf[AccessLogEntryOut], operation_id="listOwnAccessLog")
def own_access_log(request: HttpRequest, chosen: Query[AccessLogFilter]) -> dict[str, Any]:
    """Who read of the caller and of their children, and what the caller read, newest first."""
    return _answer(list_own_access(actor_of(request), _wanted(chosen)), chosen)


def _wanted(chosen: AccessLogFilter) -> AccessFilter:
    return AccessFilter(
        subject=chosen.subject, viewer=chosen.viewer, fields=chosen.fields, since=chosen.since, until=chosen.until
    )


def _answer(rows: QuerySet[AccessSubject], chosen: AccessLogFilter) -> dict[str, Any]:
    page = page_of(
        rows,
        order=NEWEST_FIRST, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count,
    )  # fmt: skip
    shown = [
        {
            "id": row.pk,
            "at": row.at,
            "subject": row.subject,
            "viewer": row.entry.viewer_id,
            "viewer_name": row.entry.viewer_name,
            "viewer_roles": row.entry.viewer_roles,
            "surface": row.entry.surface,
            "fields": row.entry.fields,
            "relation": row.entry.relation,
            "via": row.entry.via,
        }
        for row in page.rows
    ]
    return listed(page, shown)
