"""Pages for coming in and going out: signing in, the first school, an invitation, another school."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lyceum.core.actor import ActorKind
from lyceum.core.errors import RuleError
from lyceum.core.forms import shown_errors
from lyceum.core.language import LANGUAGE_COOKIE, known_language
from lyceum.core.rest import actor_of
from lyceum.domains.accounts.cookies import DEVICE_SECONDS, clear_session_cookie, known_device, set_cookies
from lyceum.domains.accounts.requests import circumstances_of, is_from_this_machine
from lyceum.domains.accounts.rules.acceptance import (
    LinkExpiredError,
    accept_and_enter,
    find_known,
    get_invitation,
    needs_username,
)
from lyceum.domains.accounts.rules.profiles import edit_profile
from lyceum.domains.accounts.rules.sessions import Opened, Way, sign_out, switch_school
from lyceum.domains.accounts.rules.setup import FirstSteps, set_up_and_enter
from lyceum.domains.accounts.rules.sign_in import Credentials, sign_in
from lyceum.domains.accounts.rules.tokens import published_keys
from lyceum.domains.tenancy.queries import has_schools

Form = dict[str, Any]


def _refused(request: HttpRequest, template: str, context: Form, error: RuleError) -> HttpResponse:
    """The form again, with what was typed and what is wrong; a wait says how long."""
    shown = context | {"typed": request.POST, "errors": shown_errors(error)}
    response = render(request, template, shown, status=error.status)
    if "retry_after" in error.extra:
        response["Retry-After"] = str(error.extra["retry_after"])
    return response


def _entered(request: HttpRequest, opened: Opened, onward: str) -> HttpResponse:
    response = redirect(onward)
    set_cookies(request, response, opened)
    return response


@require_http_methods(["GET", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """One form for everybody: an e-mail address or a user name, and the password."""
    onward = own_path(request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "GET":
        if actor_of(request).kind is not ActorKind.PUBLIC:
            return redirect(onward)
        return render(request, "accounts/sign_in.html", {"next": onward, "typed": request.GET})
    given = Credentials(
        password=request.POST.get("password", ""),
        identifier=request.POST.get("identifier", ""),
        school=request.POST.get("school", ""),
    )
    try:
        opened = sign_in(
            given,
            way=Way(own_device=request.POST.get("own_device") == "1"),
            known_device=known_device(request),
            circumstances=circumstances_of(request),
        )
    except RuleError as error:
        return _refused(request, "accounts/sign_in.html", {"next": onward}, error)
    return _entered(request, opened, onward)


def own_path(wish: str) -> str:
    """A path of this site to go on to; nothing that leads elsewhere, or in a circle."""
    return wish if is_own(wish) and not wish.startswith(("/sign-", "/api/")) else "/today/"


def is_own(path: str) -> bool:
    """Whether a path stays on this site."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponse:
    """End the session and take everything from the browser."""
    actor = actor_of(request)
    if actor.kind is not ActorKind.PUBLIC:
        sign_out(actor=actor)
    response = redirect("/sign-in/")
    clear_session_cookie(response, marks_wait=request.POST.get("marks_wait") == "1")
    return response


@require_POST
def switch_page(request: HttpRequest) -> HttpResponse:
    """Go on in another school, at its start or at the page that was asked for."""
    switch_school(request.POST.get("school", ""), actor=actor_of(request))
    return redirect(own_path(request.POST.get("next", "")))


@require_POST
def language_page(request: HttpRequest) -> HttpResponse:
    """Choose a language: kept in the browser, and for somebody who is signed in with their account."""
    actor, back = actor_of(request), request.POST.get("back", "")
    response = redirect(back if is_own(back) else "/")
    code = known_language(request.POST.get("language", ""))
    if code:
        response.set_cookie(LANGUAGE_COOKIE, code, max_age=DEVICE_SECONDS, secure=True, httponly=True, samesite="Lax")
    if code and actor.user_id:
        edit_profile(values={"locale": code}, actor=actor)
    return response


@require_http_methods(["GET", "POST"])
def set_up_page(request: HttpRequest) -> HttpResponse:
    """The first minutes of an installation: its first school and that school's admin."""
    local = is_from_this_machine(request)
    context = {"asks_code": not local and not has_schools()}
    if request.method == "GET":
        if has_schools():
            return redirect("/sign-in/")
        return render(request, "accounts/set_up.html", context | {"typed": {"country": "GB"}})
    typed = request.POST
    steps = FirstSteps(
        username=typed.get("username", ""),
        password=typed.get("password", ""),
        full_name=typed.get("name", ""),
        school_name=typed.get("institutionName", ""),
        email=typed.get("email", ""),
        school={"country": typed.get("country", ""), "time_zone": typed.get("time_zone", "")},
        from_this_machine=local,
        code=typed.get("setup_code", ""),
    )
    try:
        opened = set_up_and_enter(
            steps,
            setup_code=settings.SETUP_CODE,
            signup=settings.SIGNUP,
            way=Way(),
            circumstances=circumstances_of(request),
            actor=actor_of(request),
        )
    except RuleError as error:
        return _refused(request, "accounts/set_up.html", context, error)
    return _entered(request, opened, "/set-up-school/")


@require_http_methods(["GET", "POST"])
def invitation_page(request: HttpRequest, secret: str) -> HttpResponse:
    """An invited person chooses a name and a password, or takes the role with the account they have."""
    try:
        invitation = get_invitation(secret)
    except LinkExpiredError as error:
        return render(request, "accounts/link_expired.html", {"error": error}, status=error.status)
    context = {
        "invitation": invitation,
        "known": find_known(invitation),
        "needs_username": needs_username(invitation),
        "login": invitation.user.logins.first() if invitation.user else None,
    }
    if request.method == "GET":
        return render(request, "accounts/invitation.html", context)
    try:
        opened = accept_and_enter(
            secret,
            username=request.POST.get("username", ""),
            password=request.POST.get("password", ""),
            way=Way(own_device=request.POST.get("own_device") == "1"),
            circumstances=circumstances_of(request),
        )
    except RuleError as error:
        return _refused(request, "accounts/invitation.html", context, error)
    return _entered(request, opened, "/today/")


@require_GET
def jwks(_request: HttpRequest) -> HttpResponse:
    """The public keys with which anybody checks our access tokens."""
    response = JsonResponse({"keys": published_keys()})
    response["Cache-Control"] = "public, max-age=300"
    return response
