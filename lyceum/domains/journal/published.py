"""The types of facts as they are published: for who pulls facts, and for who chooses what a webhook tells."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from lyceum.domains.journal.facts import FACT_TYPES, FactPayload, WebhookTried

EVERYTHING = "*"
TRIED = WebhookTried.type
"""Sent to one endpoint alone, because its admin asked for it: no pattern takes it in."""


@dataclass(frozen=True)
class FactType:
    """One type: its name, what it says in a sentence, and the form of its data."""

    type: str
    version: int
    topic: str
    sentence: str
    leaves: bool
    """Whether it may be told outside at all."""
    schema: dict[str, Any]

    @property
    def domain(self) -> str:
        """The first word of its name."""
        return self.type.partition(".")[0]


@cache
def list_fact_types() -> tuple[FactType, ...]:
    """Every declared type, by name."""
    return tuple(_published(FACT_TYPES[name]) for name in sorted(FACT_TYPES))


def _published(declared: type[FactPayload]) -> FactType:
    return FactType(
        type=declared.type,
        version=declared.schema_version,
        topic=declared.topic,
        sentence=(inspect.getdoc(declared) or "").partition("\n")[0],
        leaves=not declared.stays,
        schema=_schema(declared),
    )


def _schema(declared: type[FactPayload]) -> dict[str, Any]:
    """JSON Schema of a payload, with what it refers to inside."""
    whole = msgspec.json.schema(declared)
    definitions = whole.pop("$defs", {})
    own = definitions.pop(declared.__name__)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **own}
    return schema | {"$defs": definitions} if definitions else schema


def sentence_of(name: str) -> str:
    """What a type says; its name where it is declared no more."""
    return next((each.sentence for each in list_fact_types() if each.type == name), name)


def choosable_types() -> list[FactType]:
    """What a webhook may be told."""
    return [each for each in list_fact_types() if each.leaves and each.type != TRIED]


def types_of(patterns: Iterable[str]) -> list[str]:
    """The types that patterns stand for: a type, a beginning as in `attendance.*`, or `*`."""
    wanted = list(patterns)
    return [each.type for each in choosable_types() if any(_fits(each.type, pattern) for pattern in wanted)]


def _fits(name: str, pattern: str) -> bool:
    if pattern == EVERYTHING:
        return True
    return name.startswith(pattern[:-1]) if pattern.endswith(".*") else name == pattern
