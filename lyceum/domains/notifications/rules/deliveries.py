"""Acts of the office on messages: try again, let an address in again, stop by a link."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import crossing_to, current_school
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.models import Address, Delivery, Preference
from lyceum.domains.notifications.queries import get_delivery, list_deliveries
from lyceum.domains.notifications.rules.budget import texts_over_cap
from lyceum.domains.notifications.rules.composing import UNSUBSCRIBE
from lyceum.domains.notifications.rules.outcomes import let_in_again, suppress
from lyceum.domains.notifications.rules.queue import send_at
from lyceum.domains.notifications.words import Mode
from lyceum.domains.tenancy.queries import find_school_name

STOP_FOR_DAYS = 400
AGAIN = ("failed", "bounced", "suppressed", "expired")


class NothingToRetryError(RuleError):
    """It went, or is still on its way."""

    code = "nothing_to_retry"
    status = 409
    title = gettext_noop("Nothing to try again")


@transaction.atomic
def retry_delivery(delivery_id: UUID, *, actor: Actor) -> Delivery:
    """Try a message again that reached nobody; its address counts as good again."""
    actor.require_all(Permission.DELIVERIES_VIEW)
    delivery = get_delivery(delivery_id, actor=actor)
    if delivery.state not in AGAIN or delivery.notification.withdrawn_at is not None:
        raise NothingToRetryError(_("This message is %(state)s.") % {"state": delivery.state})
    _refuse_over_cap([delivery])
    _queue_again(delivery, actor)
    send_at(current_school(), clock.now())
    return delivery


def _refuse_over_cap(deliveries: Sequence[Delivery]) -> None:
    """Those that are tried again count as new ones."""
    again = [Delivery(channel=each.channel, segments=each.segments, state=Delivery.State.QUEUED) for each in deliveries]
    if over := texts_over_cap(again):
        raise over


def _queue_again(delivery: Delivery, actor: Actor) -> None:
    now = clock.now()
    delivery.state, delivery.not_before, delivery.attempts, delivery.error = Delivery.State.QUEUED, now, 0, ""
    delivery.provider = ""  # whoever carries it now
    delivery.save(update_fields=["state", "not_before", "attempts", "error", "provider", "updated_at"])
    let_in_again(delivery.channel, delivery.address, actor=actor)
    record("notifications.delivery.retry", target=Target.of(delivery), actor=actor)


MOST_AGAIN = 1000
"""Messages that are tried again in one go."""


def list_retryable(
    *, channel: str = "", states: Sequence[str] = ("failed",), since: datetime | None = None, actor: Actor
) -> QuerySet[Delivery]:
    """Messages that reached nobody and may be tried again: not taken back, not too late. The oldest first."""
    unknown = [state for state in states if state not in AGAIN]
    if unknown:
        raise invalid_field("/state", "choice", _("Only these are tried again: %(all)s.") % {"all": ", ".join(AGAIN)})
    rows = list_deliveries(actor, channel=channel).filter(state__in=states)
    rows = rows.filter(notification__withdrawn_at__isnull=True).exclude(notification__expires_at__lte=clock.now())
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    return rows.order_by("created_at", "pk")


@transaction.atomic
def retry_deliveries(deliveries: Collection[UUID], *, actor: Actor) -> int:
    """Try several messages again, all of them or none. Returns how many."""
    actor.require_all(Permission.DELIVERIES_VIEW)
    rows = list_retryable(states=AGAIN, actor=actor).filter(pk__in=deliveries)
    found = list(rows.select_for_update(of=("self",)))
    missing = len(set(deliveries)) - len(found)
    if missing:
        raise NothingToRetryError(
            ngettext("%(n)s of them went, or is too late.", "%(n)s of them went, or are too late.", missing)
            % {"n": missing}
        )
    _refuse_over_cap(found)
    for delivery in found:
        _queue_again(delivery, actor)
    if found:
        send_at(current_school(), clock.now())
    return len(found)


def read_stop(token: str) -> tuple[int, UUID]:
    """School and delivery of a link that stops messages; refuses one that is not ours or very old."""
    try:
        school_id, delivery_id = signing.loads(token, salt=UNSUBSCRIBE, max_age=STOP_FOR_DAYS * 86400)
        return int(school_id), UUID(delivery_id)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFoundError(_("This link has ended.")) from None


def stop_by_link(token: str) -> str:
    """Stop this kind of message for whoever got it: for the account by this channel, else for the address.

    Returns the school's name.
    """
    school_id, delivery_id = read_stop(token)
    with crossing_to(school_id):
        delivery = Delivery.objects.select_related("notification").filter(pk=delivery_id).first()
        if delivery is None:
            raise NotFoundError
        user = delivery.notification.user_id
        if user is None:
            suppress(delivery.channel, delivery.address, why="unsubscribed", state=Address.State.OPTED_OUT)
        else:
            kind, channel = delivery.notification.type, delivery.channel
            Preference.objects.update_or_create(
                user_id=user, type=kind, channel=channel, defaults={"mode": Mode.OFF.value}
            )
            record(
                "notifications.stop",
                target=Target("accounts.user", user),
                changes={f"{kind}.{channel}": [None, Mode.OFF.value]},
                actor=system_actor(school_id),
            )
        return find_school_name()
