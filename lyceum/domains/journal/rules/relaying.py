"""From numbered facts to deliveries: each endpoint has its own place in the row of facts, and its own queue."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer

from lyceum.core import clock
from lyceum.core.queues import TELL, TELL_SLOW
from lyceum.core.schools import current_school
from lyceum.domains.journal.models import Fact, WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.published import types_of

DELIVER, WAKE = "journal.deliver", "journal.wake_delivery"
RELAY = "journal.relay"
AT_ONCE = 1_000
"""Facts that an endpoint is taken past in one transaction."""
SWEPT_EVERY = timedelta(minutes=1)
"""What is due later than that is found by the job of the minute."""


def spread_facts() -> bool:
    """Make deliveries of the facts that came after each endpoint's place. Returns whether there is more."""
    more = False
    for endpoint in WebhookEndpoint.objects.exclude(state=WebhookEndpoint.State.OFF).order_by("pk"):
        more |= _spread(endpoint.pk)
    return more


@transaction.atomic
def _spread(endpoint_id: UUID) -> bool:
    """A restart repeats nothing and skips nothing: deliveries and the new place are one transaction."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
    if endpoint.is_off:
        return False
    facts = list(
        Fact.objects.filter(seq__gt=endpoint.last_seq).order_by("seq").values_list("pk", "seq", "type")[:AT_ONCE]
    )
    if not facts:
        return False
    wanted = set(types_of(endpoint.types))
    add_deliveries(endpoint, [pk for pk, _seq, name in facts if name in wanted])
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(last_seq=facts[-1][1])
    return len(facts) == AT_ONCE


def add_deliveries(
    endpoint: WebhookEndpoint, facts: Sequence[UUID], *, attempts: dict[UUID, int] | None = None
) -> None:
    """Facts that are due to an endpoint now; with the attempts that were made before, where there were any."""
    now, before = clock.now(), attempts or {}
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(endpoint=endpoint, fact_id=fact, attempt=before.get(fact, 0) + 1, next_at=now)
            for fact in facts
        ]
    )


def list_due() -> list[WebhookEndpoint]:
    """The endpoints to which something is due now."""
    now = clock.now()
    due = WebhookDelivery.objects.filter(next_at__lte=now).order_by().values("endpoint")
    rows = WebhookEndpoint.objects.filter(pk__in=due).exclude(quiet_until__gt=now)
    return list(rows.exclude(state=WebhookEndpoint.State.OFF).order_by("pk"))


def deliver_soon(endpoint: WebhookEndpoint) -> None:
    """Enqueue the sending of what is due to an endpoint, once; the slow ones apart from all others."""
    _enqueue(
        app.configure_task(
            DELIVER,
            queue=TELL_SLOW if endpoint.is_slow else TELL,
            lock=f"webhook:{endpoint.pk}",
            queueing_lock=f"webhook:{endpoint.pk}",
        ),
        endpoint_id=str(endpoint.pk),
    )


def deliver_at(endpoint: WebhookEndpoint, at: datetime) -> None:
    """Enqueue the same at an instant. That job takes no lock, for it would hold up whatever becomes due before."""
    job = app.configure_task(WAKE, queueing_lock=f"webhook-later:{endpoint.pk}", schedule_at=at)
    _enqueue(job, endpoint_id=str(endpoint.pk))


def relay_soon() -> None:
    """Enqueue the numbering and spreading of what the school has recorded, once."""
    _enqueue(app.configure_task(RELAY, queueing_lock=relay_lock(current_school())))


def relay_lock(school_id: int) -> str:
    """What keeps the same work from waiting twice."""
    return f"relay:{school_id}"


def _enqueue(job: JobDeferrer, **arguments: str) -> None:
    with suppress(AlreadyEnqueued), transaction.atomic():  # a savepoint: being refused would undo what was done before
        job.defer(school_id=current_school(), **arguments)
