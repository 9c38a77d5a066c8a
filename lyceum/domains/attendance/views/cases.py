"""Pages of absence cases: the office's call list, one case, and what a family answers without signing in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.forms import shown_errors, submitted, typed_id
from lyceum.core.language import speaking
from lyceum.core.lists import BulkAct, Column, Filter, Planned, Table, answer_list
from lyceum.core.lists.bulk import chosen_rows
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.queries import standings
from lyceum.domains.attendance.cases import (
    RESOLVE_WITHIN_DAYS,
    family_reasons,
    get_case,
    list_cases,
    school_days_since,
    sessions_in_words,
)
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.models import AbsenceCase, CaseReply, Code
from lyceum.domains.attendance.rules.cases.answering import (
    DOES_NOT_KNOW,
    OTHER,
    Link,
    answer_by_link,
    answer_in_portal,
    note_call,
    open_link,
    read_link,
)
from lyceum.domains.attendance.rules.cases.asking import ask_families, preview_asking
from lyceum.domains.attendance.rules.cases.settling import close_unexplained, confirm_case
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.contacts_for import WORDS, Choice, Purpose, contacts_for, contacts_of
from lyceum.domains.people.reach import reach_words
from lyceum.domains.tenancy.closing import visiting
from lyceum.domains.tenancy.queries import this_school, time_zone, today

STATES = {
    "open": _("nobody asked"),
    "asked": _("asked"),
    "answered": _("answered"),
    "resolved": _("settled"),
    "arrived": _("has come"),
    "unexplained_closed": _("not explained"),
}
_TONES = {"open": "absent", "asked": "due", "answered": "present"}


@dataclass(frozen=True)
class Row:
    """A case as the list shows it."""

    case: AbsenceCase
    form: str
    first: Choice | None
    days: int

    @property
    def reply(self) -> CaseReply | None:
        """The newest thing that somebody said: to the school, not to the family."""
        replies = [] if self.case.is_family else sorted(self.case.replies.all(), key=lambda each: each.at)
        return replies[-1] if replies else None


def read_rows(cases: Sequence[AbsenceCase], *, actor: Actor) -> list[Row]:
    """The cases with the form and whom to call first: three statements for any number."""
    day = today()
    students = list({case.student_id for case in cases})
    placed = standings(students, day)
    to_call = [case.student_id for case in cases if not case.is_family]
    contacts = contacts_of(to_call, purpose=Purpose.ABSENCE, day=day, actor=actor) if to_call else {}
    return [
        Row(
            case,
            placed[case.student_id].form,
            next((c for c in contacts.get(case.student_id, []) if c.is_told and c.addresses.get("call")), None),
            school_days_since(case.opened_on, day),
        )
        for case in cases
    ]


def _said(row: Row) -> str:
    if row.reply is None:
        return ""
    code = row.reply.code.family_words if row.reply.code else ""
    words = ": ".join(each for each in (say(code) if code else "", row.reply.text) if each)
    return f"{words or say('does not know')} ({row.reply.name or say('unknown number')})"


def _state_html(row: Row) -> SafeString:
    return format_html('<span class="tag tag-{}">{}</span>', _TONES.get(row.case.state, ""), STATES[row.case.state])


def _call_html(row: Row) -> SafeString:
    if row.first is None:
        return SafeString("")
    number = row.first.addresses["call"][0]
    return format_html('{} <a class="call" href="tel:{}"><bdi>{}</bdi></a>', row.first.name, number, number)


def _waits(row: Row) -> str:
    return ngettext("%(n)s school day", "%(n)s school days", row.days) % {"n": row.days} if row.days else say("today")


def _days_html(row: Row) -> SafeString:
    late = row.days >= RESOLVE_WITHIN_DAYS - 1
    return format_html('<span class="tag tag-absent">{}</span>' if late else "{}", _waits(row))


def _chosen(request: HttpRequest, ids: list[UUID]) -> list[AbsenceCase]:
    return list(list_cases(actor_of(request)).filter(pk__in=ids))


def _plan_confirm(request: HttpRequest, ids: list[UUID]) -> list[Planned]:
    planned = []
    for row in read_rows(_chosen(request, ids), actor=actor_of(request)):
        code = row.reply.code if row.reply and row.reply.verified else None
        problem = "" if code else say("nobody has proposed a code")
        planned.append(
            Planned(
                str(row.case.student), say("unexplained"), f"{code.symbol} {say(code.label)}" if code else "", problem
            )
        )
    return planned


def _plan_close(request: HttpRequest, ids: list[UUID]) -> list[Planned]:
    rows = read_rows(_chosen(request, ids), actor=actor_of(request))
    return [
        Planned(
            str(row.case.student),
            say("unexplained"),
            say("unauthorised"),
            "" if row.days >= RESOLVE_WITHIN_DAYS else say("the family still has time"),
        )
        for row in rows
    ]


def _plan_ask(request: HttpRequest, ids: list[UUID]) -> list[Planned]:
    next_ones = preview_asking(ids, actor=actor_of(request)).next_ones
    planned = []
    for case in _chosen(request, ids):
        choice = next_ones.get(case.pk)
        before = ", ".join(each.name for each in sorted(case.tries.all(), key=lambda each: each.at))
        problem = "" if choice else say("nobody is left to ask")
        planned.append(
            Planned(
                str(case.student),
                before or say("nobody asked"),
                f"{choice.name} ({choice.relationship})" if choice else "",
                problem,
            )
        )
    return planned


def _reach(request: HttpRequest) -> dict[str, object]:
    """How far asking the chosen would go; nothing where the choice itself is at fault."""
    try:
        shown = preview_asking(chosen_rows(request.POST), actor=actor_of(request))
    except RuleError:
        return {}
    return {"reach": shown.reach, "costs": shown.costs, "reach_words": reach_words(shown.reach)}


def _ask(request: HttpRequest, ids: list[UUID]) -> None:
    ask_families(ids, actor=actor_of(request))


def _confirm(request: HttpRequest, ids: list[UUID]) -> None:
    for case in _chosen(request, ids):
        confirm_case(case.pk, actor=actor_of(request))


def _close(request: HttpRequest, ids: list[UUID]) -> None:
    for case in _chosen(request, ids):
        close_unexplained(case.pk, actor=actor_of(request))


def _settles(request: HttpRequest) -> bool:
    return actor_of(request).reaches_all(Permission.CASES_SETTLE)


TABLE: Table[Row] = Table(
    name="absence-cases",
    label=_("Unexplained absences"),
    columns=(
        Column("name", _("Name"), lambda row: row.case.student.person.full_name, sort=("student__person__sort_name",)),
        Column("form", _("Form"), lambda row: row.form),
        Column("sessions", _("Sessions"), lambda row: sessions_in_words(list(row.case.sessions.all()))),
        Column("state", _("State"), lambda row: STATES[row.case.state], html=_state_html, sort=("state",)),
        Column("said", _("What was said"), _said),
        Column("call", _("Call first"), lambda row: row.first.name if row.first else "", html=_call_html),
        Column("days", _("Since"), _waits, html=_days_html),
    ),
    href=lambda row: f"/attendance/cases/{row.case.pk}/",
    key=lambda row: str(row.case.pk),
    bulk=(
        BulkAct(
            "ask",
            _("Ask the next contact now"),
            plan=_plan_ask,
            apply=_ask,
            is_allowed=_settles,
            button=_("Ask them"),
            summary="people/reach.html",
            context=_reach,
        ),
        BulkAct("confirm", _("Confirm what was said"), plan=_plan_confirm, apply=_confirm, is_allowed=_settles),
        BulkAct("close", _("Close as unauthorised"), plan=_plan_close, apply=_close, is_allowed=_settles),
    ),
    order=("opened_on", "pk"),
)


@require_http_methods(["GET", "POST"])
def cases_page(request: HttpRequest) -> HttpResponse:
    """The call list: everybody who is absent and nobody knows why, and what was said since."""
    actor, asked = actor_of(request), request.GET
    state = asked.get("state", "")
    states = [state] if state in STATES else AbsenceCase.OPEN_STATES
    return answer_list(
        request,
        TABLE,
        list_cases(actor, states=states),
        template="attendance/cases.html",
        filters=(Filter("state", _("State"), list(STATES.items()), every=_("Not settled")),),
        made=partial(read_rows, actor=actor),
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        context={"to_call": list_cases(actor, states=[AbsenceCase.State.OPEN]).count() if _settles(request) else 0},
    )


@require_http_methods(["GET", "POST"])
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case: whom to tell and why or why not, who was asked, what they said; and the acts of the office."""
    actor = actor_of(request)
    case = get_case(case_id, actor=actor)
    if request.method == "GET" and case.is_family:
        return redirect(f"/attendance/cases/{case_id}/answer/")

    def act() -> Done:
        return _do(request, case_id, actor)

    def context() -> dict[str, Any]:
        may_settle = case.is_open and actor.reaches_all(Permission.CASES_SETTLE)
        choices = contacts_for(case.student_id, purpose=Purpose.ABSENCE, day=today(), actor=actor)
        codes = read_codes(actor)
        return {
            "case": case,
            "state": STATES[case.state],
            "when": sessions_in_words(list(case.sessions.all())),
            "contacts": [(c, WORDS[c.why_not] if c.why_not else "") for c in choices] if may_settle else [],
            "tries": sorted(case.tries.all(), key=lambda each: each.at),
            "replies": sorted(case.replies.all(), key=lambda each: each.at),
            "may_settle": may_settle,
            "codes": [code for code in codes.codes if code.active and codes.may_give(code)],
            "reasons": family_reasons(codes),
        }

    return submitted(request, "attendance/case.html", context, act)


