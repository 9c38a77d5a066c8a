"""A word after an act, and the way to take the act back, on the page that comes next.

It crosses the redirect in a cookie of the browser's: signed, for a minute, good in the same session only, read once.
No address and no table holds any of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse

from lyceum.core.rest import actor_of

COOKIE = "__Host-lyceum_toast"
SECONDS = 60
_LARGEST = 3600  # browsers keep 4,096 bytes for a cookie and its name


@dataclass(frozen=True)
class Undo:
    """The form that takes an act back: where it is sent, and its fields."""

    address: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Toast:
    """What was done, in a few words, and how to take it back where that can be done."""

    message: object
    undo: Undo | None = None


@dataclass(frozen=True)
class Done:
    """Where a page goes on to after an act, and what is said there."""

    address: str
    toast: Toast


def leave_toast(request: HttpRequest, response: HttpResponse, toast: Toast) -> None:
    """Let the next page say it. An undo that is too long for a cookie is left out."""
    undo = [toast.undo.address, *map(list, toast.undo.fields)] if toast.undo else []
    value = _signed(request, [str(toast.message), undo])
    if len(value) > _LARGEST:
        value = _signed(request, [str(toast.message)[:200], []])
    response.set_cookie(COOKIE, value, max_age=SECONDS, secure=True, httponly=True, samesite="Lax")


def take_toast(request: HttpRequest) -> Toast | None:
    """What the act before left to be said. It is said once: the answer takes it from the browser."""
    value = request.COOKIES.get(COOKIE, "")
    if not value:
        return None
    request.lyceum_toast_taken = True  # type: ignore[attr-defined]  # our own attribute
    try:
        message, undo = signing.loads(value, salt=_salt(request), max_age=SECONDS)
    except signing.BadSignature:
        return None
    return Toast(message, Undo(undo[0], [(name, text) for name, text in undo[1:]]) if undo else None)


def _signed(request: HttpRequest, content: list[Any]) -> str:
    return signing.dumps(content, salt=_salt(request), compress=True)


def _salt(request: HttpRequest) -> str:
    actor = actor_of(request)
    return f"toast|{actor.session_id}|{actor.school_id}"


class Toasts:
    """Takes from the browser what a page has said."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "lyceum_toast_taken", False) and COOKIE not in response.cookies:
            response.set_cookie(COOKIE, "", max_age=0, secure=True, httponly=True, samesite="Lax")
        return response
