"""Rows of the contract that are not as the tables say, each until it is. What is served by now must leave this page."""

from collections.abc import Mapping

from tests.contracts.tables import API, Call

_MISSING: Mapping[str, str] = {
    # path: methods
    "messages/{user_id}/": "GET",
    "messages/": "POST",
}
NOT_BUILT = frozenset(Call(method, f"{API}{path}") for path, methods in _MISSING.items() for method in methods.split())
"""Rows that nothing serves yet."""
NOT_AS_SAID: Mapping[Call, str] = {}
"""Rows that are served and do not yet do what the table says, with what is missing."""
