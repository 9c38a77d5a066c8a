"""Pages for applying: what is open, then one thing a page; each is kept as it is left."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.forms import submitted, typed_date, typed_ids
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.admissions.models import Application, Intake
from lyceum.domains.admissions.queries import get_application, list_open_intakes, list_own_applications
from lyceum.domains.admissions.rules.choosing import age_on, courses_of
from lyceum.domains.admissions.rules.entering import (
    Entered,
    EnteredGuardian,
    begin_application,
    delete_draft,
    edit_draft,
    entered_birth,
    require_applying,
)
from lyceum.domains.admissions.rules.forms import asked_fields, schema_of
from lyceum.domains.admissions.rules.sending import submit_application
from lyceum.domains.admissions.settings import admissions_settings
from lyceum.domains.admissions.words import said_answer
from lyceum.domains.tenancy.queries import find_school_name, list_doors, today

PERSON, FAMILY, CHOICES, CHECK = "person", "family", "choices", "check"


@require_GET
def start_page(request: HttpRequest) -> HttpResponse:
    """What one can apply for now; and for somebody who is signed in, what they have begun."""
    actor = actor_of(request)
    if actor.school_id is None:
        return render(request, "admissions/apply_where.html", {"doors": list_doors()})
    mine = list(list_own_applications(actor)[:20]) if actor.user_id else []
    context = {
        "school_name": find_school_name(),
        "intakes": [(each, courses_of(each)) for each in list_open_intakes()],
        "drafts": [each for each in mine if each.status == Application.Status.DRAFT],
        "sent": [each for each in mine if each.status != Application.Status.DRAFT],
        "is_stranger": actor.kind is ActorKind.PUBLIC,
    }
    return render(request, "admissions/apply.html", context)


@require_http_methods(["GET", "POST"])
def person_page(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """The first of the pages: who wants the place. A stranger makes an account first, and comes back here."""
    actor = actor_of(request)
    intake = next((each for each in list_open_intakes() if each.pk == intake_id), None) if actor.school_id else None
    if intake is None:
        raise Http404
    if actor.kind is ActorKind.PUBLIC:
        return redirect(f"/register/?next=/apply/for/{intake_id}/")
    require_applying(actor)

    def act() -> str | Done:
        application = begin_application(_person(request, intake), actor=actor)
        return _next(application, PERSON)

    return submitted(request, "admissions/apply_person.html", lambda: _context(request, intake, actor), act)


def _context(
    request: HttpRequest, intake: Intake, actor: Actor, application: Application | None = None
) -> dict[str, Any]:
    entered = application.entered.get("person", {}) if application else {}
    child = intake.kind == Intake.Kind.YEAR_GROUP
    for_self = application.for_self if application else not child
    if request.method == "POST":
        for_self = request.POST.get("for_self") == "1"
    return {
        "intake": intake,
        "application": application,
        "entered": entered,
        "for_self": for_self,
        "is_office": actor.reaches_all(Permission.APPLICATIONS_ENTER),
        "step": _place(application, PERSON) if application else (1, 0),
    }


def _person(request: HttpRequest, intake: Intake | None) -> Entered:
    form, named = request.POST, bool(request.POST.get("first_name", "").strip())
    own = form.get("for_self") == "1" and not named  # then the names of the account stay
    return Entered(
        first_name=None if own else form.get("first_name", ""),
        last_name=None if own else form.get("last_name", ""),
        email=form.get("email") or None,
        phone=form.get("phone", ""),
        birth_date=typed_date(request, "birth_date"),
        intake=intake.pk if intake else None,
        for_self=form.get("for_self") == "1",
    )


def sections_of(application: Application) -> list[str]:
    """The pages of an application: only those that have something to ask."""
    sections = [PERSON]
    birth = entered_birth(application)
    minor = birth is not None and age_on(birth, today()) < admissions_settings().guardian_until
    if minor or not application.for_self:
        sections.append(FAMILY)
    if courses_of(application.intake) or asked_fields(schema_of(application.intake), application.answers):
        sections.append(CHOICES)
    return [*sections, CHECK]


def _next(application: Application, section: str) -> str:
    sections = sections_of(application)
    place = sections.index(section) if section in sections else 0
    return f"/apply/{application.pk}/{sections[min(place + 1, len(sections) - 1)]}/"


def _place(application: Application, section: str) -> tuple[int, int]:
    sections = sections_of(application)
    return (sections.index(section) + 1 if section in sections else 1, len(sections))


def _before(application: Application, section: str) -> str:
    sections = sections_of(application)
    place = sections.index(section) if section in sections else 1
    return f"/apply/{application.pk}/{sections[max(place - 1, 0)]}/"


@require_GET
def resume_page(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Go on where a draft was left: at the first page that has nothing yet."""
    application = get_application(application_id, actor=actor_of(request))
    if application.status != Application.Status.DRAFT:
        return redirect(f"/applications/{application.pk}/")
    entered = application.entered
    done = {
        PERSON: "birth_date" in entered.get("person", {}),
        FAMILY: bool(entered.get("guardians")),
        CHOICES: bool(entered.get("courses") or application.answers),
    }
    section = next((each for each in sections_of(application) if not done.get(each, False)), CHECK)
    return redirect(f"/apply/{application.pk}/{section}/")


