"""Sending what is due: taken in portions, handed over one by one, and each answer written down at once.

A worker that falls silent loses nothing: what it had taken goes back after a minute, and at most the one
message that it was handing over goes twice.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from lyceum.core import clock
from lyceum.core.schools import school_scope
from lyceum.domains.notifications.models import Delivery, DeliveryAttempt, PushDevice
from lyceum.domains.notifications.models.push import open_devices
from lyceum.domains.notifications.providers import Outgoing, Sender, SendError, Sent
from lyceum.domains.notifications.rules.carriers import Carriers
from lyceum.domains.notifications.rules.composing import compose
from lyceum.domains.notifications.rules.hooks import apply_left_over, apply_waiting, has_left_over
from lyceum.domains.notifications.rules.installation import note_carried
from lyceum.domains.notifications.rules.outcomes import note_failure, note_sent
from lyceum.domains.notifications.rules.queue import send_at
from lyceum.domains.notifications.words import Channel
from lyceum.domains.tenancy.queries import this_school

PORTION = 100
GIVEN_BACK_AFTER = timedelta(seconds=60)


def send_due(school_id: int, *, only: UUID | None = None) -> int:
    """Send everything of a school that may go now, the urgent first; or one message. Returns how many went."""
    carriers = Carriers()
    sent = 0
    try:
        while portion := _take(school_id, carriers, only):
            for delivery, message, senders in portion:
                sent += _send(school_id, delivery, message, senders, carriers)
    finally:
        carriers.close()
    _come_back_for_the_rest(school_id)
    with school_scope(school_id):
        apply_left_over()
    return sent


Taken = tuple[Delivery, Outgoing, list[Sender]]


def _take(school_id: int, carriers: Carriers, only: UUID | None) -> list[Taken]:
    """A portion of what is due, now this worker's, ready to go."""
    now = clock.now()
    with school_scope(school_id):
        _drop_what_is_over()
        due = Q(state__in=("held", "queued"), in_digest=False, not_before__lte=now)
        left_lying = Q(state=Delivery.State.SENDING, taken_at__lt=now - GIVEN_BACK_AFTER)
        next_ones = Delivery.objects.filter(due | left_lying).order_by("rank", "not_before", "pk")
        if only is not None:
            next_ones = next_ones.filter(pk=only)
        ids = list(next_ones.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:PORTION])
        if not ids:
            return []
        Delivery.objects.filter(pk__in=ids).update(
            state=Delivery.State.SENDING, taken_at=now, attempts=F("attempts") + 1, updated_at=now
        )
        taken = Delivery.objects.filter(pk__in=ids).select_related("notification")
        school, rows = this_school(), list(taken.order_by("rank", "not_before", "pk"))
        devices = _devices_of(rows)
        return [
            (row, compose(row, school, devices.get(row.address)), carriers.of(row.channel, only=row.provider))
            for row in rows
        ]


def _devices_of(deliveries: Sequence[Delivery]) -> dict[str, PushDevice]:
    """The browsers that some messages go to, by the address that stands for them."""
    ids = [row.address for row in deliveries if row.channel == Channel.PUSH]
    return {str(row.pk): row for row in open_devices().filter(pk__in=ids)} if ids else {}


def _drop_what_is_over() -> None:
    """What nobody needs any more: expired, taken back, or read in the app while it was held."""
    waiting = Delivery.objects.filter(state__in=("held", "queued"))
    now = clock.now()
    waiting.filter(notification__expires_at__lte=now).update(state=Delivery.State.EXPIRED, updated_at=now)
    others = Delivery.objects.filter(notification=OuterRef("notification"), state=Delivery.State.READ)
    is_read = Q(notification__is_read=True) | Q(Exists(others), in_reserve=True)
    waiting.filter(is_read, state="held", in_digest=False).update(
        state=Delivery.State.SUPPRESSED, error="read already", updated_at=now
    )
    waiting.filter(notification__withdrawn_at__isnull=False).update(state=Delivery.State.WITHDRAWN, updated_at=now)


def _send(school_id: int, delivery: Delivery, message: Outgoing, senders: Sequence[Sender], carriers: Carriers) -> bool:
    tries: list[DeliveryAttempt] = []
    error = SendError("Nobody carries this now.")
    for sender in senders:
        if carriers.is_broken(sender):
            continue
        outcome = _try(sender, message, delivery, tries)
        with school_scope(school_id):
            carriers.note(sender, outcome if isinstance(outcome, SendError) else None)
            if isinstance(outcome, Sent):
                note_sent(delivery, outcome, sender, tries)
                note_carried(sender.name, message=outcome.message, channel=delivery.channel, address=delivery.address)
                apply_waiting(sender.name, outcome.message)
                return True
        error = outcome
        if error.is_permanent:
            break
    with school_scope(school_id):
        note_failure(delivery, error, tries)
    return False


def _try(sender: Sender, message: Outgoing, delivery: Delivery, tries: list[DeliveryAttempt]) -> Sent | SendError:
    began = time.monotonic()
    outcome: Sent | SendError
    try:
        outcome = sender.send(message)
    except SendError as error:
        outcome = error
    failed = isinstance(outcome, SendError)
    tries.append(
        DeliveryAttempt(
            school_id=delivery.school_id,
            delivery=delivery,
            at=clock.now(),
            provider=sender.name,
            code=outcome.code if isinstance(outcome, SendError) else "",
            text=str(outcome)[:300] if failed else "",
            milliseconds=round(1000 * (time.monotonic() - began)),
        )
    )
    return outcome


def _come_back_for_the_rest(school_id: int) -> None:
    """What waits for a later moment is asked for again then."""
    with school_scope(school_id):
        rows = Delivery.objects.filter(state="queued", in_digest=False).order_by("not_before")
        next_at = rows.values_list("not_before", flat=True).first()
        if next_at is not None:
            send_at(school_id, next_at)


def has_waiting() -> bool:
    """Whether the school has something to send now, whatever became of the job for it."""
    late = Q(state__in=("held", "queued", "sending"), not_before__lte=clock.now())
    return Delivery.objects.filter(late).exists() or has_left_over()
