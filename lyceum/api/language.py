"""Every answer says which language it is in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from lyceum.core.language import LANGUAGE_COOKIE, language_asked, speaking

Handler = Callable[[HttpRequest], HttpResponse]


class Language:
    """Speaks what the browser asks for, until the caller is known: then the caller's own language goes first."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with speaking(asked_of(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", get_language() or "en")
        patch_vary_headers(response, ("Accept-Language",))
        return response


def asked_of(request: HttpRequest) -> str:
    """What a request asks for."""
    cookie, accept = request.COOKIES.get(LANGUAGE_COOKIE, ""), request.headers.get("Accept-Language", "")
    return language_asked(cookie=cookie[:20], accept=accept[:500])
