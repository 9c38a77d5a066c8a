"""What a list consists of: columns, filters, and what can be done with several rows at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.safestring import SafeString

if TYPE_CHECKING:  # bulk acts speak of tables
    from lyceum.core.lists.bulk import BulkAct

Row = TypeVar("Row")
Words = str | Promise


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: what it is called, what it says of a row, and what it sorts by."""

    name: str
    """In the address and in a file's first line."""
    label: Words
    value: Callable[[Row], object]
    """Plain: exported as it is, shown escaped."""
    html: Callable[[Row], SafeString] | None = None
    """Where a row is shown with more than its plain value."""
    sort: tuple[str, ...] = ()
    """Fields of the queryset, none of which may be NULL; empty where the list cannot be sorted by it."""
    is_number: bool = False
    is_extra: bool = False
    """Shown only to those who choose it; always exported."""


@dataclass(frozen=True)
class Filter:
    """One question above a list. Its answer is part of the address."""

    name: str
    label: Words
    options: Sequence[tuple[str, Words]] | None = None
    """Value and words; None for a text."""
    kind: str = "search"
    """What is typed where there are no options: `search`, `date` or `datetime-local`."""
    usual: str = ""
    every: Words | None = None
    """The words for no filter; None where one of the options is always chosen."""


@dataclass(frozen=True)
class Table(Generic[Row]):
    """A list of one kind of row."""

    name: str
    """Of an exported file."""
    label: Words
    columns: tuple[Column[Row], ...]
    """The first names the row."""
    href: Callable[[Row], str] | None = None
    """Where the row's name leads."""
    key: Callable[[Row], str] | None = None
    """The id by which a row is chosen for a bulk act."""
    bulk: tuple[BulkAct, ...] = ()
    order: tuple[str, ...] = field(default=("pk",))
    """The usual order of the queryset; total, so its last field is unique."""

    def shown(self, chosen: str) -> tuple[Column[Row], ...]:
        """The columns of an address (`name,number`), or the usual ones. The first is always there."""
        names = set(chosen.split(",")) if chosen else {c.name for c in self.columns if not c.is_extra}
        return tuple(c for n, c in enumerate(self.columns) if n == 0 or c.name in names)

    def sorted_by(self, wanted: str) -> tuple[str, tuple[str, ...]]:
        """What an address asks for (`number`, `-number`), and the fields that are that order."""
        column = next((c for c in self.columns if c.name == wanted.lstrip("-") and c.sort), None)
        if column is None:
            return "", self.order
        fields = column.sort
        if wanted.startswith("-"):
            fields = tuple(f[1:] if f.startswith("-") else f"-{f}" for f in fields)
        return wanted, (*fields, *(f for f in self.order if f.lstrip("-") not in {x.lstrip("-") for x in fields}))
