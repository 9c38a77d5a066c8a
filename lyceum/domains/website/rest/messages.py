"""Messages to the school, over REST: everybody writes, the office answers."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Visiting, Walk, actor_of, listed
from lyceum.domains.website.models import ContactMessage
from lyceum.domains.website.queries import NEWEST_FIRST, get_message, list_messages
from lyceum.domains.website.rest.router import router
from lyceum.domains.website.rest.shapes import MessageOut, message_shape
from lyceum.domains.website.rules.messages import (
    LONGEST_BODY,
    LONGEST_NAME,
    LONGEST_PHONE,
    LONGEST_SUBJECT,
    SHORTEST_BODY,
    assign_message,
    move_message,
    reply_to_message,
    send_message,
)

_ONE = "contact-messages/{message_id}/"
State = ContactMessage.State


class ContactIn(Strict):
    """A message to the school."""

    name: str = Field(max_length=LONGEST_NAME)
    email: str = Field(max_length=254)
    subject: str = Field(max_length=LONGEST_SUBJECT)
    message: str = Field(min_length=SHORTEST_BODY, max_length=LONGEST_BODY)
    phone: str = Field("", max_length=LONGEST_PHONE)
    language: str = Field("", max_length=12)


class ContactOut(Schema):
    """Thanks: the same for every message."""

    detail: str


class MessageFilter(Walk):
    """Which messages."""

    status: str = Field("", max_length=8)
    text: str = Field("", max_length=100)


class AssignMessageIn(Strict):
    """Whose work it is; null: nobody's."""

    user: UUID | None = None


class MessageReplyIn(Strict):
    """The answer, which goes by mail."""

    body: str = Field(min_length=1, max_length=LONGEST_BODY)


@router.post("contact-us/", response={201: ContactOut}, operation_id="contactUs", auth=Visiting())
def contact(request: HttpRequest, body: ContactIn) -> Status[dict[str, str]]:
    """Write to the school."""
    send_message(**body.dict(), actor=actor_of(request))
    return Status(201, {"detail": _("Thank you. The school has your message and answers by e-mail.")})


@router.get("contact-messages/", response=ListOf[MessageOut], operation_id="listContactMessages")
def messages(request: HttpRequest, chosen: Query[MessageFilter]) -> dict[str, Any]:
    """Messages, the newest first; spam only with `status=spam`."""
    rows = list_messages(actor_of(request), status=chosen.status, text=chosen.text)
    page = page_of(rows, order=NEWEST_FIRST, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [message_shape(row) for row in page.rows])


@router.get(_ONE, response=MessageOut, operation_id="getContactMessage")
def one(request: HttpRequest, message_id: UUID) -> dict[str, Any]:
    """One message with the answers to it."""
    return message_shape(get_message(message_id, actor=actor_of(request)))


@router.post(f"{_ONE}assign/", response=MessageOut, operation_id="assignContactMessage")
def assign(request: HttpRequest, message_id: UUID, body: AssignMessageIn) -> dict[str, Any]:
    """Give it to somebody."""
    return message_shape(assign_message(message_id, user_id=body.user, actor=actor_of(request)))


@router.post(f"{_ONE}reply/", response=MessageOut, operation_id="replyToContactMessage")
def reply(request: HttpRequest, message_id: UUID, body: MessageReplyIn) -> dict[str, Any]:
    """Answer it by mail."""
    actor = actor_of(request)
    reply_to_message(message_id, body=body.body, actor=actor)
    return message_shape(get_message(message_id, actor=actor))


@router.post(f"{_ONE}spam/", response=MessageOut, operation_id="markContactMessageAsSpam")
def spam(request: HttpRequest, message_id: UUID) -> dict[str, Any]:
    """Say that it is spam."""
    return _moved(request, message_id, State.SPAM)


@router.post(f"{_ONE}not-spam/", response=MessageOut, operation_id="markContactMessageAsNoSpam")
def not_spam(request: HttpRequest, message_id: UUID) -> dict[str, Any]:
    """Say that it is none: the office is told of it."""
    return _moved(request, message_id, State.OPEN)


@router.post(f"{_ONE}close/", response=MessageOut, operation_id="closeContactMessage")
def close(request: HttpRequest, message_id: UUID) -> dict[str, Any]:
    """Nothing more is to be done."""
    return _moved(request, message_id, State.CLOSED)


def _moved(request: HttpRequest, message_id: UUID, state: str) -> dict[str, Any]:
    return message_shape(move_message(message_id, state=state, actor=actor_of(request)))
