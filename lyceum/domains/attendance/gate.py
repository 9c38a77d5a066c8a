"""Reading the gate: who is meant by a name or a card, and what happened today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.queries import standings
from lyceum.domains.attendance.models import GateEvent
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.people.policies import kept_from_work
from lyceum.domains.people.queries import is_on_roll, search_people
from lyceum.domains.tenancy.queries import day_bounds, time_zone, today

EVENT_ORDER = ("-at", "-pk")
MOST_FOUND = 12


@dataclass(frozen=True)
class AtGate:
    """Somebody who may be meant, and the newest word of the gate about them today."""

    kind: str
    id: UUID
    name: str
    detail: str
    direction: str = ""
    at: datetime | None = None


def list_gate_events(actor: Actor, *, day: date | None = None, student: UUID | None = None) -> QuerySet[GateEvent]:
    """What happened at the gate on a day, the newest first."""
    actor.require_all(Permission.GATE_USE)
    first, last = day_bounds(day or today())
    rows = GateEvent.objects.filter(at__gte=first, at__lt=last).exclude(student__in=kept_from_work(actor))
    if student:
        rows = rows.filter(student=student)
    return rows.select_related("student__person", "staff__person").order_by(*EVENT_ORDER)


def list_visits(actor: Actor) -> QuerySet[GateEvent]:
    """Visitors of today who are still here, in the order in which they came."""
    actor.require_all(Permission.GATE_USE)
    first, last = day_bounds(today())
    rows = GateEvent.objects.filter(at__gte=first, at__lt=last, direction="in", ways_out__isnull=True)
    return rows.exclude(visitor_name="").order_by("at", "pk")


def by_card(card: str, *, actor: Actor) -> tuple[UUID | None, UUID | None]:
    """The student or the member of staff whose card that is: it says their number."""
    actor.require_all(Permission.GATE_USE)
    found = find_by_card(card, actor=actor)
    if found is None:
        raise invalid_field("/card", "card_unknown", _("Nobody has a card with this number."))
    return (found.id, None) if found.kind == "student" else (None, found.id)


def find_by_card(card: str, *, actor: Actor) -> AtGate | None:
    """Whoever has exactly that number, or nobody."""
    number = tidy(card)[:40]
    student = _students(actor).filter(registration_number=number).first() if number else None
    if student:
        return AtGate("student", student.pk, student.person.called, number)
    staff = Staff.objects.select_related("person").filter(_working(), staff_code=number).first() if number else None
    return AtGate("staff", staff.pk, staff.person.called, number) if staff else None


def _students(actor: Actor) -> QuerySet[Student]:
    rows = Student.objects.filter(is_on_roll(today())).exclude(pk__in=kept_from_work(actor))
    return rows.select_related("person")


def _working() -> Q:
    day = today()
    return Q(joined_on__lte=day) & (Q(leaves_on__isnull=True) | Q(leaves_on__gte=day))


def search_gate(text: str, *, actor: Actor) -> list[AtGate]:
    """Students and staff whom a typed name or number may mean, best first. Six statements at most."""
    actor.require_all(Permission.GATE_USE)
    wanted = tidy(text)[:100]
    if not wanted:
        return []
    best = {person: n for n, person in enumerate(search_people(wanted, most=50))}
    by_number = Q(registration_number__startswith=wanted) if any(c.isdecimal() for c in wanted) else Q(pk__in=())
    students = list(_students(actor).filter(Q(person__in=best) | by_number)[:MOST_FOUND])
    staff = list(
        Staff.objects.select_related("person")
        .filter(_working())
        .filter(Q(person__in=best) | Q(staff_code=wanted))[:MOST_FOUND]
    )
    rows: list[Student | Staff] = [*students, *staff]
    rows.sort(key=lambda row: (best.get(row.person_id, len(best)), row.person.sort_name, str(row.pk)))
    return _with_events(rows[:MOST_FOUND])


def _with_events(rows: Sequence[Student | Staff]) -> list[AtGate]:
    ids = [row.pk for row in rows]
    first, last = day_bounds(today())
    events = GateEvent.objects.filter(Q(student__in=ids) | Q(staff__in=ids), at__gte=first, at__lt=last)
    newest = {event.student_id or event.staff_id: event for event in events.order_by("at", "pk")}
    placed = standings([row.pk for row in rows if isinstance(row, Student)], today())
    found = []
    for row in rows:
        event = newest.get(row.pk)
        is_student = isinstance(row, Student)
        number = row.registration_number if isinstance(row, Student) else row.staff_code
        detail = " · ".join(filter(None, (placed[row.pk].form if is_student else _job(row), number)))
        found.append(
            AtGate(
                "student" if is_student else "staff",
                row.pk,
                row.person.called,
                detail,
                event.direction if event else "",
                clock.local(event.at, time_zone()) if event else None,
            )
        )
    return found


def _job(row: Student | Staff) -> str:
    """What a member of staff does."""
    return (row.job or _("Staff")) if isinstance(row, Staff) else ""
