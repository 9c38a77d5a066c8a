"""Pages of what people ask to have changed: asking, and the office's side-by-side."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import submitted, typed_date, typed_ids
from lyceum.core.lists import BulkAct, Column, Filter, Planned, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.models import ChangeRequest, Person
from lyceum.domains.people.queries import (
    get_change_request,
    get_own_person,
    get_own_record,
    get_student,
    list_change_requests,
    list_own_requests,
    values_now,
)
from lyceum.domains.people.rules.access import TOLD_BEFORE, agree_to_access, list_access, of_age_on
from lyceum.domains.people.rules.requests import apply_request, ask_about_child, ask_about_self, refuse_request
from lyceum.domains.people.settings import people_settings
from lyceum.domains.people.words import FIELD_WORDS, REQUEST_WORDS
from lyceum.domains.tenancy.queries import today

_PAGE = "/change-requests/"


def _fields(row: ChangeRequest) -> str:
    return ", ".join(str(FIELD_WORDS.get(name, name)) for name in row.fields)


def _changes(row: ChangeRequest, side: str) -> str:
    return ", ".join(str(each[side] or "–") for each in row.fields.values())


def _plan(request: HttpRequest, ids: list[UUID]) -> list[Planned]:
    rows = list_change_requests(actor_of(request)).filter(pk__in=ids)
    return [
        Planned(
            row.person.full_name,
            _changes(row, "old"),
            _changes(row, "new"),
            "" if row.state == ChangeRequest.State.PENDING else say("decided already"),
        )
        for row in rows
    ]


def _apply(request: HttpRequest, ids: list[UUID]) -> None:
    for each in ids:
        apply_request(each, actor=actor_of(request))


REQUESTS: Table[ChangeRequest] = Table(
    name="change-requests",
    label=_("Changes asked for"),
    columns=(
        Column("name", _("Name"), lambda row: row.person.full_name, sort=("person__sort_name",)),
        Column("fields", _("What"), _fields),
        Column("now", _("From"), lambda row: _changes(row, "old")),
        Column("then", _("To"), lambda row: _changes(row, "new")),
        Column("by", _("Asked by"), lambda row: row.asked_by_name),
        Column("when", _("When"), lambda row: row.created_at, sort=("created_at",)),
        Column("state", _("State"), lambda row: REQUEST_WORDS[row.state], is_extra=True),
        Column("reason", _("Reason"), lambda row: row.reason, is_extra=True),
    ),
    href=lambda row: f"{_PAGE}{row.pk}/",
    key=lambda row: str(row.pk),
    bulk=(BulkAct("apply", _("Apply"), plan=_plan, apply=_apply),),
    order=("created_at", "pk"),
)


@require_http_methods(["GET", "POST"])
def requests_page(request: HttpRequest) -> HttpResponse:
    """What waits for the office, oldest first."""
    actor, state = actor_of(request), request.GET.get("state", "pending")
    return answer_list(
        request,
        REQUESTS,
        list_change_requests(actor, state=state if state in REQUEST_WORDS else ""),
        template="people/change_requests.html",
        filters=[Filter("state", _("State"), list(REQUEST_WORDS.items()), usual="pending", every=_("All"))],
        note_export=partial(note_export, REQUESTS.name, request.GET.urlencode(), actor=actor),
    )


@dataclass(frozen=True)
class Line:
    """One field of a request: what it was, what it is now, what it is to be."""

    label: object
    old: str
    now: str
    new: str

    @property
    def moved(self) -> bool:
        """Whether somebody changed it since it was asked."""
        return self.old != self.now


@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request side by side: apply it, or refuse it and say why."""
    actor = actor_of(request)
    asked = get_change_request(request_id, actor=actor)

    def act() -> Done:
        if request.POST.get("act") == "refuse":
            refuse_request(request_id, reason=request.POST.get("reason", ""), actor=actor)
            return Done(_PAGE, Toast(say("Refused.")))
        apply_request(request_id, actor=actor)
        return Done(_PAGE, Toast(say("Applied.")))

    def context() -> dict[str, Any]:
        now = values_now(asked.person)
        lines = [
            Line(FIELD_WORDS.get(name, name), each["old"] or "", str(now.get(name) or ""), each["new"] or "")
            for name, each in asked.fields.items()
        ]
        return {
            "asked": asked,
            "lines": lines,
            "state": REQUEST_WORDS[asked.state],
            "student": asked.person.students.first(),
            "waits": asked.state == ChangeRequest.State.PENDING,
        }

    return submitted(request, "people/change_request.html", context, act)


