"""One's own account: names and looks, password, devices, schools."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted, typed_id
from lyceum.core.language import list_languages
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.signed_in import signed_in
from lyceum.domains.accounts.queries import get_own_user, list_sessions
from lyceum.domains.accounts.rules.profiles import change_password, edit_profile
from lyceum.domains.accounts.rules.registration import ask_for_link, is_verified
from lyceum.domains.accounts.rules.sessions import end_own_session, sign_out_everywhere

_PROFILE = ("full_name", "preferred_name", "pronouns", "locale", "theme")


@require_http_methods(["GET", "POST"])
@signed_in
def account_page(request: HttpRequest) -> HttpResponse:
    """See and change one's own account."""
    actor = actor_of(request)

    def context() -> dict[str, Any]:
        user = get_own_user(actor)
        schools = {m.school.slug: m.school for m in user.memberships.all() if m.school}
        return {
            "user": user,
            "email": next((e.address for e in user.emails.all() if e.primary), ""),
            "waits_for_link": actor.may(Permission.APPLY) and not is_verified(user.pk),
            "logins": user.logins.all(),
            "roles": sorted(role.value for role in actor.roles),
            "sessions": list_sessions(actor),
            "schools": [school for school in schools.values() if school.pk != actor.school_id],
            "languages": list_languages(),
            "may_ask_erasure": actor.school_id is not None and actor.may(Permission.ERASURE_ASK),
            "saved": request.GET.get("saved", ""),
            "acted": request.POST.get("act", ""),
        }

    return submitted(request, "accounts/account.html", context, lambda: _ACTS[_act(request)](request))


def _act(request: HttpRequest) -> str:
    act = request.POST.get("act", "")
    if act not in _ACTS:
        raise Http404
    return act


def _save_profile(request: HttpRequest) -> str:
    given: dict[str, Any] = {name: request.POST[name] for name in _PROFILE if name in request.POST}
    if "single_keys" in request.POST:
        given["single_keys"] = request.POST["single_keys"] == "1"
    edit_profile(values=given, actor=actor_of(request))
    return "/account/?saved=profile"


def _save_password(request: HttpRequest) -> str:
    current, new = request.POST.get("current_password", ""), request.POST.get("new_password", "")
    change_password(current=current, new=new, actor=actor_of(request))
    return "/account/?saved=password"


def _send_link(request: HttpRequest) -> str:
    ask_for_link(actor=actor_of(request))
    return "/account/?saved=link"


def _end_session(request: HttpRequest) -> str:
    end_own_session(typed_id(request, "session") or UUID(int=0), actor=actor_of(request))
    return "/account/#devices"


def _end_all(request: HttpRequest) -> str:
    sign_out_everywhere(actor=actor_of(request))
    return "/sign-in/"


_ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "profile": _save_profile,
    "password": _save_password,
    "link": _send_link,
    "end": _end_session,
    "everywhere": _end_all,
}
