"""The rows of each newer domain in the world of the doors: by name, as in `{course}` of a path or a body."""

from tests.doors.rows import (
    admissions,
    assignments,
    calendars,
    certificates,
    fees,
    learning,
    leaving,
    session_times,
    website,
)

ADDERS = (
    learning.add,
    assignments.add,
    certificates.add,
    calendars.add,
    fees.add,
    admissions.add,
    website.add,
    session_times.add,
    leaving.add,
)
"""In the order in which they may build on each other; each is called in the school and at its moment."""
