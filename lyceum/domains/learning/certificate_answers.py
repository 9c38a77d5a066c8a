"""What both doors hand over of a certificate: its files, and how long a public answer may be kept."""

from django.core.files.storage import default_storage
from django.http import HttpResponse

from lyceum.core.files import read_file
from lyceum.domains.learning.models import Certificate
from lyceum.domains.learning.rules.certificates.files import bake_png, bake_svg, print_certificate

KEPT_FOR = "public, max-age=300"
BADGE_KINDS = {"png": "image/png", "svg": "image/svg+xml"}


def answer_pdf(certificate: Certificate) -> HttpResponse:
    """The PDF as it was kept, or made now where the store has none."""
    content = _kept(certificate.pdf) or print_certificate(certificate)
    return _attachment(content, kind="application/pdf", name=f"certificate-{certificate.serial}.pdf")


def answer_badge(certificate: Certificate, *, kind: str) -> HttpResponse:
    """The badge as `png` or `svg`, with the credential inside."""
    made = bake_svg(certificate) if kind == "svg" else _kept(certificate.badge) or bake_png(certificate)
    return _attachment(made, kind=BADGE_KINDS[kind], name=f"badge-{certificate.serial}.{kind}")


def answer_credential(certificate: Certificate) -> HttpResponse:
    """The signed credential alone."""
    content = certificate.credential.encode()
    return _attachment(content, kind="application/vc+jwt", name=f"credential-{certificate.serial}.jwt")


def _kept(stored: str) -> bytes:
    try:
        return read_file(stored) if stored and default_storage.exists(stored) else b""
    except OSError:
        return b""


def _attachment(content: bytes, *, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
