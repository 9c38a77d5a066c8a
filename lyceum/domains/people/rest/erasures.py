"""Leaving, over REST: a school admin closes the school, anybody else asks to be erased; and what the office does."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.actor import Actor
from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.accounts.rules.closing import ask_to_close
from lyceum.domains.people.models import LegalHold, SubjectRequest
from lyceum.domains.people.rest.requests import RefuseIn
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.rules.erasures.asking import ask_erasure, withdraw_erasure
from lyceum.domains.people.rules.erasures.deciding import (
    DUE_FIRST,
    carry_out_erasure,
    get_subject_request,
    list_subject_requests,
    refuse_erasure,
    verify_erasure,
)
from lyceum.domains.people.rules.erasures.holds import lift_hold, list_holds, put_on_hold
from lyceum.domains.people.rules.erasures.planning import plan_erasure


class SubjectRequestOut(Schema):
    """Somebody who asks to be erased."""

    id: UUID
    kind: str
    state: str
    name: str
    wish: str
    asked_at: datetime
    due_on: date
    verified_by_name: str
    decided_by_name: str
    reason: str
    delivered_at: datetime | None


def _shown(row: SubjectRequest) -> dict[str, Any]:
    names = (
        "kind", "state", "name", "wish", "due_on", "verified_by_name", "decided_by_name", "reason", "delivered_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"id": row.pk, "asked_at": row.created_at}


class AccountLeavingIn(Strict):
    """One's own password; and the school's name, from an admin of it, who closes the school by this."""

    password: str = Field(max_length=1000)
    school_name: str = Field("", max_length=400, description="From a school admin: the name of the school, typed")
    reason: str = Field("", max_length=600)


class AccountLeavingOut(Schema):
    """What began."""

    what: Literal["closing", "erasure"]
    state: str = Field(description="Of the closing: `asked` or `closing`; of the erasure: `received` at first")
    confirm_by: datetime | None = Field(None, description="Until when another school admin may confirm the closing")
    purge_at: datetime | None = Field(None, description="Until when the closed school can be restored")
    export: str | None = Field(None, description="The page that names the lists which can be taken away as files")
    request: SubjectRequestOut | None = None


@router.delete("auth/delete-account/", response={202: AccountLeavingOut}, operation_id="deleteAccount", tags=["auth"])
def delete_account(request: HttpRequest, body: AccountLeavingIn) -> dict[str, Any]:
    """A school admin starts to close the school; anybody else asks to be erased, within 30 days."""
    actor = actor_of(request)
    return _close(body, actor) if actor.reaches_all(Permission.SCHOOL_CLOSE) else _ask(body, actor)


def _close(body: AccountLeavingIn, actor: Actor) -> dict[str, Any]:
    closing = ask_to_close(**body.dict(), actor=actor)
    return {
        "what": "closing",
        "state": closing.state,
        "confirm_by": closing.waiting.confirm_by if closing.waiting else None,
        "purge_at": closing.school.purge_at,
        "export": "/settings/closing/#keep",
    }


def _ask(body: AccountLeavingIn, actor: Actor) -> dict[str, Any]:
    asked = ask_erasure(password=body.password, wish=body.reason, actor=actor)
    return {"what": "erasure", "state": asked.state, "request": _shown(asked)}


class SubjectFilter(Walk):
    """Which requests."""

    state: Literal["", "open", "received", "verified", "running", "delivered", "refused", "withdrawn"] = ""


@router.get("subject-requests/", response=ListOf[SubjectRequestOut], operation_id="listSubjectRequests")
def subject_requests(request: HttpRequest, chosen: Query[SubjectFilter]) -> dict[str, Any]:
    """Who asks to be erased, by the day on which it is due; one's own for who does not decide about it."""
    rows = list_subject_requests(actor_of(request), state=chosen.state)
    page = page_of(rows, order=DUE_FIRST, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shown(row) for row in page.rows])


class ErasureIn(Strict):
    """One's own password, and why, in one's own words."""

    password: str = Field(max_length=1000)
    wish: str = Field("", max_length=600)


@router.post("subject-requests/", response={201: SubjectRequestOut}, operation_id="askForErasure")
def ask(request: HttpRequest, body: ErasureIn) -> dict[str, Any]:
    """Ask to be erased. Asking again while it waits answers with the request that waits."""
    return _shown(ask_erasure(password=body.password, wish=body.wish, actor=actor_of(request)))


