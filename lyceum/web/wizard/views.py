"""The pages of the set-up: the list of steps, and one form a step."""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import ActorKind
from lyceum.core.errors import UnauthorizedError, invalid_field
from lyceum.core.forms import needed_date, submitted, typed_date, typed_time
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.models import Grade
from lyceum.domains.academics.queries import find_year, list_grades
from lyceum.domains.academics.rules.calendar import create_term, create_year
from lyceum.domains.academics.rules.onboarding import Listed, admit_list, create_forms, welcome_teachers
from lyceum.domains.accounts.requests import invitation_link
from lyceum.domains.attendance.models import CodeSet
from lyceum.domains.attendance.presets import PRESETS
from lyceum.domains.attendance.rules.setup import choose_codes, set_session_times
from lyceum.domains.tenancy.queries import today
from lyceum.web.wizard.steps import needed_for, read_steps

HOME = "/set-up-school/"
TERMS = (1, 2, 3)
_SPLIT = re.compile(r"\s*[,;\t]\s*")


def _refuse_others(request: HttpRequest) -> None:
    actor = actor_of(request)
    if actor.kind is ActorKind.PUBLIC:
        raise UnauthorizedError
    actor.require_all(Permission.CLASSES_EDIT)


@require_GET
def steps_page(request: HttpRequest) -> HttpResponse:
    """How far the school is, and what comes next."""
    _refuse_others(request)
    steps = read_steps(today())
    return render(request, "web/wizard/steps.html", {"steps": steps, "is_ready": all(step.is_done for step in steps)})


@require_http_methods(["GET", "POST"])
def step_page(request: HttpRequest, step: str) -> HttpResponse:
    """One step's form. A step that is done can be done again: it adds, and takes nothing away."""
    _refuse_others(request)
    if step not in _ACTS:
        raise Http404
    actor_of(request).require_all(needed_for(step))
    if step == "teachers" and request.method == "POST":
        return _teachers(request)

    def context() -> dict[str, Any]:
        steps = read_steps(today())
        return {"step": next(s for s in steps if s.key == step), "steps": steps, **_CONTEXTS[step](request)}

    def act() -> str:
        _ACTS[step](request)
        return HOME

    return submitted(request, f"web/wizard/{step}.html", context, act)


def _make_year(request: HttpRequest) -> None:
    actor = actor_of(request)
    starts, ends = needed_date(request, "starts"), needed_date(request, "ends")
    year = create_year(name=request.POST.get("name", ""), starts=starts, ends=ends, current=True, actor=actor)
    for n in TERMS:
        first, last = typed_date(request, f"term-{n}-starts"), typed_date(request, f"term-{n}-ends")
        name = request.POST.get(f"term-{n}-name", "")
        if name and first and last:
            create_term(year.pk, name=name, starts=first, ends=last, actor=actor)
        elif first or last:
            raise invalid_field(f"/term-{n}-name", "required", _("A term has a name, a first and a last day."))


def _year_context(_request: HttpRequest) -> dict[str, Any]:
    day = today()
    first = day.year if day.month >= 8 else day.year - 1
    return {
        "usual": {"name": f"{first}/{(first + 1) % 100:02}", "starts": f"{first}-09-01", "ends": f"{first + 1}-08-31"},
        "terms": TERMS,
        "year": find_year(day),
    }


def _set_times(request: HttpRequest) -> None:
    actor = actor_of(request)
    preset = request.POST.get("preset", "")
    if not CodeSet.objects.filter(state="in_use", preset=preset).exists():
        choose_codes(preset, actor=actor)
    for session in ("AM", "PM"):
        if session == "PM" and not request.POST.get("pm_starts", "").strip():
            continue
        name = session.lower()
        set_session_times(
            session=session,
            starts_at=typed_time(request, f"{name}_starts"),
            closes_at=typed_time(request, f"{name}_closes"),
            actor=actor,
        )


