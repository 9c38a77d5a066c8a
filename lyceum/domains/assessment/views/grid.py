"""The marks grid: a line for each learner, a column for each thing that is marked, both totals at the end."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, MalformedError, RuleError
from lyceum.core.forms import gone_on, shown_errors
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.assessment.books import Book, KnownCell, Learner, due_of
from lyceum.domains.assessment.calculation.trace import Total
from lyceum.domains.assessment.models import Column
from lyceum.domains.assessment.presenting import shown_score, typed_score
from lyceum.domains.assessment.queries import is_edited_by, needs_reason, read_grid, spread_of, spread_of_totals
from lyceum.domains.assessment.rules.cells import CellAnswer, GivenCell, save_cells
from lyceum.domains.assessment.words import STATES, percent_words, plain, total_words


class _SentCell(msgspec.Struct, forbid_unknown_fields=True):
    """A cell as the page's script sends it."""

    column: UUID
    student: UUID
    value: str
    version: int


@require_http_methods(["GET", "POST"])
def grid_page(request: HttpRequest, gradebook_id: UUID) -> HttpResponse:
    """A gradebook to type in. With scripts each cell is saved as it is typed; without them all by one button."""
    actor = actor_of(request)
    if request.method != "POST":
        return _answer(request, read_grid(gradebook_id, actor=actor), actor)
    if request.POST.get("act") == "cells":
        return _kept(request, gradebook_id, actor)
    book = read_grid(gradebook_id, actor=actor)
    cells = _typed(request, book)
    if not cells:
        return gone_on(request, Done(f"/marks/gradebooks/{gradebook_id}/", Toast(_("Nothing was changed."))))
    try:
        saved = save_cells(gradebook_id, cells=cells, reason=request.POST.get("reason", ""), actor=actor)
    except RuleError as error:
        shown = {"errors": shown_errors(error), "refusal": error, "typed": request.POST}
        return _answer(request, book, actor, cells=cells, context=shown, status=error.status)
    refused = [each for each in saved.answers if each.error]
    count = sum(each.is_changed for each in saved.answers)
    said = ngettext("%(n)s cell was saved.", "%(n)s cells were saved.", count) % {"n": count}
    if not refused:
        return gone_on(request, Done(f"/marks/gradebooks/{gradebook_id}/", Toast(said)))
    # What was fine is saved, so this is an answer like any other; what was refused stays as it was typed.
    shown = {"errors": [_error(saved.book, each) for each in refused], "saved": said, "typed": request.POST}
    left = {(each.column, each.student) for each in refused}
    return _answer(request, saved.book, actor, cells=[c for c in cells if (c.column, c.student) in left], context=shown)


def _kept(request: HttpRequest, gradebook_id: UUID, actor: Actor) -> HttpResponse:
    """What the page's script sends while somebody types."""
    try:
        sent = msgspec.json.decode(request.POST.get("cells", "[]"), type=list[_SentCell])
    except msgspec.DecodeError:
        raise MalformedError(_("The cells could not be read.")) from None
    cells = [GivenCell(each.column, each.student, {"value": each.value[:40]}, each.version) for each in sent]
    try:
        saved = save_cells(gradebook_id, cells=cells, reason=request.POST.get("reason", ""), actor=actor)
    except RuleError as error:
        return JsonResponse({"code": error.code, "said": error.detail}, status=error.status)
    students = {each.student for each in saved.answers if each.is_changed}
    columns = {each.column for each in saved.answers if each.is_changed}
    book = saved.book
    return JsonResponse(
        {
            "cells": [_answered(each) for each in saved.answers],
            "totals": [
                {"student": str(each.student.pk), "current": words[0], "final": words[1]}
                for each in book.learners
                if each.student.pk in students and (words := _totals(book, each.student.pk))
            ],
            "spreads": [
                {"column": str(key), "mean": plain(found.mean), "median": plain(found.median)}
                for key in columns
                if (found := spread_of(book, key))
            ],
            "whole": percent_words(spread_of_totals(book).mean),
        }
    )