@require_http_methods(["GET", "POST"])
def section_page(request: HttpRequest, application_id: UUID, apply_section: str) -> HttpResponse:
    """One page of a draft. Going back loses nothing."""
    actor = actor_of(request)
    application = get_application(application_id, actor=actor)
    if application.status != Application.Status.DRAFT:
        return redirect(f"/applications/{application.pk}/")
    if apply_section not in (PERSON, FAMILY, CHOICES, CHECK):
        raise Http404
    require_applying(actor)
    if apply_section == CHECK:
        return _check(request, application, actor)

    def act() -> str | Done:
        entered = _entered(request, application, apply_section)
        return _next(edit_draft(application.pk, entered=entered, actor=actor), apply_section)

    def context() -> dict[str, Any]:
        shown = dict(_context(request, application.intake, actor, application))
        shown |= {"step": _place(application, apply_section), "back": _before(application, apply_section)}
        return shown | _MORE[apply_section](request, application)

    return submitted(request, f"admissions/apply_{apply_section}.html", context, act)


def _entered(request: HttpRequest, application: Application, section: str) -> Entered:
    if section == PERSON:
        return _person(request, None)
    if section == FAMILY:
        return Entered(guardians=_guardians(request))
    schema = schema_of(application.intake)
    answers = {field["key"]: _typed(request, field) for field in asked_fields(schema, application.answers)}
    courses = typed_ids(request, "course") if courses_of(application.intake) else None
    return Entered(courses=courses, answers={key: value for key, value in answers.items() if value not in ("", [])})


def _typed(request: HttpRequest, field: Mapping[str, Any]) -> Any:
    name = f"a-{field['key']}"
    return request.POST.getlist(name) if field.get("type") == "choices" else request.POST.get(name, "")


_GUARDIAN = ("first_name", "last_name", "relation", "email", "phone")
LINES = 2


def _guardians(request: HttpRequest) -> list[EnteredGuardian]:
    found = []
    for line in range(LINES):
        values: dict[str, Any] = {name: request.POST.get(f"{name}-{line}", "").strip() for name in _GUARDIAN}
        if any(values.values()):
            found.append(EnteredGuardian(**values, no_contact=request.POST.get(f"no_contact-{line}") == "1"))
    return found


def _family(request: HttpRequest, application: Application) -> dict[str, Any]:
    """Two adults; whoever applies for a child stands there already."""
    known: list[dict[str, Any]] = list(application.entered.get("guardians", []))
    if request.method == "POST":
        known = [vars(each) for each in _guardians(request)]
    elif not known and not application.for_self and not application.entered.get("office"):
        user = application.filled_in_by
        mail = user.emails.filter(primary=True).values_list("address", flat=True).first()
        known = [{"first_name": user.first_name or user.full_name, "last_name": user.last_name, "email": mail or ""}]
    return {"lines": [(line, known[line] if line < len(known) else {}) for line in range(LINES)]}


def _choices(request: HttpRequest, application: Application) -> dict[str, Any]:
    chosen = application.entered.get("courses", [])
    if request.method == "POST":
        chosen = request.POST.getlist("course")
    courses = [(each, str(each.pk) in chosen) for each in courses_of(application.intake)]
    answers = application.answers
    fields = []
    for field in asked_fields(schema_of(application.intake), answers):
        value = _typed(request, field) if request.method == "POST" else answers.get(field["key"], "")
        if isinstance(value, bool):
            value = "yes" if value else "no"
        kind = "yes_no" if field.get("type") == "consent" else field.get("type", "text")
        fields.append({**field, "name": f"a-{field['key']}", "value": value, "type": kind})
    return {"courses": courses, "fields": fields}


_MORE = {PERSON: lambda _request, _application: {}, FAMILY: _family, CHOICES: _choices}


def _check(request: HttpRequest, application: Application, actor: Actor) -> HttpResponse:
    """All that was said, and the button that sends it. What is missing leads to its page."""

    def act() -> str | Done:
        if request.POST.get("act") == "delete":
            delete_draft(application.pk, actor=actor)
            return Done("/apply/", Toast(_("The draft is deleted.")))
        sent = submit_application(application.pk, actor=actor)
        waits = sent.status == Application.Status.DRAFT
        word = _("Almost: follow the link in the mail we sent you.") if waits else _("Your application is sent.")
        return Done(f"/applications/{sent.pk}/", Toast(word))

    def context() -> dict[str, Any]:
        asked = asked_fields(schema_of(application.intake), application.answers)
        labels = {field["key"]: field["label"] for field in asked}
        chosen = set(application.entered.get("courses", []))
        return {
            "application": application,
            "intake": application.intake,
            "entered": application.entered.get("person", {}),
            "birth": entered_birth(application),
            "guardians": application.entered.get("guardians", []),
            "courses": [each for each in courses_of(application.intake) if str(each.pk) in chosen],
            "answers": [
                (labels[key], said_answer(value)) for key, value in application.answers.items() if key in labels
            ],
            "sections": sections_of(application),
            "back": _before(application, CHECK),
            "step": _place(application, CHECK),
        }

    return submitted(request, "admissions/apply_check.html", context, act)
