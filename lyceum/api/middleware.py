"""What every answer has in common: an id, headers that protect, one form of path, and refusals in words."""

import re
import secrets
import struct
import zlib
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from lyceum.api.circumstances import is_api, request_id_of
from lyceum.api.problems import note_refusal, problem_of
from lyceum.core.actor import ActorKind
from lyceum.core.content_policy import content_policy
from lyceum.core.errors import NotAllowedError, RuleError, UnauthorizedError
from lyceum.core.rest import actor_of
from lyceum.core.schools import NoSchoolInScopeError

Handler = Callable[[HttpRequest], HttpResponse]
SHORTEST = 1024
"""Bytes: below this the packet is the same whether compressed or not."""
LEVEL = 4
"""A page of a register takes a twentieth of a millisecond; the highest level saves three bytes in a hundred more."""
MOST_RANDOM = 100
"""Bytes that hide how well an answer compressed."""
GIVES_TOKENS = (
    "/api/v1/auth/",
    "/api/v1/invitations/",
    "/api/v1/users/",
    "/api/v1/api-keys/",
    "/api/v1/webhooks/",
    "/api/v1/setup/",
    "/api/v1/register/",
    "/settings/keys/",
    "/settings/webhooks/",
    "/settings/users/",
    "/api/v1/cover-passes/",
    "/cover/",
)
"""Where an answer to a write shows a secret once."""
_COMPRESSED_ALREADY = ("image/", "audio/", "video/", "font/", "application/zip", "application/pdf")
_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?![.\d]))")
_VERSIONED = re.compile(r"/api/v\d+/")

_HEADERS = {
    "Content-Security-Policy": content_policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """Headers on every answer; personal pages are not kept by any cache."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class Compression:
    """Answers of some length travel compressed, unless they carry a token or a secret.

    A stranger who makes a browser ask again and again could read a secret out of the compressed length (BREACH):
    what identifies somebody is therefore sent as it is, the token of forms is masked anew for every answer, and
    every answer is longer by a few random bytes.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or len(response.content) < SHORTEST or response.has_header("Content-Encoding"):
            return response
        if response.headers.get("Content-Type", "").startswith(_COMPRESSED_ALREADY) or may_carry_token(request):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if not _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")):
            return response
        response.content = compressed(response.content)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
        tag = response.headers.get("ETag", "")
        if tag.startswith('"'):  # the same row, but no longer the same bytes
            response.headers["ETag"] = f"W/{tag}"
        return response


def may_carry_token(request: HttpRequest) -> bool:
    """Whether the answer is one of those that hand somebody a token, a key or a link."""
    if request.path.startswith(("/invitation/", "/pass/")):
        return True
    if request.path == "/graphql":
        return b"mutation" in request.body  # some give tokens; which, only the schema knows
    return request.method not in ("GET", "HEAD") and request.path.startswith(GIVES_TOKENS)


def compressed(content: bytes) -> bytes:
    """As a gzip file whose name is a few random bytes long, as Django's own middleware does it."""
    name = secrets.token_hex(secrets.randbelow(MOST_RANDOM) // 2 + 1).encode()
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + name + b"\0"
    foot = struct.pack("<LL", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return head + squeeze.compress(content) + squeeze.flush() + foot


class RequestId:
    """Every answer names its request, so that a person can quote it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["X-Request-Id"] = request_id_of(request)
        return response


class PathForms:
    """`/api/x`, `/api/v1/x` and `/x` lead to the one form: versioned, with the slash at its end."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = one_form(request.path)
        if wanted == request.path:
            return self.get_response(request)
        query = request.META.get("QUERY_STRING", "")
        response = HttpResponsePermanentRedirect(f"{wanted}?{query}" if query else wanted)
        response.status_code = 308  # the method and the body stay as they are
        return response


def one_form(path: str) -> str:
    """The form of a path that is served. Several slashes at the start would name another host: they become one."""
    if path.startswith("//"):
        return "/" + path.lstrip("/")
    if path.startswith("/api/") and not _VERSIONED.match(path):
        path = "/api/v1/" + path.removeprefix("/api/")
    last = path.rsplit("/", 1)[-1]
    bare = not last or "." in last or path.startswith(("/health", "/graphql", "/.well-known", "/static/", "/ob/"))
    return path if bare else path + "/"


class Refusals:
    """A rule that says no: a problem document for software, a page in words for a person."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NoSchoolInScopeError):
            error = _without_school(request) or error
        if not isinstance(error, RuleError):
            return None
        if is_api(request.path):
            return problem_of(request, error)
        if isinstance(error, UnauthorizedError):
            return redirect(f"/sign-in/?next={request.path}")
        note_refusal(request, error)
        return render(request, "web/refusal.html", {"error": error}, status=error.status)


def _without_school(request: HttpRequest) -> RuleError | None:
    """What it means to ask for a school's rows from outside; from inside a school it is our own mistake."""
    actor = actor_of(request)
    if actor.kind is ActorKind.PUBLIC:
        return UnauthorizedError()
    return None if actor.school_id else NotAllowedError(_("Choose a school first."))
