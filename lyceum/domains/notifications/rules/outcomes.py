"""What became of a message, and what follows from it: another try, another way, or an address that takes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import connection

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.schools import current_school
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.facts import AddressRestored, AddressSuppressed, DeliveryChanged
from lyceum.domains.notifications.models import Address, Delivery, DeliveryAttempt
from lyceum.domains.notifications.providers import Sender, SendError, Sent
from lyceum.domains.notifications.providers.webpush import GONE
from lyceum.domains.notifications.rules.push import drop_device, note_reached
from lyceum.domains.notifications.rules.queue import send_at
from lyceum.domains.notifications.words import Channel

_MINUTE = timedelta(minutes=1)
WAITS = (_MINUTE, 5 * _MINUTE, 30 * _MINUTE, 120 * _MINUTE, 360 * _MINUTE, 1440 * _MINUTE)
URGENT_WAITS = (timedelta(seconds=15), _MINUTE, 5 * _MINUTE)
SOFT_BOUNCES, SOFT_DAYS = 3, timedelta(days=7)
FORWARD = ("held", "queued", "sending", "sent", "delivered", "read")
"""A report never takes a message back along this way."""
_ON_THEIR_WAY = ("held", "queued", "sending", "sent")
_CAME_TO_NOTHING = (Delivery.State.BOUNCED, Delivery.State.FAILED)


_SENT = """
WITH tries AS (
  INSERT INTO notifications_deliveryattempt (id, school_id, delivery_id, at, provider, code, text, milliseconds)
  SELECT t.id, %(school)s, %(delivery)s, t.at, t.provider, t.code, t.text, t.milliseconds
  FROM jsonb_to_recordset(%(tries)s::jsonb) AS t(id uuid, at timestamptz, provider text, code text, text text,
    milliseconds int)
)
UPDATE notifications_delivery SET state = 'sent', sent_at = %(now)s, provider = %(provider)s,
  provider_message = %(message)s, segments = %(segments)s, error = '', updated_at = %(now)s
