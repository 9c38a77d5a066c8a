"""Behaviour in numbers: charts with their tables, each cell opening its list."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from lyceum.core.charts import About, bar_chart, heatmap, line_chart, series
from lyceum.core.forms import asked_date, asked_id
from lyceum.core.permissions import Permission, Reach
from lyceum.core.rest import actor_of
from lyceum.domains.academics.queries import list_class_names, list_grade_names
from lyceum.domains.behaviour.houses import read_house_totals
from lyceum.domains.behaviour.numbers import Counted, Dashboard, read_dashboard, usual_span
from lyceum.domains.behaviour.queries import IncidentFilter
from lyceum.domains.behaviour.queue import may_decide
from lyceum.domains.behaviour.words import CASE_STATES, KINDS, severity_names
from lyceum.domains.tenancy.queries import today

DETENTIONS = {
    "set": gettext_noop("Detentions set"),
    "served": gettext_noop("served"),
    "missed": gettext_noop("missed"),
    "unserved": gettext_noop("still to be served"),
}
MOST_ROWS = 12
WEEKDAYS = (1, 2, 3, 4, 5, 6, 7)


@require_GET
def dashboard_page(request: HttpRequest) -> HttpResponse:
    """What happened among the students that whoever asks may see; by default this school year."""
    actor, asked, day = actor_of(request), request.GET, today()
    actor.require(Permission.DASHBOARDS_VIEW)
    first, last = usual_span(
        asked_date(request, "from", day) if asked.get("from") else None,
        asked_date(request, "to", day) if asked.get("to") else None,
    )
    chosen = IncidentFilter(
        grade=asked_id(request, "grade"), school_class=asked_id(request, "class"), mine=asked.get("mine") == "1"
    )
    found = read_dashboard(actor, first=first, last=last, chosen=chosen)
    is_staff = actor.may(Permission.INCIDENTS_VIEW)
    kept = {name: asked[name] for name in ("grade", "class", "mine") if asked.get(name)}
    lists = urlencode({**kept, "from": first.isoformat(), "to": last.isoformat()})
    context = {
        "found": found,
        "first": first,
        "last": last,
        "lists": lists,
        "is_staff": is_staff,
        "is_family": actor.reaches(Permission.DASHBOARDS_VIEW) <= {Reach.OWN, Reach.CHILD},
        "may_record": actor.may(Permission.INCIDENTS_RECORD),
        "may_decide": may_decide(actor),
        "grades": list_grade_names(actor) if is_staff else [],
        "classes": list_class_names(actor, day) if is_staff else [],
        "asked": asked,
        "charts": _charts(found),
        "tables": _tables(found, is_staff=is_staff),
        "stages": [(CASE_STATES[state], n) for state, n in sorted(found.stages.items())],
        "houses": read_house_totals(actor),
        "detentions": [(_(DETENTIONS[name]), name, n) for name, n in found.detentions.items()],
        "actions": [(KINDS[kind], n) for kind, n in sorted(found.actions.items())],
    }
    return render(request, "behaviour/dashboard.html", context)


def _charts(found: Dashboard) -> list[SafeString]:
    if not found.praise and not found.concerns:
        return []
    weeks = found.by["week"]
    labels = [date_format(date.fromisoformat(count.key), "j M") for count in weeks]
    charts = [
        line_chart(
            [
                series(_("Praise"), labels, [count.praise for count in weeks]),
                series(_("Concerns"), labels, [count.concerns for count in weeks]),
            ],
            About("weeks", _("Week by week")),
            low=0,
        )
    ]
    if found.times:
        charts.append(_heat(found))
    grades = [count for count in found.by["grade"] if count.per_hundred is not None]
    if grades:
        values = [count.per_hundred for count in grades]
        rows = [series(_("Concerns for 100 students"), [count.label for count in grades], values)]
        charts.append(bar_chart(rows, About("grades", _("By grade"))))
    return charts


def _heat(found: Dashboard) -> SafeString:
    """Weekday by period; where no lesson was named the period is empty, and said so."""
    periods = sorted({period for _day, period, _n in found.times})
    days = [day for day in WEEKDAYS if any(day == each[0] for each in found.times)]
    counts = {(day, period): n for day, period, n in found.times}
    labels = [period or _("No lesson") for period in periods]
    rows = [
        series(str(_weekday(day)), labels, [counts.get((day, period)) or None for period in periods]) for day in days
    ]
    return heatmap(rows, About("times", _("Concerns by weekday and period")), low=0)


def _weekday(day: int) -> str:
    return date_format(date(2026, 11, 15 + day), "D")


def _tables(found: Dashboard, *, is_staff: bool) -> list[dict[str, Any]]:
    """The groups with the addresses of the lists behind them."""
    severities = dict(severity_names())
    wanted = [("type", _("What"), "type"), ("severity", _("How grave"), "severity"), ("place", _("Where"), "place")]
    if is_staff:
        wanted += [("grade", _("Grade"), "grade"), ("class", _("Class"), "class"), ("reporter", _("Reported by"), "")]
    tables = []
    for name, title, parameter in wanted:
        counts = found.by[name][:MOST_ROWS]
        if counts:
            rows = [_line(count, parameter, severities if name == "severity" else {}) for count in counts]
            tables.append({"name": name, "title": title, "rows": rows, "has_base": _has_base(counts)})
    return tables


def _has_base(counts: Sequence[Counted]) -> bool:
    return any(count.base is not None for count in counts)


def _line(count: Counted, parameter: str, names: dict[int, str]) -> dict[str, Any]:
    label = names.get(int(count.key), count.key) if names else _(count.label) if count.label else ""
    return {"count": count, "label": label, "query": urlencode({parameter: count.key}) if parameter else ""}
