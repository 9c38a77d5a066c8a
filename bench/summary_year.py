"""A year's attendance of the school: from the days that are kept in numbers, and from every statutory mark."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg

from bench.people import school
from bench.place import Place
from bench.results import Result
from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.attendance import numbers
from lyceum.domains.attendance.models import DaySummary, SessionMark
from lyceum.domains.attendance.numbers import summarise
from lyceum.domains.attendance.readings import STANDING, Reading
from lyceum.domains.people.models import Student

ROUNDS = 5
MOST = 0.1


def run(place: Place) -> Result:
    """The ratio of the two, and whether the plan reads one school's rows only."""
    result = Result("summary_year")
    with school_scope(school().pk):
        first = SessionMark.objects.earliest("on").on
        last = SessionMark.objects.latest("on").on
        marked = SessionMark.objects.filter(on__range=(first, last)).values("student")
        students = list(Student.objects.filter(pk__in=marked).values_list("pk", flat=True))
        sessions = SessionMark.objects.filter(on__range=(first, last)).count()
        days = DaySummary.objects.filter(on__range=(first, last)).count()
        now = clock.now()
        readings = {"kept_days": STANDING, "every_mark": Reading(as_known_at=now)}
        statements = {name: numbers._OF_DAYS.format(days=reading.days) for name, reading in readings.items()}
        values = readings["every_mark"].values(students, first, last)
        actor = system_actor(current_school(), name="bench")
        rule = {
            "kept_days": _time(lambda: summarise(actor, first=first, last=last)),
            "every_mark": _time(lambda: summarise(actor, first=first, last=last, as_known_at=now)),
        }
        school_id = current_school()
    with psycopg.connect(place.app_url) as database:
        database.execute("SELECT set_config('app.school_id', %s, false)", [str(school_id)])
        sql, plans = {}, {}
        for name, text in statements.items():
            sql[name] = _time(partial(_fetch, database, text, values))
            plans[name] = _plan(database, text, values)
    result.say(f"{len(students):,} students, {sessions:,} sessions, {days:,} days, {first} to {last}")
    for name, times in (("SQL", sql), ("rule", rule)):
        ratio = times["kept_days"] / times["every_mark"]
        result.keep(name, {k: round(1000 * v, 1) for k, v in times.items()} | {"ratio": round(ratio, 3)})
        result.say(
            f"{name:5} kept days {1000 * times['kept_days']:.0f} ms ÷ every mark {1000 * times['every_mark']:.0f} ms"
            f" = {ratio:.2f} (at most {MOST})"
        )
    for name, plan in plans.items():
        result.keep(f"plan of {name}", plan)
        result.say(f"plan of {name}: {plan['reads']}; by school: {'yes' if plan['by_school'] else 'NO'}")
    return result


def _fetch(database: psycopg.Connection[Any], sql: str, values: dict[str, Any]) -> object:
    return database.execute(sql.encode(), values).fetchall()


def _time(act: Callable[[], object]) -> float:
    act()
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _plan(database: psycopg.Connection[Any], sql: str, values: dict[str, Any]) -> dict[str, Any]:
    """How the tables of attendance are read, and whether each read is narrowed to the school."""
    row = database.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}".encode(), values).fetchone()
    text = row[0] if row else []
    nodes = _nodes((json.loads(text) if isinstance(text, str) else text)[0]["Plan"])
    reads = [n for n in nodes if "attendance_" in n.get("Relation Name", "") and n.get("Actual Rows", 0)]
    told = sorted({f"{n['Node Type']} on {n['Relation Name']}" + _through(n) for n in reads})
    conditions = [f"{n.get('Index Cond', '')} {n.get('Filter', '')} {n.get('Recheck Cond', '')}" for n in reads]
    return {"reads": ", ".join(told), "by_school": all("school_id" in c for c in conditions) and bool(reads)}


def _through(node: dict[str, Any]) -> str:
    return f" through {node['Index Name']}" if "Index Name" in node else ""


def _nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(found for child in node.get("Plans", ()) for found in _nodes(child))]
