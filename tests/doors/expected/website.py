"""The public site and what is written for it."""

from tests.doors.expected.door import Door

REST: dict[str, Door] = {}
PAGES: dict[str, Door] = {}
