"""An event as a form gives it, and as a form shows it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import needed_date, typed_date, typed_id, typed_ids, typed_number, typed_time
from lyceum.core.instants import given_instant
from lyceum.domains.academics.models import Location
from lyceum.domains.academics.queries import list_class_names
from lyceum.domains.calendars.models import Event
from lyceum.domains.calendars.rules.times import instant_at
from lyceum.domains.tenancy.queries import time_zone, today


def typed_event(request: HttpRequest) -> dict[str, Any]:
    """What was typed. Without a time to begin at, an event takes whole days."""
    post = request.POST
    return {
        "title": post.get("title", ""),
        "type": post.get("type", "other"),
        "description": post.get("description", ""),
        "location_id": typed_id(request, "location_id"),
        "is_virtual": post.get("is_virtual") == "1",
        "join_url": post.get("join_url", ""),
        "speakers": post.get("speakers", "").split(","),
        "visibility": post.get("visibility", "school"),
        "groups": post.getlist("groups"),
        "class_ids": typed_ids(request, "class_ids"),
        "capacity": typed_number(request, "capacity", 0) or None,
        "waiting_list": post.get("waiting_list") == "1",
        "who_may_register": post.get("who_may_register", "audience"),
        "needs_consent": post.get("needs_consent") == "1",
        "opens_at": _typed_instant(request, "opens_at"),
        "closes_at": _typed_instant(request, "closes_at"),
        **_typed_times(request),
    }


def _typed_times(request: HttpRequest) -> dict[str, Any]:
    first, last = needed_date(request, "date"), typed_date(request, "last_day")
    if not request.POST.get("starts", "").strip():
        return {"date": first, "last_day": last or first, "starts_at": None, "ends_at": None}
    starts, ends = typed_time(request, "starts"), typed_time(request, "ends")
    zone = time_zone()
    starts_at, ends_at = instant_at(first, starts, zone), instant_at(last or first, ends, zone)
    if ends_at <= starts_at:
        raise invalid_field("/ends", "ends_before_start", _("It ends before it begins."))
    return {"starts_at": starts_at, "ends_at": ends_at}


def _typed_instant(request: HttpRequest, name: str) -> datetime | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_field(f"/{name}", "time", _("Give day and time, as in 2026-11-20 16:00.")) from None
    return given_instant(given, f"/{name}", time_zone=time_zone())


def shown_typed(event: Event) -> dict[str, Any]:
    """The fields of the form, as the event has them."""
    zone = event.zone or time_zone()

    def at(instant: datetime | None, form: str) -> str:
        return format(clock.local(instant, zone), form) if instant else ""

    return {
        **{name: getattr(event, name) for name in ("title", "type", "description", "is_virtual", "join_url")},
        **{name: getattr(event, name) for name in ("visibility", "groups", "capacity", "waiting_list")},
        **{name: getattr(event, name) for name in ("who_may_register", "needs_consent")},
        "location_id": str(event.location_id or ""),
        "speakers": ", ".join(event.speakers),
        "class_ids": [str(each.school_class_id) for each in event.classes.all()],
        "date": event.date.isoformat(),
        "last_day": event.last_day.isoformat() if event.last_day != event.date else "",
        "starts": at(event.starts_at, "%H:%M"),
        "ends": at(event.ends_at, "%H:%M"),
        "opens_at": at(event.opens_at, "%Y-%m-%dT%H:%M"),
        "closes_at": at(event.closes_at, "%Y-%m-%dT%H:%M"),
    }


def form_choices(request: HttpRequest, actor: Actor, event: Event | None = None) -> dict[str, Any]:
    """What the form offers; what was chosen before is shown as chosen."""
    posted = request.method == "POST"
    before = shown_typed(event) if event else {"groups": [], "class_ids": []}
    chosen = {n: request.POST.getlist(n) if posted else before[n] for n in ("groups", "class_ids")}
    places = Location.objects.filter(active=True).order_by("name", "pk").values_list("pk", "name")
    return {
        "types": Event.Type.choices,
        "visibilities": Event.Visibility.choices,
        "registering": Event.WhoMayRegister.choices,
        "groups": [(value, label, value in chosen["groups"]) for value, label in Event.Group.choices],
        "classes": [(pk, name, pk in chosen["class_ids"]) for pk, name in list_class_names(actor, today())],
        "locations": [(str(pk), name) for pk, name in places],
    }
