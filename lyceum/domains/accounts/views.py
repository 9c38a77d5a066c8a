"""Pages of accounts: signing in and out."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lyceum.core.actor import ActorKind
from lyceum.core.errors import RuleError
from lyceum.core.rest import actor_of
from lyceum.domains.accounts.cookies import clear_session_cookie, known_device, set_cookies
from lyceum.domains.accounts.queries import Circumstances
from lyceum.domains.accounts.rules.sessions import Way, sign_out
from lyceum.domains.accounts.rules.sign_in import Credentials, sign_in
from lyceum.domains.accounts.rules.tokens import published_keys


@require_http_methods(["GET", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """One form for everybody: an e-mail address or a user name, and the password."""
    onward = own_path(request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "GET" and actor_of(request).kind is not ActorKind.PUBLIC:
        return redirect(onward)
    context = {"next": onward, "typed": request.POST}
    if request.method == "GET":
        return render(request, "accounts/sign_in.html", context)
    try:
        opened = sign_in(
            Credentials(
                password=request.POST.get("password", ""),
                identifier=request.POST.get("identifier", ""),
                school=request.POST.get("school", ""),
            ),
            way=Way(own_device=request.POST.get("own_device") == "1"),
            known_device=known_device(request),
            circumstances=circumstances_of(request),
        )
    except RuleError as error:
        return render(request, "accounts/sign_in.html", context | {"problem": error.detail}, status=error.status)
    response = redirect(onward)
    set_cookies(request, response, opened)
    return response


def own_path(wish: str) -> str:
    """A path of this site to go on to; nothing that leads elsewhere."""
    ours = wish.startswith("/") and url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    return wish if ours and not wish.startswith("/sign-") else "/today/"


def circumstances_of(request: HttpRequest) -> Circumstances:
    """What the caller middleware found out about the request."""
    found: Circumstances = request.circumstances  # type: ignore[attr-defined]  # set by CallerMiddleware
    return found


@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponse:
    """End the session and take everything from the browser."""
    actor = actor_of(request)
    if actor.kind is not ActorKind.PUBLIC:
        sign_out(actor=actor)
    response = redirect("/sign-in/")
    clear_session_cookie(response)
    return response


@require_GET
def jwks(_request: HttpRequest) -> HttpResponse:
    """The public keys of access tokens."""
    return JsonResponse({"keys": published_keys()})
