"""The page on which a school decides about its people's records."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted, typed_id, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.people.models import ConsentKind
from lyceum.domains.people.rules.consents import add_consent_kind, change_consent_kind
from lyceum.domains.people.rules.settings import change_people_settings
from lyceum.domains.people.settings import ASKABLE, read_settings
from lyceum.domains.people.words import FIELD_WORDS

_PAGE = "/settings/people/"


@require_http_methods(["GET", "POST"])
def people_settings_page(request: HttpRequest) -> HttpResponse:
    """When guardians' access ends, what may be asked for, and what families are asked to agree to."""
    actor = actor_of(request)
    actor.require_all(Permission.SCHOOL_EDIT)

    def act() -> str | Done:
        form, kind = request.POST, typed_id(request, "kind")
        if form.get("act") == "add":
            add_consent_kind(name=form.get("name", ""), explanation=form.get("explanation", ""), actor=actor)
            return _PAGE
        if form.get("act") in ("rest", "again") and kind:
            row = change_consent_kind(kind, active=form["act"] == "again", actor=actor)
            undo = Undo(_PAGE, [("act", "rest" if row.active else "again"), ("kind", str(kind))])
            words = say("%(name)s is asked for again.") if row.active else say("%(name)s is no longer asked for.")
            return Done(_PAGE, Toast(words % {"name": row.name}, undo))
        change_people_settings(
            age_of_access=typed_number(request, "age_of_access", 18),
            askable=tuple(form.getlist("askable")),
            actor=actor,
        )
        return Done(_PAGE, Toast(say("Saved.")))

    def context() -> dict[str, Any]:
        settings = read_settings()
        ticked = request.POST.getlist("askable") if request.POST.get("act") == "set" else settings.askable
        return {
            "settings": settings,
            "askable": [(name, FIELD_WORDS[name], name in ticked) for name in ASKABLE],
            "kinds": list(ConsentKind.objects.order_by("name", "pk")),
        }

    return submitted(request, "people/settings.html", context, act)
