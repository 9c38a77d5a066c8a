"""Files are what their bytes say, whatever their names are."""

import io
import zipfile

import pytest
from PIL import Image

from lyceum.core.errors import RuleError
from lyceum.core.files import WORK, take_file

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def photo(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(out, format=kind)
    return out.getvalue()


def docx(*more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            packed.writestr(name, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (photo(), "a.exe", "image/jpeg"),
        (photo("PNG"), "a.png", "image/png"),
        (PDF, "a.pdf", "application/pdf"),
        (docx(), "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a.doc", "application/msword"),
        ("Ein Aufsatz: äöü 漢字".encode(), "a.txt", "text/plain"),
        (b"ID3\x03\0\0\0\0\0\x21" + b"\0" * 200, "a.mp3", "audio/mpeg"),
        (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 50, "a.wav", "audio/wav"),
        # what is not taken, and why
        (photo("WEBP"), "a.webp", 415),
        (b"<html><script>alert(1)</script>", "a.txt", 415),
        (b"#!/bin/sh\nrm -rf /", "a.txt", 415),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc", 415),
        (docx("word/vbaProject.bin"), "a.docx", 422),
        (PDF + b"/JavaScript", "a.pdf", 422),
        (b"", "a.txt", 415),
        (b"a" * (10 * 1024 * 1024 + 1), "a.txt", 413),
    ],
    ids=lambda value: str(value)[:20] if not isinstance(value, bytes) else "",
)
def test_a_file_is_what_its_bytes_say(content: bytes, name: str, kind: str | int):
    if isinstance(kind, int):
        with pytest.raises(RuleError) as refusal:
            take_file(io.BytesIO(content), name=name, kinds=WORK.keys())
        assert refusal.value.status == kind
    else:
        taken = take_file(io.BytesIO(content), name=name, kinds=WORK.keys())
        assert (taken.kind, taken.name.rpartition(".")[0]) == (kind, "a")
