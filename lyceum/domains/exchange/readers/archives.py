"""What a file really is, and whether an archive is safe to open. Nothing is ever unpacked to disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.files import FileKindError, FileTooLargeError, FileUnsafeError
from lyceum.domains.exchange.errors import FileEmptyError

MOST_ENTRIES = 1000
HIGHEST_RATIO = 100
_ZIP = b"PK\x03\x04"
_KINDS = (
    (b"%PDF", gettext_noop("a PDF")),
    (b"\x89PNG", gettext_noop("a picture (PNG)")),
    (b"\xff\xd8\xff", gettext_noop("a picture (JPEG)")),
    (b"GIF8", gettext_noop("a picture (GIF)")),
    (
        b"\xd0\xcf\x11\xe0",
        gettext_noop("an old or an encrypted Excel or Word file; save it as .xlsx without a password"),
    ),
    (b"Rar!", gettext_noop("a RAR archive; make a zip of it")),
    (b"7z\xbc\xaf", gettext_noop("a 7z archive; make a zip of it")),
    (b"\x1f\x8b", gettext_noop("a gzip file; make a zip of it")),
    (b"BZh", gettext_noop("a bzip2 file; make a zip of it")),
    (b"\x7fELF", gettext_noop("a program")),
    (b"MZ", gettext_noop("a program")),
    (b"SQLite format 3", gettext_noop("a SQLite database")),
    (b"{\\rtf", gettext_noop("an RTF document")),
)
_DOCUMENTS = (
    ("word/document.xml", gettext_noop("a Word document")),
    ("ppt/presentation.xml", gettext_noop("a PowerPoint file")),
    ("mimetype", gettext_noop("an OpenDocument file; save it as .xlsx or CSV")),
)
_NESTED = (_ZIP, b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Piece:
    """One table of what was given: its file name, and how to read its bytes from the start."""

    name: str
    size: int
    open: Callable[[], BinaryIO]
    is_sheet: bool = False


@contextmanager
def opened_pieces(source: Path | BinaryIO, *, name: str, largest: int) -> Iterator[list[Piece]]:
    """The tables of a folder, a zip, or a single CSV or XLSX file, for as long as the block runs."""
    if isinstance(source, Path) and source.is_dir():
        yield _folder_pieces(source, largest=largest)
        return
    stream = source.open("rb") if isinstance(source, Path) else source
    try:
        yield _file_pieces(stream, name=name, largest=largest)
    finally:
        if isinstance(source, Path):
            stream.close()


def _folder_pieces(folder: Path, *, largest: int) -> list[Piece]:
    paths = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix.lower() in {".csv", ".txt"})
    if not paths:
        raise FileEmptyError(_("There is no CSV file in the folder %(folder)s.") % {"folder": folder.name})
    _refuse_large(sum(p.stat().st_size for p in paths), largest)
    for path in paths:
        with path.open("rb") as stream:
            refuse_other_kinds(stream, name=path.name)
    return [Piece(p.name, p.stat().st_size, lambda p=p: p.open("rb")) for p in paths]  # type: ignore[misc]  # binds p


def _file_pieces(stream: BinaryIO, *, name: str, largest: int) -> list[Piece]:
    size = stream.seek(0, 2)
    stream.seek(0)
    if size == 0:
        raise FileEmptyError(_("%(name)s is empty.") % {"name": name})
    _refuse_large(size, largest)
    if stream.read(4) == _ZIP:
        stream.seek(0)
        return _zip_pieces(stream, name=name, size=size, largest=largest)
    stream.seek(0)
    refuse_other_kinds(stream, name=name)
    return [Piece(PurePosixPath(name.replace("\\", "/")).name, size, lambda: _from_start(stream))]


def _from_start(stream: BinaryIO) -> BinaryIO:
    stream.seek(0)
    return stream


def _refuse_large(size: int, largest: int) -> None:
    if size > largest:
        raise FileTooLargeError(
            _("This is %(size)s MB; an import may have %(largest)s MB. Bring it in in parts.")
            % {"size": f"{size / 1e6:.0f}", "largest": f"{largest / 1e6:.0f}"},
            largest=largest,
        )


def _zip_pieces(stream: BinaryIO, *, name: str, size: int, largest: int) -> list[Piece]:
    try:
        archive = ZipFile(stream)
        entries = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError):
        raise FileKindError(_("%(name)s is a damaged zip archive. Make it again.") % {"name": name}) from None
    _refuse_unsafe(entries, name=name, size=size)
    _refuse_large(sum(e.file_size for e in entries), largest)
    names = {e.filename for e in entries}
    if "xl/workbook.xml" in names:
        if any(n.endswith("vbaProject.bin") for n in names):
            raise FileKindError(_("%(name)s is an Excel file with macros. Save it as .xlsx.") % {"name": name})
        return [Piece(name, size, lambda: _from_start(stream), is_sheet=True)]
    for inside, what in _DOCUMENTS:
        if inside in names:
            raise FileKindError(_("%(name)s is %(what)s.") % {"name": name, "what": _(what)})
    return _tables_in(archive, entries, name)


def _refuse_unsafe(entries: list[ZipInfo], *, name: str, size: int) -> None:
    if len(entries) > MOST_ENTRIES:
        raise FileUnsafeError(
            _("%(name)s holds %(entries)s files; at most %(most_entries)s are opened.")
            % {"name": name, "entries": len(entries), "most_entries": MOST_ENTRIES}
        )
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename or "\0" in entry.orig_filename:
            raise FileUnsafeError(
                _("%(name)s holds a path that leads outside itself: %(filename)s.")
                % {"name": name, "filename": entry.filename[:80]}
            )
        if (entry.external_attr >> 16) & 0o170000 == 0o120000:
            raise FileUnsafeError(
                _("%(name)s holds a link instead of a file: %(filename)s.")
                % {"name": name, "filename": entry.filename[:80]}
            )
        if entry.flag_bits & 1:
            raise FileUnsafeError(_("%(name)s is encrypted. Make it again without a password.") % {"name": name})
        if entry.file_size > 1 << 16 and entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1):
            raise FileUnsafeError(
                _("%(filename)s in %(name)s grows more than %(highest_ratio)s times when opened.")
                % {"filename": entry.filename[:80], "name": name, "highest_ratio": HIGHEST_RATIO}
            )
    if sum(e.file_size for e in entries) > max(HIGHEST_RATIO * size, 1 << 16):
        raise FileUnsafeError(
            _("%(name)s grows more than %(highest_ratio)s times when opened.")
            % {"name": name, "highest_ratio": HIGHEST_RATIO}
        )


def _tables_in(archive: ZipFile, entries: list[ZipInfo], name: str) -> list[Piece]:
    pieces: dict[str, Piece] = {}
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts:
            continue
        with archive.open(entry) as inside:
            if inside.read(4).startswith(_NESTED):
                raise FileUnsafeError(
                    _("%(name)s holds another archive, %(path)s. Put the tables in directly.")
                    % {"name": name, "path": path.name[:80]}
                )
        if path.suffix.lower() not in {".csv", ".txt"}:
            continue
        if path.name.lower() in pieces:
            raise FileUnsafeError(
                _("%(name)s holds %(path)s twice. Keep the one you mean.") % {"name": name, "path": path.name}
            )
        with archive.open(entry) as inside:
            refuse_other_kinds(inside, name=path.name)
        pieces[path.name.lower()] = Piece(path.name, entry.file_size, lambda e=entry: _entry(archive, e))  # type: ignore[misc]  # binds entry
    if not pieces:
        raise FileEmptyError(_("There is no CSV file in %(name)s.") % {"name": name})
    return list(pieces.values())


def _entry(archive: ZipFile, entry: ZipInfo) -> BinaryIO:
    return cast("BinaryIO", archive.open(entry))


def refuse_other_kinds(stream: IO[bytes], *, name: str) -> None:
    """Refuse what is no text, saying what it is."""
    head = stream.read(4096)
    for magic, words in _KINDS:
        if head.startswith(magic):
            raise FileKindError(
                _("%(name)s is %(words)s. Give a CSV or XLSX file, or a zip of CSV files.")
                % {"name": name, "words": _(words)}
            )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<svg")):
        raise FileKindError(_("%(name)s is a web page or XML, not a table. Give a CSV or XLSX file.") % {"name": name})
    if start.startswith((b"{", b"[")):
        raise FileKindError(_("%(name)s is JSON, not a table. Give a CSV or XLSX file.") % {"name": name})
    if b"\0" in head and not head.startswith(_BYTE_ORDER_MARKS):
        raise FileKindError(_("%(name)s is not text. Give a CSV or XLSX file, or a zip of CSV files.") % {"name": name})