def _times_context(_request: HttpRequest) -> dict[str, Any]:
    in_use = CodeSet.objects.filter(state="in_use").first()
    return {
        "presets": [(preset.name, _(preset.source)) for preset in PRESETS.values()],
        "preset": in_use.preset if in_use else "",
        "usual": {
            "am_starts": time(8, 45).isoformat("minutes"), "am_closes": time(9, 15).isoformat("minutes"),
            "pm_starts": time(13, 0).isoformat("minutes"), "pm_closes": time(13, 30).isoformat("minutes"),
        },
    }  # fmt: skip


def _make_forms(request: HttpRequest) -> None:
    year = find_year(today())
    if year is None:
        raise invalid_field("/sections", "order", _("Make the school year first."))
    sections = {grade: _sections(request, grade) for grade in list_grades(actor_of(request))}
    create_forms(year, {grade: names for grade, names in sections.items() if names}, actor=actor_of(request))


def _sections(request: HttpRequest, grade: Grade) -> list[str]:
    return [name for name in re.split(r"[\s,;]+", request.POST.get(f"grade-{grade.code}", "")) if name]


def _forms_context(request: HttpRequest) -> dict[str, Any]:
    grades = list_grades(actor_of(request))
    return {"grades": [(grade, request.POST.get(f"grade-{grade.code}", "")) for grade in grades]}


def _admit(request: HttpRequest) -> None:
    listed = [_student(n, line) for n, line in enumerate(_lines(request), 1)]
    admit_list(listed, first_day=needed_date(request, "first_day"), actor=actor_of(request))


def _students_context(_request: HttpRequest) -> dict[str, Any]:
    year = find_year(today())
    return {"first_day": min(today(), year.starts) if year else today()}


def _lines(request: HttpRequest) -> list[list[str]]:
    rows = [[part.strip() for part in _SPLIT.split(line)] for line in request.POST.get("people", "").splitlines()]
    return [[part for part in row if part] for row in rows if any(row)]


def _student(number: int, parts: list[str]) -> Listed:
    name, *rest = parts
    form, born = "", None
    for part in rest:
        try:
            born = date.fromisoformat(part)
        except ValueError:
            if form:
                message = _("Line %(line)s: write name, form and date of birth as 2013-02-28.") % {"line": number}
                raise invalid_field("/people", "line", message) from None
            form = part
    return Listed(name, form=form, birth_date=born)


def _teachers(request: HttpRequest) -> HttpResponse:
    shown: dict[str, Any] = {}

    def act() -> str:
        listed = [_teacher(parts) for parts in _lines(request)]
        shown["sent"] = welcome_teachers(listed, actor=actor_of(request))
        return HOME

    def context() -> dict[str, Any]:
        steps = read_steps(today())
        return {"step": next(s for s in steps if s.key == "teachers"), "steps": steps}

    response = submitted(request, "web/wizard/teachers.html", context, act)
    if "sent" not in shown:
        return response
    sent = [
        {
            "invitation": s.invitation,
            "link": invitation_link(s.secret),
            "code": "" if s.invitation.address else s.secret,
        }
        for s in shown["sent"]
    ]
    return render(request, "accounts/invited.html", {"sent": sent, "onward": HOME})


def _teacher(parts: list[str]) -> Listed:
    name, *rest = parts
    address = next((part for part in rest if "@" in part), "")
    form = next((part for part in rest if part != address), "")
    return Listed(name, form=form, address=address)


def _nothing(_request: HttpRequest) -> dict[str, Any]:
    return {}


_ACTS: dict[str, Callable[[HttpRequest], None]] = {
    "year": _make_year,
    "times": _set_times,
    "forms": _make_forms,
    "students": _admit,
    "teachers": lambda _request: None,
}
_CONTEXTS: dict[str, Callable[[HttpRequest], dict[str, Any]]] = {
    "year": _year_context,
    "times": _times_context,
    "forms": _forms_context,
    "students": _students_context,
    "teachers": _nothing,
}
