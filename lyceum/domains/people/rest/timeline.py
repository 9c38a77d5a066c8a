"""What happened to a student's record, over REST."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Walk, actor_of, listed
from lyceum.domains.journal.queries import NEWEST_FIRST
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.timeline import list_timeline, words_for


class MomentOut(Schema):
    """One act: when, by whom, what in words and as the trail names it, and what changed as `{field: [old, new]}`."""

    at: datetime
    by: str
    action: str
    words: str
    changes: dict[str, Any]
    reason: str


@router.get("students/{student_id}/timeline/", response=ListOf[MomentOut], operation_id="studentTimeline")
def timeline(request: HttpRequest, student_id: UUID, chosen: Query[Walk]) -> dict[str, Any]:
    """What happened to a student's record, newest first, for those who may see every student."""
    rows = list_timeline(student_id, actor=actor_of(request))
    page = page_of(rows, order=NEWEST_FIRST, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    shown = [
        {
            "at": row.at,
            "by": row.actor_name,
            "action": row.action,
            "words": words_for(row.action),
            "changes": row.changes,
            "reason": row.reason,
        }
        for row in page.rows
    ]
    return listed(page, shown)
