"""One's own notifications over GraphQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from lyceum.core.actor import Actor
from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.graphql import Info, Payload, act, followed_as, row_id, through
from lyceum.core.live import Followed, Hears
from lyceum.domains.accounts.queries import own_id
from lyceum.domains.notifications import facts
from lyceum.domains.notifications.live import follow_own, own_topic
from lyceum.domains.notifications.queries import NEWEST_FIRST, count_unread, list_notifications
from lyceum.domains.notifications.rules.reading import mark_read


@strawberry.type(description="One thing somebody was told.")
class Notification:
    id: strawberry.ID = through("pk")
    type: str
    subject: str
    message: str
    is_read: bool
    created_at: datetime
    urgency: str
    link: str


@strawberry.type
class Query:
    @connection(Notification)
    def notifications(self, info: Info, span: Span, is_read: bool | None = None) -> Found:
        """What the caller was told, the newest first."""
        return find_page(list_notifications(info.context.actor, is_read=is_read), order=NEWEST_FIRST, span=span)

    @strawberry.field
    def unread_notifications(self, info: Info) -> int:
        """How many the caller has not read."""
        return count_unread(info.context.actor)


@strawberry.type
class NotificationPayload(Payload):
    notification: Notification | None = None


@strawberry.type
class Mutation:
    @act
    def mark_notification_read(self, info: Info, id: strawberry.ID) -> NotificationPayload:
        """Say that one has read it."""
        found: Any = mark_read(row_id(id), actor=info.context.actor)
        return NotificationPayload(notification=found)


@strawberry.type(description="Something was told to the caller.")
class NotificationReceived:
    kind: str
    source: str

    @strawberry.field
    def unread(self, _fact: strawberry.Parent[facts.NotificationsCreated], info: Info) -> int:
        """How many the caller has not read now."""
        return count_unread(info.context.actor)


@strawberry.type
class Subscription:
    @followed_as(NotificationReceived)
    def notification_received(self) -> Followed:
        """What the caller is told, as it happens."""

        def follows(actor: Actor) -> tuple[str, Hears]:
            user: UUID = own_id(actor)
            return own_topic(user), follow_own(user, actor=actor)

        return Followed(follows)
