"""What every page needs besides its own content."""

from typing import Any

from django.http import HttpRequest

from lyceum.domains.accounts.queries import Caller
from lyceum.web.navigation import items_for


def shell(request: HttpRequest) -> dict[str, Any]:
    """The caller, the navigation and the way back."""
    caller: Caller | None = getattr(request, "caller", None)
    if caller is None:
        return {"caller": None, "navigation": []}
    return {
        "caller": caller,
        "actor": caller.actor,
        "navigation": items_for(caller.actor),
        "here": request.path,
    }
