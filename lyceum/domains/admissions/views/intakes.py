"""Intakes and the steps of their selection, for the office."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import submitted, typed_amount, typed_date, typed_id, typed_ids
from lyceum.core.money import Money, typed_money
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.queries import list_grade_names
from lyceum.domains.admissions.models import Intake, SelectionStep
from lyceum.domains.admissions.queries import get_intake, list_forms, list_intakes
from lyceum.domains.admissions.rules.intakes import (
    archive_intake,
    create_intake,
    create_step,
    delete_intake,
    delete_step,
    edit_intake,
    edit_step,
    publish_intake,
)
from lyceum.domains.admissions.rules.places import taken_places
from lyceum.domains.admissions.views.typed import typed_instant
from lyceum.domains.learning.models import Course
from lyceum.domains.people.queries import list_staff
from lyceum.domains.tenancy.queries import this_school, time_zone

PAGE = "/settings/intakes/"


@require_http_methods(["GET", "POST"])
def intakes_page(request: HttpRequest) -> HttpResponse:
    """What one can apply for, and a new one."""
    actor = actor_of(request)
    actor.require_all(Permission.INTAKES_EDIT)

    def act() -> str | Done:
        form = request.POST
        kind = form.get("kind", "")
        values: dict[str, Any] = {}
        if kind == Intake.Kind.YEAR_GROUP:
            values = {"year": typed_id(request, "year"), "grade": typed_id(request, "grade")}
        intake = create_intake(kind=kind, name=form.get("name", ""), values=values, actor=actor)
        return Done(f"{PAGE}{intake.pk}/", Toast(_("Made, as a draft. Say when it opens, and publish it.")))

    def context() -> dict[str, Any]:
        years = AcademicYear.objects.exclude(state="archived").order_by("-starts")
        return {
            "intakes": [(each, each.is_open(clock.now())) for each in list_intakes(actor)],
            "kinds": Intake.Kind.choices,
            "years": [(str(each.pk), each.name) for each in years],
            "grades": list_grade_names(actor),
        }

    return submitted(request, "admissions/intakes.html", context, act)


@require_http_methods(["GET", "POST"])
def intake_page(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """One intake: its dates and places, its steps, its courses; publish and archive."""
    actor = actor_of(request)
    actor.require_all(Permission.INTAKES_EDIT)
    intake = get_intake(intake_id, actor=actor)
    page = f"{PAGE}{intake_id}/"

    def act() -> str | Done:
        form, what = request.POST, request.POST.get("act", "")
        if what == "publish":
            publish_intake(intake_id, actor=actor)
        elif what == "archive":
            archive_intake(intake_id, actor=actor)
        elif what == "delete":
            delete_intake(intake_id, actor=actor)
            return Done(PAGE, Toast(_("Deleted.")))
        elif what == "step":
            values = {"step_name": form.get("step_name", ""), "kind": form.get("kind", "other"),
                      "description": form.get("description", ""), "is_required": form.get("is_required") == "1",
                      "shown_to_applicant": form.get("shown") == "1"}  # fmt: skip
            create_step(intake_id, values=values, actor=actor)
        elif what in ("name", "unname"):
            _name_reviewer(request, intake, named=what == "name", actor=actor)
        elif what == "drop-step":
            delete_step(typed_id(request, "row") or UUID(int=0), actor=actor)
        else:
            edit_intake(intake_id, values=_values(request, intake), actor=actor)
        return Done(page, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        currency = intake.currency or this_school().currency
        chosen = {link.course_id for link in intake.course_links.all()}
        courses = Course.objects.filter(status=Course.Status.PUBLISHED).order_by("order", "name")
        return {
            "intake": intake,
            "is_open": intake.is_open(clock.now()),
            "taken": taken_places(intake),
            "steps": sorted(intake.steps.all(), key=lambda each: each.order),
            "kinds": SelectionStep.Kind.choices,
            "staff": [(str(each.pk), str(each)) for each in list_staff(actor)],
            "courses": [(each, each.pk in chosen) for each in courses] if _names_courses(intake) else [],
            "forms": [(str(each.pk), str(each)) for each in list_forms(actor)],
            "form_id": str(intake.form_id) if intake.form_id else "",
            "documents": "\n".join(each["type"] for each in intake.documents),
            "deposit": typed_money(Money(intake.deposit_minor, currency)) if intake.deposit_minor else "",
            "currency": currency,
            "times": {name: _local(getattr(intake, name)) for name in INSTANTS},
        }

    return submitted(request, "admissions/intake.html", context, act)


def _name_reviewer(request: HttpRequest, intake: Intake, *, named: bool, actor: Actor) -> None:
    """One more of the staff for a step, or one less."""
    step = next((each for each in intake.steps.all() if each.pk == typed_id(request, "row")), None)
    staff = typed_id(request, "staff")
    if step is None or staff is None:
        raise invalid_field("/staff", "required", _("Choose somebody."))
    others = [each.staff_id for each in step.reviewers.all() if each.staff_id != staff]
    edit_step(step.pk, values={"reviewers": [*others, staff] if named else others}, actor=actor)


INSTANTS = ("opens_at", "closes_at", "decisions_visible_at")
NUMBERS = ("places", "over_offer", "age_from", "age_to", "offer_days")


def _names_courses(intake: Intake) -> bool:
    return intake.kind == Intake.Kind.COURSE and not intake.is_standing


def _local(instant: datetime | None) -> str:
    return clock.local(instant, time_zone()).strftime("%Y-%m-%dT%H:%M") if instant else ""


def _values(request: HttpRequest, intake: Intake) -> dict[str, Any]:
    known = {each["type"]: each["required"] for each in intake.documents}
    lines = dict.fromkeys(line.strip() for line in request.POST.get("documents", "").splitlines() if line.strip())
    values: dict[str, Any] = {
        "form": typed_id(request, "form"),
        "documents": [{"type": line, "required": known.get(line, True)} for line in lines],
    }
    if intake.is_standing:
        return values
    values |= {name: typed_instant(request, name) for name in INSTANTS}
    values |= {name: _number(request, name) for name in NUMBERS}
    values |= {"name": request.POST.get("name", ""), "reference_date": typed_date(request, "reference_date"),
               "needs_acceptance": request.POST.get("needs_acceptance") == "1",
               "blind_review": request.POST.get("blind_review") == "1"}  # fmt: skip
    currency = (request.POST.get("currency", "").strip() or intake.currency or this_school().currency).upper()
    deposit = typed_amount(request, "deposit", currency).amount if request.POST.get("deposit", "").strip() else None
    values |= {"deposit_minor": deposit, "needs_deposit": request.POST.get("needs_deposit") == "1"}
    if deposit:
        values["currency"] = currency
    values["over_offer"] = values["over_offer"] or 0
    values["offer_days"] = values["offer_days"] or 14
    if _names_courses(intake):
        values["courses"] = typed_ids(request, "course")
    return values


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise invalid_field(f"/{name}", "number", _("Give a whole number.")) from None
