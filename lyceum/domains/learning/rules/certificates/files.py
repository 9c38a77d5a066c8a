"""The certificate on paper and as a badge that carries its own proof."""

import struct
import zlib
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

import segno
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.documents import PAPERS, draw_document, print_document
from lyceum.domains.learning.models import Certificate
from lyceum.domains.learning.rules.certificates.credentials import verification_address
from lyceum.domains.tenancy.queries import time_zone

KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DOTS_PER_INCH = 200


def print_certificate(certificate: Certificate, *, paper: str = "") -> bytes:
    """A PDF on A4 or Letter, good in black and white, with a code that a telephone reads."""
    return print_document(_template("certificate"), printed_of(certificate), paper=paper if paper in PAPERS else "")


def printed_of(certificate: Certificate) -> dict[str, Any]:
    """What stands on the paper."""
    address = verification_address(certificate, certificate.key)
    until = certificate.valid_until
    return {
        "school": certificate.issuer_name,
        "name": certificate.recipient_name,
        "course": certificate.course_name,
        "issued": _day(certificate.issued_at),
        "until": _day(until) if until else "",
        "serial": str(certificate.serial),
        "code": "-".join(certificate.code[n : n + 4] for n in range(0, len(certificate.code), 4)),
        "address": address,
        "qr": qr_of(address),
        "words": {
            "title": _("Certificate"), "has_completed": _("has completed the course"), "issued": _("Issued on"),
            "until": _("Valid until"), "serial": _("Number"), "code": _("Code"),
            "check": _("Anybody can check this certificate:"),
        },
    }  # fmt: skip


def qr_of(address: str) -> str:
    """An address as a QR code, in SVG."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, svgclass=None)
    return out.getvalue().decode()


def bake_png(certificate: Certificate) -> bytes:
    """The badge as a picture with the credential inside (iTXt)."""
    return with_credential(_picture(certificate.course_name, certificate.issuer_name), certificate.credential)


def with_credential(picture: bytes, token: str) -> bytes:
    """A PNG with a credential put before its last chunk."""
    content = KEYWORD + b"\0\0\0\0\0" + token.encode()  # not compressed, no language, no translated keyword
    body = b"iTXt" + content
    chunk = struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
    end = picture.rindex(b"IEND") - 4
    return picture[:end] + chunk + picture[end:]


def bake_svg(certificate: Certificate) -> bytes:
    """The badge as a drawing with the credential inside."""
    drawing = _drawing(certificate.course_name, certificate.issuer_name)
    carried = f"<openbadges:credential verify={quoteattr(certificate.credential)}/>"
    head, rest = drawing.split("<svg", 1)
    start, body = rest.split(">", 1)
    return f'{head}<svg xmlns:openbadges="{NAMESPACE}"{start}>{carried}{body}'.encode()


def find_credential(content: bytes) -> str:
    """The credential that a file holds: a baked PNG or SVG, or the bare token. Empty where there is none."""
    if content.startswith(_SIGNATURE):
        return _from_png(content)
    text = content.decode("utf-8", errors="replace").strip()
    if text.startswith("<"):
        _before, _mark, after = text.partition("<openbadges:credential")
        return after.partition('verify="')[2].partition('"')[0]
    return text if text.count(".") == 2 and len(text.split()) == 1 else ""


def _from_png(content: bytes) -> str:
    at = len(_SIGNATURE)
    while at + 8 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, inside = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if kind == b"iTXt" and inside.startswith(KEYWORD + b"\0\0"):
            return inside[len(KEYWORD) + 3 :].split(b"\0", 2)[-1].decode("utf-8", errors="replace")
        at += 12 + length
    return ""


@lru_cache(maxsize=64)
def _picture(course: str, school: str) -> bytes:
    return draw_document(_template("badge"), {"course": course, "school": school}, kind="png", ppi=_DOTS_PER_INCH)


@lru_cache(maxsize=64)
def _drawing(course: str, school: str) -> str:
    return draw_document(_template("badge"), {"course": course, "school": school}, kind="svg").decode()


@lru_cache(maxsize=4)
def _template(name: str) -> bytes:
    return (files("lyceum.domains.learning.documents") / f"{name}.typ").read_bytes()


def _day(at: Any) -> str:
    return date_format(clock.local(at, time_zone()), "DATE_FORMAT")
