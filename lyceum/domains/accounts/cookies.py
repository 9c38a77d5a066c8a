"""The cookies of a browser: that of its session, and the mark by which it is known again.

`__Host-` ties them to this very host, over TLS or on the machine itself; browsers count localhost as safe.
"""

from django.http import HttpRequest, HttpResponse

from lyceum.core import clock
from lyceum.domains.accounts.rules.devices import marked_for
from lyceum.domains.accounts.rules.sessions import Opened

COOKIE = "__Host-lyceum_session"
DEVICE_COOKIE = "__Host-lyceum_device"
DEVICE_SECONDS = 400 * 24 * 3600


def set_cookies(request: HttpRequest, response: HttpResponse, opened: Opened) -> None:
    """Give the browser its session, for as long as the session lasts, and the mark of somebody who signed in."""
    seconds = int((opened.session.expires_at - clock.now()).total_seconds())
    response.set_cookie(COOKIE, opened.secret, max_age=seconds, secure=True, httponly=True, samesite="Lax")
    mark = marked_for(known_device(request), opened.user.pk)
    response.set_cookie(DEVICE_COOKIE, mark, max_age=DEVICE_SECONDS, secure=True, httponly=True, samesite="Lax")


def clear_session_cookie(response: HttpResponse, *, marks_wait: bool = False) -> None:
    """Take the session from the browser, with everything the site kept there.

    Where marks wait on the phone that could not be sent, its own script has taken the rest, and they stay, sealed.
    """
    response.set_cookie(COOKIE, "", max_age=0, secure=True, httponly=True, samesite="Lax")
    response["Clear-Site-Data"] = '"cache"' if marks_wait else '"cache", "storage"'


def known_device(request: HttpRequest) -> str:
    """The mark of a browser from which somebody signed in before, or nothing."""
    return request.COOKIES.get(DEVICE_COOKIE, "")[:1000]
