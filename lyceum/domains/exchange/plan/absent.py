"""What was brought in before and is not in the files any more: it ends, where the files hold everything."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core.plans import join_whole_tables
from lyceum.domains.exchange.models import ImportRow
from lyceum.domains.exchange.plan.rows import PlannedRow, Step
from lyceum.domains.exchange.readers.records import Place

# Rows that another system knows, that run today, and that no row of this import is about.
_ABSENT = """
WITH absent AS MATERIALIZED (
  SELECT c.foreign_id FROM exchange_crosswalk c
  WHERE c.school_id = %(school)s AND c.system = %(system)s AND c.kind = %(kind)s
  EXCEPT
  SELECT r.key FROM exchange_importrow r
  WHERE r.school_id = %(school)s AND r.run_id = %(run)s AND r.step = ANY(%(steps)s)
)
SELECT c.foreign_id, c.own_id FROM absent JOIN exchange_crosswalk c ON c.foreign_id = absent.foreign_id {running}
WHERE c.school_id = %(school)s AND c.system = %(system)s AND c.kind = %(kind)s
ORDER BY c.foreign_id
"""
_COUNT = """
SELECT count(*) FROM exchange_crosswalk c {running}
WHERE c.school_id = %(school)s AND c.system = %(system)s AND c.kind = %(kind)s
"""
_RUNNING = {
    "student": """JOIN (SELECT DISTINCT e.student_id FROM people_enrolment e WHERE e.school_id = %(school)s
        AND e.first_day < %(day)s AND e.exit <> 'no_show'
        AND (e.last_day IS NULL OR e.last_day >= %(day)s)) running ON running.student_id = c.own_id""",
    "teacher": """JOIN academics_classteacher t ON t.school_id = c.school_id AND t.id = c.own_id
        AND (t.ends_on IS NULL OR t.ends_on >= %(day)s)
        JOIN academics_class k ON k.school_id = c.school_id AND k.id = t.class_id AND k.ends >= %(day)s""",
    "member": """JOIN academics_classmembership m ON m.school_id = c.school_id AND m.id = c.own_id
        AND (m.ends_on IS NULL OR m.ends_on >= %(day)s)
        JOIN academics_class k ON k.school_id = c.school_id AND k.id = m.class_id AND k.ends >= %(day)s""",
}
_STEPS = {
    "student": (Step.STUDENT, Step.STUDENT_END),
    "teacher": (Step.TEACHER, Step.TEACHER_END),
    "member": (Step.MEMBER, Step.MEMBER_END),
}


def count_running(school: int, system: str, *, today: date) -> dict[str, int]:
    """How many rows that this system brought in run today, by kind."""
    join_whole_tables()
    counts = {}
    with connection.cursor() as cursor:
        for kind, running in _RUNNING.items():
            cursor.execute(
                _COUNT.format(running=running), {"school": school, "system": system, "kind": kind, "day": today}
            )
            row = cursor.fetchone()
            counts[kind] = row[0] if row else 0
    return counts


def absent_rows(school: int, run: UUID, system: str, *, today: date) -> Iterator[PlannedRow]:
    """A row for each that ends, with yesterday as its last day."""
    join_whole_tables()
    last = str(today - timedelta(days=1))
    for kind, (step, end) in _STEPS.items():
        values: dict[str, Any] = {"last_day": last, "exit": "other"} if kind == "student" else {"ends_on": last}
        before: dict[str, Any] = {"last_day" if kind == "student" else "ends_on": None}
        for foreign_id, own_id in _absent(school, run, system, kind, (step, end), today):
            yield PlannedRow(end, Place("", 0), foreign_id, "end", own_id, values, before)


def _absent(
    school: int, run: UUID, system: str, kind: str, steps: tuple[Step, Step], today: date
) -> list[tuple[str, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _ABSENT.format(running=_RUNNING[kind]),
            {
                "school": school,
                "run": run,
                "system": system,
                "kind": kind,
                "steps": [int(step) for step in steps],
                "day": today,
            },
        )
        found = [(row[0], row[1]) for row in cursor.fetchall()]
    ending = (
        ImportRow.objects.filter(run=run, step=steps[1], target__isnull=False) if found else ImportRow.objects.none()
    )
    ended = set(ending.values_list("target", flat=True))
    return [(foreign_id, own_id) for foreign_id, own_id in found if own_id not in ended]
