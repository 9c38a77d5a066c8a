"""Who is calling: from cookie, access token or API key to an actor in a school, in one transaction per request.

The transaction sets the school locally, so that nothing outlives it; an answer of 400 or more rolls it back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.utils import check_csrf

from lyceum.api.circumstances import circumstances_of, is_api
from lyceum.api.idempotency import answered_once, idempotency_key
from lyceum.api.problems import problem_of
from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind, public_actor
from lyceum.core.aftermath import aftermath
from lyceum.core.errors import NotAllowedError, RuleError
from lyceum.core.language import speak
from lyceum.core.memory import only_reading
from lyceum.core.permissions import Role
from lyceum.core.schools import entered, school_scope, set_school
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.domains.accounts.queries import Caller, Circumstances
from lyceum.domains.accounts.rules.callers import find_caller_by_cookie, find_caller_by_token
from lyceum.domains.accounts.rules.sessions import note_use
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.closing import SHUT, closed_to
from lyceum.domains.tenancy.queries import find_school_at, time_zone
from lyceum.domains.website.addresses import is_public_site

Handler = Callable[[HttpRequest], HttpResponse]
_WITHOUT_CALLER = (
    "/static/",
    "/health",
    "/favicon.ico",
    "/.well-known/",
    "/sw.js",
    "/manifest.webmanifest",
    "/offline/",  # phones keep this page: nobody's name may be on it
)
_NEW_TOKENS = frozenset({"/api/v1/auth/login/", "/api/v1/auth/refresh/", "/api/v1/auth/token/"})
"""Who asks for a token here may still send the one that has ended: it says nothing."""
_OWN_PROOF = ("/hooks/", "/feeds/", "/verify/", "/ob/", "/api/v1/certificates/verify/")
"""Carriers report here, programs read calendars, and strangers check certificates: each proves what it is about by
what it holds, in its own way, and whoever is signed in beside it is of no matter."""


_FOR_STRANGERS = (
    "/api/v1/locations/",
    "/api/v1/events/",
    "/api/v1/courses/",
    "/api/v1/course-categories/",
    "/api/v1/schedules/",
    "/api/v1/modules/",
    "/api/v1/lessons/",
    "/api/v1/meetings/",
    "/api/v1/intakes/",
    "/api/v1/register/",
    "/api/v1/auth/verify-email/",
    "/register/",
    "/verify-email/",
    "/apply/",
    "/api/v1/about-us/",
    "/api/v1/team-members/",
    "/api/v1/partners/",
    "/api/v1/alumni/",
    "/api/v1/reviews/",
    "/api/v1/contact-us/",
)
"""What is open to people who are not signed in: they are in the school whose host they came to."""
_WAYS_OUT = ("/sign-out/", "/switch/", "/language/", "/account/", "/api/v1/auth/", "/api/v1/profile/")
"""Open to people of a closed school too: to leave it, or to go on in another."""


class CsrfFailedError(NotAllowedError):
    """A write with a cookie needs proof that our own page sent it."""

    code = "csrf_failed"
    audited = False


class CallerMiddleware:
    """Finds the caller, opens the request's transaction in the caller's school, and closes it by the answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_WITHOUT_CALLER):
            return self.get_response(request)
        circumstances = circumstances_of(request)
        if is_public_site(request.path) or (request.path == "/" and COOKIE not in request.COOKIES):
            # The same for everybody: nobody is looked up, and no transaction begun for a page that is remembered.
            attach(request, Caller(circumstances.around(public_actor(circumstances.via))), circumstances)
            return self.get_response(request)
        with aftermath(), transaction.atomic():
            try:
                caller = find_caller(request, circumstances)
                if caller.actor.kind is ActorKind.PUBLIC and request.path.startswith(_FOR_STRANGERS):
                    caller = _visitor(caller, request)
                speak(caller.actor.locale, circumstances.language, *caller.locales)
                _refuse_suspended(caller, request.path)
            except RuleError as error:
                transaction.set_rollback(True)
                return _turned_away(request, error)
            attach(request, caller, circumstances)
            with _school_of(caller.actor):
                response = self._answer(request, caller.actor)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        _record_refusal(request, caller.actor)
        return response

    def _answer(self, request: HttpRequest, actor: Actor) -> HttpResponse:
        if actor.session_id and getattr(request, "lyceum_stale", False):
            note_use(actor.session_id)
        if request.method in ("GET", "HEAD", "OPTIONS"):
            with only_reading():
                return self.get_response(request)
        if not idempotency_key(request):
            return self.get_response(request)
        return answered_once(request, actor, self.get_response)


