"""Proposing slots: 50 students against 200 slots, in statements and in time."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.people import school
from bench.place import Place
from bench.results import Result
from bench.statements import counted
from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.academics.days import school_days
from lyceum.domains.behaviour.models import DetentionSlot, DetentionType
from lyceum.domains.behaviour.rules.detentions.setting import propose_slots
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import is_on_roll
from lyceum.domains.tenancy.queries import today

SLOTS, STUDENTS, ROUNDS = 200, 50, 5
MOST_STATEMENTS = 6


def run(place: Place) -> Result:
    """The median of a few rounds, and how many statements one takes."""
    del place
    result = Result("propose_slot")
    with school_scope(school().pk):
        kind = _make_slots()
        students = list(Student.objects.filter(is_on_roll(today())).values_list("pk", flat=True)[:STUDENTS])
        actor = system_actor(current_school(), name="bench")
        propose_slots(kind.pk, students=students, actor=actor)
        with CaptureQueriesContext(connection) as queries:
            found = propose_slots(kind.pk, students=students, actor=actor)
        statements = counted(queries)
        seconds = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            propose_slots(kind.pk, students=students, actor=actor)
            seconds.append(time.perf_counter() - began)
    placed = sum(each.slot is not None for each in found)
    median = round(1000 * statistics.median(seconds), 1)
    result.keep("propose_slot", {"milliseconds": median, "statements": statements, "placed": placed})
    result.say(
        f"{SLOTS} slots × {len(students)} students: {statements} statements (at most {MOST_STATEMENTS}), {median} ms"
    )
    return result


def _make_slots() -> DetentionType:
    """Two hundred slots of one seat, several a day, as no school has them."""
    kind = DetentionType.objects.create(name="Bench", notice_hours=24, several_a_day=True)
    first = today() + timedelta(days=2)
    days = school_days().between(first, first + timedelta(days=50)) or [first]
    slots = []
    for n in range(SLOTS):
        day = days[n % len(days)]
        starts = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(minutes=30 * (n // len(days)))
        slots.append(
            DetentionSlot(type=kind, on=day, starts_at=starts, ends_at=starts + timedelta(minutes=20), capacity=1)
        )
    DetentionSlot.objects.bulk_create(slots)
    assert clock.now() < min(slot.starts_at for slot in slots)
    return kind