@require_http_methods(["GET", "POST"])
def ask_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """A guardian asks for a change in a child's record, a student in their own."""
    actor = actor_of(request)
    get_student(student_id, actor=actor)
    actor.require(Permission.CHANGES_ASK)
    student = get_student(student_id, actor=actor, permission=Permission.CHANGES_ASK)
    is_own = student.person.user_id == actor.user_id
    return _asking(
        request,
        student.person,
        back=f"/students/{student_id}/",
        at_once=("preferred_name", "pronouns", "email", "phone") if is_own else (),
        ask=lambda values: ask_about_child(student_id, values=values, actor=actor),
        actor=actor,
    )


@require_http_methods(["GET", "POST"])
def own_record_page(request: HttpRequest) -> HttpResponse:
    """What the school knows of oneself: how one is reached changes at once, the rest is asked."""
    actor = actor_of(request)
    actor.require(Permission.CHANGES_ASK)
    person = get_own_person(actor)
    is_student = person.students.exists()
    return _asking(
        request,
        person,
        back="/today/",
        at_once=("preferred_name", "pronouns", "email", "phone") if is_student else ("email", "phone"),
        ask=lambda values: ask_about_self(values=values, actor=actor),
        actor=actor,
    )


def _asking(
    request: HttpRequest,
    person: Person,
    *,
    back: str,
    at_once: tuple[str, ...],
    ask: Callable[[dict[str, Any]], ChangeRequest | None],
    actor: Actor,
) -> HttpResponse:
    shown = [name for name in FIELD_WORDS if name in at_once or name in people_settings().askable]

    def act() -> Done:
        values: dict[str, Any] = {n: request.POST.get(n, "") for n in shown if n in request.POST and n != "birth_date"}
        if "birth_date" in shown and "birth_date" in request.POST:
            values["birth_date"] = typed_date(request, "birth_date")
        asked = ask(values)
        words = say("The office was asked. Until it decides, everything stays as it is.") if asked else say("Saved.")
        return Done(back, Toast(words))

    def context() -> dict[str, Any]:
        now = values_now(person)
        born = now["birth_date"]
        now["birth_date"] = born.isoformat() if born else ""
        typed = request.POST if request.method == "POST" else now
        return {
            "person": person,
            "back": back,
            "typed": typed,
            "direct": [_field(name, typed) for name in shown if name in at_once],
            "asked": [_field(name, typed) for name in shown if name not in at_once],
            "is_student": person.students.exists(),
            "waiting": [(_fields(r), date_format(r.created_at)) for r in list_own_requests(person, actor=actor)],
        }

    return submitted(request, "people/ask.html", context, act)


_TYPES = {"birth_date": "date", "email": "email", "phone": "tel"}


def _field(name: str, typed: Any) -> dict[str, Any]:
    return {"name": name, "label": FIELD_WORDS[name], "type": _TYPES.get(name, "text"), "value": typed.get(name, "")}


@require_http_methods(["GET", "POST"])
def access_page(request: HttpRequest) -> HttpResponse:
    """Who goes on seeing a student who is of age: the student decides."""
    actor = actor_of(request)
    actor.require(Permission.CHANGES_ASK)
    student = get_own_record(actor)
    birth = student.person.birth_date

    def act() -> Done:
        agree_to_access(set(typed_ids(request, "agreed")), actor=actor)
        return Done("/my-access/", Toast(say("Saved.")))

    def context() -> dict[str, Any]:
        day = of_age_on(birth) if birth else None
        decides = bool(day and today() >= day - TOLD_BEFORE)
        return {"links": list_access(student), "day": day, "decides": decides}

    return submitted(request, "people/access.html", context, act)
