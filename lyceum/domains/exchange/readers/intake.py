"""Taking a file in: whatever was given becomes one zip of UTF-8 CSV files, line for line, without passwords.

Only this copy is ever kept and read. A column whose header speaks of a password keeps its header and loses
every value here, before anything is stored.
"""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as _

from lyceum.core.text import searchable
from lyceum.domains.exchange.errors import FileEmptyError, RowUnreadableError
from lyceum.domains.exchange.readers.archives import Piece, opened_pieces
from lyceum.domains.exchange.readers.sheets import sheet_rows
from lyceum.domains.exchange.readers.text import find_encoding, find_separator

_SECRET_WORDS = ("password", "passwd", "pwd", "passphrase", "passcode", "passwort", "kennwort", "contrasena",
                 "motdepasse", "senha", "wachtwoord", "secret")  # fmt: skip
_SECRET_NAMES = frozenset({"pin", "pass"})
csv.field_size_limit(min(sys.maxsize, 1 << 20))


@dataclass(frozen=True, slots=True)
class TakenFile:
    """One table as it was taken in."""

    name: str
    lines: int
    """Rows below the header that hold something."""


def take_in(source: Path | BinaryIO, *, name: str, largest: int, out: BinaryIO) -> list[TakenFile]:
    """Write the clean copy of what was given to `out`. Refuses what is empty, unsafe, too large or no table."""
    taken = []
    with (
        opened_pieces(source, name=name, largest=largest) as pieces,
        ZipFile(out, "w", ZIP_DEFLATED, compresslevel=3) as copy,
    ):
        for piece in pieces:
            with copy.open(stored_name(piece), "w", force_zip64=True) as inside:
                lines = _copy(piece, inside)  # type: ignore[arg-type]  # a zip entry opened for writing is a BinaryIO
            taken.append(TakenFile(stored_name(piece), lines))
    if not any(each.lines for each in taken):
        raise FileEmptyError(_("%(name)s holds no rows below its header.") % {"name": name})
    return taken


def stored_name(piece: Piece) -> str:
    """The name of a table inside the copy."""
    return piece.name.rsplit(".", 1)[0] + ".csv"


def _copy(piece: Piece, out: BinaryIO) -> int:
    text = io.TextIOWrapper(out, "utf-8", newline="")
    try:
        return _copy_rows(_rows(piece), text)
    finally:
        text.detach()


def _copy_rows(rows: Iterator[tuple[int, list[str]]], text: io.TextIOWrapper) -> int:
    """Write the rows on the lines on which they were; returns how many there are below the header."""
    writer = csv.writer(text, lineterminator="\n")
    count, secret, line = -1, frozenset[int](), 1
    for starts, written in rows:
        cells = [_one_kind_of_line_end(cell) for cell in written]
        if count < 0:
            cells = [" ".join(cell.removeprefix("\ufeff").split()) for cell in cells]
            secret = frozenset(n for n, header in enumerate(cells) if is_secret(header))
        else:
            cells = ["" if n in secret else cell for n, cell in enumerate(cells)]
        text.write("\n" * (starts - line))
        writer.writerow(cells)
        line = starts + 1 + sum(cell.count("\n") for cell in cells)
        count += 1
    return max(count, 0)


def is_secret(header: str) -> bool:
    """Whether a column's name speaks of a password."""
    words = searchable(header).replace(" ", "")
    return words in _SECRET_NAMES or any(word in words for word in _SECRET_WORDS)


def _one_kind_of_line_end(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell


def _rows(piece: Piece) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with the line it starts on."""
    if piece.is_sheet:
        with closing(piece.open()) as stream:
            yield from sheet_rows(stream, name=piece.name)
        return
    with closing(piece.open()) as stream:
        encoding = find_encoding(stream, name=piece.name)
        text = io.TextIOWrapper(stream, encoding, newline="")
        try:
            yield from _cut(text, piece.name)
        except csv.Error as error:
            raise RowUnreadableError(
                _("%(name)s cannot be read: %(error)s. Look for a quote that is not closed.")
                % {"name": piece.name, "error": error}
            ) from None
        finally:
            text.detach()


def _cut(text: io.TextIOWrapper, name: str) -> Iterator[tuple[int, list[str]]]:
    header = text.readline()
    skipped = 0
    if header.removeprefix("\ufeff").lower().startswith("sep="):  # Excel's own first line
        header, skipped = text.readline(), 1
    reader = csv.reader(_again(header, text), delimiter=find_separator(header))
    line = skipped + 1
    for cells in reader:
        if any(cells):
            yield line, cells
        line = reader.line_num + skipped + 1
    del name


def _again(first: str, rest: io.TextIOWrapper) -> Iterator[str]:
    yield first
    yield from iter(rest.readline, "")  # not from the stream itself, which would be closed with us
