"""Pages of who is on site, and of an evacuation."""

from collections import Counter
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.forms import gone_on, shown_errors, typed_ids
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.attendance.evacuation import (
    GroupCount,
    count_groups,
    find_running,
    forget_running,
    get_evacuation,
    list_evacuations,
    list_people,
)
from lyceum.domains.attendance.models import EvacuationPerson, EvacuationRoll
from lyceum.domains.attendance.on_site import Present, count_present, group_name, list_present
from lyceum.domains.attendance.phone import whose
from lyceum.domains.attendance.rules.evacuations import MOST_AT_ONCE, account_for, end_evacuation, start_evacuation
from lyceum.domains.tenancy.queries import time_zone, today

MOST_MISSING = 100


@require_http_methods(["GET", "POST"])
def on_site_page(request: HttpRequest) -> HttpResponse:
    """How many are on site, by class and by place; the people of one of them, or all on paper."""
    actor = actor_of(request)
    if request.method == "POST":
        return _start(actor)
    people, asked = list_present(actor), request.GET
    printing = asked.get("print") == "1"
    group, place = asked.get("group", ""), asked.get("place", "")
    shown = [p for p in people if printing or (group and _group(p) == group) or (place and p.place == place)]
    context = {
        "counts": count_present(people),
        "groups": list(Counter(_group(p) for p in people if p.is_certain).items()),
        "places": sorted(Counter(p.place for p in people if p.is_certain and p.place).items()),
        "shown": [(name, list(rows)) for name, rows in groupby(shown, key=_group)],
        "uncertain": [p for p in people if not p.is_certain],
        "chosen": group or place,
        "printing": printing,
        "zone": clock.zone(time_zone()),
        "now": clock.local(clock.now(), time_zone()),
        "day": today(),
        "running": find_running(),
        "may_start": actor.reaches_all(Permission.ON_SITE_VIEW),
        "evacuations": list_evacuations(actor)[:5] if actor.reaches_all(Permission.ON_SITE_VIEW) else [],
    }
    is_part = asked.get("part") == "1"
    return render(request, "attendance/_on_site.html" if is_part else "attendance/on_site.html", context)


def _group(person: Present) -> str:
    return group_name(person.kind, person.group)


def _start(actor: Actor) -> HttpResponse:
    roll = start_evacuation(actor=actor)
    forget_running()
    return redirect(f"/evacuation/{roll.pk}/")


@require_GET
def running_page(request: HttpRequest) -> HttpResponse:
    """To the evacuation that runs, else to who is on site."""
    actor = actor_of(request)
    actor.require(Permission.ON_SITE_VIEW)
    roll = find_running()
    if roll is None:
        actor.require_all(Permission.ON_SITE_VIEW)
    return redirect(f"/evacuation/{roll.pk}/" if roll else "/on-site/")


@require_http_methods(["GET", "POST"])
def evacuation_page(request: HttpRequest, roll_id: UUID) -> HttpResponse:
    """The roll: how many of each group were found, and a tap for each person."""
    actor = actor_of(request)
    if request.method == "GET":
        return _shown(request, get_evacuation(roll_id, actor=actor), actor)
    try:
        return gone_on(request, _act(request, roll_id, actor))
    except RuleError as error:
        roll = get_evacuation(roll_id, actor=actor)
        return _shown(request, roll, actor, errors=shown_errors(error), status=error.status)


def _shown(
    request: HttpRequest, roll: EvacuationRoll, actor: Actor, *, errors: object = (), status: int = 200
) -> HttpResponse:
    groups, printing = count_groups(roll, actor=actor), request.GET.get("print") == "1"
    chosen = next(
        (g for g in groups if _address(g) == (request.GET.get("kind", ""), request.GET.get("group", ""))), None
    )
    people = list_people(roll, actor=actor)
    if chosen:
        people = people.filter(kind=chosen.kind, group=chosen.group)
    elif not printing:
        people = people.filter(accounted_at__isnull=True)[:MOST_MISSING]
    rows = list(people)
    context: dict[str, Any] = {
        "roll": roll,
        "groups": groups,
        "chosen": chosen,
        "by_group": [(name, list(found)) for name, found in groupby(rows, key=_group_of)],
        "size": sum(group.size for group in groups),
        "found": sum(group.found for group in groups),
        "missing": sum(group.missing for group in groups),
        "printing": printing,
        "zone": clock.zone(time_zone()),
        "started_at": clock.local(roll.started_at, time_zone()),
        "may_end": actor.reaches_all(Permission.ON_SITE_VIEW),
        "errors": errors,
    }
    is_part = request.GET.get("part") == "1"
    return render(request, "attendance/_roll.html" if is_part else "attendance/evacuation.html", context, status=status)


def _address(group: GroupCount) -> tuple[str, str]:
    return group.kind, group.group


def _group_of(person: EvacuationPerson) -> str:
    return group_name(person.kind, person.group)


def _act(request: HttpRequest, roll_id: UUID, actor: Actor) -> str | Done:
    form, act = request.POST, request.POST.get("act", "")
    back = f"/evacuation/{roll_id}/" + (f"?{form['back']}" if form.get("back", "").startswith("kind=") else "")
    if act == "end":
        end_evacuation(roll_id, actor=actor)
        forget_running()
        return Done(back, Toast(_("The evacuation is over. The roll is kept.")))
    if act not in ("found", "lost"):
        raise invalid_field("/act", "choice", _("Choose one of: %(choices)s.") % {"choices": "found, lost, end"})
    keys = typed_ids(request, "person")
    if not 1 <= len(keys) <= MOST_AT_ONCE:
        raise invalid_field("/person", "count", _("Choose at least one person."))
    account_for(roll_id, keys=keys, accounted=act == "found", actor=actor)
    if act == "lost":
        return back
    said = ngettext("%(n)s person found.", "%(n)s people found.", len(keys)) % {"n": len(keys)}
    undo = Undo(f"/evacuation/{roll_id}/", [("act", "lost"), ("back", form.get("back", "")),
                                            *(("person", str(key)) for key in keys)])  # fmt: skip
    return Done(back, Toast(said, undo))


@require_GET
def kept_list(request: HttpRequest) -> HttpResponse:
    """Who is on site, for the office's device to keep for when there is no network."""
    actor = actor_of(request)
    actor.require_all(Permission.ON_SITE_VIEW)
    people, roll = list_present(actor), find_running()
    local = clock.local(clock.now(), time_zone())
    groups = [
        {
            "name": name,
            "people": [{"key": p.key, "name": p.name, "place": p.place, "certain": p.is_certain} for p in rows],
        }
        for name, rows in groupby(people, key=_group)
    ]
    answer = {
        "who": whose(actor),
        "at": f"{local:%H:%M}",
        "roll": roll.pk if roll else None,
        "groups": groups,
        "csrf": get_token(request),
    }
    return JsonResponse(answer)
