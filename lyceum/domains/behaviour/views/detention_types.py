"""Pages on which a school says what kinds of detention it has."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import submitted, typed_id, typed_ids, typed_number, typed_time
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.queries import list_grade_names
from lyceum.domains.behaviour.detention_queries import get_detention_type, list_detention_types
from lyceum.domains.behaviour.models import DetentionType
from lyceum.domains.behaviour.rules.detentions.types import create_detention_type, edit_detention_type

_LIST = "/settings/detentions/"
CLAIMS = (
    ("tell_guardians", _("Families are told")),
    ("needs_approval", _("A head of year approves it")),
    ("escalates_by_itself", _("What follows a missed one is set without a person")),
    ("several_a_day", _("A student may have another one that day")),
    ("in_teaching_time", _("It may be in a student's lesson")),
)


@require_http_methods(["GET", "POST"])
def types_page(request: HttpRequest) -> HttpResponse:
    """The kinds of detention, and a form for one more."""
    actor = actor_of(request)
    actor.require_all(Permission.BEHAVIOUR_EDIT)

    def act() -> Done:
        kind = create_detention_type(_typed(request), actor=actor)
        return Done(_LIST, Toast(gettext("%(name)s was added.") % {"name": kind}))

    def context() -> dict[str, Any]:
        kinds = list_detention_types(actor)
        return _form(actor, None) | {"kinds": kinds}

    return submitted(request, "behaviour/detention_types.html", context, act)


@require_http_methods(["GET", "POST"])
def type_page(request: HttpRequest, detention_type_id: UUID) -> HttpResponse:
    """Change or retire one kind of detention."""
    actor = actor_of(request)
    actor.require_all(Permission.BEHAVIOUR_EDIT)

    def act() -> Done:
        values = _typed(request) | {"active": request.POST.get("active") == "1"}
        kind = edit_detention_type(detention_type_id, values, actor=actor)
        return Done(_LIST, Toast(gettext("%(name)s was changed.") % {"name": kind}))

    def context() -> dict[str, Any]:
        return _form(actor, get_detention_type(detention_type_id, actor=actor))

    return submitted(request, "behaviour/detention_type.html", context, act)


def _form(actor: Actor, kind: DetentionType | None) -> dict[str, Any]:
    row = kind or DetentionType()
    others = [(str(each.pk), each.name) for each in list_detention_types(actor) if kind is None or each.pk != kind.pk]
    return {
        "kind": row,
        "whens": DetentionType.When.choices,
        "others": others,
        "cut_off": f"{row.cut_off:%H:%M}" if row.cut_off else "",
        "after": str(row.escalates_to_id or ""),
        "grades": [(pk, name, UUID(pk) in row.grades) for pk, name in list_grade_names(actor)],
        "claims": [(name, words, getattr(row, name)) for name, words in CLAIMS],
    }


def _typed(request: HttpRequest) -> dict[str, Any]:
    has_cut_off = bool(request.POST.get("cut_off", "").strip())
    return {
        "name": request.POST.get("name", ""),
        "when": request.POST.get("when", ""),
        "minutes": typed_number(request, "minutes", 30),
        "notice_hours": typed_number(request, "notice_hours", 0),
        "cut_off": typed_time(request, "cut_off") if has_cut_off else None,
        "grades": typed_ids(request, "grades"),
        "escalates_to_id": typed_id(request, "escalates_to"),
        "max_moves": typed_number(request, "max_moves", 2),
    } | {name: request.POST.get(name) == "1" for name, _words in CLAIMS}