def _answered(answer: CellAnswer) -> dict[str, Any]:
    error = answer.error
    return {
        "column": str(answer.column),
        "student": str(answer.student),
        "outcome": answer.outcome,
        "shown": typed_score(answer.known),
        "version": answer.known.version,
        "code": error.code if error else "",
        "said": error.detail if error else "",
        "theirs": error.extra.get("theirs", "") if error else "",
        "who": error.extra.get("who", "") if error else "",
    }


def _typed(request: HttpRequest, book: Book) -> list[GivenCell]:
    """What differs from what stands there; a blank says nothing."""
    found = []
    for name, text in request.POST.items():
        kind, _dot, rest = name.partition(".")
        if kind != "c":
            continue
        try:
            column, student, version = rest.split(".")
            cell = GivenCell(UUID(column), UUID(student), {"value": str(text)[:40]}, int(version))
        except ValueError:
            continue
        if str(text).strip() not in ("", typed_score(book.cell(cell.column, cell.student))):
            found.append(cell)
    return found


def _error(book: Book, answer: CellAnswer) -> FieldError:
    learner = book.learner(answer.student)
    column = next((each.title for each in book.columns if each.pk == answer.column), "")
    name = learner.student.person.called if learner else ""
    said = answer.error.detail if answer.error else ""
    theirs = answer.error.extra.get("theirs") if answer.error else None
    if theirs is not None:
        said = _("%(said)s It says now: %(theirs)s") % {"said": said, "theirs": theirs or "–"}
    code = answer.error.code if answer.error else ""
    return FieldError(f"/c-{answer.column}-{answer.student}", code, f"{name}, {column}: {said}")


def _totals(book: Book, student: UUID) -> list[str]:
    return [total_words(book.total(student, kind)) for kind in Total]


def _answer(
    request: HttpRequest,
    book: Book,
    actor: Actor,
    *,
    cells: Sequence[GivenCell] = (),
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    may_edit = is_edited_by(book.row, actor=actor)
    wrong = {(each.column, each.student): str(each.values["value"]) for each in cells}
    count = {category.pk: sum(c.category_id == category.pk for c in book.columns) for category in book.categories}
    shown = {
        "row": book.row,
        "may_edit": may_edit,
        "needs_reason": may_edit and needs_reason(book.row, actor=actor),
        "categories": [(each, count[each.pk]) for each in book.categories if count[each.pk]],
        "has_weights": any(each.weight is not None for each in book.categories),
        "columns": [_column(book, each) for each in book.columns],
        "lines": [_line(book, each, wrong, may_edit) for each in book.learners],
        "whole": percent_words(spread_of_totals(book).mean),
        "drops_both": any(each.drop_lowest and each.drop_highest for each in book.categories),
    }
    return render(request, "assessment/grid.html", shown | (context or {}), status=status)


def _value(known: KnownCell, is_typed: bool) -> str:
    return typed_score(known) if is_typed else shown_score(known)


def _column(book: Book, column: Column) -> dict[str, Any]:
    found = spread_of(book, column.pk)
    return {
        "row": column,
        "points": plain(column.points),
        "due_at": due_of(column),
        "mean": plain(found.mean),
        "median": plain(found.median),
    }


def _line(book: Book, learner: Learner, wrong: dict[tuple[UUID, UUID], str], may_edit: bool) -> dict[str, Any]:
    student = learner.student.pk
    name, cells = learner.student.person.called, []
    for column in book.columns:
        known, typed = book.cell(column.pk, student), wrong.get((column.pk, student))
        is_typed = may_edit and not column.source_id and learner.left_on is None
        cells.append(
            {
                "column": column,
                "known": known,
                "value": _value(known, is_typed) if typed is None else typed,
                "is_wrong": typed is not None,
                "state": known.state.value,
                "says": STATES[known.state],
                "is_typed": is_typed,
                "href": f"/submissions/{known.submission_id}/mark/" if known.submission_id else "",
            }
        )
    current, final = _totals(book, student)
    return {"learner": learner, "name": name, "cells": cells, "current": current, "final": final}
