"""What spans domains: journey, dashboards, everybody at a school."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    samples.add("journey", "student", "/journey/")
    samples.add("dashboard", "head", "/dashboard/")
    for name in ("courses", "course-enrolments", "completions"):
        samples.add(f"dashboard-{name}", "head", f"/dashboard/lists/{name}/")
