"""One learner in a gradebook: why each total is what it is, and what is late or extended."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.forms import submitted, typed_id, typed_number
from lyceum.core.instants import given_instant
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.assessment.presenting import shown_book, typed_score
from lyceum.domains.assessment.queries import get_gradebook, is_edited_by, needs_reason, read_whole
from lyceum.domains.assessment.rules.cells import GivenCell, save_cells
from lyceum.domains.tenancy.queries import time_zone


@require_http_methods(["GET", "POST"])
def learner_page(request: HttpRequest, gradebook_id: UUID, student_id: UUID) -> HttpResponse:
    """What a learner has, what of it counts, and why."""
    actor = actor_of(request)
    row = get_gradebook(gradebook_id, actor=actor)
    book = read_whole(row, actor=actor, student=student_id)
    learner = book.learner(student_id)
    if learner is None:
        raise NotFoundError
    page = f"/marks/gradebooks/{gradebook_id}/students/{student_id}/"

    def act() -> Done:
        column, text = typed_id(request, "column") or UUID(int=0), request.POST.get("value", "").strip()
        stands = typed_score(book.cell(column, student_id))
        cell = GivenCell(
            column,
            student_id,
            {
                "value": "" if text == stands else text,
                "late_minutes": typed_number(request, "late_minutes", 0),
                "extended_due_at": typed_instant(request, "extended_due_at"),
            },
            typed_number(request, "version", 0),
        )
        saved = save_cells(gradebook_id, cells=[cell], reason=request.POST.get("reason", ""), actor=actor)
        if saved.answers[0].error:
            raise saved.answers[0].error
        return Done(page, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        may_edit = is_edited_by(row, actor=actor) and learner.left_on is None
        manual = [each for each in book.columns if not each.source_id] if may_edit else []
        return {
            "row": row,
            "student": learner.student,
            "learner": learner,
            "shown": shown_book(book, student_id),
            "needs_reason": may_edit and needs_reason(row, actor=actor),
            "cells": [
                {"column": each, "known": (known := book.cell(each.pk, student_id)), "value": typed_score(known)}
                for each in manual
            ],
        }

    return submitted(request, "assessment/learner.html", context, act)


def typed_instant(request: HttpRequest, name: str) -> datetime | None:
    """A date with a time of the school's clocks, or None where it was left empty."""
    text = request.POST.get(name, "").strip()
    try:
        return given_instant(datetime.fromisoformat(text), f"/{name}", time_zone=time_zone()) if text else None
    except ValueError:
        raise invalid_field(f"/{name}", "instant", _("Give a date and a time, as in 2026-11-20 16:00.")) from None
