"""Pages of one's own notifications."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lyceum.core.actor import Actor
from lyceum.core.forms import submitted, typed_id, typed_time
from lyceum.core.paging import page_of
from lyceum.core.rest import actor_of
from lyceum.core.signed_in import signed_in
from lyceum.core.toasts import Done, Toast
from lyceum.domains.notifications.providers.webpush import public_key
from lyceum.domains.notifications.queries import (
    NEWEST_FIRST,
    count_unread,
    list_devices,
    list_notifications,
    own_wishes,
)
from lyceum.domains.notifications.rules.push import remove_device, show_detail
from lyceum.domains.notifications.rules.reading import (
    mark_all_read,
    mark_read,
    set_digest,
    set_preferences,
    set_quiet_hours,
)
from lyceum.domains.notifications.usual import usual_of
from lyceum.domains.notifications.words import Channel, Mode, Type

OFFERED = (Channel.EMAIL, Channel.SMS, Channel.PUSH)
MODES = {Channel.PUSH: [Mode.NOW, Mode.OFF]}
"""A device has no digest."""
KINDS = (Type.ATTENDANCE, Type.BEHAVIOUR, Type.DETENTION, Type.MESSAGE, Type.EVENT, Type.REPORT, Type.FEE, Type.SYSTEM)
"""What is chosen one by one; the rest comes as usual until there is something of it."""


@require_http_methods(["GET", "POST"])
@signed_in
def notifications_page(request: HttpRequest) -> HttpResponse:
    """What one was told, the newest first; one touch marks all of it as read."""
    actor = actor_of(request)
    if request.method == "POST":
        mark_all_read(actor=actor)
        return redirect("/notifications/")
    rows = list_notifications(actor)
    page = page_of(rows, order=NEWEST_FIRST, limit=30, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "unread": count_unread(actor)}
    return render(request, "notifications/notifications.html", context)


@require_GET
@signed_in
def badge_part(request: HttpRequest) -> HttpResponse:
    """How many are unread, for a page that hears of a new one."""
    return HttpResponse(str(count_unread(actor_of(request)) or ""), content_type="text/plain")


@require_POST
@signed_in
def open_notification(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Go to what it tells of; from then on it is read."""
    found = mark_read(notification_id, actor=actor_of(request))
    leads = found.link if url_has_allowed_host_and_scheme(found.link, allowed_hosts=None) else ""
    return redirect(leads or "/notifications/")


@require_http_methods(["GET", "POST"])
@signed_in
def wishes_page(request: HttpRequest) -> HttpResponse:
    """One table of kind and channel, quiet hours, and when the digest comes."""
    actor = actor_of(request)

    def act() -> Done:
        if "act" in request.POST:
            return _change_device(request, actor)
        chosen = {
            (kind.value, channel.value): request.POST[f"{kind}-{channel}"]
            for kind in KINDS
            for channel in OFFERED
            if f"{kind}-{channel}" in request.POST
        }
        set_preferences(chosen, actor=actor)
        days = [int(day) for day in request.POST.getlist("weekdays") if day.isdecimal()]
        set_quiet_hours(typed_time(request, "starts_at"), typed_time(request, "ends_at"), days, actor=actor)
        set_digest(typed_time(request, "digest_at"), every=request.POST.get("digest_every", "daily"), actor=actor)
        return Done("/notifications/settings/", Toast(_("Kept.")))

    def context() -> dict[str, Any]:
        wishes = own_wishes(actor, usual=usual_of(actor))
        return {
            "wishes": wishes,
            "channels": [channel.label for channel in OFFERED],
            "table": [(kind, kind.label, [(c.value, c.label, MODES.get(c, list(Mode)), _mode(request, kind, c, wishes))
                                          for c in OFFERED])
                      for kind in KINDS],
            "devices": [(row, bytes(row.endpoint_hash).hex()) for row in list_devices(actor)],
            "push_key": public_key(),
            "weekdays": _weekdays(wishes.quiet_days),
        }  # fmt: skip

    return submitted(request, "notifications/wishes.html", context, act)


def _change_device(request: HttpRequest, actor: Actor) -> Done:
    """Take a device away, or let it say more or less."""
    device, wanted = typed_id(request, "device") or UUID(int=0), request.POST["act"]
    if wanted == "remove":
        remove_device(device, actor=actor)
    else:
        show_detail(device, detail=wanted == "more", actor=actor)
    return Done("/notifications/settings/#devices", Toast(_("Kept.")))


def _mode(request: HttpRequest, kind: str, channel: str, wishes: Any) -> str:
    return request.POST.get(f"{kind}-{channel}") or wishes.mode(kind, channel)


def _weekdays(chosen: tuple[int, ...]) -> list[tuple[int, str, bool]]:
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return [(number, name, number in chosen) for number, name in enumerate(names, start=1)]
