"""Settings of grading: what percents are called, and how they are counted."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.errors import invalid_field
from lyceum.core.forms import submitted, typed_date, typed_id, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.queries import list_grade_names, list_subjects
from lyceum.domains.assessment.models import GradingPolicy, Scale
from lyceum.domains.assessment.queries import POLICY_ORDER, get_policy, get_scale, list_policies, list_scales
from lyceum.domains.assessment.rules.grading_policies import create_policy, edit_policy
from lyceum.domains.assessment.rules.scales import create_scale, delete_scale, edit_scale
from lyceum.domains.assessment.views.setup import typed_decimal
from lyceum.domains.assessment.words import ATTEMPTS, INTERVALS, KINDS, METHODS, ROUNDINGS, plain

SETTINGS = "/settings/grading/"
LETTERS = {"rounded": lazy("the rounded percent"), "exact": lazy("the exact percent")}
IF_ABSENT = {"exclude": lazy("is left out"), "zero": lazy("counts 0")}
OPTIONS = {
    "total_method": METHODS,
    "rounding": ROUNDINGS,
    "letter_from": LETTERS,
    "late_interval": INTERVALS,
    "attempts": ATTEMPTS,
    "absent": IF_ABSENT,
}


@require_http_methods(["GET", "POST"])
def grading_page(request: HttpRequest) -> HttpResponse:
    """The school's scales, and its policies in every version."""
    actor = actor_of(request)
    actor.require_all(Permission.GRADING_EDIT)

    def act() -> Done:
        if request.POST.get("act") == "scale":
            row = create_scale(values=_scale(request), actor=actor)
            return Done(SETTINGS, Toast(_("%(name)s was added.") % {"name": row}))
        values = {
            "grade_id": typed_id(request, "grade"),
            "subject_id": typed_id(request, "subject"),
            "valid_from": typed_date(request, "valid_from"),
        }
        made = create_policy(values=values, actor=actor)
        return Done(f"{SETTINGS}policies/{made.pk}/", Toast(_("Made. Settle how it counts.")))

    def context() -> dict[str, Any]:
        return {
            "scales": list_scales(actor).order_by("name", "pk"),
            "policies": list_policies(actor).order_by(*POLICY_ORDER),
            "grades": list_grade_names(actor),
            "subjects": [(str(each.pk), each.name) for each in list_subjects(actor)],
            "kinds": KINDS.items(),
        }

    return submitted(request, "assessment/settings.html", context, act)


@require_http_methods(["GET", "POST"])
def scale_page(request: HttpRequest, scale_id: UUID) -> HttpResponse:
    """One scale with its bands."""
    actor = actor_of(request)
    actor.require_all(Permission.GRADING_EDIT)
    row = get_scale(scale_id, actor=actor)

    def act() -> Done:
        if request.POST.get("act") == "delete":
            delete_scale(scale_id, actor=actor)
            return Done(SETTINGS, Toast(_("Deleted.")))
        edit_scale(scale_id, values=_scale(request), actor=actor)
        return Done(SETTINGS, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        return {"row": row, "bands": _lines(row), "kinds": KINDS.items()}

    return submitted(request, "assessment/scale.html", context, act)


@require_http_methods(["GET", "POST"])
def policy_page(request: HttpRequest, grading_policy_id: UUID) -> HttpResponse:
    """One version of a policy: how it counts."""
    actor = actor_of(request)
    actor.require_all(Permission.GRADING_EDIT)
    row = get_policy(grading_policy_id, actor=actor)

    def act() -> Done:
        edit_policy(grading_policy_id, values=_policy(request, row), actor=actor)
        return Done(SETTINGS, Toast(_("Saved. Every gradebook with it is counted anew.")))

    def context() -> dict[str, Any]:
        numbers = ("late_rate", "late_floor", "missing_percent")
        return {
            "row": row,
            "scales": [(str(each.pk), each.name) for each in list_scales(actor).order_by("name", "pk")],
            "chosen_scale": str(row.scale_id or ""),
            "shown": {name: plain(getattr(row, name)) for name in numbers},
            "options": {name: list(words.items()) for name, words in OPTIONS.items()},
        }

    return submitted(request, "assessment/policy.html", context, act)


def _lines(row: Scale) -> str:
    """The bands as they are typed: a line for each."""
    return "\n".join(f"{b.label} {plain(b.min_percent)}{'' if b.is_pass else ' -'}" for b in row.bands.all())


def _scale(request: HttpRequest) -> dict[str, Any]:
    lines = [line.split() for line in request.POST.get("bands", "").splitlines() if line.strip()]
    return {
        "name": request.POST.get("name", ""),
        "kind": request.POST.get("kind", ""),
        "bands": [_band(words) for words in lines],
    }


def _band(words: list[str]) -> dict[str, Any]:
    """`A 90`, or `F 0 -` for one that is not passed."""
    is_pass = words[-1] != "-"
    rest = words if is_pass else words[:-1]
    try:
        return {
            "label": " ".join(rest[:-1]),
            "min_percent": Decimal(rest[-1].replace(",", ".").rstrip("%")),
            "is_pass": is_pass,
        }
    except (InvalidOperation, IndexError):
        message = _("Write each band on a line of its own: its name, then its least percent, as in A 90.")
        raise invalid_field("/bands", "bands", message) from None


def _policy(request: HttpRequest, row: GradingPolicy) -> dict[str, Any]:
    form = request.POST
    return {
        "valid_from": typed_date(request, "valid_from") or row.valid_from,
        "scale_id": typed_id(request, "scale"),
        "places": typed_number(request, "places", 0),
        "late_grace_minutes": typed_number(request, "late_grace_minutes", 0),
        "late_rate": typed_decimal(request, "late_rate") or Decimal(0),
        "late_floor": typed_decimal(request, "late_floor") or Decimal(0),
        "missing_percent": typed_decimal(request, "missing_percent"),
        "exempts_late_joiners": form.get("exempts_late_joiners") == "1",
        **{name: form.get(name, "") for name in OPTIONS},
    }
