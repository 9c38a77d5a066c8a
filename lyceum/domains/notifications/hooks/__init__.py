"""What carriers report by themselves: each in its own format, checked for its signature, and put into our words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.http import HttpRequest


class Outcome(StrEnum):
    """What a carrier says of a message."""

    DELIVERED = "delivered"
    READ = "read"
    SOFT = "soft"
    """It came back for now."""
    HARD = "hard"
    """The address takes nothing, and never will."""
    FAILED = "failed"
    """It did not arrive, and the address is not to blame."""
    COMPLAINT = "complaint"
    STOPPED = "stopped"
    """Whoever got it wants no more."""
    OTHER = "other"


@dataclass(frozen=True)
class Report:
    """Something that became of one message."""

    event: str
    """The same for the same event, however often it is reported."""
    message: str
    """The carrier's name for the message."""
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True)
class Incoming:
    """A text that somebody sent."""

    message: str
    sender: str
    """With + and the country."""
    text: str


@dataclass(frozen=True)
class Heard:
    """Everything that one call says."""

    reports: tuple[Report, ...] = ()
    texts: tuple[Incoming, ...] = ()
    confirm: str = ""
    """An address to be opened once, by which the carrier learns that we want to hear."""
    answer: str = ""
    """What it wants to be told."""
    answer_type: str = "text/plain"


@dataclass(frozen=True)
class Proof:
    """What a call must show to be believed."""

    address: str
    """Where it was sent, as people see it."""
    password: str
    """Of the basic sign-in that is part of the address, where the carrier signs nothing."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The carrier's settings with its secrets."""


class NotProvenError(Exception):
    """The call does not prove that the carrier sent it."""


USER = "lyceum"
"""The name of the basic sign-in."""
Reader = Callable[[HttpRequest, Proof], Heard]
