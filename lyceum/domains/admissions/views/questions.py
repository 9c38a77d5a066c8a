"""The questions of application forms, for the office."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.errors import invalid_field
from lyceum.core.forms import submitted, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.admissions.models import ApplicationForm, Intake
from lyceum.domains.admissions.queries import get_form, list_forms
from lyceum.domains.admissions.rules.forms import create_form, fields_of
from lyceum.domains.admissions.rules.questions import (
    Change,
    add_question,
    add_section,
    change_form,
    change_question,
    drop_question,
    is_used,
    move_question,
)
from lyceum.domains.people.models import ConsentKind

PAGE = "/settings/intakes/forms/"
KINDS = [
    ("text", lazy("a line of text")),
    ("long_text", lazy("a longer text")),
    ("yes_no", lazy("yes or no")),
    ("choice", lazy("one of several answers")),
    ("choices", lazy("any of several answers")),
    ("date", lazy("a day")),
    ("number", lazy("a number")),
    ("consent", lazy("a consent, which goes into the student's record")),
]


@require_http_methods(["GET", "POST"])
def forms_page(request: HttpRequest) -> HttpResponse:
    """Every form in its newest version, and a new one."""
    actor = actor_of(request)
    actor.require_all(Permission.INTAKES_EDIT)

    def act() -> Done:
        form = create_form(name=request.POST.get("name", ""), schema={"sections": []}, actor=actor)
        return Done(f"{PAGE}{form.pk}/", Toast(_("Made. Add its first question.")))

    def context() -> dict[str, Any]:
        newest: dict[str, ApplicationForm] = {}
        for form in list_forms(actor):
            newest.setdefault(form.name, form)
        return {"forms": [(form, len(list(fields_of(form.schema)))) for form in newest.values()]}

    return submitted(request, "admissions/forms.html", context, act)


@require_http_methods(["GET", "POST"])
def form_page(request: HttpRequest, application_form_id: UUID) -> HttpResponse:
    """The questions of one form in one version."""
    actor = actor_of(request)
    form = get_form(application_form_id, actor=actor)

    def act() -> Done:
        changed = change_form(form.pk, _change(request), actor=actor)
        word = _("Saved.")
        if changed.pk != form.pk:
            word = _("Saved as version %(n)s. Choose it in the intake that is to ask so.") % {"n": changed.version}
        return Done(f"{PAGE}{changed.pk}/", Toast(word))

    def context() -> dict[str, Any]:
        kinds = dict(KINDS)
        return {
            "form": form,
            "sections": [
                (
                    n,
                    section["title"],
                    [(_filled(request, each), kinds.get(each.get("type", "text"), "")) for each in section["fields"]],
                )
                for n, section in enumerate(form.schema.get("sections", ()))
            ],
            "new": _typed(request) if request.POST.get("act") == "add" else {"lines": "", "at": ""},
            "kinds": KINDS,
            "consents": [
                (str(each.pk), each.name) for each in ConsentKind.objects.filter(active=True).order_by("name")
            ],
            "is_used": is_used(form),
            "intakes": Intake.objects.filter(form=form).order_by("name"),
        }

    return submitted(request, "admissions/form.html", context, act)


def _filled(request: HttpRequest, field: Mapping[str, Any]) -> dict[str, Any]:
    """A question as its form shows it: as it is, or as it was just typed and refused."""
    known = {
        **field,
        "lines": "\n".join(map(str, field.get("options", ()))),
        "at": f"-{field['key']}",
        "name": field["label"],
    }
    is_typed = request.POST.get("act") == "change" and request.POST.get("key") == field["key"]
    return known | _typed(request) | {"at": "", "is_open": True} if is_typed else known


def _typed(request: HttpRequest) -> dict[str, Any]:
    form = request.POST
    said = {name: form.get(name, "") for name in ("label", "type", "help", "consent")}
    return {**said, "lines": form.get("options", ""), "required": form.get("required") == "1", "at": ""}


def _change(request: HttpRequest) -> Change:
    form, what = request.POST, request.POST.get("act", "")
    key = form.get("key", "")
    if what == "section":
        return add_section(form.get("title", ""))
    if what in ("up", "down"):
        return move_question(key, by=-1 if what == "up" else 1)
    if what == "drop":
        return drop_question(key)
    values = {
        "label": form.get("label", ""),
        "type": form.get("type", "text"),
        "required": form.get("required") == "1",
        "help": form.get("help", ""),
        "consent": form.get("consent", ""),
        "options": form.get("options", "").splitlines(),
    }
    if what == "change":
        return change_question(key, values)
    if what == "add":
        return add_question(typed_number(request, "section", 0) or 0, values)
    raise invalid_field("/act", "choice", _("The form was altered. Open the page again."))
