"""One's own notifications over REST, and how one wants them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.notifications.models import Notification
from lyceum.domains.notifications.queries import NEWEST_FIRST, get_notification, list_notifications, own_wishes
from lyceum.domains.notifications.rest.router import router
from lyceum.domains.notifications.rules.reading import (
    mark_all_read,
    mark_read,
    set_digest,
    set_preferences,
    set_quiet_hours,
)
from lyceum.domains.notifications.usual import usual_of
from lyceum.domains.notifications.words import Channel, Type

TYPES = "^(" + "|".join(Type.values) + ")$"
CHANNELS = "^(email|sms|push)$"


class NotificationOut(Schema):
    """One thing the caller was told."""

    id: UUID
    type: str
    subject: str
    message: str
    is_read: bool
    read_at: datetime | None
    created_at: datetime
    expires_at: datetime | None
    urgency: str
    link: str
    about_student: UUID | None


class NotificationFilter(Walk):
    """Which notifications."""

    is_read: bool | None = None
    type: str = Field("", pattern=f"{TYPES}|^$")


def _shown(row: Notification) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NotificationOut.model_fields}


@router.get("notifications/", response=ListOf[NotificationOut], operation_id="listNotifications")
def notifications(request: HttpRequest, wanted: Query[NotificationFilter]) -> dict[str, Any]:
    """What the caller was told, the newest first."""
    rows = list_notifications(actor_of(request), is_read=wanted.is_read, type_=wanted.type)
    page = page_of(rows, order=NEWEST_FIRST, limit=wanted.limit, cursor=wanted.cursor, count=wanted.count)
    return listed(page, [_shown(row) for row in page.rows])


class ReadOut(Schema):
    """How many were marked as read."""

    read: int


@router.post("notifications/read-all/", response=ReadOut, operation_id="readAllNotifications")
def read_all(request: HttpRequest) -> dict[str, Any]:
    """Say that one has read everything."""
    return {"read": mark_all_read(actor=actor_of(request))}


class ModeIn(Strict):
    """How one kind comes by one channel."""

    type: str = Field(pattern=TYPES)
    channel: str = Field(pattern=CHANNELS)
    mode: str = Field(pattern="^(now|digest|off)$")


class PreferencesIn(Strict):
    """Choices; what is not named stays."""

    preferences: list[ModeIn] = Field(max_length=200)
    digest_at: TimeOfDay | None = None
    digest_every: str = Field("daily", pattern="^(daily|weekly)$")


class ModeOut(Schema):
    """How one kind comes by one channel."""

    type: str
    channel: str
    mode: str


class PreferencesOut(Schema):
    """Every kind and channel, as chosen or as usual."""

    preferences: list[ModeOut]
    digest_at: TimeOfDay
    digest_every: str


@router.get("notifications/preferences/", response=PreferencesOut, operation_id="getNotificationPreferences")
def preferences(request: HttpRequest) -> dict[str, Any]:
    """How the caller hears of each kind."""
    actor = actor_of(request)
    wishes = own_wishes(actor, usual=usual_of(actor))
    modes = [
        {"type": kind, "channel": channel, "mode": wishes.mode(kind, channel)}
        for kind in Type.values
        for channel in Channel.values
        if channel != Channel.IN_APP
    ]
    every = "weekly" if wishes.digest_weekly else "daily"
    return {"preferences": modes, "digest_at": wishes.digest_at, "digest_every": every}


@router.put("notifications/preferences/", response=PreferencesOut, operation_id="setNotificationPreferences")
def put_preferences(request: HttpRequest, body: PreferencesIn) -> dict[str, Any]:
    """Choose how to hear of some kinds."""
    actor = actor_of(request)
    set_preferences({(each.type, each.channel): each.mode for each in body.preferences}, actor=actor)
    if body.digest_at is not None:
        set_digest(body.digest_at, every=body.digest_every, actor=actor)
    return preferences(request)


class QuietHoursIO(Strict):
    """When to be left alone, in the school's time; the days are those on which they begin, Monday 1."""

    starts_at: TimeOfDay
    ends_at: TimeOfDay
    weekdays: list[int] = Field(max_length=7)


@router.get("notifications/quiet-hours/", response=QuietHoursIO, operation_id="getQuietHours")
def quiet_hours(request: HttpRequest) -> dict[str, Any]:
    """When the caller is left alone."""
    actor = actor_of(request)
    wishes = own_wishes(actor, usual=usual_of(actor))
    return {"starts_at": wishes.quiet_from, "ends_at": wishes.quiet_to, "weekdays": list(wishes.quiet_days)}


@router.put("notifications/quiet-hours/", response=QuietHoursIO, operation_id="setQuietHours")
def put_quiet_hours(request: HttpRequest, body: QuietHoursIO) -> dict[str, Any]:
    """Choose when to be left alone."""
    row = set_quiet_hours(body.starts_at, body.ends_at, body.weekdays, actor=actor_of(request))
    return {"starts_at": row.starts_at, "ends_at": row.ends_at, "weekdays": row.weekdays}


@router.get("notifications/{uuid:notification_id}/", response=NotificationOut, operation_id="getNotification")
def notification(request: HttpRequest, notification_id: UUID) -> dict[str, Any]:
    """One thing the caller was told. Asking does not make it read."""
    return _shown(get_notification(notification_id, actor=actor_of(request)))


@router.post("notifications/{uuid:notification_id}/read/", response=NotificationOut, operation_id="readNotification")
def read(request: HttpRequest, notification_id: UUID) -> dict[str, Any]:
    """Say that one has read it."""
    return _shown(mark_read(notification_id, actor=actor_of(request)))
