"""Certificates and their verification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lyceum.domains.learning.models import Certificate

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {
    "certificate-pdf": "a file",
    "certificate-badge": "a file",
    "certificate-drawing": "a file",
    "ob-issuer": "for software",
    "ob-key": "for software",
    "ob-status": "for software",
    "ob-achievement": "for software",
}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    from tests.browser.samples import GUARDIAN, HEAD, NOBODY, STUDENT  # it imports this package first

    rows = Certificate.objects.order_by("serial")
    own = rows.filter(completion__student__guardian_links__guardian__user__logins__username="guardian").first()
    one = rows.filter(status="issued").first()
    assert own is not None
    assert one is not None
    samples.add("certificates", HEAD, "/certificates/")
    samples.add("certificates", HEAD, "/certificates/?q=zzzz", "nothing found")
    samples.add("own-certificates", STUDENT, "/certificates/mine/")
    samples.add("own-certificates", GUARDIAN, "/certificates/mine/")
    samples.add("certificate", HEAD, f"/certificates/{one.pk}/")
    samples.add("certificate", GUARDIAN, f"/certificates/{own.pk}/")
    samples.add("verify", NOBODY, f"/verify/{one.code}/")
    for status in ("revoked", "superseded"):
        row = rows.filter(status=status).first()
        assert row is not None
        samples.add("verify", NOBODY, f"/verify/{row.code}/", status)
