"""Who may pass which door: one row for each REST operation and page.

A route that has no row here fails the tests, and so does a row without a route.
"""

from tests.doors.expected import (
    admissions,
    assessment,
    assignments,
    calendars,
    certificates,
    fees,
    groups,
    learning,
    leaving,
    pages,
    reports,
    rest,
    webhooks,
    website,
)
from tests.doors.expected.bodies import SIGNING_IN
from tests.doors.expected.door import Door

_PARTS = (
    *(learning, assignments, assessment, certificates, calendars, fees, admissions),
    *(website, reports, groups, leaving, webhooks),
)

REST: dict[str, Door] = rest.REST | {name: door for part in _PARTS for name, door in part.REST.items()}
"""By operation id."""
PAGES: dict[str, Door] = pages.PAGES | {name: door for part in _PARTS for name, door in part.PAGES.items()}
"""By method and the name of the route."""

__all__ = ["PAGES", "REST", "SIGNING_IN", "Door"]
