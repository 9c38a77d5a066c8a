"""The office's morning: registers that are missing, children absent without a reason, records with gaps."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.quality import Gap, find_gaps
from lyceum.domains.attendance.concerns import list_concerns
from lyceum.domains.attendance.left import list_left
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.overview import list_absences
from lyceum.domains.attendance.own_covers import read_own_covers
from lyceum.domains.attendance.planned import list_planned_students
from lyceum.domains.attendance.rules.setup import what_is_missing
from lyceum.domains.attendance.views.absences import read_absences
from lyceum.domains.behaviour.detention_phone import read_own_slots
from lyceum.domains.notifications.queries import list_inbound
from lyceum.domains.people.duplicates import count_pairs
from lyceum.domains.people.queries import count_pending
from lyceum.domains.timetable.cover_queries import count_open
from lyceum.web.landing.day import next_school_day, read_states
from lyceum.web.landing.slots import read_unsupervised

MOST_TO_CALL = 12


def registers_waiting(actor: Actor, day: date) -> dict[str, object]:
    """The registers of a day that nobody has taken, and how many there are: what a live page asks for again."""
    takes = actor.reaches_all(Permission.REGISTERS_TAKE)
    rows = read_states(actor, day) if takes else []
    return {
        "takes": takes,
        "has_registers": bool(rows),
        "registers": [row for row in rows if row.state in ("missed", "due")],
        "missing": sum(row.state == "missed" for row in rows),
        "due": sum(row.state == "due" for row in rows),
        "left": list_left(actor, day) if actor.reaches_all(Permission.CONCERNS_VIEW) else [],
        "taken": sum(row.register.state == Register.State.TAKEN for row in rows),
    }


def office_landing(actor: Actor, day: date) -> dict[str, object]:
    """What the page shows to those who answer for every child."""
    registers = registers_waiting(actor, day)
    is_open = bool(registers["has_registers"])
    waiting: list[object] = []
    calls = 0
    if actor.reaches_all(Permission.NUMBERS_VIEW):
        unexplained = list_absences(actor, day=day, meaning=Meaning.UNEXPLAINED)
        found = list(unexplained[: MOST_TO_CALL + 1])
        calls = len(found) if len(found) <= MOST_TO_CALL else unexplained.count()
        waiting = list(read_absences(found[:MOST_TO_CALL], actor=actor, day=day))
    return registers | {
        "calls": calls,
        "to_call": waiting,
        "gaps": _gaps(actor),
        "to_decide": _to_decide(actor),
        "to_cover": count_open(actor, day) if actor.reaches_all(Permission.COVER_ASSIGN) else 0,
        "covers": [each for each in read_own_covers(actor, day) if each.waits or each.cover.on == day],
        "slots": read_own_slots(actor, day),
        "unsupervised": read_unsupervised(actor, day),
        "records": _records(actor),
        "concerns": list_concerns(actor, state="raised").count() if actor.reaches_all(Permission.CONCERNS_VIEW) else 0,
        "why_closed": "" if is_open else school_days().why_closed(day),
        "next_day": None if is_open else next_school_day(day),
        "missing_setup": [] if is_open or not actor.may(Permission.CODES_EDIT) else what_is_missing(day),
    }


def _to_decide(actor: Actor) -> int:
    """How many planned absences wait for a decision."""
    if not actor.reaches_all(Permission.ABSENCES_DECIDE):
        return 0
    return list_planned_students(actor, state="asked").values("planned").distinct().order_by().count()


def _gaps(actor: Actor) -> list[Gap]:
    if not actor.reaches_all(Permission.STUDENTS_LIST):
        return []
    return [gap for gap in find_gaps(actor) if gap.count]


def _records(actor: Actor) -> list[tuple[object, str, int]]:
    """What waits for a decision about records: in words, where, and how much."""
    found: list[tuple[object, str, int]] = []
    if actor.reaches_all(Permission.STUDENTS_EDIT):
        found.append((_("changes that families ask for"), "/change-requests/", count_pending(actor)))
    if actor.reaches_all(Permission.PEOPLE_MERGE):
        found.append((_("pairs who may be one person"), "/people/duplicates/", count_pairs(actor)))
    if actor.reaches_all(Permission.DELIVERIES_VIEW):
        waiting = list_inbound(actor, handled=False).count()
        found.append((_("texts that came in and wait"), "/outbox/texts/?state=waiting", waiting))
    return [each for each in found if each[2]]