class ErasurePlanOut(SubjectRequestOut):
    """A request, with what would happen and what stands in the way."""

    will_happen: list[str]
    obstacles: list[str] | None = Field(description="What must end first; null for who does not decide")
    holds: list[str] | None = Field(description="Why the law keeps it; null for who does not decide")


_ONE = "subject-requests/{subject_request_id}/"


@router.get(_ONE, response=ErasurePlanOut, operation_id="getSubjectRequest")
def subject_request(request: HttpRequest, subject_request_id: UUID) -> dict[str, Any]:
    """One request, with what will happen in words."""
    actor = actor_of(request)
    row = get_subject_request(subject_request_id, actor=actor)
    plan = plan_erasure(row)
    decides = actor.reaches_all(Permission.SUBJECTS_DECIDE)
    return _shown(row) | {
        "will_happen": plan.in_words() if row.is_open else [],
        "obstacles": list(plan.obstacles) if decides else None,
        "holds": [hold.reason for hold in plan.holds] if decides else None,
    }


@router.post(f"{_ONE}withdraw/", response=SubjectRequestOut, operation_id="withdrawSubjectRequest")
def withdraw(request: HttpRequest, subject_request_id: UUID) -> dict[str, Any]:
    """Take one's own request back, while nothing has been erased."""
    return _shown(withdraw_erasure(subject_request_id, actor=actor_of(request)))


@router.post(f"{_ONE}verify/", response=SubjectRequestOut, operation_id="verifySubjectRequest")
def verify(request: HttpRequest, subject_request_id: UUID) -> dict[str, Any]:
    """Say that it is really they who ask."""
    return _shown(verify_erasure(subject_request_id, actor=actor_of(request)))


@router.post(f"{_ONE}refuse/", response=SubjectRequestOut, operation_id="refuseSubjectRequest")
def refuse(request: HttpRequest, subject_request_id: UUID, body: RefuseIn) -> dict[str, Any]:
    """Erase nothing, and say why."""
    return _shown(refuse_erasure(subject_request_id, reason=body.reason, actor=actor_of(request)))


@router.post(f"{_ONE}carry-out/", response=SubjectRequestOut, operation_id="carryOutSubjectRequest")
def carry_out(request: HttpRequest, subject_request_id: UUID) -> dict[str, Any]:
    """Erase them: the account ends, what must be kept stays under a pseudonym. It cannot be undone."""
    return _shown(carry_out_erasure(subject_request_id, actor=actor_of(request)))


class LegalHoldOut(Schema):
    """Why nothing of somebody may be erased for now."""

    id: UUID
    person: UUID | None
    name: str
    reason: str
    made_by_name: str
    until: date | None
    lifted_at: datetime | None
    lifted_by_name: str


def _shown_hold(row: LegalHold) -> dict[str, Any]:
    names = ("name", "reason", "made_by_name", "until", "lifted_at", "lifted_by_name")
    return {name: getattr(row, name) for name in names} | {"id": row.pk, "person": row.subject_person}


class HoldFilter(Walk):
    """Which holds."""

    ended: bool = Field(False, description="Also those that are over")


@router.get("legal-holds/", response=ListOf[LegalHoldOut], operation_id="listLegalHolds")
def legal_holds(request: HttpRequest, chosen: Query[HoldFilter]) -> dict[str, Any]:
    """What the law keeps from being erased, the newest first."""
    rows = list_holds(actor_of(request), with_ended=chosen.ended)
    order = ("-created_at", "-pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shown_hold(row) for row in page.rows])


class LegalHoldIn(Strict):
    """Of whom, why, and until when; without a day, until it is lifted."""

    person: UUID
    reason: str = Field(max_length=300)
    until: date | None = None


@router.post("legal-holds/", response={201: LegalHoldOut}, operation_id="addLegalHold")
def add_hold(request: HttpRequest, body: LegalHoldIn) -> dict[str, Any]:
    """Keep everything of a person."""
    made = put_on_hold(body.person, reason=body.reason, until=body.until, actor=actor_of(request))
    return _shown_hold(made)


@router.post("legal-holds/{legal_hold_id}/lift/", response=LegalHoldOut, operation_id="liftLegalHold")
def lift(request: HttpRequest, legal_hold_id: UUID, body: RefuseIn) -> dict[str, Any]:
    """End a hold, and say why."""
    return _shown_hold(lift_hold(legal_hold_id, reason=body.reason, actor=actor_of(request)))
