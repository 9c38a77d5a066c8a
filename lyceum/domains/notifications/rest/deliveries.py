"""Messages and what became of each, over REST."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Walk, actor_of, listed
from lyceum.domains.notifications.models import Delivery
from lyceum.domains.notifications.queries import NEWEST_FIRST, list_deliveries
from lyceum.domains.notifications.rest.router import router
from lyceum.domains.notifications.rules.deliveries import retry_delivery

STATES = "^(not_reached|unreached|" + "|".join(Delivery.State.values) + ")?$"


class DeliveryOut(Schema):
    """One message to one address."""

    id: UUID
    notification: UUID
    recipient: UUID
    name: str
    channel: str
    address: str
    state: str
    provider: str
    attempts: int
    segments: int
    error: str
    created_at: datetime
    sent_at: datetime | None


class DeliveryFilter(Walk):
    """Which messages."""

    channel: str = Field("", pattern="^(email|sms|push)?$")
    state: str = Field("", pattern=STATES)
    source: str = Field("", max_length=80)


def delivery_shape(row: Delivery) -> dict[str, Any]:
    """A message as operations show it."""
    return {
        "id": row.pk,
        "notification": row.notification_id,
        "recipient": row.notification.recipient,
        "name": row.notification.name,
        "channel": row.channel,
        "address": row.address,
        "state": row.state,
        "provider": row.provider,
        "attempts": row.attempts,
        "segments": row.segments,
        "error": row.error,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
    }


@router.get("deliveries/", response=ListOf[DeliveryOut], operation_id="listDeliveries")
def deliveries(request: HttpRequest, which: Query[DeliveryFilter]) -> dict[str, Any]:
    """Messages, the newest first; `state=not_reached` finds all that arrived nowhere, and `unreached` those of
    people whom nothing else reached either."""
    rows = list_deliveries(actor_of(request), channel=which.channel, state=which.state, source=which.source)
    page = page_of(rows, order=NEWEST_FIRST, limit=which.limit, cursor=which.cursor, count=which.count)
    return listed(page, [delivery_shape(row) for row in page.rows])


@router.post("deliveries/{uuid:delivery_id}/retry/", response=DeliveryOut, operation_id="retryDelivery")
def retry(request: HttpRequest, delivery_id: UUID) -> dict[str, Any]:
    """Try a message again that reached nobody."""
    return delivery_shape(retry_delivery(delivery_id, actor=actor_of(request)))
