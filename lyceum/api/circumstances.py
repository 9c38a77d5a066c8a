"""What a request says about itself besides its content."""

import re

from django.http import HttpRequest

from lyceum.api.language import asked_of
from lyceum.core.actor import Via
from lyceum.core.ids import new_id
from lyceum.domains.accounts.queries import Circumstances

_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def is_api(path: str) -> bool:
    """Whether the path belongs to software rather than to a person's browser."""
    return path.startswith(("/api/", "/graphql", "/oauth/", "/hooks/"))


def via_of(path: str) -> Via:
    """The door a path belongs to."""
    if path.startswith("/graphql"):
        return Via.GRAPHQL
    return Via.REST if is_api(path) else Via.PAGE


def circumstances_of(request: HttpRequest) -> Circumstances:
    """Door, address, device and id of a request."""
    return Circumstances(
        via=via_of(request.path),
        ip=address_of(request),
        user_agent=request.headers.get("User-Agent", "")[:300],
        request_id=request_id_of(request),
        language=asked_of(request),
    )


def address_of(request: HttpRequest) -> str:
    """The caller's address as the web server saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def request_id_of(request: HttpRequest) -> str:
    """The id that a proxy gave the request, or one of our own; the same for the whole request."""
    known: str | None = getattr(request, "lyceum_request_id", None)
    if known is None:
        given = request.headers.get("X-Request-Id", "")
        known = given if _GOOD_ID.fullmatch(given) else str(new_id())
        request.lyceum_request_id = known  # type: ignore[attr-defined]  # our own attribute
    return known
