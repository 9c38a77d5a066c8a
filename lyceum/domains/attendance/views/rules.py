"""Pages of how the school counts: method and settable numbers; and exceptional closures."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import needed_date, submitted, typed_date, typed_ids, typed_number
from lyceum.core.lists import Column, Table, answer_list, answer_list_with_form
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.academics.queries import list_grade_names
from lyceum.domains.attendance.codes import code_named, read_codes
from lyceum.domains.attendance.models import SESSION_WORDS, Closure
from lyceum.domains.attendance.rules.closures import (
    NewClosure,
    close_sessions,
    get_closure,
    list_closures,
    undo_closure,
)
from lyceum.domains.attendance.rules.methods import NUMBERS, get_rule, set_rule
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import today

METHODS = (
    ("daily", lazy("By the form's register")),
    ("best_in_window", lazy("By the best mark of the lessons while the session's register is open")),
    ("first_lesson", lazy("By the first lesson of the session")),
    ("minutes", lazy("By minutes of lessons attended")),
)
NUMBER_WORDS = {
    "lock_after_days": lazy("School days after which teachers no longer change marks"),
    "accept_late_hours": lazy("Hours in which a mark from a phone may still arrive"),
    "full_minutes": lazy("Minutes that make a whole day"),
    "half_minutes": lazy("Minutes that make half a day"),
    "day_minutes": lazy("Minutes of lessons on a usual day"),
    "persistent_percent": lazy("Persistent absence: percent of sessions missed"),
    "severe_percent": lazy("Severe absence: percent of sessions missed"),
    "fewest_sessions": lazy("Fewest possible sessions before absence is called persistent"),
    "unauthorised_sessions": lazy("Unauthorised absence: sessions"),
    "unauthorised_weeks": lazy("Unauthorised absence: counted over so many school weeks"),
    "consecutive_days": lazy("Absent days in a row"),
    "late_times": lazy("Often late: times"),
    "late_weeks": lazy("Often late: counted over so many school weeks"),
}
_PAGE = "/attendance/closures/"


@require_http_methods(["GET", "POST"])
def method_page(request: HttpRequest) -> HttpResponse:
    """How the school counts, from a day on."""
    actor = actor_of(request)
    rule = get_rule(today(), actor=actor)

    def act() -> Done:
        numbers = {name: typed_number(request, name, getattr(rule, name)) for name in NUMBERS}
        starts_on = typed_date(request, "starts_on") or today()
        made = set_rule(starts_on=starts_on, method=request.POST.get("method", ""), numbers=numbers, actor=actor)
        said = _("From %(day)s on the school counts so.") % {"day": date_format(made.starts_on, _("j F Y"))}
        return Done("/settings/attendance/method/", Toast(said))

    def context() -> dict[str, Any]:
        typed = request.POST if request.method == "POST" else {}
        return {
            "rule": rule,
            "methods": METHODS,
            "method": typed.get("method", rule.method),
            "numbers": [(name, words, typed.get(name, getattr(rule, name))) for name, words in NUMBER_WORDS.items()],
            "today": today().isoformat(),
        }

    return submitted(request, "attendance/method.html", context, act)


def _days(row: Closure) -> str:
    first, last = date_format(row.starts_on, _("j M Y")), date_format(row.ends_on, _("j M Y"))
    return first if first == last else f"{first} – {last}"


def _sessions(row: Closure) -> str:
    return ", ".join(str(SESSION_WORDS[session]) for session in row.sessions) or _("All of the day")


def _undo_html(row: Closure) -> SafeString:
    if row.undone_at:
        return format_html('<span class="tag tag-none">{}</span>', _("taken back"))
    return format_html('<a class="button quiet" href="{}{}/">{}</a>', _PAGE, row.pk, _("Undo"))


TABLE: Table[Closure] = Table(
    name="closures",
    label=lazy("Closures"),
    columns=(
        Column("reason", lazy("Why"), lambda row: row.reason, sort=("reason",)),
        Column("days", lazy("Days"), _days, sort=("starts_on",)),
        Column("sessions", lazy("Sessions"), _sessions),
        Column("grades", lazy("Grades"), lambda row: len(row.grades) or _("All")),
        Column("code", lazy("Code"), lambda row: row.code.symbol),
        Column("by", lazy("By"), lambda row: row.made_by_name),
        Column("state", lazy("State"), lambda row: _("taken back") if row.undone_at else "", html=_undo_html),
    ),
    order=("-starts_on", "-pk"),
)


@require_http_methods(["GET", "POST"])
def closures_page(request: HttpRequest) -> HttpResponse:
    """Days and sessions that could not be kept, and a form for another."""
    actor = actor_of(request)
    amends = actor.reaches_all(Permission.REGISTERS_AMEND)
    suggested = code_named("closure")

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        codes = [c for c in read_codes(actor).codes if c.active and c.meaning in ("not_possible", "not_collected")]
        return answer_list(
            request,
            TABLE,
            list_closures(actor),
            template="attendance/closures.html",
            note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
            context={
                "amends": amends,
                "today": today().isoformat(),
                "grades": list_grade_names(actor),
                "sessions": SESSION_WORDS.items(),
                "codes": [(c.symbol, f"{c.symbol} · {_(c.label)}") for c in codes],
                "suggested": suggested.symbol if suggested else "",
                **context,
            },
            status=status,
        )

    def act() -> Done:
        starts_on = needed_date(request, "starts_on")
        new = NewClosure(
            starts_on,
            typed_date(request, "ends_on") or starts_on,
            request.POST.get("reason", ""),
            sessions=request.POST.getlist("session"),
            grades=typed_ids(request, "grade"),
            symbol=request.POST.get("code", ""),
        )
        closed = close_sessions(new, actor=actor)
        words = ngettext("Closed: %(n)d session changed.", "Closed: %(n)d sessions changed.", closed.changed)
        undo = Undo(f"{_PAGE}{closed.closure.pk}/", [])
        return Done(_PAGE, Toast(words % {"n": closed.changed}, undo))

    return answer_list_with_form(request, show, act)


@require_http_methods(["GET", "POST"])
def closure_page(request: HttpRequest, closure_id: UUID) -> HttpResponse:
    """Take a closure back."""
    actor = actor_of(request)
    actor.require_all(Permission.REGISTERS_AMEND)

    def act() -> Done:
        undone = undo_closure(closure_id, actor=actor)
        words = ngettext("Taken back: %(n)d session changed.", "Taken back: %(n)d sessions changed.", undone.changed)
        return Done(_PAGE, Toast(words % {"n": undone.changed}))

    def context() -> dict[str, Any]:
        closure = get_closure(closure_id, actor=actor)
        return {"closure": closure, "days": _days(closure), "sessions": _sessions(closure)}

    return submitted(request, "attendance/closure.html", context, act)
