"""A school year of incidents for a while: as many as asked for, and none of the demo's own beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

import psycopg
from psycopg import sql

from bench.people import school
from bench.place import Place
from lyceum.core import clock
from lyceum.core.ids import new_id
from lyceum.core.schools import school_scope
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import AcademicYear, Placement
from lyceum.domains.accounts.models import User
from lyceum.domains.behaviour.models import Incident, IncidentType, Participant
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import time_zone, today

PLACES = ("Playground", "Canteen", "Corridor", "Bus", "Sports hall", "Gate", "Library", "Stairs")
PERIODS = ("P1", "P2", "P3", "P4", "P5", "P6", "")


def last_year() -> AcademicYear:
    """The school year that is over."""
    return AcademicYear.objects.filter(ends__lt=today()).latest("ends")


@contextmanager
def emptied(school_id: int, first: date, last: date) -> Iterator[None]:
    """Nothing counts between two days until this is left; what was written meanwhile is taken away then."""
    with school_scope(school_id):
        rows = Incident.objects.filter(on__range=(first, last))
        states = {s: list(rows.filter(state=s).values_list("pk", flat=True)) for s in ("approved", "closed")}
        for ids in states.values():
            Incident.objects.filter(pk__in=ids).update(state="withdrawn")
    try:
        yield
    finally:
        with school_scope(school_id):
            made = Incident.objects.filter(source="key", external_id__startswith="bench-")
            Participant.objects.filter(incident__in=made).delete()
            made.delete()
            for state, ids in states.items():
                Incident.objects.filter(pk__in=ids).update(state=state)


def write_incidents(count: int, first: date, last: date, *, begin: int = 0) -> None:
    """Write so many, evenly over the school days and at random over everything else."""
    days = school_days().between(first, last)
    kinds = list(IncidentType.objects.filter(active=True))
    students = list(Placement.objects.filter(starts_on__lte=last, ends_on__gte=first).values_list("student", flat=True))
    users = User.objects.filter(pk__in=Staff.objects.filter(person__user__isnull=False).values("person__user"))
    reporters = list(users.values_list("pk", "full_name")[:80])
    dice = Random(begin)
    incidents = [_incident(n, days, kinds, reporters, dice) for n in range(begin, begin + count)]
    Incident.objects.bulk_create(incidents, batch_size=1000)
    parts = [Participant(incident=each, student_id=dice.choice(students), points=each.type.points)
             for each in incidents]  # fmt: skip
    Participant.objects.bulk_create(parts, batch_size=1000)


def _incident(
    n: int, days: list[date], kinds: list[IncidentType], reporters: list[tuple[UUID, str]], dice: Random
) -> Incident:
    day, kind, (reporter, name) = days[n % len(days)], dice.choice(kinds), dice.choice(reporters)
    at = datetime.combine(day, time(8), tzinfo=clock.zone(time_zone())) + timedelta(minutes=dice.randint(0, 420))
    return Incident(
        id=new_id(), type=kind, severity=kind.severity, occurred_at=at, on=day, place=dice.choice(PLACES),
        period=dice.choice(PERIODS), narrative="As it was.", reported_by=reporter, reported_by_name=name,
        state="approved", submitted_at=at, approved_at=at, source="key", external_id=f"bench-{n}",
    )  # fmt: skip


def analyse(place: Place, *tables: str) -> None:
    """Let the planner know what there is now, as it would by itself after a minute."""
    with psycopg.connect(place.owner_url, autocommit=True) as owner:
        owner.execute("SELECT set_config('app.school_id', %s, false)", [str(school().pk)])
        for table in tables:
            owner.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
