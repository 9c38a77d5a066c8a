"""The clean copy of what was given, read row by row as often as needed."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZipFile

from django.utils.translation import gettext as _

from lyceum.core.text import searchable, tidy
from lyceum.domains.exchange.errors import ColumnMissingError, FileMissingError


def key_of(header: str) -> str:
    """The form in which two headers are the same: without case, accents, blanks and punctuation."""
    return searchable(header).replace(" ", "")


def plain(text: str) -> str:
    """A cell as it is kept: one blank between words, none around."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return tidy(text)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table and the line it starts on."""

    line: int
    cells: list[str]

    def at(self, column: int) -> str:
        """The cell of a column; nothing where the column or the cell is not there."""
        return plain(self.cells[column]) if 0 <= column < len(self.cells) else ""


class Table:
    """One table: its header, and its rows as often as they are asked for."""

    def __init__(self, archive: ZipFile, entry: str) -> None:
        self._archive = archive
        self._entry = entry
        self.name = entry
        with archive.open(entry) as stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
            self.headers: tuple[str, ...] = tuple(next(csv.reader(text), []))
        self._columns: dict[str, int] = {}
        for n, header in enumerate(self.headers):
            self._columns.setdefault(key_of(header), n)
        self._found: dict[tuple[str, ...], int] = {}

    def find(self, *names: str) -> int:
        """The position of the first of these headers that is there, or -1."""
        if names not in self._found:
            self._found[names] = next((self._columns[k] for k in map(key_of, names) if k in self._columns), -1)
        return self._found[names]

    def get(self, *names: str) -> int:
        """The position of the first of these headers; a refusal that names file and column if none is there."""
        found = self.find(*names)
        if found < 0:
            raise ColumnMissingError(
                _("%(name)s has no column “%(column)s”. Add it, or export the file again.")
                % {"name": self.name, "column": names[0]},
                file=self.name,
                column=names[0],
            )
        return found

    def has(self, *names: str) -> bool:
        """Whether all these headers are there."""
        return all(key_of(name) in self._columns for name in names)

    def header(self, column: int) -> str:
        """The header at a position, as written."""
        return self.headers[column] if 0 <= column < len(self.headers) else ""

    def __iter__(self) -> Iterator[Row]:
        with self._archive.open(self._entry) as stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
            reader = csv.reader(text)
            line, is_header = 1, True
            for cells in reader:
                if cells and not is_header:
                    yield Row(line, cells)
                is_header = is_header and not cells
                line = reader.line_num + 1


class Bundle:
    """Everything that was given, as tables by their names."""

    def __init__(self, stored: BinaryIO) -> None:
        self._archive = ZipFile(stored)
        self._entries = {name.removesuffix(".csv").lower(): name for name in self._archive.namelist()}
        self._tables: dict[str, Table] = {}

    @property
    def names(self) -> Sequence[str]:
        """The names of the tables, without ending and case."""
        return sorted(self._entries)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def find(self, name: str) -> Table | None:
        """The table of that name (no ending, any case), or None."""
        key = name.lower()
        if key not in self._entries:
            return None
        if key not in self._tables:
            self._tables[key] = Table(self._archive, self._entries[key])
        return self._tables[key]

    def get(self, name: str) -> Table:
        """The table of that name; a refusal that names it if it is not there."""
        table = self.find(name)
        if table is None:
            raise FileMissingError(
                _("%(name)s.csv is missing. Export all the files again, together.") % {"name": name}, file=f"{name}.csv"
            )
        return table

    def only(self) -> Table:
        """The one table, where a list was given."""
        table = self.find(self.names[0])
        assert table is not None  # an empty bundle is refused when it is taken in
        return table
