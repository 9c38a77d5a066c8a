"""Notices to families over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.behaviour.queries import list_notices
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rest.shapes import BehaviourNoticeOut, notice_shape
from lyceum.domains.behaviour.rows import rows_of
from lyceum.domains.behaviour.rules.notices import acknowledge_notice, recall_notice, send_notice, write_notice
from lyceum.domains.behaviour.rules.sending import preview_approving, preview_sending, send_notices
from lyceum.domains.people.reach import reach_fields
from lyceum.domains.people.shapes import ReachOut


@router.get(
    "incidents/{uuid:incident_id}/notices/", response=ListOf[BehaviourNoticeOut], operation_id="listIncidentNotices"
)
def notices(request: HttpRequest, incident_id: UUID, walk: Query[Walk]) -> dict[str, Any]:
    """The notices about an incident: one for each child, with who is told or why not."""
    actor = actor_of(request)
    rows_of(incident_id, actor=actor)
    page = page_of(
        list_notices(actor, incident=incident_id),
        order=("-created_at", "pk"),
        limit=walk.limit,
        cursor=walk.cursor,
        count=walk.count,
    )
    return listed(page, [notice_shape(row, actor=actor) for row in page.rows])


class BehaviourNoticeIn(Strict):
    """Words to one student's family; without any, the usual ones."""

    student: UUID
    text: str = Field("", max_length=2000)


@router.get("incidents/{uuid:incident_id}/notices/preview/", response=ReachOut, operation_id="previewIncidentNotices")
def preview(request: HttpRequest, incident_id: UUID) -> dict[str, Any]:
    """How far approving an incident would go: whose families hear, by which ways, and what their texts cost."""
    shown = preview_approving(incident_id, actor=actor_of(request))
    return reach_fields(shown.reach, shown.costs)


@router.post(
    "incidents/{uuid:incident_id}/notices/", response={201: BehaviourNoticeOut}, operation_id="writeIncidentNotice"
)
def write(request: HttpRequest, incident_id: UUID, body: BehaviourNoticeIn) -> Status[dict[str, Any]]:
    """Write a notice about one child. It is held until somebody sends it."""
    actor = actor_of(request)
    part = next((row for row in rows_of(incident_id, actor=actor) if row.student_id == body.student), None)
    notice = write_notice(part.pk if part else incident_id, text=body.text, actor=actor)
    return Status(201, notice_shape(notice, actor=actor))


@router.post(
    "behaviour/notices/{uuid:notice_id}/send/", response=BehaviourNoticeOut, operation_id="sendBehaviourNotice"
)
def send(request: HttpRequest, notice_id: UUID) -> dict[str, Any]:
    """Let a held notice go; for ten seconds it can be called back."""
    return notice_shape(send_notice(notice_id, actor=actor_of(request)), actor=actor_of(request))


class NoticesSendIn(Strict):
    """Which held notices, and whether only to say how far they would go."""

    notices: list[UUID] = Field(min_length=1, max_length=500)
    preview: bool = False


class NoticesSentOut(ReachOut):
    """Those that go, and those that stay held because nobody of the family may be told."""

    sent: list[UUID] = Field(description="Empty in a preview.")
    held: list[UUID]


@router.post("behaviour/notices/send/", response=NoticesSentOut, operation_id="sendBehaviourNotices")
def send_several(request: HttpRequest, body: NoticesSendIn) -> dict[str, Any]:
    """Let several held notices go, or say first whom that reaches and what it costs. Above the cap none goes."""
    actor = actor_of(request)
    shown = preview_sending(body.notices, actor=actor)
    sent = [] if body.preview else [notice.pk for notice in send_notices(body.notices, actor=actor)]
    held = [notice for notice, names in shown.told.items() if not names]
    return {"sent": sent, "held": held, **reach_fields(shown.reach, shown.costs)}


class NoticeRecallIn(Strict):
    """Why."""

    reason: str = Field("", max_length=300)


@router.post(
    "behaviour/notices/{uuid:notice_id}/recall/", response=BehaviourNoticeOut, operation_id="recallBehaviourNotice"
)
def recall(request: HttpRequest, notice_id: UUID, body: NoticeRecallIn) -> dict[str, Any]:
    """Call a notice back before it has gone."""
    done = recall_notice(notice_id, reason=body.reason, actor=actor_of(request))
    return notice_shape(done, actor=actor_of(request))


@router.post(
    "behaviour/notices/{uuid:notice_id}/acknowledge/",
    response=BehaviourNoticeOut,
    operation_id="acknowledgeBehaviourNotice",
)
def acknowledge(request: HttpRequest, notice_id: UUID) -> dict[str, Any]:
    """A guardian says that they have read it."""
    return notice_shape(acknowledge_notice(notice_id, actor=actor_of(request)))
