"""A year of behaviour in numbers: 20,000 incidents against 2,000, in time and in statements."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.behaving import analyse, emptied, last_year, write_incidents
from bench.people import school
from bench.place import Place
from bench.results import Result
from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.paging import page_of
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.behaviour.numbers import read_dashboard
from lyceum.domains.behaviour.rows import ROW_ORDER, narrow_rows, whole_rows
from lyceum.domains.tenancy.queries import today

FEW, MANY, ROUNDS, MOST = 2_000, 20_000, 9, 3.0
TABLES = ("behaviour_incident", "behaviour_participant", "behaviour_daysum")


def run(place: Place) -> Result:
    """The ratio of the two, as the school's dashboard asks for it; a teacher's pages beside it."""
    result = Result("dashboard_year")
    with school_scope(school().pk):
        year, everyone, teacher = last_year(), system_actor(current_school(), name="bench"), _teacher()
    acts: dict[str, Callable[[], object]] = {
        "school": lambda: read_dashboard(everyone, first=year.starts, last=year.ends),
        "teacher": lambda: read_dashboard(teacher, first=year.starts, last=year.ends),
        "first page of a teacher's list": partial(_first_page, teacher),
    }
    found: dict[int, dict[str, Any]] = {}
    with emptied(school().pk, year.starts, year.ends):
        for count, before in ((FEW, 0), (MANY, FEW)):
            with school_scope(school().pk):
                write_incidents(count - before, year.starts, year.ends, begin=before)
            analyse(place, *TABLES)
            with school_scope(school().pk):
                found[count] = {name: _measure(act) for name, act in acts.items()}
    for name in acts:
        few, many = found[FEW][name], found[MANY][name]
        ratio = round(many["milliseconds"] / few["milliseconds"], 2)
        result.keep(name, {"few": few, "many": many, "ratio": ratio})
        limit = f" (at most {MOST:.0f})" if name == "school" else ""
        result.say(
            f"{name}: {MANY:,} incidents {many['milliseconds']} ms ÷ {FEW:,} {few['milliseconds']} ms = {ratio}{limit};"
            f" {few['statements']} and {many['statements']} statements"
        )
    return result


def _first_page(actor: Actor) -> object:
    return page_of(narrow_rows(actor), order=ROW_ORDER, count=True, whole=whole_rows(actor))


def _teacher() -> Actor:
    lead = ClassTeacher.objects.filter(school_class__kind="form", school_class__ends__gte=today())[0]
    return actor_for_user(lead.staff.person.user, current_school(), via=Via.PAGE)


def _measure(act: Callable[[], object]) -> dict[str, Any]:
    act()
    with CaptureQueriesContext(connection) as queries:
        act()
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return {"milliseconds": round(1000 * statistics.median(seconds), 1), "statements": len(queries)}
