"""Files that people hand in: what they really are, whether they are safe, and their name in the store.

Bytes say what a file is, not its name. Pictures are painted anew, so that nothing travels along that nobody sees: where
and with which telephone they were taken, or a second file behind the first.
"""

import hashlib
import io
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, RuleError
from lyceum.core.file_kinds import OLD_WORD, TEXT, WORD, carries_program, kind_of
from lyceum.core.schools import current_school

LARGEST, MOST_PIXELS = 10 * 1024 * 1024, 40_000_000
"""Of one file in bytes, and of one picture."""
KINDS: Mapping[str, tuple[str, str]] = {
    "image/jpeg": ("JPEG", "jpg"),
    "image/png": ("PNG", "png"),
    "image/webp": ("WEBP", "webp"),
    "application/pdf": ("", "pdf"),
}
"""Pictures and papers: the painter's name for it, and how its name ends."""
PICTURES = frozenset(kind for kind in KINDS if kind.startswith("image/"))
WORK: Mapping[str, tuple[str, str]] = {
    **{kind: named for kind, named in KINDS.items() if kind != "image/webp"},
    OLD_WORD: ("", "doc"),
    WORD: ("", "docx"),
    TEXT: ("", "txt"),
    "audio/mpeg": ("", "mp3"),
    "audio/wav": ("", "wav"),
}
"""What schoolwork is handed in as."""
_ENDINGS = {kind: ending for kind, (_painter, ending) in (*KINDS.items(), *WORK.items())}
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")


class FileTooLargeError(RuleError):
    """More bytes than may be handed in."""

    code = "file_too_large"
    status = 413
    title = gettext_noop("Too large")


class FileKindError(RuleError):
    """Something else than is asked for; the refusal says what it really is."""

    code = "file_type"
    status = 415
    title = gettext_noop("Another kind of file")


class FileUnsafeError(InvalidError):
    """A file that could do harm when it is opened or unpacked."""

    code = "file_unsafe"


@dataclass(frozen=True)
class TakenFile:
    """A file as it is kept."""

    name: str
    kind: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256, in hex."""
        return hashlib.sha256(self.content).hexdigest()


def take_file(given: BinaryIO, *, name: str, kinds: Set[str] = KINDS.keys(), largest: int = 0) -> TakenFile:
    """Read what was handed in. Refuses what is too large, of a kind that is not asked for, or unsafe."""
    largest = largest or LARGEST
    content = given.read(largest + 1)
    if len(content) > largest:
        raise FileTooLargeError(_("A file has at most %(n)s MB.") % {"n": largest // 1024**2})
    kind = kind_of(content)
    if kind not in kinds:
        raise FileKindError(_asked_for(kinds) % {"kind": kind or _("something else")}, kind=kind)
    if carries_program(content, kind):
        raise FileUnsafeError(_("The document holds a program or another file. Save it without, or as a PDF."))
    clean = _safe_pdf(content) if kind == "application/pdf" else content
    if KINDS.get(kind, ("",))[0]:
        clean = _painted(content, KINDS[kind][0])
    return TakenFile(_clean_name(name, _ENDINGS[kind]), kind, clean)


def _asked_for(kinds: Set[str]) -> str:
    if kinds == PICTURES:
        return _("Hand in a picture (JPEG, PNG or WebP); this is %(kind)s.")
    if TEXT in kinds:
        return _("Hand in jpg, png, pdf, doc, docx, txt, mp3 or wav; this is %(kind)s.")
    return _("Hand in a picture (JPEG, PNG, WebP) or a PDF; this is %(kind)s.")


def _painted(content: bytes, painter: str) -> bytes:
    from PIL import Image, ImageOps, UnidentifiedImageError  # slow, and needed here alone

    try:
        with Image.open(io.BytesIO(content), formats=[painter]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FileUnsafeError(_("The picture has more points than a picture needs."))
            turned = ImageOps.exif_transpose(picture)
            turned.info.clear()
            out = io.BytesIO()
            turned.convert("RGB" if painter == "JPEG" else "RGBA").save(out, format=painter)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise FileUnsafeError(_("The picture is damaged, or hides something else.")) from None
    return out.getvalue()


def _safe_pdf(content: bytes) -> bytes:
    if _ACTIVE.search(content):
        raise FileUnsafeError(_("The PDF holds a program or another file. Print it into a new PDF and hand that in."))
    return content


def _clean_name(name: str, ending: str) -> str:
    """The name without folders, and with the ending that is true."""
    base = re.split(r"[/\\]", name)[-1].rpartition(".")[0] or re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in base if c.isprintable() and c not in '<>:"|?*').strip(" .")[:100]
    return f"{shown or _('file')}.{ending}"


def store_file(taken: TakenFile, *, area: str, row: UUID) -> str:
    """Keep the content in the school's own folder; returns its name in the store."""
    return default_storage.save(f"schools/{current_school()}/{area}/{row}", ContentFile(taken.content))


def read_file(stored: str) -> bytes:
    """The content of a file of this school. Refuses to run for another school's."""
    return reader_of(stored)()


def reader_of(stored: str) -> Callable[[], bytes]:
    """What reads a file of this school later, when an answer is on its way and no school is in scope any more."""
    if not stored.startswith(f"schools/{current_school()}/"):
        raise RuntimeError("A file of another school was asked for.")
    return partial(_read, stored)


def _read(stored: str) -> bytes:
    with default_storage.open(stored, "rb") as file:
        content: bytes = file.read()
    return content


def copy_file(stored: str, *, area: str, row: UUID) -> str:
    """The same content once more, for another row; returns its name in the store."""
    return default_storage.save(f"schools/{current_school()}/{area}/{row}", ContentFile(read_file(stored)))


def delete_file(stored: str) -> None:
    """Delete a file of this school, once nothing points at it any more."""
    if stored.startswith(f"schools/{current_school()}/"):
        default_storage.delete(stored)


def list_school_files(school_id: int) -> list[str]:
    """Every file of a school, by its name in the store."""
    files, _folders = _walk(f"schools/{school_id}")
    return files


def erase_school_files(school_id: int) -> None:
    """Delete every file of a school, and its folders. Doing it again goes on where it was."""
    files, folders = _walk(f"schools/{school_id}")
    for name in (*files, *folders):
        default_storage.delete(name)


def _walk(folder: str) -> tuple[list[str], list[str]]:
    """The files below a folder, and the folders: those within before those around them."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    found, around = [f"{folder}/{name}" for name in files], []
    for name in folders:
        more, within = _walk(f"{folder}/{name}")
        found += more
        around += within
    return found, [*around, folder]


def answer_file(stored: str, *, name: str, kind: str) -> HttpResponse:
    """A file to keep: an attachment whatever it is, of the kind that it was found to be, and in nobody's cache."""
    response = HttpResponse(read_file(stored), content_type=kind if kind in _ENDINGS else "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def answer_picture(stored: str) -> HttpResponse:
    """A picture of ours for a page: WebP, at an address that belongs to this picture alone."""
    response = HttpResponse(read_file(stored), content_type="image/webp")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=86400"
    return response
