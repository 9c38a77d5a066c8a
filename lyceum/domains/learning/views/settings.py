"""Settings of learning."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted, typed_id, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.learning.queries import list_categories
from lyceum.domains.learning.rules.categories import create_category, delete_category, edit_category
from lyceum.domains.learning.rules.settings import CLAIMS, RANGES, edit_learning_settings
from lyceum.domains.learning.settings import school_settings
from lyceum.domains.learning.words import ACCESS

SETTINGS = "/settings/learning/"


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """What the school settled about learning, and the shelves of its catalogue."""
    actor = actor_of(request)
    actor.require_all(Permission.COURSES_EDIT)

    def act() -> Done:
        form, what = request.POST, request.POST.get("act", "")
        if what == "category":
            row = create_category(values={"name": form.get("name", "")}, actor=actor)
            return Done(SETTINGS, Toast(_("%(name)s was added.") % {"name": row}))
        category = typed_id(request, "category")
        if what == "archive" and category:
            is_archived = form.get("is_archived") == "1"
            edit_category(category, values={"is_archived": is_archived}, actor=actor)
        elif what == "delete" and category:
            delete_category(category, actor=actor)
        else:
            values: dict[str, Any] = {name: form.get(name) == "1" for name in CLAIMS}
            values |= {name: typed_number(request, name, getattr(school_settings(), name)) for name in RANGES}
            values["lesson_access_default"] = form.get("lesson_access_default", "")
            edit_learning_settings(values=values, actor=actor)
        return Done(SETTINGS, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        return {"row": school_settings(), "accesses": ACCESS, "categories": list_categories(actor)}

    return submitted(request, "learning/settings.html", context, act)
