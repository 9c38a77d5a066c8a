"""What stands on a school year in domains above: asked before a rollover into it is undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lyceum.domains.academics.models import AcademicYear


@dataclass(frozen=True)
class Use:
    """The first thing that was done in a year."""

    words: str
    """As in `the register of 7A`."""
    id: UUID
    on: date


@dataclass(frozen=True)
class Claim:
    """A domain's say in undoing."""

    find_use: Callable[[AcademicYear], Use | None]
    """What was done in the year first, if anything was."""
    let_go: Callable[[Sequence[UUID]], None]
    """Take away what was only made ready for these classes, and in which nobody did anything yet."""


_claims: list[Claim] = []


def claim(each: Claim) -> None:
    """Add a domain's say."""
    _claims.append(each)


def find_use(year: AcademicYear) -> Use | None:
    """The first thing that anybody did in a year, or None."""
    found = [use for each in _claims if (use := each.find_use(year))]
    return min(found, key=lambda use: (use.on, use.id), default=None)


def let_go(classes: Sequence[UUID]) -> None:
    """Have taken away what was only made ready for these classes."""
    for each in _claims:
        each.let_go(classes)
