"""The page on which praise and incidents are recorded: who, then what, and it is saved."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.forms import asked_id, shown_errors, typed_id, typed_ids
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Toast, leave_toast
from lyceum.domains.academics.queries import list_class_names, list_room_names
from lyceum.domains.behaviour.forms import typed_instant, typed_whole
from lyceum.domains.behaviour.models import Participant
from lyceum.domains.behaviour.models.incidents import Polarity
from lyceum.domains.behaviour.people import find_lesson, find_students, students_of_class, students_of_ids
from lyceum.domains.behaviour.queries import list_types
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, Recorded, add_students, record_incident
from lyceum.domains.behaviour.rules.refusals import SameEventError
from lyceum.domains.behaviour.words import ROLES, severity_names
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import today

MOST_FOUND = 30


@require_http_methods(["GET", "POST"])
def record_page(request: HttpRequest) -> HttpResponse:
    """Choose students and tap what they did. Everything else is filled in, or can be added."""
    actor = actor_of(request)
    actor.require(Permission.INCIDENTS_RECORD)
    if request.method == "POST":
        try:
            if request.POST.get("act") == "add":
                return _add(request, actor)
            return _record(request, actor)
        except RuleError as error:
            shown = _context(request, actor) | {"typed": request.POST, "errors": shown_errors(error)}
            shown["same"] = error.extra if isinstance(error, SameEventError) else None
            return render(request, "behaviour/record.html", shown, status=error.status)
    return render(request, "behaviour/record.html", _context(request, actor) | {"typed": request.GET})


def _record(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = request.POST
    roles = {key.removeprefix("role-"): value for key, value in form.items() if key.startswith("role-")}
    parts = [
        NewPart(student, str(roles.get(str(student)) or Participant.Role.INVOLVED))
        for student in typed_ids(request, "student")
    ]
    new = NewIncident(
        typed_id(request, "type") or UUID(int=0),
        parts,
        occurred_at=typed_instant(request, "occurred_at"),
        severity=typed_whole(request, "severity"),
        location_id=typed_id(request, "location"),
        place=form.get("place", ""),
        lesson_id=typed_id(request, "lesson"),
        class_id=typed_id(request, "class"),
        narrative=form.get("narrative", ""),
        summary=form.get("summary", ""),
        confidential=form.get("confidential") == "1",
        draft=form.get("draft") == "1",
        is_another=form.get("another") == "1",
    )
    return _gone_on(request, record_incident(new, actor=actor))


def _add(request: HttpRequest, actor: Actor) -> HttpResponse:
    incident = typed_id(request, "incident") or UUID(int=0)
    parts = [NewPart(student) for student in typed_ids(request, "student")]
    add_students(incident, parts=parts, actor=actor)
    return redirect(f"/incidents/{incident}/")


def _gone_on(request: HttpRequest, recorded: Recorded) -> HttpResponse:
    incident = recorded.incident
    if incident.type.polarity != Polarity.POSITIVE:
        return redirect(f"/incidents/{incident.pk}/")
    names = [part.student.person.called for part in recorded.participants]
    if len(names) == 1:
        words = _("%(what)s: %(name)s.") % {"what": _(incident.type.name), "name": names[0]}
    else:
        words = ngettext("%(what)s: %(n)d student.", "%(what)s: %(n)d students.", len(names)) % {
            "what": _(incident.type.name), "n": len(names),
        }  # fmt: skip
    response = redirect(request.get_full_path())
    leave_toast(request, response, Toast(words))
    return response


def _context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    day, text = today(), request.GET.get("q", "")
    students, chosen = _students(request, actor, text)
    types = list(list_types(actor))
    lesson = find_lesson(asked_id(request, "lesson"))
    return {
        "students": students,
        "chosen": {str(each) for each in chosen},
        "roles": [(value, words) for value, words in ROLES.items()],
        "praise": [kind for kind in types if kind.polarity == Polarity.POSITIVE],
        "concerns": [kind for kind in types if kind.polarity != Polarity.POSITIVE],
        "classes": list_class_names(actor, day),
        "class_id": request.GET.get("class", ""),
        "lesson": lesson,
        "text": text,
        "severities": [(str(n), f"{n} · {name}") for n, name in severity_names()],
        "locations": list_room_names(actor)[:200],
        "may_set_up": actor.reaches_all(Permission.BEHAVIOUR_EDIT),
    }


def _students(request: HttpRequest, actor: Actor, text: str) -> tuple[list[Student], list[UUID]]:
    """Whom the page offers, and who is ticked."""
    sent = typed_ids_of(request)
    class_id = asked_id(request, "class")
    if class_id:
        return students_of_class(class_id, actor=actor), sent
    found = students_of_ids(sent, actor=actor)
    if text:
        found += [s for s in find_students(text, actor=actor)[:MOST_FOUND] if s.pk not in sent]
    return found, sent or ([found[0].pk] if len(found) == 1 else [])


def typed_ids_of(request: HttpRequest) -> list[UUID]:
    """The students of the form, or else of the address; what is no id is nobody."""
    source = request.POST if request.method == "POST" else request.GET
    found = []
    for text in source.getlist("student")[:200]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
