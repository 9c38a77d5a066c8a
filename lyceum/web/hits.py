"""What a search finds: one line each, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """One thing that was found."""

    label: object
    href: str
    detail: object = ""
    posts: bool = False
    """Whether it is an act that its address does on POST, without asking more."""
    opens: str = ""
    """What the page itself can show in place of going to the address."""


@dataclass(frozen=True)
class Group:
    """Things of one kind, the best first."""

    name: str
    title: object
    hits: Sequence[Hit]
