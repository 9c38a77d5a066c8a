"""What a file really is, and whether an archive is safe to open. Nothing is ever unpacked to disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from lyceum.domains.exchange.errors import FileEmptyError, FileKindError, FileTooLargeError, FileUnsafeError

MOST_ENTRIES = 1000
HIGHEST_RATIO = 100
_ZIP = b"PK\x03\x04"
_KINDS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\xd0\xcf\x11\xe0", "an old or an encrypted Excel or Word file; save it as .xlsx without a password"),
    (b"Rar!", "a RAR archive; make a zip of it"),
    (b"7z\xbc\xaf", "a 7z archive; make a zip of it"),
    (b"\x1f\x8b", "a gzip file; make a zip of it"),
    (b"BZh", "a bzip2 file; make a zip of it"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a SQLite database"),
    (b"{\\rtf", "an RTF document"),
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
        raise FileEmptyError(f"There is no CSV file in the folder {folder.name}.")
    _refuse_large(sum(p.stat().st_size for p in paths), largest)
    for path in paths:
        with path.open("rb") as stream:
            refuse_other_kinds(stream, name=path.name)
    return [Piece(p.name, p.stat().st_size, lambda p=p: p.open("rb")) for p in paths]  # type: ignore[misc]  # binds p


def _file_pieces(stream: BinaryIO, *, name: str, largest: int) -> list[Piece]:
    size = stream.seek(0, 2)
    stream.seek(0)
    if size == 0:
        raise FileEmptyError(f"{name} is empty.")
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
            f"This is {size / 1e6:.0f} MB; an import may have {largest / 1e6:.0f} MB. Bring it in in parts.",
            largest=largest,
        )


def _zip_pieces(stream: BinaryIO, *, name: str, size: int, largest: int) -> list[Piece]:
    try:
        archive = ZipFile(stream)
        entries = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError):
        raise FileKindError(f"{name} is a damaged zip archive. Make it again.") from None
    _refuse_unsafe(entries, name=name, size=size)
    _refuse_large(sum(e.file_size for e in entries), largest)
    names = {e.filename for e in entries}
    if "xl/workbook.xml" in names:
        if any(n.endswith("vbaProject.bin") for n in names):
            raise FileKindError(f"{name} is an Excel file with macros. Save it as .xlsx.")
        return [Piece(name, size, lambda: _from_start(stream), is_sheet=True)]
    for inside, what in (("word/document.xml", "a Word document"), ("ppt/presentation.xml", "a PowerPoint file"),
                         ("mimetype", "an OpenDocument file; save it as .xlsx or CSV")):  # fmt: skip
        if inside in names:
            raise FileKindError(f"{name} is {what}.")
    return _tables_in(archive, entries, name)


def _refuse_unsafe(entries: list[ZipInfo], *, name: str, size: int) -> None:
    if len(entries) > MOST_ENTRIES:
        raise FileUnsafeError(f"{name} holds {len(entries)} files; at most {MOST_ENTRIES} are opened.")
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename or "\0" in entry.orig_filename:
            raise FileUnsafeError(f"{name} holds a path that leads outside itself: {entry.filename[:80]}.")
        if (entry.external_attr >> 16) & 0o170000 == 0o120000:
            raise FileUnsafeError(f"{name} holds a link instead of a file: {entry.filename[:80]}.")
        if entry.flag_bits & 1:
            raise FileUnsafeError(f"{name} is encrypted. Make it again without a password.")
        if entry.file_size > 1 << 16 and entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1):
            raise FileUnsafeError(f"{entry.filename[:80]} in {name} grows more than {HIGHEST_RATIO} times when opened.")
    if sum(e.file_size for e in entries) > max(HIGHEST_RATIO * size, 1 << 16):
        raise FileUnsafeError(f"{name} grows more than {HIGHEST_RATIO} times when opened.")


def _tables_in(archive: ZipFile, entries: list[ZipInfo], name: str) -> list[Piece]:
    pieces: dict[str, Piece] = {}
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts:
            continue
        with archive.open(entry) as inside:
            if inside.read(4).startswith(_NESTED):
                raise FileUnsafeError(f"{name} holds another archive, {path.name[:80]}. Put the tables in directly.")
        if path.suffix.lower() not in {".csv", ".txt"}:
            continue
        if path.name.lower() in pieces:
            raise FileUnsafeError(f"{name} holds {path.name} twice. Keep the one you mean.")
        with archive.open(entry) as inside:
            refuse_other_kinds(inside, name=path.name)
        pieces[path.name.lower()] = Piece(path.name, entry.file_size, lambda e=entry: _entry(archive, e))  # type: ignore[misc]  # binds entry
    if not pieces:
        raise FileEmptyError(f"There is no CSV file in {name}.")
    return list(pieces.values())


def _entry(archive: ZipFile, entry: ZipInfo) -> BinaryIO:
    return cast("BinaryIO", archive.open(entry))


def refuse_other_kinds(stream: IO[bytes], *, name: str) -> None:
    """Refuse what is no text, saying what it is."""
    head = stream.read(4096)
    for magic, words in _KINDS:
        if head.startswith(magic):
            raise FileKindError(f"{name} is {words}. Give a CSV or XLSX file, or a zip of CSV files.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<svg")):
        raise FileKindError(f"{name} is a web page or XML, not a table. Give a CSV or XLSX file.")
    if start.startswith((b"{", b"[")):
        raise FileKindError(f"{name} is JSON, not a table. Give a CSV or XLSX file.")
    if b"\0" in head and not head.startswith(_BYTE_ORDER_MARKS):
        raise FileKindError(f"{name} is not text. Give a CSV or XLSX file, or a zip of CSV files.")
