"""Opening and saving a register, a list and a student's page: through the whole stack, against the SQL alone."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import psycopg

from bench.asking import Connection, Times
from bench.people import SignedIn, last_registers, members, office, school, some_students
from bench.place import Place
from bench.results import Result
from bench.statements import replay, statements_of
from lyceum.core.schools import school_scope
from lyceum.domains.attendance.models import Register

ROUNDS, WARM_UP = 60, 8
SIZES = (1, 30)
MOST_COST_OF_30 = 3.0


def run(place: Place) -> Result:
    """Median and p95 of each request, the statements it makes, and their cost alone."""
    result, who = Result("register_save"), office()
    with school_scope(school().pk):
        registers = last_registers()
        students = {str(r.pk): members(r) for r in registers}
    pages, api = Connection(place.port, who.page_headers), Connection(place.port, who.api_headers)
    with psycopg.connect(place.app_url, autocommit=True) as database:
        for name, connection, path in _reads(registers):
            _measure_read(result, name, pages if connection == "page" else api, who, path, database)
        times = _measure_saves(result, api, who, registers, students, database)
    pages.close()
    api.close()
    ratio = times[30].median / times[1].median
    result.keep("cost_of_30_to_1", round(ratio, 2))
    result.say(f"30 marks cost {ratio:.2f} times what 1 costs (at most {MOST_COST_OF_30})")
    return result


def _reads(registers: list[Register]) -> list[tuple[str, str, list[str]]]:
    ids = [str(r.pk) for r in registers]
    pupils = some_students(60)
    return [
        ("open a register of 30 (page)", "page", [f"/registers/{pk}/" for pk in ids]),
        ("open a register of 30 (REST)", "api", [f"/api/v1/registers/{pk}/" for pk in ids]),
        ("list of 50 students (page)", "page", ["/students/"]),
        ("list of 50 students (REST)", "api", ["/api/v1/students/?limit=50"]),
        ("a student's page", "page", [f"/students/{pk}/" for pk in pupils]),
        ("today", "page", ["/today/"]),
    ]


def _measure_read(
    result: Result,
    name: str,
    connection: Connection,
    who: SignedIn,
    paths: list[str],
    database: psycopg.Connection[Any],
) -> None:
    for n in range(WARM_UP):
        connection.time("GET", paths[n % len(paths)])
    times = Times.of([connection.time("GET", paths[n % len(paths)]) for n in range(ROUNDS)])
    statements = statements_of(who, "GET", paths[0])
    bare = Times.of([replay(database, statements) for _ in range(ROUNDS)])
    _tell(result, name, times, bare, len(statements))


def _measure_saves(
    result: Result,
    connection: Connection,
    who: SignedIn,
    registers: list[Register],
    students: dict[str, list[str]],
    database: psycopg.Connection[Any],
) -> dict[int, Times]:
    """Saves of one mark and of thirty, in turns. Each changes every mark that it names, however often it comes."""
    turns = cycle((str(r.pk), minutes) for minutes in range(1, 300) for r in registers)

    def save(size: int) -> tuple[str, dict[str, Any]]:
        register, minutes = next(turns)
        marks = [{"student": s, "code": "L", "minutes_late": minutes} for s in students[register][:size]]
        return f"/api/v1/registers/{register}/marks/", {"marks": marks, "reason": "bench"}

    seconds: dict[int, list[float]] = {1: [], 30: []}
    alone: dict[int, list[float]] = {1: [], 30: []}
    counts: dict[int, int] = {}
    for n in range(WARM_UP + ROUNDS):
        for size in SIZES:
            spent = connection.time("PUT", *save(size))
            if n >= WARM_UP:
                seconds[size].append(spent)
    for _ in range(ROUNDS):
        for size in SIZES:
            statements = statements_of(who, "PUT", *save(size))
            counts[size] = len(statements)
            alone[size].append(replay(database, statements))
    times = {size: Times.of(seconds[size]) for size in SIZES}
    for size in SIZES:
        _tell(result, f"save {size} marks", times[size], Times.of(alone[size]), counts[size])
    return times


def _tell(result: Result, name: str, times: Times, bare: Times, statements: int) -> None:
    ratio = times.median / bare.median
    figures = {"http_ms": times.as_json(), "sql_ms": bare.as_json(), "http_to_sql": round(ratio, 2)}
    result.keep(name, {**figures, "statements": statements})
    result.say(
        f"{name:30} {times.median:6.1f} ms, p95 {times.p95:6.1f}; {statements:2} statements, "
        f"alone {bare.median:5.1f} ms: {ratio:.1f} times"
    )
