"""Pages of exchange: bring a file in, look at what it would do, apply it, take it back."""

from collections.abc import Mapping
from functools import partial
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazily
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.forms import typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list, answer_list_with_form
from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.exchange import tasks
from lyceum.domains.exchange.models import ImportRow, ImportRun
from lyceum.domains.exchange.queries import get_run, has_more_to_do, list_rows, list_runs, names_of_targets
from lyceum.domains.exchange.readers.mapping import LABELS, label_of
from lyceum.domains.exchange.rest import errors_answer
from lyceum.domains.exchange.rules.looking import WAITING, cancel_import, start_preview
from lyceum.domains.exchange.rules.rollback import start_rollback
from lyceum.domains.exchange.rules.runs import map_import, start_import
from lyceum.domains.exchange.rules.starting import apply_import, count_errors, count_removals, is_over_limit
from lyceum.domains.exchange.words import (
    ACTION_WORDS,
    STATE_WORDS,
    changes_of,
    counts_told,
    file_word,
    kind_word,
    state_word,
    title_of,
)
from lyceum.domains.journal.rules import note_export

_TONES = {"applied": "present", "failed": "absent", "rolled_back": "none", "cancelled": "none"}
_ROW_TONES = {"error": "absent", "create": "present", "update": "late", "end": "late", "skip": "none"}


def _state_html(run: ImportRun) -> SafeString:
    return format_html('<span class="tag tag-{}">{}</span>', _TONES.get(run.state, "due"), state_word(run))


RUNS: Table[ImportRun] = Table(
    name="imports",
    label=_lazily("Brought in before"),
    columns=(
        Column("file", _lazily("File"), lambda run: run.file_name, sort=("file_name",)),
        Column("kind", _lazily("Kind"), file_word, sort=("kind",)),
        Column("when", _lazily("When"), lambda run: run.created_at, sort=("created_at",)),
        Column("state", _lazily("State"), state_word, html=_state_html, sort=("state",)),
    ),
    href=lambda run: f"/imports/{run.pk}/",
    order=("-created_at", "pk"),
)


@require_http_methods(["GET", "POST"])
def imports_page(request: HttpRequest) -> HttpResponse:
    """The school's imports, and the way to a new one."""
    actor = actor_of(request)
    actor.require_all(Permission.IMPORTS_RUN)

    def act() -> str:
        upload = request.FILES.get("file")
        if upload is None:
            raise invalid_field("/file", "required", _("Choose a file."))
        run = start_import(cast(BinaryIO, upload.file), file_name=upload.name or "import", actor=actor)
        if run.state == ImportRun.State.MAPPED or run.kind != "students":
            start_preview(run.pk, actor=actor, enqueue=tasks.enqueue(tasks.preview, actor))
        return f"/imports/{run.pk}/"

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return answer_list(
            request,
            RUNS,
            list_runs(actor, state=request.GET.get("state", ""), text=request.GET.get("q", "")),
            template="exchange/imports.html",
            filters=(
                Filter("q", _lazily("File")),
                Filter("state", _lazily("State"), list(STATE_WORDS.items()), every=_("All")),
            ),
            note_export=partial(note_export, RUNS.name, request.GET.urlencode(), actor=actor),
            context=context,
            status=status,
        )

    return answer_list_with_form(request, show, act)


@require_GET
def import_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One import: its columns, its preview row by row, how far it is, what came of it."""
    actor = actor_of(request)
    return render(request, "exchange/import.html", _context(request, get_run(run_id, actor=actor)))


def _context(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    actor = actor_of(request)
    action = request.GET.get("action", "")
    rows = list_rows(run, actor=actor, action=action if action in ACTION_WORDS else "")
    page = page_of(rows, order=("rank", "position"), cursor=request.GET.get("cursor", ""))
    names = names_of_targets(page.rows)
    headers = [header for file in run.files for header in file["headers"]] if run.kind == "students" else []
    return {
        "run": run,
        "working": run.job is not None and run.job.state in WAITING,
        "page": page,
        "kind": file_word(run),
        "state": _state_html(run),
        "rows": [_shown(row, names) for row in page.rows],
        "action": action,
        "counts": counts_told(run),
        "actions": ACTION_WORDS,
        "has_more_to_do": has_more_to_do(run),
        "errors_in_file": count_errors(run),
        "removals": count_removals(run),
        "over_limit": is_over_limit(run),
        "headers": [(header, run.columns.get(header, "")) for header in headers],
        "labels": {field: label_of(field) for field in LABELS},
        "may_map": run.state in ("uploaded", "mapped", "previewed"),
        "orgs": run.found.get("schools", []) or _schools_to_choose(run),
        "warnings": run.found.get("warnings", []),
    }


def _schools_to_choose(run: ImportRun) -> list[dict[str, Any]]:
    """The schools of a file that could not be looked at because nobody said which of them is this one."""
    result = (run.job.result if run.job else None) or {}
    orgs: list[dict[str, Any]] = result.get("orgs", [])
    return orgs


def _shown(row: ImportRow, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "row": row,
        "kind": kind_word(row),
        "title": title_of(row, names),
        "action": ACTION_WORDS[row.action],
        "tone": _ROW_TONES[row.action],
        "changes": list(changes_of(row)),
    }


def _act(request: HttpRequest, run_id: UUID, act: Any) -> HttpResponse:
    """Do an act and go back to the import; a refusal is shown there."""
    try:
        act()
    except RuleError as error:
        run = get_run(run_id, actor=actor_of(request))
        context = _context(request, run) | {"problem": error.detail, "errors": error.errors}
        return render(request, "exchange/import.html", context, status=error.status)
    return redirect(f"/imports/{run_id}/")


@require_POST
def mapping_act(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Say what the columns mean and which school of the file this is; then look at the preview."""
    actor = actor_of(request)

    def act() -> None:
        given = request.POST.items()
        named = {name.removeprefix("column-"): str(value) for name, value in given if name.startswith("column-")}
        map_import(
            run_id,
            columns={header: field for header, field in named.items() if field} or None,
            date_order=request.POST.get("date_order"),
            orgs=request.POST.getlist("org") or None,
            duplicates=request.POST.get("duplicates"),
            save_as=request.POST.get("save_as", ""),
            actor=actor,
        )
        start_preview(run_id, actor=actor, enqueue=tasks.enqueue(tasks.preview, actor))

    return _act(request, run_id, act)


@require_POST
def apply_act(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Apply what the preview shows."""
    actor = actor_of(request)

    def act() -> None:
        apply_import(
            run_id,
            only_correct=request.POST.get("only_correct") == "1",
            allow_removals=typed_number(request, "allow_removals", 0),
            actor=actor,
            enqueue=tasks.enqueue(tasks.apply, actor),
        )

    return _act(request, run_id, act)


@require_POST
def rollback_act(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Take an import back."""
    actor = actor_of(request)
    enqueue = tasks.enqueue(tasks.roll_back, actor)
    return _act(request, run_id, lambda: start_rollback(run_id, actor=actor, enqueue=enqueue))


@require_POST
def cancel_act(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask an import at work to stop."""
    return _act(request, run_id, lambda: cancel_import(run_id, actor=actor_of(request)))


@require_GET
def errors_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The wrong rows as a file."""
    return errors_answer(request, run_id)