def _turned_away(request: HttpRequest, error: RuleError) -> HttpResponse:
    """The answer to somebody who does not come in: a problem document, or a page in words."""
    if is_api(request.path):
        return problem_of(request, error)
    return render(request, "web/refusal.html", {"error": error}, status=error.status)


def attach(request: HttpRequest, caller: Caller, circumstances: Circumstances) -> None:
    """Make the caller known to everything that handles the request."""
    request.circumstances = circumstances  # type: ignore[attr-defined]  # our own attributes
    request.caller = caller  # type: ignore[attr-defined]
    request.actor = caller.actor  # type: ignore[attr-defined]
    request.lyceum_stale = caller.stale  # type: ignore[attr-defined]


def find_caller(request: HttpRequest, circumstances: Circumstances) -> Caller:
    """The caller by bearer token, else by cookie, else the public. A bad token is refused, a bad cookie ignored."""
    if request.path.startswith(_OWN_PROOF):
        return Caller(circumstances.around(public_actor(circumstances.via)))
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # Django's switch: no cookie is used
        if request.path in _NEW_TOKENS:
            return Caller(circumstances.around(public_actor(circumstances.via)))
        return find_caller_by_token(token, circumstances)
    caller = find_caller_by_cookie(request.COOKIES.get(COOKIE, ""), circumstances)
    if caller is None:
        if is_api(request.path):
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # nobody's cookie is used
        return Caller(circumstances.around(public_actor(circumstances.via)))
    if is_api(request.path) and request.method not in ("GET", "HEAD", "OPTIONS") and _csrf_fails(request):
        raise CsrfFailedError(_("Send the X-CSRFToken header with a write that uses the cookie."))
    return caller


def _visitor(caller: Caller, request: HttpRequest) -> Caller:
    """Nobody in particular, in the school of the host."""
    found = find_school_at(request.get_host())
    if found is None:
        return caller
    if not found.is_open:
        raise closed_to(found.name)
    set_school(found.school_id)
    return replace(caller, actor=replace(caller.actor, school_id=found.school_id))


def _csrf_fails(request: HttpRequest) -> bool:
    return check_csrf(request) is not None


def _refuse_suspended(caller: Caller, path: str) -> None:
    if path.startswith(_WAYS_OUT):
        return
    if caller.school_status in SHUT and Role.SCHOOL_ADMIN not in caller.actor.roles:
        raise closed_to(caller.school_name)


@contextmanager
def _school_of(actor: Actor) -> Iterator[None]:
    """In the school of the caller, and by its clock: pages show instants as it does."""
    if actor.school_id is None:
        yield
        return
    with entered(actor.school_id), timezone.override(clock.zone(time_zone())):
        yield


def _record_refusal(request: HttpRequest, actor: Actor) -> None:
    """Write a refusal into the school's trail, in a transaction of its own."""
    error: RuleError | None = getattr(request, "lyceum_refusal", None)
    if error is None or actor.school_id is None or actor.kind is ActorKind.PUBLIC:
        return
    with school_scope(actor.school_id):
        target = Target("request", error.extra.get("permission", error.code), f"{request.method} {request.path}"[:200])
        record("access.refuse", target=target, reason=error.detail, outcome="refused", actor=actor)
