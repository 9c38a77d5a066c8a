"""Marks: for those who teach their classes, for a family their own."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.errors import invalid_field
from lyceum.core.forms import asked_id, submitted, typed_id
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.queries import list_class_names, list_terms
from lyceum.domains.assessment.models import Gradebook
from lyceum.domains.assessment.policies import is_staff_here
from lyceum.domains.assessment.presenting import shown_book
from lyceum.domains.assessment.queries import (
    ORDER,
    list_family,
    list_gradebooks,
    list_own_books,
    read_student_marks,
    whole_gradebooks,
)
from lyceum.domains.assessment.rules.gradebooks import open_gradebook
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import today

BOOKS: Table[Gradebook] = Table(
    name="gradebooks",
    label=lazy("Gradebooks"),
    columns=(
        Column("class", lazy("Class"), lambda row: row.school_class.name, sort=("school_class__name",)),
        Column("subject", lazy("Subject"), lambda row: row.school_class.subject or ""),
        Column("term", lazy("Term"), lambda row: row.term.name, sort=("term__starts",)),
        Column("year", lazy("Year"), lambda row: row.term.year.name),
    ),
    href=lambda row: f"/marks/gradebooks/{row.pk}/",
    order=ORDER,
)


@require_http_methods(["GET", "POST"])
def marks_page(request: HttpRequest) -> HttpResponse:
    """The gradebooks of one's classes; of all, for who reads all; of one's children, for families."""
    actor = actor_of(request)
    actor.require(Permission.MARKS_VIEW)
    family = list_family(actor)
    if not is_staff_here(actor):
        return _family_page(request, family)
    if actor.reaches_all(Permission.MARKS_VIEW) and "act" not in request.POST:
        return answer_list(
            request,
            BOOKS,
            list_gradebooks(actor, school_class=asked_id(request, "class"), term=asked_id(request, "term")),
            whole=whole_gradebooks,
            template="assessment/all.html",
            filters=[
                Filter("class", _("Class"), list_class_names(actor, today()), every=_("All")),
                Filter("term", _("Term"), [(str(row.pk), row.name) for row in list_terms(actor)], every=_("All")),
            ],
            note_export=partial(note_export, BOOKS.name, "", actor=actor),
            context={"classes": list_own_books(actor), "family": family},
        )

    def act() -> str:
        class_id, term_id = typed_id(request, "class"), typed_id(request, "term")
        if class_id is None or term_id is None:
            raise invalid_field("/class", "required", _("Choose a class and a term."))
        return f"/marks/gradebooks/{open_gradebook(class_id=class_id, term_id=term_id, actor=actor).row.pk}/"

    def context() -> dict[str, Any]:
        return {"classes": list_own_books(actor), "family": family}

    return submitted(request, "assessment/classes.html", context, act)


def _family_page(request: HttpRequest, family: list[Any]) -> HttpResponse:
    """One child: their marks at once; several: which."""
    if len(family) == 1:
        return redirect("student-marks", student_id=family[0].pk)
    return render(request, "assessment/family.html", {"family": family})


@require_GET
def student_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """A student's marks of this year, as far as whoever asks may know of them."""
    actor = actor_of(request)
    found = read_student_marks(student_id, actor=actor)
    family = list_family(actor) if found.is_family else []
    return render(
        request,
        "assessment/student.html",
        {
            "student": found.student,
            "is_family": found.is_family,
            "is_own": found.student.person.user_id == actor.user_id,
            "family": family if len(family) > 1 else [],
            "books": [shown_book(book, found.student.pk) for book in found.books],
        },
    )
