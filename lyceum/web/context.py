"""What every page needs besides its own content."""

from typing import Any

from django.http import HttpRequest

from lyceum.core.actor import ActorKind
from lyceum.core.language import list_languages
from lyceum.domains.accounts.queries import Caller
from lyceum.web.navigation import items_for


def shell(request: HttpRequest) -> dict[str, Any]:
    """The caller, the navigation and the way back."""
    caller: Caller | None = getattr(request, "caller", None)
    if caller is None:
        return {"caller": None, "navigation": []}
    if caller.actor.kind is ActorKind.PUBLIC:
        return {"caller": caller, "actor": caller.actor, "here": request.path, "languages": list_languages()}
    return {
        "caller": caller,
        "actor": caller.actor,
        "navigation": items_for(caller.actor),
        "here": request.path,
    }