WHERE school_id = %(school)s AND id = %(delivery)s AND state = 'sending'
"""


def note_sent(delivery: Delivery, outcome: Sent, sender: Sender, tries: Sequence[DeliveryAttempt]) -> None:
    """The provider took it. One statement: it is said for each of thousands, so that a kill loses one at most."""
    if delivery.channel == Channel.PUSH:
        note_reached(delivery.address)
    values = {
        "school": delivery.school_id,
        "delivery": delivery.pk,
        "tries": msgspec.json.encode([_columns(each) for each in tries]).decode(),
        "now": clock.now(),
        "provider": sender.name,
        "message": outcome.message[:200],
        "segments": outcome.segments,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SENT, values)


def _columns(attempt: DeliveryAttempt) -> dict[str, object]:
    names = ("id", "at", "provider", "code", "text", "milliseconds")
    return {name: getattr(attempt, name) for name in names}


def note_failure(delivery: Delivery, error: SendError, tries: Sequence[DeliveryAttempt]) -> None:
    """Nobody took it: it is tried again later, goes by another way, or has failed for good."""
    DeliveryAttempt.objects.bulk_create(tries)
    waits = URGENT_WAITS if delivery.rank == 0 else WAITS
    if error.is_permanent:
        _end(delivery, Delivery.State.BOUNCED, str(error))
        _give_up(delivery, error)
    elif delivery.attempts > len(waits):
        _end(delivery, Delivery.State.FAILED, str(error))
    else:
        at = clock.now() + waits[delivery.attempts - 1]
        Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.SENDING).update(
            state=Delivery.State.QUEUED, not_before=at, error=str(error)[:300], updated_at=clock.now()
        )
        send_at(current_school(), at)


def _give_up(delivery: Delivery, error: SendError) -> None:
    """Send nothing more to where it went. A browser that is there, and only refused this one, is kept."""
    if delivery.channel != Channel.PUSH:
        suppress(delivery.channel, delivery.address, why=str(error))
    elif error.code in GONE:
        drop_device(delivery.address)


def _end(delivery: Delivery, state: str, why: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, error=why[:300], updated_at=clock.now())
    _tell(delivery, state)
    if state in _CAME_TO_NOTHING:
        _take_next_channel(delivery)


def _take_next_channel(delivery: Delivery) -> None:
    """What is urgent does not wait for five minutes where no way before it is left."""
    others = Delivery.objects.filter(notification=delivery.notification_id)
    reserve = others.filter(in_reserve=True, state=Delivery.State.HELD)
    if others.filter(in_reserve=False, state__in=FORWARD).exists():
        return
    now = clock.now()
    if reserve.filter(not_before__gt=now).update(not_before=now, updated_at=now):
        send_at(current_school(), now)


def _tell(delivery: Delivery, state: str) -> None:
    record(
        f"notifications.delivery.{state}",
        target=Target("notifications.delivery", delivery.pk, delivery.channel),
        facts=[DeliveryChanged(delivery=delivery.pk, channel=delivery.channel, state=state)],
        actor=system_actor(current_school()),
    )


def report(delivery: Delivery, state: str, *, why: str = "") -> None:
    """A provider says what became of a message. Out of order it changes nothing, but a bounce always holds.

    The caller holds the row, so that two reports never look at the same past.
    """
    if state == Delivery.State.BOUNCED:
        changes = delivery.state != state
    elif state == Delivery.State.FAILED:
        changes = delivery.state in _ON_THEIR_WAY
    else:
        changes = delivery.state in FORWARD and FORWARD.index(state) > FORWARD.index(delivery.state)
    if changes:
        _end(delivery, state, why)
        delivery.state = state


def suppress(channel: str, value: str, *, why: str, state: str = Address.State.SUPPRESSED) -> None:
    """Nothing goes to an address any more, until somebody says that it works again."""
    now = clock.now()
    row, _made = Address.objects.get_or_create(channel=channel, value=value, defaults={"since": now})
    if row.state == state:
        return
    Address.objects.filter(pk=row.pk).update(state=state, since=now, why=why[:300], updated_at=now)
    record(
        "notifications.address.suppress",
        target=Target("notifications.address", row.pk, channel),
        changes={"state": [row.state, state]},
        reason=why[:300],
        facts=[AddressSuppressed(address=row.pk, reason=str(state))],
        actor=system_actor(current_school()),
    )


def let_in_again(
    channel: str,
    value: str,
    *,
    states: Sequence[str] = (Address.State.SUPPRESSED, Address.State.BOUNCING),
    actor: Actor,
) -> None:
    """An address counts as good again: somebody said so, or whoever it belongs to asked for it."""
    now = clock.now()
    row = Address.objects.select_for_update().filter(channel=channel, value=value, state__in=states).first()
    if row is None:
        return
    old, row.state, row.since, row.why, row.soft_bounces = row.state, Address.State.OK, now, "", []
    row.save(update_fields=["state", "since", "why", "soft_bounces", "updated_at"])
    record(
        "notifications.address.restore",
        target=Target("notifications.address", row.pk, channel),
        changes={"state": [old, row.state]},
        facts=[AddressRestored(address=row.pk)],
        actor=actor,
    )


def note_soft_bounce(channel: str, value: str, *, at: datetime, why: str) -> None:
    """Three of them in a week, and the address is one that bounces."""
    row, _made = Address.objects.get_or_create(channel=channel, value=value, defaults={"since": at})
    kept = [text for text in row.soft_bounces if at - datetime.fromisoformat(text) < SOFT_DAYS] + [at.isoformat()]
    bouncing = len(kept) >= SOFT_BOUNCES and row.state == Address.State.OK
    state = Address.State.BOUNCING if bouncing else row.state
    Address.objects.filter(pk=row.pk).update(
        soft_bounces=kept[-SOFT_BOUNCES:], state=state, why=why[:300], updated_at=at
    )
