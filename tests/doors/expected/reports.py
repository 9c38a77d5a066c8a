"""What spans domains: journey, dashboards, everybody at a school."""

from tests.doors.expected.door import Door

REST: dict[str, Door] = {}
PAGES: dict[str, Door] = {}
