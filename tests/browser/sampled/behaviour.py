"""Messages to families that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    samples.add("behaviour-notices", "head", "/behaviour/notices/")
