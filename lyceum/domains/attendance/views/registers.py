"""Pages of a register and its history; and the settings of attendance."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, RuleError, invalid_field
from lyceum.core.forms import typed_date, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Toast, Undo, leave_toast
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.documents.printing import print_history
from lyceum.domains.attendance.glyphs import TONE_WORDS, strip_html, tone
from lyceum.domains.attendance.lines import Line, lines_html
from lyceum.domains.attendance.models import CodeSet, MarkChange, Register
from lyceum.domains.attendance.phone import whose
from lyceum.domains.attendance.presets import PRESETS
from lyceum.domains.attendance.queries import get_register, list_history, list_session_times, marks_as_known
from lyceum.domains.attendance.rules.arrivals import Arrival, mark_arrived
from lyceum.domains.attendance.rules.marks import GivenMark, RowConflict, Saved, take_register
from lyceum.domains.attendance.rules.paper import note_paper
from lyceum.domains.attendance.rules.setup import choose_codes, delete_day_times, set_session_times, what_is_missing
from lyceum.domains.attendance.sheet import read_sheet
from lyceum.domains.attendance.views.devices import list_decisions
from lyceum.domains.attendance.views.documents import asked_paper, pdf_answer
from lyceum.domains.attendance.views.numbers import asked_instant
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import time_zone, today


@require_http_methods(["GET", "POST"])
def register_page(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """The register of a class: see it, take it, change it."""
    actor = actor_of(request)
    if request.method == "POST":
        return _save(request, register_id)
    register = get_register(register_id, actor=actor)
    return render(request, "attendance/register.html", register_context(request, register, read_codes(actor)))


def _save(request: HttpRequest, register_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    try:
        if "arrived" in request.POST:
            return _arrived(request, register_id)
        saved = take_register(
            register_id,
            marks=given_marks(request.POST),
            rest=request.POST.get("rest", ""),
            base_version=whole_number(request.POST.get("base_version", ""), "/base_version"),
            reason=request.POST.get("reason", ""),
            actor=actor,
        )
    except InvalidError as error:
        register = get_register(register_id, actor=actor)
        context = register_context(request, register, read_codes(actor), kept=request.POST)
        return render(request, "attendance/register.html", context | {"errors": error.errors}, status=error.status)
    if saved.conflicts:
        context = register_context(request, saved.register, read_codes(actor), conflicts=saved.conflicts)
        return render(request, "attendance/register.html", context | {"saved": saved.saved})
    if request.POST.get("paper_takers", "").strip():
        note_paper(register_id, takers=request.POST["paper_takers"], actor=actor)
    response = redirect(f"/registers/{register_id}/")
    leave_toast(request, response, Toast(_words(saved), _undo(saved)))
    return response


def _arrived(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """Mark a student who is here after all; what was typed for the others stays in the form."""
    actor = actor_of(request)
    saved = mark_arrived(register_id, Arrival(student_id(request.POST["arrived"])), actor=actor)
    context = register_context(request, saved.register, read_codes(actor), kept=request.POST)
    return render(request, "attendance/register.html", context | {"saved": saved.saved})


def _words(saved: Saved) -> str:
    words = ngettext("Saved: %(n)d mark.", "Saved: %(n)d marks.", saved.saved) % {"n": saved.saved}
    if not saved.kept_planned:
        return words
    kept = len(saved.kept_planned)
    left = ngettext("%(n)d planned absence was left.", "%(n)d planned absences were left.", kept) % {"n": kept}
    return f"{words} {left}"


def _undo(saved: Saved) -> Undo | None:
    """The form that gives the marks of before again, unless somebody changes them meanwhile."""
    if saved.before is None or any(mark.time_in for mark in saved.before):  # the form has no field for a time
        return None
    fields = [("base_version", str(saved.register.version)), ("reason", _("Undone"))]
    for mark in saved.before:
        fields.append((f"mark-{mark.student_id}", mark.symbol))
        if mark.minutes_late is not None:
            fields.append((f"minutes-{mark.student_id}", str(mark.minutes_late)))
        if mark.note:
            fields.append((f"note-{mark.student_id}", mark.note))
    return Undo(f"/registers/{saved.register.pk}/", fields)


def given_marks(form: Mapping[str, str]) -> list[GivenMark]:
    """The marks a form gives: `mark-<student>` with a symbol, and `minutes-<student>`."""
    marks = []
    for name, symbol in form.items():
        if not name.startswith("mark-") or not symbol:
            continue
        student = name.removeprefix("mark-")
        minutes = whole_number(form.get(f"minutes-{student}", ""), f"/minutes-{student}")
        marks.append(GivenMark(student_id(student), symbol, minutes_late=minutes, note=form.get(f"note-{student}", "")))
    return marks


def student_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid_field("/marks", "malformed", _("The form was altered. Open the register again.")) from None


def whole_number(text: str, pointer: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise invalid_field(pointer, "number", _("“%(text)s” is not a whole number.") % {"text": text[:20]}) from None


def register_context(
    request: HttpRequest,
    register: Register,
    codes: CodeList,
    *,
    kept: Mapping[str, str] | None = None,
    conflicts: list[RowConflict] | None = None,
) -> dict[str, Any]:
    lines = _lines(register, codes, kept or {}, {c.student_id: c for c in conflicts or ()}, actor_of(request))
    tally = Counter(line.tone for line in lines if line.symbol)
    state = register.state_at(clock.now())
    actor = actor_of(request)
    amends = actor.may(Permission.REGISTERS_AMEND)
    editable = actor.may(Permission.REGISTERS_TAKE) and (state != "locked" or amends)
    return {
        "register": register,
        "size": len(lines),
        "lines": lines_html(lines, editable=editable),
        "codes": [(c.symbol, tone(c.meaning), _(c.label)) for c in codes.offered(register.session)] if editable else [],
        "state": state,
        "editable": editable,
        "needs_reason": amends and clock.now() >= register.closes_at and any(line.row.mark for line in lines),
        "unmarked": sum(1 for line in lines if line.row.mark is None),
        "tally": [(word, tally[name]) for name, word in TONE_WORDS.items() if tally[name]],
        "tones": json.dumps({name: str(word) for name, word in TONE_WORDS.items()} | {"": _("without a mark")}),
        "saved": None,
        "cycle": codes.cycle(register.session),
        "who": whose(actor),
        "decisions": list_decisions(actor, register=register.pk) if register.has_open_conflicts else [],
        "may_record": actor.may(Permission.INCIDENTS_RECORD),
        "on_register": True,
        "due_at": register.due_at.astimezone(clock.zone(time_zone())),
        "closes_at": register.closes_at.astimezone(clock.zone(time_zone())),
        "taken_at": register.taken_at and register.taken_at.astimezone(clock.zone(time_zone())),
    }


def _lines(
    register: Register,
    codes: CodeList,
    kept: Mapping[str, str],
    conflicts: Mapping[UUID, RowConflict],
    actor: Actor,
) -> list[Line]:
    lines = []
    for row in read_sheet(register, actor=actor):
        code = codes.by_id(row.mark.code_id) if row.mark else None
        if code is None and row.prefilled:
            code = codes.by_id(row.prefilled.code_id)
        symbol = was = code.symbol if code else ""
        typed = kept.get(f"mark-{row.student_id}", "")
        if typed and typed != symbol:  # kept as it was typed, also where it is no code
            symbol, code = typed, codes.by_symbol(typed)
        lines.append(
            Line(
                row=row,
                symbol=symbol,
                was=was,
                tone=tone(code.meaning) if code else "",
                label=_(code.label) if code else "",
                strip=strip_html(row.strip),
                conflict=conflicts.get(row.student_id),
                is_linked=not register.is_covered,
            )
        )
    return lines


@require_GET
def register_rows(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """The register's state and its lines alone, for a page that hears of a change."""
    actor = actor_of(request)
    register = get_register(register_id, actor=actor)
    context = register_context(request, register, read_codes(actor))
    return HttpResponse(render_to_string("attendance/_state.html", context) + context["lines"])


