"""Settings of fees: what is billed, in which currency, how to pay, how numbers are written."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import submitted, typed_id, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.fees.models import FeeItem
from lyceum.domains.fees.queries import list_items
from lyceum.domains.fees.rules.items import create_item, edit_item, edit_settings
from lyceum.domains.fees.settings import school_settings, usual_currency

SETTINGS = "/settings/fees/"


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Items and settings."""
    actor = actor_of(request)
    actor.require_all(Permission.FEES_SETUP)

    def act() -> str | Done:
        _act(request, actor)
        return Done(SETTINGS, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        return {
            "items": list_items(actor),
            "categories": FeeItem.Category.choices,
            "settings": school_settings(),
            "currency": usual_currency(),
        }

    return submitted(request, "fees/settings.html", context, act)


def _act(request: HttpRequest, actor: Actor) -> None:
    form, what = request.POST, request.POST.get("act", "")
    if what in ("retire", "use"):
        edit_item(typed_id(request, "item") or UUID(int=0), values={"active": what == "use"}, actor=actor)
    elif what == "settings":
        usual = school_settings()
        values = {name: form.get(name, getattr(usual, name)) for name in ("currency", "bank_details", "number_format")}
        values |= {
            name: typed_number(request, name, getattr(usual, name)) for name in ("fiscal_year_starts", "due_days")
        }
        edit_settings(values=values, actor=actor)
    else:
        create_item(
            code=form.get("code", ""), name=form.get("name", ""), category=form.get("category", "other"), actor=actor
        )
