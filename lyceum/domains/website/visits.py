"""Visits of pages, counted without saying of whom: a number for each page and day, and nothing else.

A page that is kept in memory asks the database nothing, and counting must not change that: each process counts by
itself and adds its numbers to the table from time to time (`config/asgi.py`).
"""

import re
from collections import Counter
from datetime import date
from threading import Lock

from django.db import connection
from django.http import HttpRequest

from lyceum.core import clock
from lyceum.core.ids import new_id
from lyceum.core.memory import also_forget
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.tenancy.queries import today

LONGEST_PATH = 300
_MACHINE = re.compile(r"bot|crawl|spider|slurp|preview|monitor|curl|wget|python|headless", re.IGNORECASE)
_ADD = """
INSERT INTO website_pagevisits (id, school_id, "on", path, count, created_at, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (school_id, "on", path)
DO UPDATE SET count = website_pagevisits.count + EXCLUDED.count, updated_at = EXCLUDED.updated_at
"""

_counted: Counter[tuple[int, str]] = Counter()
_lock = Lock()


def count_visit(request: HttpRequest, school_id: int) -> None:
    """One more visit of a page, unless it is a machine's or was only fetched ahead."""
    agent = request.headers.get("User-Agent", "")
    if request.method != "GET" or not agent or _MACHINE.search(agent) or "Sec-Purpose" in request.headers:
        return
    with _lock:
        _counted[school_id, request.path[:LONGEST_PATH]] += 1


def write_visits() -> int:
    """Add what was counted since to the table. Returns how many pages."""
    with _lock:
        ahead = dict(_counted)
        _counted.clear()
    by_school: dict[int, list[tuple[str, int]]] = {}
    for (school_id, path), count in ahead.items():
        by_school.setdefault(school_id, []).append((path, count))
    for school_id, pages in by_school.items():
        with school_scope(school_id):
            _write(school_id, today(), pages)
    give_back_connection()
    return len(ahead)


def _write(school_id: int, day: date, pages: list[tuple[str, int]]) -> None:
    now = clock.now()
    # In one order, so that two processes never wait for each other in a circle.
    rows = [(new_id(), school_id, day, path, count, now, now) for path, count in sorted(pages)]
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)


also_forget(_counted.clear)
