"""A school's own carriers over REST. Their secrets go in and never come out."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema

from lyceum.core.etags import refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.notifications.models import Provider
from lyceum.domains.notifications.queries import get_provider, list_providers
from lyceum.domains.notifications.rest.deliveries import DeliveryOut, delivery_shape
from lyceum.domains.notifications.rest.router import router
from lyceum.domains.notifications.rules.hooks import signed_in_address
from lyceum.domains.notifications.rules.providers import (
    KINDS,
    add_provider,
    change_provider,
    remove_provider,
    switch_provider,
    try_provider,
)

ORDER = ("channel", "rank", "pk")
Values = dict[str, str]
Kind = Literal["smtp", "mailjet", "sendgrid", "mailgun", "ses", "twilio", "vonage", "sns"]


class ProviderOut(Schema):
    """One carrier."""

    id: UUID
    kind: str
    channel: str
    sender: str
    rank: int = Field(description="The order in which carriers of a channel are tried.")
    state: str = Field(description="on, paused or broken")
    settings: dict[str, Any] = Field(description="What is no secret.")
    secrets: list[str] = Field(description="The names of those that are needed or may be given.")
    last_answer: str
    reports_at: str = Field(description="The address to give to the carrier for its reports; empty for SMTP.")
    forged: int = Field(description="How many reports came there without the carrier's signature.")


def _shape(row: Provider) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "channel": row.channel,
        "sender": row.sender,
        "rank": row.rank,
        "state": row.state,
        "settings": row.settings,
        "secrets": list(KINDS[row.kind].secrets),
        "last_answer": row.last_answer,
        "reports_at": signed_in_address(row),
        "forged": row.forged,
    }


@router.get("notification-providers/", response=ListOf[ProviderOut], operation_id="listNotificationProviders")
def providers(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The school's own carriers, by channel and in the order in which they are tried."""
    rows = list_providers(actor_of(request))
    page = page_of(rows, order=ORDER, limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_shape(row) for row in page.rows])


class ProviderIn(Strict):
    """A carrier to be set up. `values` holds what its kind must be told, secrets among it."""

    kind: Kind
    sender: str = Field(max_length=200)
    values: Values = Field(max_length=20)


@router.post("notification-providers/", response={201: ProviderOut}, operation_id="addNotificationProvider")
def add(request: HttpRequest, body: ProviderIn) -> dict[str, Any]:
    """Set up a carrier, after those that its channel has already."""
    return _shape(add_provider(body.kind, sender=body.sender, values=body.values, actor=actor_of(request)))


@router.get("notification-providers/{uuid:provider_id}/", response=ProviderOut, operation_id="getNotificationProvider")
def provider(request: HttpRequest, response: HttpResponse, provider_id: UUID) -> Any:
    """One carrier."""
    return with_etag(request, response, _shape(get_provider(provider_id, actor=actor_of(request))))


class ProviderFull(Strict):
    """A carrier as it is to be. Secrets that are not given stay."""

    sender: str = Field(max_length=200)
    values: Values = Field(max_length=20)
    state: Literal["on", "paused"]


class ProviderChange(Strict):
    """What is to be otherwise."""

    sender: str = Field(left_out(), max_length=200)
    values: Values = Field(left_out(), max_length=20)
    state: Literal["on", "paused"] = left_out()


@router.put(
    "notification-providers/{uuid:provider_id}/", response=ProviderOut, operation_id="replaceNotificationProvider"
)
def replace(request: HttpRequest, response: HttpResponse, provider_id: UUID, body: ProviderFull) -> Any:
    """Set a carrier up anew."""
    return _change(request, response, provider_id, body.dict())


@router.patch(
    "notification-providers/{uuid:provider_id}/", response=ProviderOut, operation_id="changeNotificationProvider"
)
def change(request: HttpRequest, response: HttpResponse, provider_id: UUID, body: ProviderChange) -> Any:
    """Change a carrier, pause it, or let it go on."""
    return _change(request, response, provider_id, body.dict(exclude_unset=True))


def _change(request: HttpRequest, response: HttpResponse, provider_id: UUID, given: dict[str, Any]) -> Any:
    actor = actor_of(request)
    refuse_stale(request, _shape(get_provider(provider_id, actor=actor)))
    state = given.pop("state", None)
    if given:
        change_provider(provider_id, **given, actor=actor)
    if state:
        switch_provider(provider_id, state=state, actor=actor)
    return with_etag(request, response, _shape(get_provider(provider_id, actor=actor)))


@router.delete(
    "notification-providers/{uuid:provider_id}/", response={204: None}, operation_id="removeNotificationProvider"
)
def remove(request: HttpRequest, provider_id: UUID) -> None:
    """Take a carrier away, and its secrets with it."""
    remove_provider(provider_id, actor=actor_of(request))


class TestIn(Strict):
    """Where to."""

    address: str = Field(max_length=300, description="An e-mail address, or a number with + and the country.")


@router.post(
    "notification-providers/{uuid:provider_id}/test/", response=DeliveryOut, operation_id="testNotificationProvider"
)
def test(request: HttpRequest, provider_id: UUID, body: TestIn) -> dict[str, Any]:
    """Send a message by this carrier's channel to see whether it arrives."""
    return delivery_shape(try_provider(provider_id, address=body.address, actor=actor_of(request)))
