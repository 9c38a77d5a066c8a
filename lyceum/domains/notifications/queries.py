"""Reading what one was told, and what became of messages."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.accounts.queries import own_id
from lyceum.domains.notifications.choice import Wishes
from lyceum.domains.notifications.models import (
    Address,
    Delivery,
    InboundSms,
    Notification,
    Provider,
    PushDevice,
    Template,
)
from lyceum.domains.notifications.models.push import open_devices
from lyceum.domains.notifications.wishes import read_wishes
from lyceum.domains.notifications.words import Channel

ON_THEIR_WAY = ("held", "queued", "sending", "sent", "delivered", "read")
"""States of messages that reach somebody, as far as is known."""
NOT_REACHED = ("failed", "bounced", "suppressed", "expired")
NEWEST_FIRST = ("-created_at", "-pk")


def list_notifications(actor: Actor, *, is_read: bool | None = None, type_: str = "") -> QuerySet[Notification]:
    """What the actor was told, the newest first; without what is over or was taken back."""
    rows = Notification.objects.filter(_stands(), user=member_id(actor)).order_by(*NEWEST_FIRST)
    if is_read is not None:
        rows = rows.filter(is_read=is_read)
    return rows.filter(type=type_) if type_ else rows


def member_id(actor: Actor) -> UUID:
    """The id of a human in a school: told are only people of a school."""
    user = own_id(actor)
    if actor.school_id is None:
        raise NotAllowedError(_("Sign in to a school first."))
    return user


def _stands() -> Q:
    return Q(withdrawn_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()))


_UNREAD = """
SELECT count(*) FROM notifications_notification
WHERE school_id = %s AND user_id = %s AND NOT is_read AND withdrawn_at IS NULL
  AND (expires_at IS NULL OR expires_at > %s)
"""


def count_unread(actor: Actor) -> int:
    """How many things the actor has not read yet; none for software. Plain SQL: every page asks it."""
    if actor.user_id is None or actor.school_id is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, [current_school(), actor.user_id, clock.now()])
        return int(cursor.fetchone()[0])


def get_notification(notification_id: UUID, *, actor: Actor) -> Notification:
    """One thing that the actor was told."""
    found = list_notifications(actor).filter(pk=notification_id).first()
    if found is None:
        raise NotFoundError
    return found


def own_wishes(actor: Actor, *, usual: Wishes) -> Wishes:
    """What the actor wants to hear and how."""
    user = member_id(actor)
    return read_wishes({user: usual})[user]


def list_deliveries(
    actor: Actor, *, channel: str = "", state: str = "", text: str = "", source: str = ""
) -> QuerySet[Delivery]:
    """Messages and what became of each, the newest first.

    `not_reached` finds all that arrived nowhere, `unreached` those of people whom nothing else reached either.
    """
    actor.require_all(Permission.DELIVERIES_VIEW)
    by_sns = Provider.objects.annotate(name=Cast("pk", CharField())).filter(kind="sns", name=OuterRef("provider"))
    rows = Delivery.objects.select_related("notification").annotate(
        has_no_receipt=Q(provider="sns") | Exists(by_sns)  # SNS never says whether a text arrived
    )
    rows = rows.order_by(*NEWEST_FIRST)
    if channel:
        rows = rows.filter(channel=channel)
    if state == "unreached":
        on_their_way = Delivery.objects.filter(notification=OuterRef("notification"), state__in=ON_THEIR_WAY)
        rows = rows.filter(~Exists(on_their_way), state__in=NOT_REACHED, notification__user__isnull=True)
    elif state:
        rows = rows.filter(state__in=NOT_REACHED if state == "not_reached" else [state])
    if text:
        rows = rows.filter(Q(address__icontains=text) | Q(notification__name__icontains=text))
    return rows.filter(notification__source=source) if source else rows


def find_lost(sources: Collection[str]) -> set[str]:
    """Of some sources those of which no message is on its way or arrived, and that stand in the app of nobody."""
    rows = Notification.objects.filter(source__in=sources).values("source")
    alive = Q(user__isnull=False) | Q(deliveries__state__in=ON_THEIR_WAY)
    return set(rows.annotate(alive=Count("pk", filter=alive)).filter(alive=0).values_list("source", flat=True))


def get_delivery(delivery_id: UUID, *, actor: Actor) -> Delivery:
    """One message, with its tries."""
    found = list_deliveries(actor).prefetch_related("tries").filter(pk=delivery_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_providers(actor: Actor) -> QuerySet[Provider]:
    """The school's own carriers by channel and rank."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    return Provider.objects.order_by("channel", "rank", "pk")


def list_own_texts(actor: Actor) -> QuerySet[Template]:
    """The school's own words that are in use."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    return Template.objects.filter(in_use=True).order_by("key", "channel", "language", "pk")


def get_provider(provider_id: UUID, *, actor: Actor) -> Provider:
    """One of the school's own carriers."""
    found = list_providers(actor).filter(pk=provider_id).first()
    if found is None:
        raise NotFoundError
    return found


def get_own_text(text_id: UUID, *, actor: Actor) -> Template:
    """The school's own words that are in use where a text has its place. The id of an older version leads there too."""
    in_use = list_own_texts(actor)
    named = Template.objects.filter(pk=text_id).first()
    found = in_use.filter(key=named.key, channel=named.channel, language=named.language).first() if named else None
    if found is None:
        raise NotFoundError
    return found


def list_devices(actor: Actor) -> QuerySet[PushDevice]:
    """The browsers in which the actor is told, the newest first."""
    return open_devices().filter(user=member_id(actor)).order_by(*NEWEST_FIRST)


def list_inbound(actor: Actor, *, handled: bool | None = None, text: str = "") -> QuerySet[InboundSms]:
    """Texts that came in, the newest first."""
    actor.require_all(Permission.DELIVERIES_VIEW)
    rows = InboundSms.objects.order_by(*NEWEST_FIRST)
    if text:
        rows = rows.filter(Q(sender__icontains=text) | Q(text__icontains=text))
    return rows if handled is None else rows.filter(handled_at__isnull=not handled)


def get_inbound(sms_id: UUID, *, actor: Actor) -> InboundSms:
    """One text that came in."""
    found = list_inbound(actor).filter(pk=sms_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_sent_to(number: str, *, actor: Actor) -> QuerySet[Delivery]:
    """What went to a number by text, the newest first: by it one sees whose it is."""
    return list_deliveries(actor, channel=Channel.SMS).filter(address=number)


def list_troubled_addresses(actor: Actor) -> QuerySet[Address]:
    """Addresses that take nothing, or not always."""
    actor.require_all(Permission.DELIVERIES_VIEW)
    return Address.objects.exclude(state=Address.State.OK).order_by("-since", "pk")
