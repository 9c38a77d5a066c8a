"""The page on which a school is closed and restored."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted
from lyceum.core.rest import actor_of
from lyceum.core.signed_in import signed_in
from lyceum.core.toasts import Done, Toast
from lyceum.domains.accounts.rules.closing import ask_to_close, confirm_closing, get_closing, withdraw_closing
from lyceum.domains.tenancy.closing import days_left, restore_school

_PAGE = "/settings/closing/"
TO_TAKE_AWAY = (
    (_("Students"), "/students/"),
    (_("Classes"), "/classes/"),
    (_("Attendance in numbers"), "/attendance/numbers/"),
    (_("Official copies of closed years"), "/attendance/official/"),
    (_("Behaviour"), "/behaviour/incidents/"),
    (_("Applications"), "/applications/"),
)
"""Lists that a school may want to keep; each has its own button for a file."""


@require_http_methods(["GET", "POST"])
@signed_in
def closing_page(request: HttpRequest) -> HttpResponse:
    """Close the school, confirm or stop what another admin asks for, or restore it."""
    actor = actor_of(request)

    def context() -> dict[str, Any]:
        closing = get_closing(actor)
        purge_at = closing.school.purge_at
        left = days_left(purge_at) if purge_at else 0
        return {"closing": closing, "days_left": left, "to_take_away": TO_TAKE_AWAY, "acted": request.POST.get("act")}

    return submitted(request, "accounts/closing.html", context, lambda: _ACTS[_act(request)](request))


def _act(request: HttpRequest) -> str:
    act = request.POST.get("act", "")
    if act not in _ACTS:
        raise Http404
    return act


def _ask(request: HttpRequest) -> Done:
    typed = {name: request.POST.get(name, "") for name in ("school_name", "password", "reason")}
    closing = ask_to_close(**typed, actor=actor_of(request))
    if closing.state == "asked":
        return Done(_PAGE, Toast(gettext("The other school admins were asked.")))
    return Done(_PAGE, Toast(gettext("The school is closed.")))


def _confirm(request: HttpRequest) -> Done:
    confirm_closing(password=request.POST.get("password", ""), actor=actor_of(request))
    return Done(_PAGE, Toast(gettext("The school is closed.")))


def _withdraw(request: HttpRequest) -> Done:
    withdraw_closing(actor=actor_of(request))
    return Done(_PAGE, Toast(gettext("The school stays open.")))


def _restore(request: HttpRequest) -> Done:
    restore_school(actor=actor_of(request))
    return Done(_PAGE, Toast(gettext("The school is open again.")))


_ACTS: dict[str, Callable[[HttpRequest], Done]] = {
    "ask": _ask,
    "confirm": _confirm,
    "withdraw": _withdraw,
    "restore": _restore,
}
