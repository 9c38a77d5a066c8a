"""Events that come in the way: who takes part serves no detention meanwhile, and supervises none."""

from collections import defaultdict
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.behaviour.models import Detention
from lyceum.domains.behaviour.rules.detentions.moving import Moved, excuse_and_move
from lyceum.domains.behaviour.rules.detentions.seating import lock_seats
from lyceum.domains.behaviour.rules.detentions.states import State
from lyceum.domains.behaviour.rules.detentions.supervisors import review_supervisors
from lyceum.domains.calendars.taken import Taken, list_invited
from lyceum.domains.people.models import Staff


def heed_events(*, person: UUID | None = None, actor: Actor) -> None:
    """Look at the events again: of everybody, or of a person who said whether they come. Twice is once."""
    make_way(person=person, actor=actor)
    staff = None if person is None else list(Staff.objects.filter(person=person).values_list("pk", flat=True))
    if staff is None or staff:
        review_supervisors(actor, staff=staff)


@transaction.atomic
def make_way(*, person: UUID | None = None, actor: Actor) -> list[Moved]:
    """Excuse the coming detentions of who is at an event then, and move them. It does not count as a move."""
    ahead = Detention.objects.filter(state=State.SCHEDULED, starts_at__gt=clock.now())
    if person is not None:
        ahead = ahead.filter(student__person=person)
    met = _find_met(list(ahead))
    if not met:
        return []
    lock_seats()
    rows = ahead.filter(pk__in=met).select_related("student__person", "type", "slot")
    return excuse_and_move(list(rows.select_for_update(of=("self",))), why=_("Takes part in an event"), actor=actor)


def _find_met(rows: list[Detention]) -> list[UUID]:
    days = [row.on for row in rows if row.on]
    if not days:
        return []
    taken: dict[UUID, list[Taken]] = defaultdict(list)
    students = {row.student_id for row in rows}
    for student_id, *columns in list_invited("students", students, first=min(days), last=max(days)):
        taken[student_id].append(Taken(*columns))
    return [row.pk for row in rows if any(_meets(each, row) for each in taken[row.student_id])]


def _meets(event: Taken, row: Detention) -> bool:
    return bool(row.on and row.starts_at and row.ends_at and event.meets(row.on, row.starts_at, row.ends_at))
