"""Events and the agenda."""

from tests.doors.expected.door import Door

REST: dict[str, Door] = {}
PAGES: dict[str, Door] = {}
