"""The pages of each newer domain, as their people find them in the demo school."""

from tests.browser.sampled import (
    admissions,
    assessment,
    assignments,
    behaviour,
    calendars,
    certificates,
    fees,
    groups,
    learning,
    leaving,
    reports,
    webhooks,
    website,
)

PARTS = (
    *(learning, assignments, assessment, certificates, calendars, admissions),
    *(website, reports, behaviour, fees, groups, leaving, webhooks),
)
NO_PAGES: dict[str, str] = {name: why for part in PARTS for name, why in part.NO_PAGES.items()}
"""What has an address and is no page, and why."""
