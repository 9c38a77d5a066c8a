"""Registration, applications and admission."""

from tests.doors.expected.door import Door

REST: dict[str, Door] = {}
PAGES: dict[str, Door] = {}
