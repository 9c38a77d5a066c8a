"""REST: what happened, one fact after the other, and the webhooks that tell of it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import Instant, ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.journal.models import Fact, WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.published import list_fact_types
from lyceum.domains.journal.queries import (
    IN_ORDER,
    LATEST_FIRST,
    OLDEST_FIRST,
    get_webhook,
    list_deliveries,
    list_facts,
    list_webhooks,
)
from lyceum.domains.journal.rules.endpoints import (
    Keyed,
    NewWebhook,
    change_webhook,
    create_webhook,
    delete_webhook,
    public_key_of,
    rotate_secret,
    send_again,
    switch_webhook,
    try_webhook,
)

router = Router(tags=["webhooks"])
_PATTERN = r"^[\w.,-]*$"


class FactOut(Schema):
    """Something that happened, in ids and codes."""

    id: UUID
    seq: int
    type: str
    version: int
    at: datetime
    subject: str
    actor: UUID | None
    request_id: str
    data: dict[str, Any]


class FactFilter(Walk):
    """Which facts."""

    after: int = Field(0, ge=0, le=2**62, description="The number of the last fact that is known already")
    types: str = Field("", max_length=4000, pattern=_PATTERN, description="Separated by commas")


class FactTypeOut(Schema):
    """A type of fact, and the form of its data."""

    type: str
    version: int
    topic: str
    description: str
    webhooks: bool
    data_schema: dict[str, Any]


@router.get("facts/", response=ListOf[FactOut], operation_id="listFacts")
def facts(request: HttpRequest, chosen: Query[FactFilter]) -> dict[str, Any]:
    """What happened in the last 30 days, in the order of its numbers; without what keeps children safe."""
    types = [each for each in chosen.types.split(",") if each]
    rows = list_facts(actor_of(request), after=chosen.after, types=types)
    page = page_of(rows, order=IN_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_fact(row) for row in page.rows])


def _fact(row: Fact) -> dict[str, Any]:
    return {
        "id": row.pk,
        "seq": row.seq,
        "type": row.type,
        "version": row.version,
        "at": row.at,
        "subject": row.subject,
        "actor": row.actor_id,
        "request_id": row.request_id,
        "data": row.payload,
    }


@router.get("fact-types/", response=ListOf[FactTypeOut], operation_id="listFactTypes")
def fact_types(request: HttpRequest) -> dict[str, Any]:
    """Every type of fact that there is; those that webhooks may tell, and those that stay in the house."""
    actor_of(request).require_all(Permission.FACTS_VIEW)
    items = [
        {
            "type": each.type,
            "version": each.version,
            "topic": each.topic,
            "description": each.sentence,
            "webhooks": each.leaves,
            "data_schema": each.schema,
        }
        for each in list_fact_types()
    ]
    return {"items": items, "next": None, "previous": None, "total": len(items)}


class WebhookOut(Schema):
    """A webhook, without its secret. `public_key` is what Ed25519 signatures are checked by."""

    id: UUID
    url: str
    description: str
    types: list[str]
    kind: str
    public_key: str
    state: str
    off_reason: str
    last_success_at: datetime | None
    failing_since: datetime | None
    previous_until: datetime | None
    created_at: datetime


class KeyedWebhookOut(WebhookOut):
    """A webhook with its secret, which is shown this once; empty where it signs with a pair of keys."""

    client_secret: str


class WebhookIn(Strict):
    """What a webhook is to be."""

    url: str = Field(max_length=500)
    types: list[str] = Field(max_length=100, description="Types of facts, beginnings as in `attendance.*`, or `*`")
    description: str = Field("", max_length=400)
    kind: Literal["hmac", "ed25519"] = "hmac"


class WebhookPatch(Strict):
    """What is to be another; what is left out stays."""

    url: str = Field(default_factory=left_out, max_length=500)
    types: list[str] = Field(default_factory=left_out, max_length=100)
    description: str = Field(default_factory=left_out, max_length=400)
    state: Literal["on", "off"] = Field(default_factory=left_out)


class WebhookDeliveryOut(Schema):
    """One attempt to tell a webhook of a fact: one that was made, or one that is due at `next_at`."""

    id: UUID
    fact: UUID
    seq: int | None
    type: str
    attempt: int
    outcome: str
    at: datetime | None
    next_at: datetime | None
    status: int | None
    milliseconds: int | None
    answer: str
    error: str


class ReplayIn(Strict):
    """One fact, or all of a time of at most 30 days."""

    fact: UUID | None = None
    since: Instant | None = None
    until: Instant | None = None


class ReplayOut(Schema):
    """How many facts are sent again."""

    count: int


def _shown(row: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": row.pk,
        "url": row.url,
        "description": row.description,
        "types": row.types,
        "kind": row.kind,
        "public_key": public_key_of(row),
        "state": row.state,
        "off_reason": row.off_reason,
        "last_success_at": row.last_success_at,
        "failing_since": row.failing_since,
        "previous_until": row.previous_until,
        "created_at": row.created_at,
    }


def _keyed(new: Keyed) -> dict[str, Any]:
    return _shown(new.endpoint) | {"client_secret": new.secret}


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "fact": row.fact_id,
        "seq": row.fact.seq,
        "type": row.fact.type,
        "attempt": row.attempt,
        "outcome": row.outcome,
        "at": row.at,
        "next_at": row.next_at,
        "status": row.status,
        "milliseconds": row.milliseconds,
        "answer": row.answer,
        "error": row.error,
    }


@router.get("webhooks/", response=ListOf[WebhookOut], operation_id="listWebhooks")
def webhooks(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The school's webhooks, the oldest first."""
    rows = list_webhooks(actor_of(request))
    page = page_of(rows, order=OLDEST_FIRST, limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_shown(row) for row in page.rows])


