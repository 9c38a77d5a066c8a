"""What bytes really are, and whether a document carries a program: the kinds that are not pictures or PDFs."""

import io
import zipfile
from collections.abc import Mapping

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLD_WORD = "application/msword"
TEXT = "text/plain"
MOST_UNPACKED, MOST_PARTS = 200 * 1024 * 1024, 5_000
_SAME: Mapping[str, str] = {
    "audio/mp3": "audio/mpeg",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/vnd.wave": "audio/wav",
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FRAMES = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")


def kind_of(content: bytes) -> str:
    """The media type that the bytes are; nothing where they are nothing known."""
    if content.startswith(b"PK\x03\x04"):
        return _packed_kind(content)
    if content.startswith(_OLD_OFFICE):  # one container for many programs: a directory entry names which
        return OLD_WORD if "WordDocument".encode("utf-16-le") in content else "application/x-ole-storage"
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return "audio/wav"
    if content.startswith((b"ID3", *_FRAMES)):
        return "audio/mpeg"
    found = _by_tables(content)
    return _SAME.get(found, found) or (TEXT if _is_text(content) else "")


def _by_tables(content: bytes) -> str:
    import puremagic  # reads its tables, which only who hands in a file needs

    try:
        found: str = puremagic.from_string(content, mime=True)
    except (puremagic.PureError, ValueError):
        return ""
    return found


def _is_text(content: bytes) -> bool:
    """Words and nothing else: no markup that a browser would run, no script that names its program."""
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    begins = words.lstrip()[:2]
    return bool(words) and not begins.startswith(("<", "#!", "MZ")) and all(c >= " " or c in "\t\r\n\f" for c in words)


def _packed_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "application/zip"
    return WORD if {"[Content_Types].xml", "word/document.xml"} <= names else "application/zip"


def carries_program(content: bytes, kind: str) -> bool:
    """Whether a document has macros or other files in it, or unpacks into more than anybody writes."""
    if kind == OLD_WORD:
        return any(name.encode("utf-16-le") in content for name in ("_VBA_PROJECT", "Macros", "ObjectPool"))
    if kind != WORD:
        return False
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
    names = [part.filename.casefold() for part in parts]
    return (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > MOST_UNPACKED
        or any("vbaproject" in name or "/embeddings/" in name or "activex" in name for name in names)
    )
