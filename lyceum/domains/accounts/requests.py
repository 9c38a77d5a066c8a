"""What the doors of accounts read from a request besides its content."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from lyceum.domains.accounts.queries import Circumstances

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


def circumstances_of(request: HttpRequest) -> Circumstances:
    """Door, address and device, as the caller middleware found them."""
    circumstances: Circumstances = request.circumstances  # type: ignore[attr-defined]  # set by CallerMiddleware
    return circumstances


def is_from_this_machine(request: HttpRequest) -> bool:
    """Whether somebody sits at the machine itself. What a proxy passes on comes from elsewhere."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def is_by_token(request: HttpRequest) -> bool:
    """Whether software calls, with a token of its own, rather than a browser with a cookie."""
    return request.headers.get("Authorization", "")[:7].lower() == "bearer "


def invitation_link(secret: str) -> str:
    """The whole address under which an invitation is accepted."""
    return f"{settings.PUBLIC_URL}/invitation/{secret}/"
