"""Absence cases over REST."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.attendance.cases import get_case, list_cases
from lyceum.domains.attendance.models import AbsenceCase
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.cases.answering import answer_in_portal, note_call
from lyceum.domains.attendance.rules.cases.asking import ask_families, preview_asking
from lyceum.domains.attendance.rules.cases.settling import close_unexplained, confirm_case
from lyceum.domains.people.reach import reach_fields
from lyceum.domains.people.shapes import ReachOut

Day = date  # several schemas have a field called date


class CaseSessionOut(Schema):
    """One session of a case."""

    date: Day
    session: str


class CaseTryOut(Schema):
    """Somebody who was asked or called."""

    person: UUID
    name: str
    reason: str
    at: datetime
    note: str


class CaseReplyOut(Schema):
    """What somebody said."""

    person: UUID | None
    name: str
    verified: bool
    via: str
    text: str
    code: str
    at: datetime
    confirmed_at: datetime | None


class CaseOut(Schema):
    """The unexplained absence of one student."""

    id: UUID
    student: UUID
    state: str
    opened_on: Day
    ask_next_at: datetime | None
    sessions: list[CaseSessionOut]
    tries: list[CaseTryOut]
    replies: list[CaseReplyOut]


class CaseFilter(Walk):
    """Which cases."""

    state: str = Field("", pattern="^(" + "|".join(AbsenceCase.State.values) + ")?$")


def _shown(case: AbsenceCase, *, settles: bool) -> dict[str, Any]:
    with_contacts = settles and not case.is_family
    tries = sorted(case.tries.all(), key=lambda each: each.at) if with_contacts else []
    replies = sorted(case.replies.all(), key=lambda each: each.at) if with_contacts else []
    return {
        "id": case.pk,
        "student": case.student_id,
        "state": case.state,
        "opened_on": case.opened_on,
        "ask_next_at": case.ask_next_at,
        "sessions": [{"date": each.on, "session": each.session} for each in case.sessions.all()],
        "tries": [{name: getattr(each, name) for name in CaseTryOut.model_fields} for each in tries],
        "replies": [
            {
                "code": each.code.symbol if each.code else "",
                **{name: getattr(each, name) for name in CaseReplyOut.model_fields if name != "code"},
            }
            for each in replies
        ],
    }


def _settles(request: HttpRequest) -> bool:
    return actor_of(request).reaches_all(Permission.CASES_SETTLE)


@router.get("attendance/cases/", response=ListOf[CaseOut], operation_id="listAbsenceCases")
def cases(request: HttpRequest, which: Query[CaseFilter]) -> dict[str, Any]:
    """The cases that are not settled, or those in a state; the oldest first. Who was asked only the office reads."""
    states = [which.state] if which.state else AbsenceCase.OPEN_STATES
    rows = list_cases(actor_of(request), states=states)
    page = page_of(rows, order=("opened_on", "pk"), limit=which.limit, cursor=which.cursor, count=which.count)
    return listed(page, [_shown(case, settles=_settles(request)) for case in page.rows])


@router.get("attendance/cases/{uuid:case_id}/", response=CaseOut, operation_id="getAbsenceCase")
def case(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """One case."""
    return _shown(get_case(case_id, actor=actor_of(request)), settles=_settles(request))


class ReplyIn(Strict):
    """What somebody said: a code's symbol of those for families, `other` with words, or `unknown`."""

    reason: str = Field("", max_length=60)
    text: str = Field("", max_length=500)
    person: UUID | None = None
    """Whom the office called; left out by a guardian who answers for themselves."""


@router.post("attendance/cases/{uuid:case_id}/replies/", response={201: CaseOut}, operation_id="replyToAbsenceCase")
def reply(request: HttpRequest, case_id: UUID, body: ReplyIn) -> Status[dict[str, Any]]:
    """A guardian says why; or the office notes a call, with what was said or without."""
    actor = actor_of(request)
    if body.person is None:
        answer_in_portal(case_id, reason=body.reason, text=body.text, actor=actor)
    else:
        note_call(case_id, person=body.person, reason=body.reason, text=body.text, actor=actor)
    return Status(201, case(request, case_id))


class ConfirmIn(Strict):
    """A code instead of the one that was proposed, and why."""

    code: str = Field("", max_length=4)
    reason: str = Field("", max_length=500)
    unexplained: bool = False
    """Close it as unauthorised: nobody explained it."""


@router.post("attendance/cases/{uuid:case_id}/confirm/", response=CaseOut, operation_id="confirmAbsenceCase")
def confirm(request: HttpRequest, case_id: UUID, body: ConfirmIn) -> dict[str, Any]:
    """Settle a case: the marks of its sessions get the code."""
    actor = actor_of(request)
    if body.unexplained:
        close_unexplained(case_id, reason=body.reason, actor=actor)
    else:
        confirm_case(case_id, symbol=body.code, reason=body.reason, actor=actor)
    return case(request, case_id)


class AskIn(Strict):
    """Which cases, and whether only to say what would happen."""

    cases: list[UUID] = Field(min_length=1, max_length=500)
    preview: bool = False


class AskOut(ReachOut):
    """How many contacts were asked, and how far that goes."""

    asked: int = Field(description="How many contacts were asked; 0 in a preview.")


@router.post("attendance/cases/ask/", response=AskOut, operation_id="askAbsenceContacts")
def ask(request: HttpRequest, body: AskIn) -> dict[str, Any]:
    """Ask the next contact of some cases now, all or none; or say first what that would do."""
    actor = actor_of(request)
    shown = preview_asking(body.cases, actor=actor)
    asked = 0 if body.preview else ask_families(body.cases, actor=actor)
    return {"asked": asked, **reach_fields(shown.reach, shown.costs)}
