"""Pages of erasure: asking for it oneself, and what the office does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError
from lyceum.core.forms import submitted, typed_date, typed_id
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.models import SubjectRequest
from lyceum.domains.people.rules.erasures.asking import ask_erasure, list_own_erasures, withdraw_erasure
from lyceum.domains.people.rules.erasures.deciding import (
    DUE_FIRST,
    carry_out_erasure,
    get_subject_request,
    list_subject_requests,
    refuse_erasure,
    verify_erasure,
)
from lyceum.domains.people.rules.erasures.holds import hold, lift_hold
from lyceum.domains.people.rules.erasures.planning import plan_erasure, plan_own_erasure
from lyceum.domains.people.words import ERASURE_WORDS
from lyceum.domains.tenancy.queries import today

_PAGE = "/subject-requests/"
_OWN = "/account/erasure/"

REQUESTS: Table[SubjectRequest] = Table(
    name="subject-requests",
    label=_("Who asks to be erased"),
    columns=(
        Column("name", _("Name"), lambda row: row.name),
        Column("due", pgettext_lazy("date", "Due"), lambda row: row.due_on, sort=("due_on",)),
        Column("state", _("State"), lambda row: ERASURE_WORDS[row.state]),
        Column("asked", _("Asked"), lambda row: row.created_at, sort=("created_at",)),
        Column("by", _("Decided by"), lambda row: row.decided_by_name or row.verified_by_name, is_extra=True),
        Column("reason", _("Reason"), lambda row: row.reason, is_extra=True),
    ),
    href=lambda row: f"{_PAGE}{row.pk}/",
    key=lambda row: str(row.pk),
    order=DUE_FIRST,
)


@require_http_methods(["GET", "POST"])
def requests_page(request: HttpRequest) -> HttpResponse:
    """Who asks to be erased, by the day on which it is due."""
    actor, state = actor_of(request), request.GET.get("state", "open")
    actor.require_all(Permission.SUBJECTS_DECIDE)
    return answer_list(
        request,
        REQUESTS,
        list_subject_requests(actor, state=state if state in ERASURE_WORDS or state == "open" else ""),
        template="people/subject_requests.html",
        filters=[
            Filter(
                "state", _("State"), [("open", _("to be done")), *ERASURE_WORDS.items()], usual="open", every=_("All")
            )
        ],
        note_export=partial(note_export, REQUESTS.name, request.GET.urlencode(), actor=actor),
    )


@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest, subject_request_id: UUID) -> HttpResponse:
    """One request: what will happen, what stands in the way; verify, refuse, hold, carry out."""
    actor = actor_of(request)
    actor.require_all(Permission.SUBJECTS_DECIDE)
    asked = get_subject_request(subject_request_id, actor=actor)

    def act() -> Done:
        return _ACTS[_act(request, _ACTS)](request, asked, actor)

    def context() -> dict[str, Any]:
        row = get_subject_request(subject_request_id, actor=actor)
        plan = plan_erasure(row)
        return {
            "asked": row,
            "state": ERASURE_WORDS[row.state],
            "waits": row.state in (SubjectRequest.State.RECEIVED, SubjectRequest.State.VERIFIED),
            "is_late": row.is_open and row.due_on < today(),
            "is_own": row.subject_user == actor.user_id,
            "plan": plan,
            "lines": plan.in_words() if row.is_open else [],
            "may_carry_out": row.state == SubjectRequest.State.VERIFIED and not (plan.holds or plan.obstacles),
        }

    return submitted(request, "people/subject_request.html", context, act)


def _act(request: HttpRequest, acts: dict[str, Any]) -> str:
    act = request.POST.get("act", "")
    if act not in acts:
        raise Http404
    return act


def _verify(_request: HttpRequest, asked: SubjectRequest, actor: Actor) -> Done:
    verify_erasure(asked.pk, actor=actor)
    return Done(f"{_PAGE}{asked.pk}/", Toast(say("Verified.")))


def _refuse(request: HttpRequest, asked: SubjectRequest, actor: Actor) -> Done:
    refuse_erasure(asked.pk, reason=request.POST.get("reason", ""), actor=actor)
    return Done(_PAGE, Toast(say("Refused.")))


def _carry_out(_request: HttpRequest, asked: SubjectRequest, actor: Actor) -> Done:
    done = carry_out_erasure(asked.pk, actor=actor)
    words = say("Deleted. In 30 days it is erased.") if done.is_open else say("Erased.")
    return Done(_PAGE, Toast(words))


def _hold(request: HttpRequest, asked: SubjectRequest, actor: Actor) -> Done:
    with _reason_in("hold_reason"):
        hold(
            user=asked.subject_user,
            person=asked.subject_person,
            name=asked.name,
            reason=request.POST.get("hold_reason", ""),
            until=typed_date(request, "until"),
            actor=actor,
        )
    return Done(f"{_PAGE}{asked.pk}/", Toast(say("Nothing of it is erased for now.")))


def _lift(request: HttpRequest, asked: SubjectRequest, actor: Actor) -> Done:
    with _reason_in("lift_reason"):
        lift_hold(typed_id(request, "hold") or UUID(int=0), reason=request.POST.get("lift_reason", ""), actor=actor)
    return Done(f"{_PAGE}{asked.pk}/", Toast(say("The hold is lifted.")))


@contextmanager
def _reason_in(field: str) -> Iterator[None]:
    """Three forms of the page ask for a reason: a refusal is shown beside the one that was sent."""
    try:
        yield
    except InvalidError as error:
        moved = [replace(e, pointer=f"/{field}" if e.pointer == "/reason" else e.pointer) for e in error.errors]
        raise InvalidError(error.detail, errors=moved) from None


_ACTS: dict[str, Callable[[HttpRequest, SubjectRequest, Actor], Done]] = {
    "verify": _verify,
    "refuse": _refuse,
    "carry_out": _carry_out,
    "hold": _hold,
    "lift": _lift,
}


@require_http_methods(["GET", "POST"])
def own_page(request: HttpRequest) -> HttpResponse:
    """Ask to be erased, see what will happen and how far it has come, take it back."""
    actor = actor_of(request)
    actor.require(Permission.ERASURE_ASK)

    def act() -> Done:
        return _OWN_ACTS[_act(request, _OWN_ACTS)](request, actor)

    def context() -> dict[str, Any]:
        rows = list(list_own_erasures(actor))
        waiting = next((row for row in rows if row.is_open), None)
        plan = plan_erasure(waiting) if waiting else plan_own_erasure(actor)
        return {
            "waiting": waiting,
            "state": ERASURE_WORDS[waiting.state] if waiting else "",
            "may_take_back": waiting is not None and waiting.state != SubjectRequest.State.RUNNING,
            "past": [(row, ERASURE_WORDS[row.state]) for row in rows if row is not waiting],
            "plan": plan,
            "lines": plan.in_words(),
        }

    return submitted(request, "people/own_erasure.html", context, act)


def _ask(request: HttpRequest, actor: Actor) -> Done:
    ask_erasure(password=request.POST.get("password", ""), wish=request.POST.get("reason", ""), actor=actor)
    return Done(_OWN, Toast(say("The school was asked. It answers within 30 days.")))


def _take_back(request: HttpRequest, actor: Actor) -> Done:
    withdraw_erasure(typed_id(request, "request") or UUID(int=0), actor=actor)
    return Done(_OWN, Toast(say("Taken back. Everything stays as it is.")))


_OWN_ACTS: dict[str, Callable[[HttpRequest, Actor], Done]] = {"ask": _ask, "take_back": _take_back}
