"""Categories and columns of a gradebook."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import submitted, typed_id, typed_number
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.assessment.models import Gradebook
from lyceum.domains.assessment.queries import get_gradebook, is_edited_by, list_categories, list_columns, needs_reason
from lyceum.domains.assessment.rules.structure import (
    add_category,
    add_column,
    delete_category,
    delete_column,
    edit_category,
    edit_column,
    list_sources,
)
from lyceum.domains.assessment.views.learner import typed_instant
from lyceum.domains.assessment.words import plain

VISIBILITIES = (("when_entered", lazy("As soon as it is entered")), ("hidden", lazy("Hidden from families")))
CLAIMS = ("counts", "is_extra_credit", "never_drop")


@require_http_methods(["GET", "POST"])
def setup_page(request: HttpRequest, gradebook_id: UUID) -> HttpResponse:
    """What a gradebook consists of, and what each part weighs."""
    actor = actor_of(request)
    row = get_gradebook(gradebook_id, actor=actor)

    def act() -> Done:
        return _act(request, row, actor)

    def context() -> dict[str, Any]:
        may_edit = is_edited_by(row, actor=actor)
        categories, columns = list(list_categories(row)), list(list_columns(row))
        return {
            "row": row,
            "may_edit": may_edit,
            "needs_reason": may_edit and needs_reason(row, actor=actor),
            "categories": [
                {"row": each, "weight": plain(each.weight), "columns": [c for c in columns if c.category_id == each.pk]}
                for each in categories
            ],
            "options": [(str(each.pk), each.title) for each in categories],
            "sources": [(str(each.pk), each.title) for each in list_sources(row, actor=actor)] if may_edit else [],
            "visibilities": VISIBILITIES,
            "weights": plain(sum((c.weight or Decimal(0) for c in categories if not c.is_extra_credit), Decimal(0))),
            "has_weights": any(each.weight is not None for each in categories),
            "opened": request.POST.get("column") or request.POST.get("category") or "",
        }

    return submitted(request, "assessment/setup.html", context, act)


def _act(request: HttpRequest, row: Gradebook, actor: Actor) -> Done:
    chosen, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    category, column = typed_id(request, "category"), typed_id(request, "column")
    nothing = UUID(int=0)
    if chosen == "add_category":
        add_category(row.pk, values=_category(request), reason=reason, actor=actor)
    elif chosen == "delete_category":
        delete_category(row.pk, category or nothing, reason=reason, actor=actor)
    elif chosen == "category":
        edit_category(row.pk, category or nothing, values=_category(request), reason=reason, actor=actor)
    elif chosen == "add_source":
        source: dict[str, Any] = {
            "source_id": typed_id(request, "source") or nothing,
            "category_id": typed_id(request, "into"),
            "points": typed_decimal(request, "points"),
        }
        add_column(row.pk, values=source, reason=reason, actor=actor)
    elif chosen == "add_column":
        add_column(row.pk, values=_column(request), reason=reason, actor=actor)
    elif chosen == "delete_column":
        delete_column(row.pk, column or nothing, reason=reason, actor=actor)
    else:
        edit_column(row.pk, column or nothing, values=_column(request), reason=reason, actor=actor)
    return Done(f"/marks/gradebooks/{row.pk}/setup/", Toast(_("Saved.")))


def typed_decimal(request: HttpRequest, name: str) -> Decimal | None:
    """A number, with a point or a comma; None where it was left empty."""
    text = request.POST.get(name, "").strip().replace(",", ".")
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise invalid_field(f"/{name}", "number", _("Give a number, as in 87.5.")) from None


def _category(request: HttpRequest) -> dict[str, Any]:
    return {
        "title": request.POST.get("title", ""),
        "weight": typed_decimal(request, "weight"),
        "drop_lowest": typed_number(request, "drop_lowest", 0),
        "drop_highest": typed_number(request, "drop_highest", 0),
        "position": typed_number(request, "position", 1),
        "is_extra_credit": request.POST.get("is_extra_credit") == "1",
    }


def _column(request: HttpRequest) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": request.POST.get("title", ""),
        "category_id": typed_id(request, "into"),
        "points": typed_decimal(request, "points"),
        "max_score": typed_decimal(request, "max_score") or typed_decimal(request, "points"),
        "shown": request.POST.get("shown", "when_entered"),
        **{name: request.POST.get(name) == "1" for name in CLAIMS},
    }
    if "due_at" in request.POST:
        values["due_at"] = typed_instant(request, "due_at")
    return values
