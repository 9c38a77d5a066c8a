"""Every day of a student counted anew: after two records became one, or two again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core.schools import current_school
from lyceum.domains.attendance.meanings import meanings_that
from lyceum.domains.attendance.rules.sessions import COUNTED

_COUNT = """
INSERT INTO attendance_daysummary (school_id, student_id, "on", possible, attended, authorised, unauthorised, late,
  minutes, half)
SELECT school_id, student_id, "on", count(*) FILTER (WHERE meaning = ANY(%(possible)s)),
  count(*) FILTER (WHERE meaning = ANY(%(attended)s) AND NOT half),
  count(*) FILTER (WHERE meaning = ANY(%(authorised)s)), count(*) FILTER (WHERE meaning = ANY(%(unauthorised)s)),
  count(*) FILTER (WHERE meaning = ANY(%(late)s)), COALESCE(sum(minutes_late), 0), count(*) FILTER (WHERE half)
FROM attendance_sessionmark WHERE school_id = %(school)s AND student_id = ANY(%(students)s)
GROUP BY school_id, student_id, "on"
ON CONFLICT (school_id, student_id, "on") DO UPDATE SET possible = excluded.possible, attended = excluded.attended,
  authorised = excluded.authorised, unauthorised = excluded.unauthorised, late = excluded.late,
  minutes = excluded.minutes, half = excluded.half
"""


def recount_days(students: Sequence[UUID]) -> None:
    """Count every day of some students, from their session marks alone. One statement."""
    values: dict[str, Any] = {"school": current_school(), "students": list(students)}
    values |= {name: list(meanings_that(name)) for name in COUNTED}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
