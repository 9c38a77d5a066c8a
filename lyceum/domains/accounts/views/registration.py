"""Pages for those who have no account yet: making one, and showing that its address is one's own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import ActorKind
from lyceum.core.errors import RuleError
from lyceum.core.forms import shown_errors
from lyceum.core.rest import actor_of
from lyceum.domains.accounts.cookies import set_cookies
from lyceum.domains.accounts.requests import circumstances_of
from lyceum.domains.accounts.rules.acceptance import LinkExpiredError
from lyceum.domains.accounts.rules.registration import Registration, get_unverified, register, verify_email
from lyceum.domains.accounts.rules.sessions import Way
from lyceum.domains.accounts.views.entrance import own_path
from lyceum.domains.tenancy.queries import find_school_name

AFTER = "/apply/"


@require_http_methods(["GET", "POST"])
def register_page(request: HttpRequest) -> HttpResponse:
    """Make an account: a name, an address, a password. Afterwards one goes on to where one came from."""
    actor = actor_of(request)
    wish = request.POST.get("next") or request.GET.get("next") or AFTER
    context: dict[str, Any] = {
        "next": own_path(wish),
        "school_name": find_school_name(),
        "no_school": not actor.school_id,
    }
    if request.method == "GET":
        if actor.kind is not ActorKind.PUBLIC:
            return redirect(context["next"])
        return render(request, "accounts/register.html", context | {"typed": request.GET})
    typed = request.POST
    new = Registration(
        email=typed.get("email", ""),
        password=typed.get("password", ""),
        first_name=typed.get("first_name", ""),
        last_name=typed.get("last_name", ""),
        language=circumstances_of(request).language,
        school=typed.get("school", ""),
    )
    try:
        opened = register(
            new,
            way=Way(own_device=typed.get("own_device") == "1"),
            circumstances=circumstances_of(request),
            actor=actor,
        )
    except RuleError as error:
        shown = context | {"typed": typed, "errors": shown_errors(error)}
        response = render(request, "accounts/register.html", shown, status=error.status)
        if "retry_after" in error.extra:
            response["Retry-After"] = str(error.extra["retry_after"])
        return response
    response = redirect(context["next"])
    set_cookies(request, response, opened)
    return response


@require_http_methods(["GET", "POST"])
def verify_page(request: HttpRequest, verify_token: str) -> HttpResponse:
    """Show that an address is one's own: a press, so that no program that looks into mails does it."""
    try:
        _school, address = get_unverified(verify_token)
        if request.method == "POST":
            verify_email(verify_token, circumstances=circumstances_of(request))
            return redirect(request.path)
    except RuleError as error:
        template = "accounts/verify_expired.html" if isinstance(error, LinkExpiredError) else "web/refusal.html"
        return render(request, template, {"error": error}, status=error.status)
    return render(request, "accounts/verify.html", {"address": address, "is_done": address.verified_at is not None})
