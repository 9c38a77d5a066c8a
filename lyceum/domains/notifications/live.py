"""Following one's own notifications."""

from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.live import Hears
from lyceum.domains.accounts.queries import own_id
from lyceum.domains.notifications.facts import NotificationsCreated


def own_topic(user_id: UUID) -> str:
    """The topic of what one person is told."""
    return f"user:{user_id}"


def follow_own(user_id: UUID, *, actor: Actor) -> Hears:
    """One's own notifications, and nobody else's."""
    user = own_id(actor)
    if user != user_id:
        raise NotFoundError
    return lambda fact: isinstance(fact, NotificationsCreated) and user in fact.users
