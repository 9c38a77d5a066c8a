"""Pages of restrictions: who is kept from a student, and the end of it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.forms import submitted, typed_date, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.people.models import ContactRestriction, Student
from lyceum.domains.people.queries import get_student, list_adults_around, list_restrictions
from lyceum.domains.people.rules.restrictions import end_restriction, restrict_contact
from lyceum.domains.people.words import RESTRICTION_WORDS
from lyceum.domains.tenancy.queries import today


@require_http_methods(["GET", "POST"])
def restrictions_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Who is kept from a student, and one more."""
    actor = actor_of(request)
    actor.require_all(Permission.RESTRICTIONS_EDIT)
    student = get_student(student_id, actor=actor, permission=Permission.RESTRICTIONS_EDIT)

    def act() -> Done:
        form = request.POST
        restrict_contact(
            student_id,
            person_id=typed_id(request, "person"),
            description=form.get("description", ""),
            kinds=form.getlist("kinds"),
            order_reference=form.get("order_reference", ""),
            ends_on=typed_date(request, "ends_on"),
            actor=actor,
        )
        return Done(f"/students/{student_id}/restrictions/", Toast(say("It holds from this moment on.")))

    def context() -> dict[str, Any]:
        return _context(student, actor) | {"ticked": request.POST.getlist("kinds")}

    return submitted(request, "people/restrictions.html", context, act)


def _context(student: Student, actor: Actor) -> dict[str, Any]:
    rows = [(row, _words(row), row.is_active(today())) for row in list_restrictions(student, actor=actor)]
    return {
        "student": student,
        "active": [(row, words) for row, words, holds in rows if holds],
        "ended": [(row, words) for row, words, holds in rows if not holds],
        "kinds": list(RESTRICTION_WORDS.items()),
        "adults": [(str(person.pk), person.full_name) for person in list_adults_around(student, actor=actor)],
    }


def _words(row: ContactRestriction) -> list[object]:
    return [RESTRICTION_WORDS[kind] for kind in row.kinds]


@require_http_methods(["GET", "POST"])
def end_page(request: HttpRequest, restriction_id: UUID) -> HttpResponse:
    """End a restriction, with a reason."""
    actor = actor_of(request)
    row = list_restrictions(actor=actor).filter(pk=restriction_id).first()
    if row is None:
        raise NotFoundError

    def act() -> Done:
        end_restriction(restriction_id, reason=request.POST.get("reason", ""), actor=actor)
        return Done(f"/students/{row.student_id}/restrictions/", Toast(say("It holds no longer.")))

    def context() -> dict[str, Any]:
        return {"student": row.student, "row": row, "words": _words(row)}

    return submitted(request, "people/restriction_end.html", context, act)