def _do(request: HttpRequest, case_id: UUID, actor: Actor) -> Done:
    typed = request.POST
    if typed.get("act") == "call":
        person = typed_id(request, "person") or UUID(int=0)
        note_call(case_id, person=person, reason=typed.get("reason", ""), text=typed.get("text", ""), actor=actor)
        return Done(f"/attendance/cases/{case_id}/", Toast(say("Noted.")))
    if typed.get("act") == "close":
        close_unexplained(case_id, reason=typed.get("why", ""), actor=actor)
    else:
        confirm_case(case_id, symbol=typed.get("code", ""), reason=typed.get("why", ""), actor=actor)
    return Done("/attendance/cases/", Toast(say("Settled.")))


@require_http_methods(["GET", "POST"])
def answer_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A guardian who is signed in says why."""
    actor = actor_of(request)
    case = get_case(case_id, actor=actor)

    def act() -> Done:
        answer_in_portal(case_id, reason=request.POST.get("reason", ""), text=request.POST.get("text", ""), actor=actor)
        return Done("/today/", Toast(say("Thank you. The office has your answer.")))

    return submitted(request, "attendance/answer.html", lambda: _question(case, family_reasons(read_codes(actor))), act)


def _question(case: AbsenceCase, reasons: Sequence[Code]) -> dict[str, Any]:
    return {
        "child": case.student.person.called,
        "when": sessions_in_words(list(case.sessions.all())),
        "reasons": reasons,
        "is_open": case.is_open,
        "other": OTHER,
        "does_not_know": DOES_NOT_KNOW,
    }


@require_http_methods(["GET", "POST"])
def reply_page(request: HttpRequest, token: str) -> HttpResponse:
    """A guardian answers by the link in a message: one touch, no account."""
    link = read_link(token)
    with visiting(link.school_id), timezone.override(clock.zone(time_zone())):
        return _reply(request, link)


def _reply(request: HttpRequest, link: Link) -> HttpResponse:
    """In the language of whoever was asked."""
    opened = open_link(link)
    with speaking(opened.asked.language, get_language() or ""):
        status = 200
        more: dict[str, Any] = {}
        if request.method == "POST":
            try:
                answer_by_link(link, reason=request.POST.get("reason", ""), text=request.POST.get("text", ""))
                more = {"thanks": True}
            except RuleError as error:
                status, more = error.status, {"errors": shown_errors(error)}
        context = {
            "school": this_school().name,
            "typed": request.POST,
            **_question(opened.case, opened.reasons),
            **more,
        }
        return render(request, "attendance/reply.html", context, status=status)
