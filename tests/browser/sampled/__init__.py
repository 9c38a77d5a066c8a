"""The pages of each newer domain, as their people find them in the demo school."""

from tests.browser.sampled import (
    admissions,
    assignments,
    behaviour,
    calendars,
    certificates,
    fees,
    groups,
    learning,
    leaving,
    reports,
    website,
)

PARTS = (learning, assignments, certificates, calendars, admissions, website, reports, behaviour, fees, groups, leaving)
NO_PAGES: dict[str, str] = {name: why for part in PARTS for name, why in part.NO_PAGES.items()}
"""What has an address and is no page, and why."""
