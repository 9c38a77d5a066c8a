"""A school's own words over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema

from lyceum.core.etags import refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.notifications.models import Template
from lyceum.domains.notifications.queries import get_own_text, list_own_texts
from lyceum.domains.notifications.rest.deliveries import DeliveryOut, delivery_shape
from lyceum.domains.notifications.rest.providers import TestIn
from lyceum.domains.notifications.rest.router import router
from lyceum.domains.notifications.rules.own_texts import LONGEST, change_text, drop_text, set_text, try_text
from lyceum.domains.notifications.texts import TEXTS

ORDER = ("key", "channel", "language", "pk")


class TextOut(Schema):
    """The school's own words for one kind of message, channel and language."""

    id: UUID = Field(description="Of this version; that of an older one leads to the one in use.")
    key: str
    channel: str
    language: str
    version: int
    subject: str
    body: str
    placeholders: list[str] = Field(description="What may stand in braces.")


def _shape(row: Template) -> dict[str, Any]:
    return {
        "id": row.pk,
        "key": row.key,
        "channel": row.channel,
        "language": row.language,
        "version": row.version,
        "subject": row.subject,
        "body": row.body,
        "placeholders": list(TEXTS[row.key].placeholders) if row.key in TEXTS else [],
    }


@router.get("notification-templates/", response=ListOf[TextOut], operation_id="listNotificationTemplates")
def texts(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The school's own words that are in use. Where it has none, ours hold."""
    rows = list_own_texts(actor_of(request))
    page = page_of(rows, order=ORDER, limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_shape(row) for row in page.rows])


class TextIn(Strict):
    """Words in place of ours, or of the school's own until now."""

    key: str = Field(max_length=40)
    channel: str = Field(max_length=6, description="in_app, email or sms")
    language: str = Field(max_length=12)
    subject: str = Field("", max_length=200)
    body: str = Field(max_length=LONGEST)


@router.post("notification-templates/", response={201: TextOut}, operation_id="addNotificationTemplate")
def add(request: HttpRequest, body: TextIn) -> dict[str, Any]:
    """Say it in the school's own words. A placeholder that this kind of message has not is refused."""
    row = set_text(body.key, body.channel, body.language, subject=body.subject, body=body.body, actor=actor_of(request))
    return _shape(row)


@router.get("notification-templates/{uuid:template_id}/", response=TextOut, operation_id="getNotificationTemplate")
def text(request: HttpRequest, response: HttpResponse, template_id: UUID) -> Any:
    """One of the school's own texts, as it is in use."""
    return with_etag(request, response, _shape(get_own_text(template_id, actor=actor_of(request))))


class TextFull(Strict):
    """The words as they are to be."""

    subject: str = Field(max_length=200)
    body: str = Field(max_length=LONGEST)


class TextChange(Strict):
    """What is to be otherwise."""

    subject: str = Field(left_out(), max_length=200)
    body: str = Field(left_out(), max_length=LONGEST)


@router.put("notification-templates/{uuid:template_id}/", response=TextOut, operation_id="replaceNotificationTemplate")
def replace(request: HttpRequest, response: HttpResponse, template_id: UUID, body: TextFull) -> Any:
    """Say it otherwise: a new version."""
    return _change(request, response, template_id, body.dict())


@router.patch("notification-templates/{uuid:template_id}/", response=TextOut, operation_id="changeNotificationTemplate")
def change(request: HttpRequest, response: HttpResponse, template_id: UUID, body: TextChange) -> Any:
    """Say a part of it otherwise: a new version."""
    return _change(request, response, template_id, body.dict(exclude_unset=True))


def _change(request: HttpRequest, response: HttpResponse, template_id: UUID, given: dict[str, Any]) -> Any:
    actor = actor_of(request)
    refuse_stale(request, _shape(get_own_text(template_id, actor=actor)))
    return with_etag(request, response, _shape(change_text(template_id, **given, actor=actor)))


@router.delete(
    "notification-templates/{uuid:template_id}/", response={204: None}, operation_id="removeNotificationTemplate"
)
def remove(request: HttpRequest, template_id: UUID) -> None:
    """Take ours again. The versions stay."""
    drop_text(template_id, actor=actor_of(request))


@router.post(
    "notification-templates/{uuid:template_id}/test/", response=DeliveryOut, operation_id="testNotificationTemplate"
)
def test(request: HttpRequest, template_id: UUID, body: TestIn) -> dict[str, Any]:
    """Send it to an address, with the names of its placeholders in their place."""
    return delivery_shape(try_text(template_id, address=body.address, actor=actor_of(request)))
