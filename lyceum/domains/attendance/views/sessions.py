"""The page of a student's statutory marks: what decided each, and the office's own word on one."""

from functools import partial
from html import escape
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import asked_date, needed_date, typed_date
from lyceum.core.lists import Column, Filter, Table, answer_list, answer_list_with_form
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.glyphs import MEANING_WORDS, tone
from lyceum.domains.attendance.halves import session_starts
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import SESSION_WORDS, SessionMark, SessionPattern
from lyceum.domains.attendance.rules.overrides import clear_override, end_pattern, override_session, set_pattern
from lyceum.domains.attendance.sessions import list_patterns, list_session_marks_as_known
from lyceum.domains.attendance.views.numbers import asked_instant
from lyceum.domains.attendance.views.rules import METHODS
from lyceum.domains.attendance.words import CASES, ORIGINS
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.queries import get_student
from lyceum.domains.tenancy.queries import time_zone, today

METHOD_WORDS = dict(METHODS)
WEEKDAYS = ((1, lazy("Monday")), (2, lazy("Tuesday")), (3, lazy("Wednesday")), (4, lazy("Thursday")),
            (5, lazy("Friday")), (6, lazy("Saturday")), (7, lazy("Sunday")))  # fmt: skip


def _code_html(row: SessionMark) -> SafeString:
    words = MEANING_WORDS[Meaning(row.meaning)]
    return SafeString(
        f'<span class="coded"><i class="g g-{tone(row.meaning)}" aria-hidden="true">{escape(row.symbol)}</i> '
        f"{escape(str(words))}</span>"
    )


def _decided(row: SessionMark) -> str:
    return str(METHOD_WORDS[row.method] if row.origin == "method" else ORIGINS.get(row.origin, row.origin))


TABLE: Table[SessionMark] = Table(
    name="sessions",
    label=lazy("Sessions"),
    columns=(
        Column("day", lazy("Day"), lambda row: row.on, sort=("on",)),
        Column("session", lazy("Session"), lambda row: row.session_words),
        Column("code", lazy("Code"), lambda row: row.symbol, html=_code_html),
        Column("half", lazy("Half"), lambda row: row.half, is_extra=True),
        Column("late", lazy("Minutes late"), lambda row: row.minutes_late, is_number=True),
        Column("decided", lazy("Decided by"), _decided),
        Column("since", lazy("Since"), lambda row: row.recorded_at, is_extra=True),
    ),
    order=("-on", "session"),
)


@require_http_methods(["GET", "POST"])
def sessions_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Every statutory mark of a student this year, newest first, as known now or at an instant; overriding one, and
    sessions not expected here.
    """
    actor = actor_of(request)
    student = get_student(student_id, actor=actor, permission=Permission.REGISTERS_VIEW)
    year, page = school_days().year_of(today()), f"/students/{student_id}/sessions/"
    first = asked_date(request, "from", year.starts if year else today())
    known_at = asked_instant(request)
    rows = list_session_marks_as_known(actor, first=first, last=today(), student=student_id, as_known_at=known_at)

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return answer_list(
            request,
            TABLE,
            rows,
            template="attendance/sessions.html",
            filters=(
                Filter("from", lazy("From"), kind="date", usual=first.isoformat()),
                Filter("as_known_at", lazy("As known at"), kind="datetime-local"),
            ),
            note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
            context={
                "student": student,
                "known_at": known_at and clock.local(known_at, time_zone()),
                "today": today().isoformat(),
                "amends": actor.reaches_all(Permission.REGISTERS_AMEND),
                "may_write": actor.reaches_all(Permission.CONCERNS_EDIT),
                "codes": [(c.symbol, f"{c.symbol} · {_(c.label)}") for c in read_codes(actor).codes if c.active],
                "sessions": [(each, SESSION_WORDS[each]) for each in sorted(session_starts())],
                "slots": _slots(),
                "cases": CASES.items(),
                "patterns": [_pattern(each) for each in list_patterns(student_id, actor=actor)],
                **context,
            },
            status=status,
        )

    return answer_list_with_form(request, show, lambda: Done(page, Toast(_act(request, student_id, actor))))


def _slots() -> list[tuple[str, str]]:
    year = school_days().year_of(today())
    kept = year.weekdays if year else frozenset(range(1, 6))
    return [
        (f"{day}{session}", f"{words}, {SESSION_WORDS[session]}")
        for day, words in WEEKDAYS
        if day in kept
        for session in sorted(session_starts())
    ]


def _pattern(row: SessionPattern) -> dict[str, object]:
    names = dict(_slots())
    when = "; ".join(names.get(each, each) for each in row.sessions)
    return {"id": row.pk, "case": CASES[row.case], "when": when, "starts_on": row.starts_on, "ends_on": row.ends_on}


def _act(request: HttpRequest, student_id: UUID, actor: Actor) -> str:
    form, act = request.POST, request.POST.get("act")
    reason = form.get("reason", "")
    if act in ("override", "clear"):
        which: dict[str, Any] = {"on": needed_date(request, "on"), "session": form.get("session", ""), "reason": reason}
        if act == "clear":
            clear_override(student_id, actor=actor, **which)
            return _("Registers and plans decide this session again.")
        override_session(student_id, symbol=form.get("code", ""), actor=actor, **which)
        return _("The session is changed.")
    if act == "pattern":
        set_pattern(
            student_id,
            case=form.get("case", ""),
            sessions=form.getlist("slot"),
            starts_on=needed_date(request, "starts_on"),
            ends_on=typed_date(request, "ends_on"),
            actor=actor,
        )
        return _("These sessions are filled in from that day on.")
    if act == "end":
        pattern = next((p for p in list_patterns(student_id, actor=actor) if str(p.pk) == form.get("pattern")), None)
        if pattern is not None:
            end_pattern(pattern.pk, last_day=needed_date(request, "last_day"), actor=actor)
            return _("The student is expected in all sessions after that day.")
    choices = "override, clear, pattern, end"
    raise invalid_field("/act", "choice", _("Choose one of: %(choices)s.") % {"choices": choices})
