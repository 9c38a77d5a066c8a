"""The page of a day: its registers, those that are missing first."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.forms import asked_date
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.queries import count_states, in_state, list_conflicts, list_registers, missing_first
from lyceum.domains.attendance.rules.setup import what_is_missing
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import time_zone, today

PLACES = (
    (Permission.ABSENCES_DECIDE, "/attendance/planned/", _("Planned absences")),
    (Permission.CONCERNS_VIEW, "/attendance/concerns/", _("Concerns")),
    (Permission.NUMBERS_VIEW, "/attendance/numbers/", _("In numbers")),
    (Permission.REGISTERS_AMEND, "/attendance/closures/", _("Closures")),
    (Permission.GATE_USE, "/gate/", _("Gate")),
    (Permission.ON_SITE_VIEW, "/on-site/", _("On site now")),
    (Permission.COVER_ASSIGN, "/cover/", _("Cover")),
)
"""Where the office goes on from here."""
STATES = {
    "missed": _("not taken"),
    "due": _("due"),
    "taken": _("taken"),
    "closed": _("taken"),
    "locked": _("locked"),
    "not_required": _("not needed"),
}
SHOWN = {state: (state,) for state in STATES if state != "closed"} | {"taken": ("taken", "closed")}


def _name(row: Register) -> str:
    return f"{row.class_name} · {row.period}" if row.period else row.class_name


def _state_html(row: Register) -> SafeString:
    state = row.state_at(clock.now())
    return format_html('<span class="tag tag-{}">{}</span>', state, STATES[state])


TABLE: Table[Register] = Table(
    name="registers",
    label=_("Registers"),
    columns=(
        Column("name", _("Class"), _name, sort=("class_name", "period")),
        Column("session", _("Session"), lambda row: row.session_words or row.session, sort=("session",)),
        Column("due", _("Due"), lambda row: clock.local(row.due_at, time_zone()).strftime("%H:%M"), sort=("due_at",)),
        Column("room", _("Room"), lambda row: row.room_name, sort=("room_name",)),
        Column("marks", _("Marks"), lambda row: row.marked, sort=("marked",), is_number=True),  # type: ignore[attr-defined]  # counted
        Column("state", _("State"), lambda row: STATES[row.state_at(clock.now())], html=_state_html),
    ),
    href=lambda row: f"/registers/{row.pk}/",
    order=("rank", "due_at", "class_name", "pk"),
)


@require_http_methods(["GET", "POST"])
def day_page(request: HttpRequest) -> HttpResponse:
    """The registers of a day, those that are missing first. Open, it follows what happens."""
    actor, asked = actor_of(request), request.GET
    day, instant = asked_date(request, "date", today()), clock.now()
    of_day = list_registers(actor, day=day)
    shown = SHOWN.get(asked.get("state", ""), tuple(STATES))
    states = count_states(of_day, instant)
    kept = asked.copy()
    kept["part"] = "rows"
    return answer_list(
        request,
        TABLE,
        missing_first(of_day.filter(in_state(shown, instant)), instant),
        template="attendance/_day_rows.html" if asked.get("part") == "rows" else "attendance/day.html",
        filters=(
            Filter("date", _("Day"), kind="date", usual=day.isoformat()),
            Filter("state", _("State"), [(state, STATES[state]) for state in SHOWN], every=_("All")),
        ),
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        context={
            "day": day,
            "missing": states["missed"],
            "due": states["due"],
            "taken": states["taken"] + states["closed"] + states["locked"],
            "missing_setup": [] if sum(states.values()) else what_is_missing(day),
            "to_decide": list_conflicts(actor).count(),
            "places": [(href, words) for needed, href, words in PLACES if actor.reaches_all(needed)],
            "part_href": f"?{kept.urlencode()}",
        },
    )
