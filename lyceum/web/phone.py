"""What a phone keeps for a day without network, of every kind of register, and what is decided afterwards."""

from dataclasses import asdict
from datetime import datetime, time, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import UnauthorizedError
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.attendance.phone import read_phone_registers, whose
from lyceum.domains.attendance.views.devices import list_decisions
from lyceum.domains.behaviour.detention_phone import list_slot_decisions, read_phone_slots
from lyceum.domains.tenancy.queries import time_zone, today

KEPT = timedelta(hours=12)


def takes_registers(actor: Actor) -> bool:
    """Whether the actor takes registers of any kind."""
    return actor.may(Permission.REGISTERS_TAKE) or actor.may(Permission.DETENTIONS_RUN)


@require_GET
def own_day(request: HttpRequest) -> HttpResponse:
    """Today's own registers for a phone to keep, and what it needs to send marks."""
    actor = actor_of(request)
    if actor.kind is ActorKind.PUBLIC:
        raise UnauthorizedError
    if not takes_registers(actor):
        actor.require(Permission.REGISTERS_TAKE)
    caller = getattr(request, "caller", None)
    day, instant = today(), clock.now()
    midnight = datetime.combine(day + timedelta(days=1), time(0), tzinfo=clock.zone(time_zone()))
    own = read_phone_registers(actor)
    kept = {
        "who": whose(actor),
        "title": date_format(day, "l j F"),
        "until": min(instant + KEPT, midnight),
        "covers": own.covers,
        "registers": [asdict(each) for each in (*own.registers, *read_phone_slots(actor))],
    }
    more = {"now": instant, "csrf": get_token(request), "theme": getattr(caller, "theme", "system")}
    return JsonResponse(kept | more)


@require_GET
def conflicts_page(request: HttpRequest) -> HttpResponse:
    """What is to be decided, oldest first: class registers, then detentions."""
    actor = actor_of(request)
    decisions = list_slot_decisions(actor)
    if actor.may(Permission.REGISTERS_VIEW) or not actor.may(Permission.DETENTIONS_RUN):
        decisions = list_decisions(actor) + decisions
    return render(request, "web/conflicts.html", {"decisions": decisions})
