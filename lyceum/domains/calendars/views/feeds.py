"""Other programs that show one's calendar: a page of addresses, and the calendars behind them."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.forms import shown_errors, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.calendars.feeds import children_of, list_feeds, read_feed, school_of_token
from lyceum.domains.calendars.rules.feeds import NewFeed, make_feed, revoke_feed

TEMPLATE, PAGE = "calendars/subscribe.html", "/calendar/subscribe/"


@require_http_methods(["GET", "POST"])
def subscribe_page(request: HttpRequest) -> HttpResponse:
    """One's own addresses; a new one is shown once."""
    actor = actor_of(request)
    actor.require(Permission.AGENDA_VIEW)
    if request.method == "GET":
        return render(request, TEMPLATE, _context(request))
    try:
        made = _act(request)
    except RuleError as error:
        return render(request, TEMPLATE, _context(request) | {"errors": shown_errors(error)}, status=error.status)
    if made is None:
        return redirect(PAGE)
    address = f"{str(settings.PUBLIC_URL).rstrip('/')}{made.path}"
    subscribe = f"webcal://{address.partition('://')[2]}"
    return render(request, TEMPLATE, _context(request) | {"address": address, "subscribe": subscribe})


def _act(request: HttpRequest) -> NewFeed | None:
    actor = actor_of(request)
    if request.POST.get("act") == "make":
        return make_feed(student_id=typed_id(request, "student"), actor=actor)
    feed = typed_id(request, "feed")
    if feed is None:
        raise NotFoundError
    revoke_feed(feed, actor=actor)
    return None


def _context(request: HttpRequest) -> dict[str, Any]:
    actor = actor_of(request)
    return {"feeds": list_feeds(actor), "children": children_of(actor).items()}


@require_safe
def feed(request: HttpRequest, calendar_feed_token: str) -> HttpResponse:
    """A calendar, for whoever has its address."""
    del request
    token = calendar_feed_token.removesuffix(".ics")
    with school_of_token(token):
        source = read_feed(token)
    kind = "text/calendar; charset=utf-8"
    return HttpResponse(source, content_type=kind, headers={"Cache-Control": "private, no-store"})
