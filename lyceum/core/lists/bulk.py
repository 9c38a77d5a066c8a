"""One act on several rows: chosen in the list, shown as a preview, done in one go or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.forms import shown_errors

MOST_ROWS = 500


@dataclass(frozen=True)
class Planned:
    """What the act would do to one row."""

    name: str
    before: str
    after: str
    problem: str = ""
    """Why it cannot be done; such a row stops the whole."""


@dataclass(frozen=True)
class BulkAct:
    """An act on many rows. Planning changes nothing; applying calls the same rule as the act on one row."""

    name: str
    label: str | Promise
    plan: Callable[[HttpRequest, list[UUID]], Sequence[Planned]]
    apply: Callable[[HttpRequest, list[UUID]], str | None]
    """Does it; returns the page where it can be watched, where it is not done yet."""
    fields: str = ""
    """A template with what the act needs to know, such as the class to move into."""
    button: str | Promise = ""
    """What does it after the preview; by default it says how many rows it changes."""
    summary: str = ""
    """A template that says what the act would do in all, such as how many people would hear of it."""
    context: Callable[[HttpRequest], dict[str, object]] = lambda _request: {}
    is_allowed: Callable[[HttpRequest], bool] = lambda _request: True


def chosen_rows(form: QueryDict) -> list[UUID]:
    """The ids that were ticked, each once. Raises InvalidError for none, for too many, and for what is no id."""
    try:
        ids = list(dict.fromkeys(UUID(each) for each in form.getlist("row")))
    except ValueError:
        raise invalid_field("/row", "malformed", _("The form was altered. Open the list again.")) from None
    if not ids:
        raise invalid_field("/row", "required", _("Choose at least one row."))
    if len(ids) > MOST_ROWS:
        raise invalid_field(
            "/row",
            "too_many",
            _("Choose %(most)s rows at most; %(chosen)s are chosen.") % {"most": MOST_ROWS, "chosen": len(ids)},
        )
    return ids


def answer_bulk(request: HttpRequest, acts: Sequence[BulkAct], back: str) -> HttpResponse:
    """The preview of an act, or the list again once it is done."""
    act = next((a for a in acts if a.name == request.POST.get("bulk") and a.is_allowed(request)), None)
    if act is None:
        raise Http404
    planned: Sequence[Planned] = ()
    context = {"act": act, "back": back, "typed": request.POST, "ids": request.POST.getlist("row")}
    try:
        ids = chosen_rows(request.POST)
        needs_more = bool(act.fields) and "planned" not in request.POST
        if not needs_more:
            planned = act.plan(request, ids)
        if request.POST.get("confirmed") == "1" and not any(row.problem for row in planned):
            with transaction.atomic():
                watched = act.apply(request, ids)
            return redirect(watched or back)
    except RuleError as error:
        shown = context | act.context(request) | {"errors": shown_errors(error), "planned": planned}
        return render(request, "web/bulk.html", shown, status=error.status)
    stopped = sum(bool(row.problem) for row in planned)
    return render(request, "web/bulk.html", context | act.context(request) | {"planned": planned, "stopped": stopped})
