"""Whose lessons are when: one's own week, that of a child, a class, a teacher, a room."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from lyceum.core.actor import Actor
from lyceum.core.forms import asked_date, asked_id
from lyceum.core.lists.page import options_html
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.queries import list_classes, list_locations
from lyceum.domains.people.queries import list_staff
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.ical import sign_feed
from lyceum.domains.timetable.weeks import (
    CLASS,
    ROOM,
    STUDENT,
    TEACHER,
    Whose,
    find_whose,
    next_entry,
    own_timetables,
    read_week,
)

_WEEK = timedelta(days=7)


@require_GET
def timetable_page(request: HttpRequest) -> HttpResponse:
    """A week of lessons; one's own unless another is asked for."""
    actor = actor_of(request)
    actor.require(Permission.LESSONS_VIEW)
    own = own_timetables(actor)
    asked = next(
        ((kind, found) for kind in (CLASS, TEACHER, ROOM, STUDENT) if (found := asked_id(request, kind))), None
    )
    whose = find_whose(actor, *asked) if asked else next(iter(own), None)
    is_own = whose in own
    upcoming = next_entry(whose, actor=actor) if whose and is_own else None
    # At the end of a day, and of a week, nobody asks what was.
    day = asked_date(request, "on", upcoming.on if upcoming else today())
    week = read_week(whose, day, actor=actor)
    every = actor.reaches_all(Permission.LESSONS_VIEW)
    offered = actor.user_id is not None and (is_own or every)
    context: dict[str, Any] = {
        "whose": whose,
        "is_own": is_own,
        "own": own if len(own) > 1 or not is_own else [],
        "week": week,
        "day": _shown_day(day, week.days),
        "today": today(),
        "next": upcoming,
        "before": week.monday - _WEEK,
        "after": week.monday + _WEEK,
        "sees_every": every,
        "may_plan": actor.reaches_all(Permission.TIMETABLE_PLAN),
        "choices": _choices(actor, day, whose) if every and actor.may(Permission.CLASSES_VIEW) else [],
        "feed": _feed(whose, actor) if whose and offered else "",
        "query": f"{whose.kind}={whose.id}&amp;" if whose and not (is_own and whose == own[0]) else "",
    }
    return render(request, "timetable/mine.html", context)


def _feed(whose: Whose, actor: Actor) -> str:
    """The address of the calendar."""
    return f"/timetable/feeds/{sign_feed(whose.kind, whose.id, actor=actor)}/"


def _shown_day(day: date, days: Iterable[Any]) -> date:
    """The day that a phone shows: the one asked for, or the first of the week."""
    dates = [each.on for each in days]
    return day if day in dates else dates[0]


def _choices(actor: Actor, day: date, whose: Whose | None) -> list[tuple[str, SafeString]]:
    chosen = str(whose.id) if whose else ""
    classes = list_classes(actor, day=day)
    staff = list_staff(actor)
    lists: tuple[tuple[str, list[tuple[UUID, str]]], ...] = (
        (CLASS, [(row.pk, row.name) for row in classes]),
        (TEACHER, [(row.pk, str(row)) for row in staff]),
        (ROOM, [(row.pk, row.name) for row in list_locations(actor)]),
    )
    return [(kind, options_html(tuple((str(pk), name) for pk, name in rows), chosen)) for kind, rows in lists if rows]