@router.post("webhooks/", response={201: KeyedWebhookOut}, operation_id="createWebhook")
def create(request: HttpRequest, body: WebhookIn) -> dict[str, Any]:
    """Tell an address of what happens from now on. The secret is shown this once."""
    new = NewWebhook(url=body.url, types=body.types, description=body.description, kind=body.kind)
    return _keyed(create_webhook(new, actor=actor_of(request)))


@router.get("webhooks/{uuid:webhook_id}/", response=WebhookOut, operation_id="getWebhook")
def webhook(request: HttpRequest, webhook_id: UUID) -> dict[str, Any]:
    """One webhook."""
    return _shown(get_webhook(webhook_id, actor=actor_of(request)))


@router.patch("webhooks/{uuid:webhook_id}/", response=WebhookOut, operation_id="editWebhook")
def edit(request: HttpRequest, webhook_id: UUID, body: WebhookPatch) -> dict[str, Any]:
    """Change where a webhook goes and what it is told; switch it off, or on again."""
    values = body.dict(exclude_unset=True)
    state, actor = values.pop("state", ""), actor_of(request)
    endpoint = change_webhook(webhook_id, **values, actor=actor)
    if state:
        endpoint = switch_webhook(webhook_id, on=state == "on", actor=actor)
    return _shown(endpoint)


@router.delete("webhooks/{uuid:webhook_id}/", response={204: None}, operation_id="deleteWebhook")
def delete(request: HttpRequest, webhook_id: UUID) -> None:
    """Take a webhook away, with what is known of its messages."""
    delete_webhook(webhook_id, actor=actor_of(request))


@router.post("webhooks/{uuid:webhook_id}/rotate/", response=KeyedWebhookOut, operation_id="rotateWebhookSecret")
def rotate(request: HttpRequest, webhook_id: UUID) -> dict[str, Any]:
    """Give a webhook a new secret. For 48 hours each message is signed with the old one as well."""
    return _keyed(rotate_secret(webhook_id, actor=actor_of(request)))


@router.post("webhooks/{uuid:webhook_id}/test/", response={202: WebhookDeliveryOut}, operation_id="testWebhook")
def test(request: HttpRequest, webhook_id: UUID) -> dict[str, Any]:
    """Send one message, to see whether it arrives: it goes within seconds, and its answer stands in the deliveries."""
    return _delivery(try_webhook(webhook_id, actor=actor_of(request)))


@router.get(
    "webhooks/{uuid:webhook_id}/deliveries/", response=ListOf[WebhookDeliveryOut], operation_id="listWebhookDeliveries"
)
def deliveries(request: HttpRequest, webhook_id: UUID, walk: Query[Walk]) -> dict[str, Any]:
    """Every attempt of the last 30 days, and what is due, the latest first."""
    rows = list_deliveries(webhook_id, actor=actor_of(request))
    page = page_of(rows, order=LATEST_FIRST, limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_delivery(row) for row in page.rows])


@router.post("webhooks/{uuid:webhook_id}/replay/", response={202: ReplayOut}, operation_id="replayWebhook")
def replay(request: HttpRequest, webhook_id: UUID, body: ReplayIn) -> dict[str, Any]:
    """Send one fact, or all of a time, once more under the same ids."""
    count = send_again(webhook_id, fact=body.fact, since=body.since, until=body.until, actor=actor_of(request))
    return {"count": count}
