"""The outbox: every message and what became of it, and what would have been sent where nobody carries it."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted
from lyceum.core.lists import BulkAct, Column, Filter, Planned, Table, answer_list
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.rules import note_export
from lyceum.domains.notifications.models import Delivery
from lyceum.domains.notifications.providers.local import LOCAL
from lyceum.domains.notifications.queries import NEWEST_FIRST, get_delivery, list_deliveries, list_inbound
from lyceum.domains.notifications.rules.carriers import has_carrier
from lyceum.domains.notifications.rules.deliveries import AGAIN, list_retryable, retry_deliveries, retry_delivery
from lyceum.domains.notifications.words import Channel

STATES = {
    "held": _("waits"),
    "queued": _("about to go"),
    "sending": _("going"),
    "sent": _("sent"),
    "delivered": _("arrived"),
    "read": _("read"),
    "failed": _("failed"),
    "bounced": _("came back"),
    "expired": _("too late"),
    "suppressed": _("not wanted there"),
    "withdrawn": _("taken back"),
}
_TONES = {"sent": "present", "delivered": "present", "read": "present", "failed": "absent", "bounced": "absent"}


def state_words(row: Delivery) -> str:
    """What became of it. Where nobody carries messages, it is kept here and not sent."""
    if row.provider == LOCAL:
        return say("kept here, not sent")
    if row.state == Delivery.State.SENT and getattr(row, "has_no_receipt", False):
        return say("sent, not confirmed")
    return str(STATES[row.state])


def _state_html(row: Delivery) -> SafeString:
    tone = "due" if row.provider == LOCAL else _TONES.get(row.state, "")
    return format_html('<span class="tag tag-{}">{}</span>', tone, state_words(row))


def _plan_retry(request: HttpRequest, ids: list[UUID]) -> list[Planned]:
    rows = list_deliveries(actor_of(request)).filter(pk__in=ids)
    ready = set(list_retryable(states=AGAIN, actor=actor_of(request)).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        Planned(
            row.notification.name or row.address,
            state_words(row),
            str(STATES["queued"]),
            "" if row.pk in ready else say("it went, or is too late"),
        )
        for row in rows
    ]


def _retry(request: HttpRequest, ids: list[UUID]) -> None:
    retry_deliveries(ids, actor=actor_of(request))


TABLE: Table[Delivery] = Table(
    name="outbox",
    label=_("Outbox"),
    columns=(
        Column("to", _("To"), lambda row: row.notification.name or row.address),
        Column("about", _("About"), lambda row: row.subject or row.notification.subject),
        Column("channel", _("By"), lambda row: row.get_channel_display(), sort=("channel",)),
        Column("address", _("Address"), lambda row: row.address, is_extra=True),
        Column("when", _("When"), lambda row: row.created_at, sort=("created_at",)),
        Column("state", _("State"), state_words, html=_state_html, sort=("state",)),
        Column("error", _("Trouble"), lambda row: row.error, is_extra=True),
    ),
    href=lambda row: f"/outbox/{row.pk}/",
    key=lambda row: str(row.pk),
    bulk=(BulkAct("retry", _("Try again"), plan=_plan_retry, apply=_retry, button=_("Try again")),),
    order=NEWEST_FIRST,
)


@require_http_methods(["GET", "POST"])
def outbox_page(request: HttpRequest) -> HttpResponse:
    """Every message, the newest first; those that arrived nowhere are one filter away."""
    actor, asked = actor_of(request), request.GET
    states = [("not_reached", _("not reached")), ("unreached", _("reached by nothing")), *STATES.items()]
    state = asked.get("state", "") if asked.get("state") in dict(states) else ""
    channel = asked.get("channel", "") if asked.get("channel") in Channel.values else ""
    return answer_list(
        request,
        TABLE,
        list_deliveries(actor, channel=channel, state=state, text=asked.get("q", "")),
        template="notifications/outbox.html",
        filters=(
            Filter("q", _("Name or address")),
            Filter("channel", _("By"), [(c.value, c.label) for c in Channel if c != Channel.IN_APP], every=_("All")),
            Filter("state", _("State"), states, every=_("All")),
        ),
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        count=False,
        context={
            "carried": {channel: has_carrier(channel) for channel in ("email", "sms")},
            "texts_waiting": list_inbound(actor, handled=False).count(),
        },
    )


@require_http_methods(["GET", "POST"])
def delivery_page(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """One message as it was sent, to whom and why, and every try."""
    actor = actor_of(request)
    delivery = get_delivery(delivery_id, actor=actor)

    def act() -> Done:
        retry_delivery(delivery_id, actor=actor)
        return Done(f"/outbox/{delivery_id}/", Toast(say("It is tried again.")))

    context = {
        "delivery": delivery,
        "notification": delivery.notification,
        "state": state_words(delivery),
        "tries": sorted(delivery.tries.all(), key=lambda each: each.at),
        "may_retry": delivery.state in AGAIN,
    }
    return submitted(request, "notifications/delivery.html", lambda: context, act)
