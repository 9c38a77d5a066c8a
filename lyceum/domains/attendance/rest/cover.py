"""Cover passes over REST."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.attendance.cover import PASS_ORDER, get_pass, list_passes
from lyceum.domains.attendance.models import CoverPass
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.cover_passes import MOST_LESSONS, create_pass, revoke_pass

Day = date  # several schemas have a field called date


class PassLessonOut(Schema):
    """A lesson of a pass. `state` is cancelled where its cover no longer stands."""

    lesson: UUID
    cover: UUID
    class_name: str
    period: str
    starts_at: TimeOfDay
    ends_at: TimeOfDay
    state: str


class CoverPassOut(Schema):
    """A pass, without its link and its PIN."""

    id: UUID
    holder_name: str
    date: Day
    lessons: list[PassLessonOut]
    made_by: str
    revoked_at: datetime | None
    revoked_by: str


class NewPassOut(CoverPassOut):
    """A pass with its link and its PIN: they are shown this once."""

    link: str
    pin: str


def _pass(row: CoverPass) -> dict[str, Any]:
    covers = [each.cover for each in row.lessons.all()]
    return {
        "id": row.pk,
        "holder_name": row.holder_name,
        "date": row.on,
        "lessons": [
            {
                "lesson": cover.lesson_id,
                "cover": cover.pk,
                "class_name": cover.lesson.school_class.name,
                "period": cover.lesson.period,
                "starts_at": cover.lesson.starts_at,
                "ends_at": cover.lesson.ends_at,
                "state": cover.state,
            }
            for cover in covers
        ],
        "made_by": row.made_by_name,
        "revoked_at": row.revoked_at,
        "revoked_by": row.revoked_by_name,
    }


class PassFilter(Walk):
    """Which passes: all, or those of a day."""

    date: Day | None = None


@router.get("cover-passes/", response=ListOf[CoverPassOut], operation_id="listCoverPasses")
def passes(request: HttpRequest, chosen: Query[PassFilter]) -> dict[str, Any]:
    """Passes, those of the last days first."""
    rows = list_passes(actor_of(request), day=chosen.date)
    page = page_of(rows, order=PASS_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_pass(row) for row in page.rows])


class PassIn(Strict):
    """Who comes, on which day, for which lessons."""

    holder_name: str = Field(max_length=120)
    date: Day
    lessons: list[UUID] = Field(min_length=1, max_length=MOST_LESSONS)


@router.post("cover-passes/", response={201: NewPassOut}, operation_id="createCoverPass")
def create(request: HttpRequest, body: PassIn) -> Status[dict[str, Any]]:
    """Make a pass for somebody without an account. The link and the PIN are in this answer only."""
    actor = actor_of(request)
    new = create_pass(holder_name=body.holder_name, on=body.date, lessons=body.lessons, actor=actor)
    shown = _pass(get_pass(new.cover_pass.pk, actor=actor))
    return Status(201, shown | {"link": pass_link(new.link), "pin": new.pin})


def pass_link(link: str) -> str:
    """The whole address of a pass."""
    return f"{settings.PUBLIC_URL}/pass/{link}/"


class RevokeIn(Strict):
    """Why."""

    reason: str = Field("", max_length=300)


@router.post("cover-passes/{uuid:pass_id}/revoke/", response=CoverPassOut, operation_id="revokeCoverPass")
def revoke(request: HttpRequest, pass_id: UUID, body: RevokeIn) -> dict[str, Any]:
    """End a pass at once; its lessons are covered by nobody."""
    actor = actor_of(request)
    return _pass(get_pass(revoke_pass(pass_id, reason=body.reason, actor=actor).pk, actor=actor))
