"""Those who carry messages: one small interface, whatever is behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One message, ready to go."""

    key: str
    """The same for each try: a provider that knows such keys sends it once."""
    to: str
    sender: str
    """Empty: the carrier's own."""
    sender_name: str
    subject: str
    text: str
    html: str = ""
    unsubscribe: str = ""
    """The address for one-click unsubscribing; empty where nobody can."""
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """What the provider says of a message that it took."""

    message: str = ""
    """Its name for it."""
    segments: int = 0


class SendError(Exception):
    """The provider did not take the message."""

    def __init__(self, text: str, *, code: str = "", is_permanent: bool = False, is_setup: bool = False) -> None:
        super().__init__(text[:300])
        self.code = code[:40]
        self.is_permanent = is_permanent
        """The address is wrong: trying again changes nothing."""
        self.is_setup = is_setup
        """The provider itself is set up wrong: a person must look."""


class Sender(Protocol):
    """Sends by one provider. Made for one batch of messages, and closed after it."""

    name: str
    sender: str

    def send(self, message: Outgoing) -> Sent:
        """Hand over one message. Raises SendError."""

    def close(self) -> None:
        """Let go of whatever was kept open."""
