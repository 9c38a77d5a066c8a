"""A year of behaviour in numbers: 20,000 incidents against 2,000, in time and in statements."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.behaving import analyse, emptied, last_year, write_incidents
from bench.people import school
from bench.place import Place
from bench.results import Result
from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.academics.models import AcademicYear, ClassTeacher
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.behaviour.numbers import read_dashboard
from lyceum.domains.behaviour.rows import list_rows
from lyceum.domains.tenancy.queries import today

FEW, MANY, ROUNDS, MOST = 2_000, 20_000, 7, 3.0


def run(place: Place) -> Result:
    """The ratio of the two, as the school's dashboard asks for it; a teacher's pages beside it."""
    result = Result("dashboard_year")
    with school_scope(school().pk):
        year = last_year()
        readers = {"school": system_actor(current_school(), name="bench"), "teacher": _teacher()}
    found: dict[int, dict[str, Any]] = {}
    for count in (FEW, MANY):
        with school_scope(school().pk), emptied(year.starts, year.ends):
            write_incidents(count, year.starts, year.ends)
            found[count] = {
                name: _measure(lambda act=act, actor=actor: act(actor, year))  # type: ignore[misc]  # bound now
                for name, actor in readers.items()
                for act in (_dashboard,)
            }
            found[count]["list"] = _measure(lambda: list(list_rows(readers["teacher"])[:50]))
    del place, analyse
    return result


def _dashboard(actor: Actor, year: AcademicYear) -> object:
    return read_dashboard(actor, first=year.starts, last=year.ends)


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
