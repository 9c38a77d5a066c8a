"""Assignments and what is handed in."""

from tests.doors.expected.door import Door

REST: dict[str, Door] = {}
PAGES: dict[str, Door] = {}
