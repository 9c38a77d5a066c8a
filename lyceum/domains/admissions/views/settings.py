"""Settings of admissions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.admissions.rules.settings import RANGES, change_admissions_settings
from lyceum.domains.admissions.settings import read_settings

SETTINGS = "/settings/admissions/"
WAITING = [
    ("propose", lazy("the office is told who waits first, and decides")),
    ("offer", lazy("it is offered at once to whoever waits first")),
]


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Who applies alone, how long drafts and offers last, and what becomes of a free place."""
    actor = actor_of(request)
    actor.require_all(Permission.INTAKES_EDIT)

    def act() -> Done:
        values: dict[str, Any] = {name: typed_number(request, name, getattr(read_settings(), name)) for name in RANGES}
        values["waiting_list"] = request.POST.get("waiting_list", "")
        change_admissions_settings(values=values, actor=actor)
        return Done(SETTINGS, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        return {"row": read_settings(), "waiting": WAITING}

    return submitted(request, "admissions/settings.html", context, act)
