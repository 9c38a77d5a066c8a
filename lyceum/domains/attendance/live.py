"""Who may follow registers as they are taken."""

from datetime import date
from uuid import UUID

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.live import Hears
from lyceum.core.permissions import Permission
from lyceum.domains.academics.live import hears_members, sees_whole_class
from lyceum.domains.academics.queries import get_class
from lyceum.domains.attendance.evacuation import get_evacuation
from lyceum.domains.attendance.facts import (
    AttendanceMarked,
    CaseAnswered,
    CaseOpened,
    CaseResolved,
    EvacuationChanged,
    GatePassed,
)
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.on_site import require_on_site
from lyceum.domains.attendance.policies import registers_for
from lyceum.domains.attendance.queries import get_register
from lyceum.domains.people.policies import ids_kept_from_work
from lyceum.domains.tenancy.queries import today


def register_topic(register_id: UUID) -> str:
    """The topic of one register."""
    return f"register:{register_id}"


def day_topic(day: date) -> str:
    """The topic of a day's registers."""
    return f"registers:{day}"


def follow_register(register_id: UUID, *, actor: Actor) -> Hears:
    """One register, for those who may see it."""
    get_register(register_id, actor=actor)
    return _hears_register(actor)


def follow_class(class_id: UUID, *, actor: Actor) -> Hears:
    """A class's marks and list, each for those who may see them for the whole class."""
    get_class(class_id, actor=actor, day=today())
    heard: list[Hears] = []
    if sees_whole_class(class_id, permission=Permission.REGISTERS_VIEW, actor=actor):
        heard.append(_hears_marks(actor))
    if sees_whole_class(class_id, permission=Permission.STUDENTS_VIEW, actor=actor):
        heard.append(hears_members(actor))
    if not heard:
        raise not_allowed(Permission.REGISTERS_VIEW)
    return lambda fact: any(hears(fact) for hears in heard)


def follow_day(day: date, *, actor: Actor) -> Hears:
    """A day's registers, as far as the actor may see them."""
    actor.require(Permission.REGISTERS_VIEW)
    hears = _hears_marks(actor)
    if actor.reaches_all(Permission.REGISTERS_VIEW):
        return hears
    rows = Register.objects.filter(registers_for(actor, Permission.REGISTERS_VIEW), on=day)
    visible = frozenset(rows.values_list("pk", flat=True))
    return lambda fact: hears(fact) and fact.register in visible


def follow_cases(_which: str, *, actor: Actor) -> Hears:
    """Absences that nobody has explained, for those who see all of them."""
    if not actor.reaches_all(Permission.CASES_VIEW):
        raise not_allowed(Permission.CASES_VIEW)
    kept = ids_kept_from_work(actor)
    return lambda fact: isinstance(fact, CaseOpened | CaseAnswered | CaseResolved) and fact.student not in kept


def follow_on_site(day: date, *, actor: Actor) -> Hears:
    """Who comes and goes at the gate, for those who may see who is on site."""
    del day
    require_on_site(actor)
    kept = ids_kept_from_work(actor)
    return lambda fact: isinstance(fact, GatePassed) and fact.student not in kept


def follow_evacuation(roll_id: UUID, *, actor: Actor) -> Hears:
    """An evacuation: who was found, and its end."""
    get_evacuation(roll_id, actor=actor)
    return lambda fact: isinstance(fact, EvacuationChanged)


def _hears_marks(actor: Actor) -> Hears:
    """Marks; none of a save that holds a child from whom a restriction keeps the actor."""
    kept = ids_kept_from_work(actor)
    return lambda fact: isinstance(fact, AttendanceMarked) and kept.isdisjoint(mark.student for mark in fact.marks)


def _hears_register(actor: Actor) -> Hears:
    """Marks, and who came in or left at the gate."""
    marks, kept = _hears_marks(actor), ids_kept_from_work(actor)
    return lambda fact: marks(fact) or (isinstance(fact, GatePassed) and fact.student not in kept)