@require_GET
def register_history(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """Every version of every mark: original and amended, who, when, why."""
    actor = actor_of(request)
    register = get_register(register_id, actor=actor)
    known_at = asked_instant(request)
    changes = _changes(register, known_at, actor)
    context = {
        "register": register,
        "changes": changes,
        "asked": request.GET.get("as_known_at", ""),
        "known_at": known_at and clock.local(known_at, time_zone()),
        "zone": clock.zone(time_zone()),
    }
    return render(request, "attendance/history.html", context)


def _changes(register: Register, known_at: datetime | None, actor: Actor) -> list[MarkChange]:
    if known_at:
        return marks_as_known(register, instant=known_at, actor=actor)
    return list(list_history(register, actor=actor))


@require_GET
def history_pdf(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """The same on paper."""
    actor = actor_of(request)
    register = get_register(register_id, actor=actor)
    known_at = asked_instant(request)
    changes = _changes(register, known_at, actor)
    note_export("register-history", str(register), len(changes), actor=actor)
    made = print_history(register, changes, known_at=known_at, paper=asked_paper(request))
    return pdf_answer(made, f"register-history-{register.class_name}-{register.on}")


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Codes and session times."""
    actor = actor_of(request)
    times = list_session_times(actor)
    errors: tuple[FieldError, ...] = ()
    status = 200
    if request.method == "POST":
        try:
            _change_settings(request)
            return redirect("/settings/attendance/?saved=1")
        except RuleError as error:
            errors, status = error.errors or (FieldError("/", error.code, error.detail),), error.status
    context = {
        "errors": errors,
        "code_set": CodeSet.objects.filter(state="in_use").first(),
        "codes": [c for c in read_codes(actor).codes if c.active],
        "presets": PRESETS.values(),
        "times": times,
        "today": today(),
        "missing": what_is_missing(today()),
        "typed": request.POST,
    }
    return render(request, "attendance/settings.html", context, status=status)


def _change_settings(request: HttpRequest) -> None:
    actor = actor_of(request)
    if request.POST.get("act") == "codes":
        choose_codes(request.POST.get("preset", ""), actor=actor)
        return
    if request.POST.get("act") == "undate":
        delete_day_times(typed_id(request, "times") or UUID(int=0), actor=actor)
        return
    set_session_times(
        session=request.POST.get("session", ""),
        starts_at=_time(request.POST.get("starts_at", ""), "/starts_at"),
        closes_at=_time(request.POST.get("closes_at", ""), "/closes_at"),
        only_on=typed_date(request, "only_on"),
        actor=actor,
    )


def _time(text: str, pointer: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise invalid_field(pointer, "time", _("Give the time as hours:minutes, as in 08:45.")) from None
