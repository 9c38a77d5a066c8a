"""The page of API keys."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.forms import shown_errors, typed_id, typed_number
from lyceum.core.permissions import POLICY, SCOPES
from lyceum.core.rest import actor_of
from lyceum.core.signed_in import signed_in
from lyceum.domains.accounts.queries import list_keys
from lyceum.domains.accounts.rules.keys import MOST_KEYS, NewKey, create_key, revoke_key, rotate_key

LIFETIMES = (30, 90, 365)  # days


@require_http_methods(["GET", "POST"])
@signed_in
def keys_page(request: HttpRequest) -> HttpResponse:
    """Other software's way in: make a key, see its secret once, end it."""
    actor = actor_of(request)
    if request.method == "GET":
        return render(request, "accounts/keys.html", _context(request, actor))
    try:
        new = _act(request, actor)
    except RuleError as error:
        context = _context(request, actor) | {"errors": shown_errors(error)}
        return render(request, "accounts/keys.html", context, status=error.status)
    if new is None:
        return redirect("/settings/keys/")
    return render(request, "accounts/new_key.html", {"key": new.key, "secret": new.whole})


def _act(request: HttpRequest, actor: Actor) -> NewKey | None:
    act, key_id = request.POST.get("act", ""), typed_id(request, "key")
    if act == "make":
        networks = request.POST.get("networks", "").replace(",", " ").split()
        days = typed_number(request, "days", max(LIFETIMES))
        return create_key(
            name=request.POST.get("name", ""),
            scopes=request.POST.getlist("scopes"),
            networks=networks,
            expires_at=clock.now() + timedelta(days=min(max(days, 1), max(LIFETIMES))),
            actor=actor,
        )
    if key_id is None or act not in ("revoke", "rotate"):
        raise Http404
    if act == "rotate":
        return rotate_key(key_id, actor=actor)
    revoke_key(key_id, actor=actor)
    return None


def _context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    chosen = request.POST.getlist("scopes")
    return {
        "keys": list_keys(actor)[: 2 * MOST_KEYS],
        "scopes": [(scope, _opens(scope), scope in chosen) for scope in sorted(SCOPES)],
        "lifetimes": LIFETIMES,
        "typed": request.POST,
    }


def _opens(scope: str) -> str:
    return "; ".join(gettext(row.act) for row in POLICY.values() if row.scope == scope)
