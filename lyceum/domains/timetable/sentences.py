"""Rules in sentences: "Anna is not available on Friday, 3"."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.timetable.kinds import CLASS, KINDS, REQUIREMENT, ROOM, SUBJECT, TEACHER
from lyceum.domains.timetable.models import Rule
from lyceum.domains.timetable.planning import grid_of

_SENTENCES: Mapping[str, str] = {
    "not_available": gettext_noop("%(who)s: not available on %(slots)s."),
    "no_lessons": gettext_noop("Nobody has lessons on %(slots)s."),
    "max_days": gettext_noop("%(who)s: lessons on at most %(days)s days."),
    "min_days": gettext_noop("%(who)s: lessons on at least %(days)s days."),
    "max_per_day": gettext_noop("%(who)s: at most %(hours)s periods a day."),
    "min_per_day": gettext_noop("%(who)s: at least %(hours)s periods on a day with any."),
    "max_in_a_row": gettext_noop("%(who)s: at most %(hours)s periods in a row."),
    "max_span": gettext_noop("%(who)s: at most %(hours)s periods from the first to the last of a day."),
    "max_gaps_per_cycle": gettext_noop("%(who)s: at most %(gaps)s gaps in a cycle."),
    "max_gaps_per_day": gettext_noop("%(who)s: at most %(gaps)s gaps a day."),
    "early_starts": gettext_noop("%(who)s: the day begins in the first period, but for %(late)s days."),
    "max_afternoons": gettext_noop("%(who)s: lessons between periods %(first)s and %(last)s on at most %(days)s days."),
    "lunch": gettext_noop("%(who)s: a free period for lunch between periods %(first)s and %(last)s."),
    "max_room_changes": gettext_noop("%(who)s: at most %(changes)s changes of room a day."),
    "travel_gap": gettext_noop("%(who)s: %(gaps)s free periods between buildings."),
    "home_room": gettext_noop("%(who)s: at home in %(rooms)s."),
    "min_days_between": gettext_noop("%(who)s: the lessons are at least %(days)s days apart."),
    "max_days_between": gettext_noop("%(who)s: the lessons are at most %(days)s days apart."),
    "not_two_on_one_day": gettext_noop("%(who)s: not two lessons on one day."),
    "same_day": gettext_noop("%(who)s: on the same day."),
    "same_start": gettext_noop("%(who)s: at the same time."),
    "same_hour": gettext_noop("%(who)s: in the same period of whatever days."),
    "not_overlapping": gettext_noop("%(who)s: not at the same time."),
    "consecutive": gettext_noop("%(who)s: one directly after the other."),
    "ordered": gettext_noop("%(who)s: in this order within the cycle."),
    "preferred_starts": gettext_noop("%(who)s: begins on %(slots)s."),
    "forbidden_starts": gettext_noop("%(who)s: does not begin on %(slots)s."),
    "preferred_slots": gettext_noop("%(who)s: takes place on %(slots)s."),
    "first_of_day": gettext_noop("%(who)s: the first lesson of the class's day."),
    "last_of_day": gettext_noop("%(who)s: the last lesson of the class's day."),
    "preferred_rooms": gettext_noop("%(who)s: in %(rooms)s."),
    "may_cross_breaks": gettext_noop("%(who)s: long lessons may go on after a break."),
}
MOST_NAMED = 6


def subjects_of(rule: Rule) -> list[tuple[str, Model]]:
    """Whom or what a rule is about, in order, as it was read with it."""
    found: list[tuple[str, Model]] = []
    for each in sorted(rule.subjects.all(), key=lambda row: row.position):
        for sort, row in (
            (TEACHER, each.staff),
            (CLASS, each.school_class),
            (ROOM, each.room),
            (SUBJECT, each.subject),
            (REQUIREMENT, each.requirement),
        ):
            if row is not None:
                found.append((sort, row))
    return found


def sentence(rule: Rule) -> str:
    """A rule in words."""
    kind = KINDS.get(rule.kind)
    words = _SENTENCES.get(rule.kind)
    if kind is None or words is None:
        return str(rule.parameters.get("words", rule.kind))
    subjects = subjects_of(rule)
    who = [str(row) for sort, row in subjects if not (kind.rooms and sort == ROOM)]
    rooms = [str(row) for sort, row in subjects if kind.rooms and sort == ROOM]
    values: dict[str, Any] = dict(rule.parameters)
    if "slots" in rule.parameters:
        values["slots"] = _slots(rule.parameters["slots"], rule.year_id)
    return _(words) % (values | {"who": _named(who) or _everybody(rule), "rooms": _named(rooms)})


def _everybody(rule: Rule) -> str:
    if KINDS[rule.kind].about >= {TEACHER, CLASS}:
        return _("Every class") if rule.parameters.get("of") == CLASS else _("Every teacher")
    return _("Every subject")


def _named(names: list[str]) -> str:
    said = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return _("%(names)s and %(count)s more") % {"names": said, "count": more} if more > 0 else said


def _slots(slots: list[list[int]], year: UUID) -> str:
    """Places in words; a day that is named whole is named alone."""
    cycle = cycle_days().cycles.get(year)
    if cycle is None:
        return _named([f"{day}/{period}" for day, period in slots])
    grid = grid_of(cycle)
    by_day: dict[int, list[int]] = {}
    for day, period in slots:
        by_day.setdefault(day, []).append(period)
    said: list[str] = []
    for day, periods in sorted(by_day.items()):
        name = cycle.names[day - 1] if 1 <= day <= len(cycle.names) else str(day)
        if {bell.number for bell in cycle.teaching(day)} <= set(periods):
            said.append(name)
        else:
            said += [grid.words(day, period) for period in sorted(periods)]
    return _named(said)
