"""What notifications tell the rest of the system."""

from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class NotificationsCreated(FactPayload, frozen=True, kw_only=True):
    """Somebody was told something; several people at once where they were told the same."""

    type: ClassVar[str] = "notifications.created"
    topic: ClassVar[str] = "notifications"
    stays: ClassVar[bool] = True  # it names what somebody was told about, whatever that was
    is_live: ClassVar[bool] = True
    kind: str
    users: tuple[UUID, ...]
    source: str = ""

    def subject(self) -> str:
        return self.source

    def live_topics(self) -> tuple[str, ...]:
        return tuple(f"user:{user}" for user in self.users)


class TextsStopped(FactPayload, frozen=True, kw_only=True):
    """What goes by itself needed more texts than are left this month: how many went on by other ways, or by none."""

    type: ClassVar[str] = "notifications.texts_stopped"
    topic: ClassVar[str] = "notifications"
    first: UUID
    """The first notification of those."""
    kind: str
    stopped: int
    """People who were to get a text and do not."""
    unreached: int
    """Those of them whom nothing else reaches."""

    def subject(self) -> str:
        return str(self.first)


class DeliveryChanged(FactPayload, frozen=True, kw_only=True):
    """A message went, arrived or failed."""

    type: ClassVar[str] = "notifications.delivery_changed"
    topic: ClassVar[str] = "notifications"
    delivery: UUID
    channel: str
    state: str

    def subject(self) -> str:
        return str(self.delivery)


class AddressSuppressed(FactPayload, frozen=True, kw_only=True):
    """An address takes nothing more. The address itself is asked for by its id."""

    type: ClassVar[str] = "notifications.address_suppressed"
    topic: ClassVar[str] = "notifications"
    address: UUID
    reason: str

    def subject(self) -> str:
        return str(self.address)


class AddressRestored(FactPayload, frozen=True, kw_only=True):
    """An address counts as good again."""

    type: ClassVar[str] = "notifications.address_restored"
    topic: ClassVar[str] = "notifications"
    address: UUID

    def subject(self) -> str:
        return str(self.address)


class SmsReceived(FactPayload, frozen=True, kw_only=True):
    """A text came in."""

    type: ClassVar[str] = "notifications.sms_received"
    topic: ClassVar[str] = "notifications"
    sms: UUID

    def subject(self) -> str:
        return str(self.sms)
