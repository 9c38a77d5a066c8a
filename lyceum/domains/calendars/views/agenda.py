"""The calendar as everybody sees their own: day by day, a week or a month at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lyceum.core.forms import asked_date, asked_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.calendars.agenda import Entry, read_agenda, whose_agenda
from lyceum.domains.calendars.words import KINDS
from lyceum.domains.tenancy.queries import LAST_DAY, today

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """An entry as the page shows it."""

    entry: Entry
    kind: object
    whose: str
    """The child's name, where it is a child's and there are several."""


@dataclass(frozen=True)
class Day:
    """A day, and what is on it."""

    on: date
    is_today: bool
    lines: Sequence[Line]


@require_GET
def calendar_page(request: HttpRequest) -> HttpResponse:
    """What somebody has, day by day."""
    actor = actor_of(request)
    actor.require(Permission.AGENDA_VIEW)
    now = today()
    day = min(max(asked_date(request, "on", now), date(1990, 1, 1)), LAST_DAY - timedelta(days=70))
    by_month = request.GET.get("view") == "month"
    first, last = _month(day) if by_month else _week(day)
    student = asked_id(request, "student")
    asked = whose_agenda(actor, first=first, last=last)
    children = {pk: name for pk, name in asked.students.items() if pk != asked.own}
    entries = read_agenda(actor, first=first, last=last, student=student if student in children else None)
    many = len(children) > 1 or bool(asked.own or asked.staff)
    lines = [
        Line(e, KINDS.get(e.kind, e.kind), asked.students.get(e.student, "") if many and e.student else "")
        for e in entries
    ]
    dates = [first + _DAY * n for n in range((last - first).days + 1)]
    days = [Day(on, on == now, [x for x in lines if x.entry.first <= on <= x.entry.last]) for on in dates]
    context: dict[str, Any] = {
        "days": [each for each in days if each.lines or each.is_today],
        "day": day,
        "first": first,
        "last": last,
        "by_month": by_month,
        "before": first - _DAY if by_month else first - _DAY * 7,
        "after": last + _DAY,
        "children": sorted(children.items(), key=lambda pair: pair[1]) if len(children) > 1 else [],
        "student": student if student in children else None,
        "query": ("view=month&" if by_month else "") + (f"student={student}&" if student in children else ""),
        "keeps": actor.reaches_all(Permission.EVENTS_EDIT),
    }
    return render(request, "calendars/calendar.html", context)


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - _DAY
