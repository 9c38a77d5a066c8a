"""Pages of the gate: sign in and out by name or card, visitors and their badges, cards of a class."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.forms import asked_id, gone_on, shown_errors, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.queries import get_class, list_class_names, members_on
from lyceum.domains.attendance.barcodes import code39_svg
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.gate import find_by_card, list_gate_events, list_visits, search_gate
from lyceum.domains.attendance.glyphs import MEANING_WORDS
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.rules.gate import (
    IN,
    OUT,
    Passed,
    pass_staff,
    sign_in_student,
    sign_in_visitor,
    sign_out_student,
    sign_out_visitor,
)
from lyceum.domains.people.policies import kept_from_work
from lyceum.domains.tenancy.queries import time_zone, today

NEWEST = 8
MOST_VISITS = 60


@require_http_methods(["GET", "POST"])
def gate_page(request: HttpRequest) -> HttpResponse:
    """One field for a name or a card; a tap signs in or out."""
    actor = actor_of(request)
    actor.require_all(Permission.GATE_USE)
    if request.method == "GET":
        return render(request, "attendance/gate.html", _context(request, actor))
    try:
        return gone_on(request, _act(request, actor))
    except RuleError as error:
        context = _context(request, actor) | {"errors": shown_errors(error)}
        return render(request, "attendance/gate.html", context, status=error.status)


def _asked(request: HttpRequest, name: str) -> str:
    return str(request.POST.get(name) or request.GET.get(name, ""))


def _context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    zone = clock.zone(time_zone())
    events = list(list_gate_events(actor)[:NEWEST])
    return {
        "direction": OUT if _asked(request, "direction") == OUT else IN,
        "q": _asked(request, "q"),
        "reason": _asked(request, "reason"),
        "typed": request.POST,
        "found": search_gate(_asked(request, "q"), actor=actor),
        "visits": [(visit, visit.at.astimezone(zone)) for visit in list_visits(actor)[:MOST_VISITS]],
        "events": [(event, event.at.astimezone(zone)) for event in events],
        "reasons": [_("Medical appointment"), _("Ill"), _("Collected by family"), _("School activity")],
    }


def _act(request: HttpRequest, actor: Actor) -> str | Done:
    """What was asked for: somebody by id, a card, a visitor; a name that is no card is looked for."""
    form, direction = request.POST, OUT if request.POST.get("direction") == OUT else IN
    reason = form.get("reason", "")
    student, staff = typed_id(request, "student"), typed_id(request, "staff")
    card = form.get("card", "") or form.get("q", "")
    known = find_by_card(card, actor=actor) if card else None
    if known:
        student, staff = (known.id, None) if known.kind == "student" else (None, known.id)
    elif form.get("card"):
        raise invalid_field("/card", "card_unknown", _("Nobody has a card with this number."))
    elif card.strip():
        return f"/gate/?{urlencode({'direction': direction, 'q': card.strip()[:100], 'reason': reason})}"
    back = f"/gate/?direction={direction}"
    if student and direction == OUT:
        return Done(back, Toast(_words(sign_out_student(student, reason=reason, actor=actor), actor)))
    if student:
        return Done(back, Toast(_words(sign_in_student(student, reason=reason, actor=actor), actor)))
    if staff:
        return Done(back, Toast(_words(pass_staff(staff, direction=direction, reason=reason, actor=actor), actor)))
    visit = typed_id(request, "visit")
    if visit:
        return Done("/gate/", Toast(_words(sign_out_visitor(visit, actor=actor), actor)))
    if "visitor" not in form:
        raise invalid_field("/q", "required", _("Type a name, or read a card."))
    passed = sign_in_visitor(form.get("visitor", ""), host=form.get("host", ""), actor=actor)
    return Done(f"/gate/visits/{passed.event.pk}/badge/", Toast(_words(passed, actor)))


def _words(passed: Passed, actor: Actor) -> str:
    if not passed.is_new:
        known = (
            _("%(name)s is signed in already.")
            if passed.event.direction == IN
            else _("%(name)s is signed out already.")
        )
        return known % {"name": passed.name}
    if passed.event.direction == OUT:
        return _("%(name)s is signed out.") % {"name": passed.name}
    code = read_codes(actor).by_symbol(passed.symbol) if passed.symbol else None
    if code is None:
        return _("%(name)s is signed in.") % {"name": passed.name}
    minutes = passed.minutes_late or 0
    late = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes} if minutes else ""
    said = ", ".join(filter(None, (str(MEANING_WORDS[Meaning(code.meaning)]), late)))
    return _("%(name)s is signed in: %(said)s.") % {"name": passed.name, "said": said}


@require_GET
def badge_page(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """A visitor's badge, to print."""
    actor = actor_of(request)
    visit = list_gate_events(actor).filter(pk=event_id, direction=IN).exclude(visitor_name="").first()
    if visit is None:
        raise NotFoundError
    context = {"visit": visit, "at": clock.local(visit.at, time_zone())}
    return render(request, "attendance/badge.html", context)


@require_GET
def cards_page(request: HttpRequest) -> HttpResponse:
    """Cards for the students of a class, to print and cut: name, form, and the number as bars."""
    actor = actor_of(request)
    actor.require_all(Permission.GATE_USE)
    day, class_id = today(), asked_id(request, "class")
    chosen = get_class(class_id, actor=actor, day=day) if class_id else None
    members = members_on(chosen.pk, day).exclude(student__in=kept_from_work(actor)) if chosen else []
    cards = [(row.student, code39_svg(row.student.registration_number)) for row in members]
    context = {"chosen": chosen, "cards": cards, "classes": list_class_names(actor, day)}
    return render(request, "attendance/cards.html", context)
