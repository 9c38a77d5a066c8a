"""The rows of each newer domain in the world of the doors: by name, as in `{course}` of a path or a body."""

from tests.doors.rows import (
    admissions,
    assessment,
    assignments,
    calendars,
    certificates,
    fees,
    learning,
    leaving,
    session_times,
    webhooks,
    website,
)

ADDERS = (
    learning.add,
    assignments.add,
    assessment.add,
    certificates.add,
    calendars.add,
    fees.add,
    admissions.add,
    website.add,
    session_times.add,
    leaving.add,
    webhooks.add,
)
"""In the order in which they may build on each other; each is called in the school and at its moment."""
