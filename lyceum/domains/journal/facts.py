"""Facts: typed payloads that domains declare in their facts.py, and who hears them.

A payload holds ids, coded meanings, times and amounts; never names or free text.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import msgspec

from lyceum.core.actor import Actor


class FactPayload(msgspec.Struct, frozen=True, kw_only=True):
    """The base of every fact's payload. A subclass names its `type` and Kafka `topic`."""

    type: ClassVar[str] = ""
    topic: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1
    """Goes up when a field changes its meaning; a new field alone does not."""
    is_live: ClassVar[bool] = False
    """Whether it is sent to listening sockets as it happens."""
    stays: ClassVar[bool] = False
    """Whether facts of this type stay in the house: no webhook, list or stream tells them. So does whatever is about
    keeping a child safe."""

    def leaves(self) -> bool:
        """Whether this very fact may be told outside."""
        return not self.stays

    def subject(self) -> str:
        """The id of what the fact is about."""
        return ""

    def live_topics(self) -> tuple[str, ...]:
        """The socket topics on which the fact is sent as it happens, as in `register:{id}`."""
        return ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.type:
            FACT_TYPES[cls.type] = cls


FACT_TYPES: dict[str, type[FactPayload]] = {}
"""Every declared fact by its type."""

F = TypeVar("F", bound=FactPayload)
Hearer = Callable[[Any, Actor], None]
_hearers: dict[str, list[Hearer]] = {}
_hearers_of_all: dict[str, list[Hearer]] = {}


def hears(fact_type: type[F]) -> Callable[[Callable[[F, Actor], None]], Callable[[F, Actor], None]]:
    """Subscribe a function: it runs in the transaction that records the fact, and enqueues tasks."""

    def subscribe(hearer: Callable[[F, Actor], None]) -> Callable[[F, Actor], None]:
        _hearers.setdefault(fact_type.type, []).append(hearer)
        return hearer

    return subscribe


def hears_all(
    fact_type: type[F],
) -> Callable[[Callable[[Sequence[F], Actor], None]], Callable[[Sequence[F], Actor], None]]:
    """Subscribe a function that is called once with all facts of a type that one act records."""

    def subscribe(hearer: Callable[[Sequence[F], Actor], None]) -> Callable[[Sequence[F], Actor], None]:
        _hearers_of_all.setdefault(fact_type.type, []).append(hearer)
        return hearer

    return subscribe


V = TypeVar("V", bound=msgspec.Struct)


def hears_of(name: str, view: type[V]) -> Callable[[Callable[[V, Actor], None]], Callable[[V, Actor], None]]:
    """Subscribe to a fact of a sibling, known by its name alone; `view` has those of its fields that matter here."""

    def subscribe(hearer: Callable[[V, Actor], None]) -> Callable[[V, Actor], None]:
        def hear(payload: FactPayload, actor: Actor) -> None:
            hearer(msgspec.convert(msgspec.to_builtins(payload), view), actor)

        _hearers.setdefault(name, []).append(hear)
        return hearer

    return subscribe


def tell(payloads: Sequence[FactPayload], actor: Actor) -> None:
    """Call everybody who hears these facts of one act: one after the other, then those who hear all of a type."""
    together: dict[str, list[FactPayload]] = {}
    for payload in payloads:
        for hearer in _hearers.get(payload.type, ()):
            hearer(payload, actor)
        together.setdefault(payload.type, []).append(payload)
    for name, facts in together.items():
        for hearer in _hearers_of_all.get(name, ()):
            hearer(facts, actor)


class WebhookSwitchedOff(FactPayload, frozen=True, kw_only=True):
    """Nothing is sent to a webhook any more."""

    type: ClassVar[str] = "journal.webhook_switched_off"
    topic: ClassVar[str] = "journal"
    endpoint: UUID
    reason: str
    """by_hand, gone, last_failure or no_success."""

    def subject(self) -> str:
        return str(self.endpoint)


class WebhookTried(FactPayload, frozen=True, kw_only=True):
    """An admin tries whether a webhook arrives: this one is told so, and no other."""

    type: ClassVar[str] = "journal.webhook_tried"
    topic: ClassVar[str] = "journal"
    endpoint: UUID

    def subject(self) -> str:
        return str(self.endpoint)
