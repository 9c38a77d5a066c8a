"""Following what happens as it happens: what a domain says about a topic when it is asked who may."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from lyceum.core.actor import Actor

Hears = Callable[[Any], bool]
"""Which facts of a topic somebody may hear of."""
Follows = Callable[[Actor], tuple[str, Hears]]
"""Checks that somebody may follow a topic, and gives the topic with what they may hear of it."""


@dataclass(frozen=True)
class Followed:
    """What a subscription follows. The socket does the following, and asks anew for every fact."""

    follows: Follows

    def __aiter__(self) -> AsyncIterator[Any]:
        raise NotImplementedError("The socket follows.")
