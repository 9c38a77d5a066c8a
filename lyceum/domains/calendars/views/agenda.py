"""The calendar as everybody sees their own: day by day, a week or a month at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
    """What has to be known, in order."""
    lessons: Sequence[Line] = ()
    """Those of a day of a month, which are shown behind a line: there are a hundred and more of them."""
    is_over: bool = False

    @property
    def from_to(self) -> tuple[datetime | None, datetime | None]:
        """When the first lesson begins and the last one ends."""
        begin = [each.entry.starts_at for each in self.lessons if each.entry.starts_at]
        end = [each.entry.ends_at for each in self.lessons if each.entry.ends_at]
        return min(begin, default=None), max(end, default=None)


@dataclass(frozen=True)
class Month:
    """A month at a glance: its days by weeks, and below them what is on."""

    weeks: Sequence[Sequence[Day]]
    """From Monday on; the days around the month have nothing."""
    over: Sequence[Day]
    """Before today."""
    ahead: Sequence[Day]


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
    on_a_day = _day_of_month if by_month else _day_of_week
    days = [on_a_day(on, now, [x for x in lines if x.entry.first <= on <= x.entry.last], first) for on in dates]
    shown = [each for each in days if each.lines or each.lessons or each.is_today]
    context: dict[str, Any] = {
        "days": shown,
        "month": _at_a_glance(days, shown) if by_month else None,
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


def _day_of_week(on: date, now: date, lines: Sequence[Line], _first: date) -> Day:
    return Day(on, on == now, lines)


def _day_of_month(on: date, now: date, lines: Sequence[Line], first: date) -> Day:
    """What goes on for days is said once, where it begins, and today."""
    begun = [x for x in lines if on in (max(x.entry.first, first), now)]
    return Day(
        on,
        on == now,
        [x for x in begun if x.entry.kind != "lesson"],
        [x for x in begun if x.entry.kind == "lesson"],
        is_over=on < now,
    )


def _at_a_glance(days: Sequence[Day], shown: Sequence[Day]) -> Month:
    monday = _week(days[0].on)[0]
    around = [Day(monday + _DAY * n, False, ()) for n in range((days[0].on - monday).days)]
    every = [*around, *days]
    has_today = any(each.is_today for each in days)
    over = [each for each in shown if each.is_over and has_today]
    return Month(
        [every[n : n + 7] for n in range(0, len(every), 7)], over, [each for each in shown if each not in over]
    )


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - _DAY
