"""Covers over REST: listed, proposed, assigned, answered, cancelled."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.cover_queries import list_tallies, read_lesson_desk
from lyceum.domains.timetable.covering.proposals import Proposal
from lyceum.domains.timetable.models import Cover
from lyceum.domains.timetable.queries import COVER_ORDER, get_cover, list_covers
from lyceum.domains.timetable.rest.router import Named, named, router
from lyceum.domains.timetable.rules.covers import (
    NewCover,
    accept_cover,
    assign_asked,
    assign_covers,
    cancel_cover,
    decline_cover,
    set_cover_limit,
)

Day = date  # several schemas have a field called date


class CoverOut(Schema):
    """A lesson of one day that somebody else takes. `staff` is null for somebody without an account, or nobody."""

    id: UUID
    lesson: UUID
    date: Day
    part: int = Field(description="0: the whole lesson; else the number of the one period that is covered.")
    class_: Named = Field(alias="class")
    period: str
    starts_at: TimeOfDay
    ends_at: TimeOfDay
    room: Named | None
    staff: Named | None
    merged_with: UUID | None
    kind: str
    state: str
    work_set: str


def _cover(row: Cover) -> dict[str, Any]:
    return {
        "id": row.pk,
        "lesson": row.lesson_id,
        "date": row.on,
        "part": row.part,
        "class": named(row.lesson.school_class),
        "period": row.lesson.period,
        "starts_at": row.lesson.starts_at,
        "ends_at": row.lesson.ends_at,
        "room": named(row.room or row.lesson.room),
        "staff": named(row.teacher),
        "merged_with": row.merged_with_id,
        "kind": row.kind,
        "state": row.state,
        "work_set": row.work_set,
    }


class CoverFilter(Walk):
    """Which covers: those of a day, today unless told otherwise."""

    date: Day | None = None
    staff: UUID | None = None


@router.get("covers/", response=ListOf[CoverOut], by_alias=True, operation_id="listCovers")
def covers(request: HttpRequest, chosen: Query[CoverFilter]) -> dict[str, Any]:
    """The covers of a day that stand or are asked for, in the order of the day."""
    day = chosen.date or today()
    rows = list_covers(actor_of(request), first=day, last=day, staff=chosen.staff)
    page = page_of(rows, order=COVER_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_cover(row) for row in page.rows])


Kind = Literal["internal", "agency", "merge", "cancel", "self_study", "room_change"]


class CoverIn(Strict):
    """Who takes a lesson on a day, or what becomes of it."""

    lesson: UUID
    date: Day
    staff: UUID | None = None
    kind: Kind = "internal"
    part: int = Field(0, ge=0, le=99, description="The number of one period of a longer lesson; 0: all of it.")
    room: UUID | None = None
    merged_with: UUID | None = None
    note: str = Field("", max_length=300)
    work_set: str = Field("", max_length=2000)
    ask: bool = Field(False, description="Ask the colleague, who may decline, instead of assigning.")


@router.post("covers/", response={201: CoverOut}, by_alias=True, operation_id="assignCover")
def assign(request: HttpRequest, body: CoverIn) -> Status[dict[str, Any]]:
    """Let somebody take one lesson of one day: its register is theirs from an hour before. Or merge, move, drop it."""
    actor = actor_of(request)
    new = NewCover(
        body.lesson,
        body.date,
        body.staff,
        kind=body.kind,
        part=body.part,
        room_id=body.room,
        merged_with=body.merged_with,
        note=body.note,
        work_set=body.work_set,
        asks=body.ask,
    )
    cover = assign_covers([new], actor=actor)[0]
    return Status(201, _cover(get_cover(cover.pk, actor=actor)))


class CoverReasonIn(Strict):
    """Why."""

    reason: str = Field("", max_length=300)


@router.post("covers/{uuid:cover_id}/cancel/", response=CoverOut, by_alias=True, operation_id="cancelCover")
def cancel(request: HttpRequest, cover_id: UUID, body: CoverReasonIn) -> dict[str, Any]:
    """Give the lesson back to its teacher."""
    actor = actor_of(request)
    return _cover(get_cover(cancel_cover(cover_id, reason=body.reason, actor=actor).pk, actor=actor))


@router.post("covers/{uuid:cover_id}/accept/", response=CoverOut, by_alias=True, operation_id="acceptCover")
def accept(request: HttpRequest, cover_id: UUID) -> dict[str, Any]:
    """Say yes to a cover that one was asked for."""
    actor = actor_of(request)
    return _cover(get_cover(accept_cover(cover_id, actor=actor).pk, actor=actor))


@router.post("covers/{uuid:cover_id}/decline/", response=CoverOut, by_alias=True, operation_id="declineCover")
def decline(request: HttpRequest, cover_id: UUID, body: CoverReasonIn) -> dict[str, Any]:
    """Say no to a cover that one was asked for."""
    actor = actor_of(request)
    return _cover(get_cover(decline_cover(cover_id, reason=body.reason, actor=actor).pk, actor=actor))


class AssignIn(Strict):
    """Who comes instead; left out: whoever was asked."""

    staff: UUID | None = None


@router.post("covers/{uuid:cover_id}/assign/", response=CoverOut, by_alias=True, operation_id="reassignCover")
def reassign(request: HttpRequest, cover_id: UUID, body: AssignIn) -> dict[str, Any]:
    """Make a cover that was asked for firm, or give it to another colleague."""
    actor = actor_of(request)
    return _cover(get_cover(assign_asked(cover_id, staff_id=body.staff, actor=actor).pk, actor=actor))


class ProposalOut(Schema):
    """Somebody who might cover. `hindrance` is empty for who is free, else `busy`, `away` or `limit`."""

    staff: Named
    is_free: bool
    hindrance: str
    works_then: bool
    same_subject: bool
    same_department: bool
    given: int
    received: int
    limit: int | None
    lessons_that_day: int


class ProposalsOut(Schema):
    """The best first, at most so many as were asked for."""

    items: list[ProposalOut]


def _proposal(row: Proposal) -> dict[str, Any]:
    return {
        "staff": named(row.staff),
        "is_free": row.is_free,
        "hindrance": row.hindrance,
        "works_then": row.works_then,
        "same_subject": row.same_subject,
        "same_department": row.same_department,
        "given": row.candidate.given,
        "received": row.candidate.received,
        "limit": row.candidate.limit,
        "lessons_that_day": row.load,
    }


class ProposalFilter(Strict):
    """For which lesson of which date."""

    lesson: UUID
    date: Day
    part: int = Field(0, ge=0, le=99, description="The number of one period of a longer lesson; 0: all of it.")
    limit: int = Field(20, ge=1, le=200)


@router.get("covers/proposals/", response=ProposalsOut, operation_id="listCoverProposals")
def proposals(request: HttpRequest, chosen: Query[ProposalFilter]) -> dict[str, Any]:
    """Who might cover a lesson: free now, same subject, same department, fair, there that day, least to do."""
    desk = read_lesson_desk(actor_of(request), chosen.lesson, chosen.date, part=chosen.part)
    return {"items": [_proposal(row) for row in desk.proposals[: chosen.limit]]}


class TallyOut(Schema):
    """How often somebody stood in for others this year, and others for them."""

    staff: Named
    given: int
    received: int
    limit: int | None


class TalliesOut(Schema):
    """Everybody who teaches, who gave most first."""

    items: list[TallyOut]


@router.get("covers/tallies/", response=TalliesOut, operation_id="listCoverTallies")
def tallies(request: HttpRequest) -> dict[str, Any]:
    """How often everybody stood in this year, and others for them."""
    rows = list_tallies(actor_of(request), today())
    return {
        "items": [
            {"staff": named(staff), "given": row.given, "received": row.received, "limit": row.limit}
            for staff, row in rows
        ]
    }


class LimitIn(Strict):
    """How many covers a year may be asked of somebody; null: as many as there are."""

    limit: int | None = Field(ge=0, le=400)


@router.put("covers/tallies/{uuid:staff_id}/", response=TallyOut, operation_id="setCoverLimit")
def limit(request: HttpRequest, staff_id: UUID, body: LimitIn) -> dict[str, Any]:
    """Say how many covers a year may be asked of somebody."""
    row = set_cover_limit(staff_id, limit=body.limit, actor=actor_of(request))
    return {"staff": named(row.staff), "given": row.given, "received": row.received, "limit": row.limit}
