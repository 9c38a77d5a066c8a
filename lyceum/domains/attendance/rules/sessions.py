"""The statutory mark: one per student, date and session, and the day in numbers. Two statements at most."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core import clock
from lyceum.core.schools import current_school
from lyceum.domains.attendance.meanings import meanings_that
from lyceum.domains.attendance.models import Code, Register

_DERIVE = """
WITH incoming AS (
  SELECT * FROM unnest(%(students)s::uuid[], %(symbols)s::text[], %(meanings)s::text[], %(minutes)s::int[])
    AS t(student_id, symbol, meaning, minutes_late)
), replaced AS (
  INSERT INTO attendance_sessionmarkpast (school_id, student_id, "on", session, symbol, meaning, register_id, method,
    minutes_late, recorded_at, replaced_at)
  SELECT o.school_id, o.student_id, o."on", o.session, o.symbol, o.meaning, o.register_id, o.method, o.minutes_late,
    o.recorded_at, %(at)s
  FROM attendance_sessionmark o JOIN incoming i USING (student_id)
  WHERE o.school_id = %(school)s AND o."on" = %(on)s AND o.session = %(session)s AND o.recorded_at < %(at)s
)
INSERT INTO attendance_sessionmark (school_id, student_id, "on", session, symbol, meaning, register_id, method,
  minutes_late, recorded_at)
SELECT %(school)s, student_id, %(on)s, %(session)s, symbol, meaning, %(register)s, 'daily', minutes_late, %(at)s
FROM incoming
ON CONFLICT (school_id, student_id, "on", session) DO UPDATE SET symbol = excluded.symbol, meaning = excluded.meaning,
  register_id = excluded.register_id, method = excluded.method, minutes_late = excluded.minutes_late,
  recorded_at = excluded.recorded_at
"""

_COUNT = """
INSERT INTO attendance_daysummary (school_id, student_id, "on", possible, attended, authorised, unauthorised, late,
  minutes)
SELECT school_id, student_id, "on", count(*) FILTER (WHERE meaning = ANY(%(possible)s)),
  count(*) FILTER (WHERE meaning = ANY(%(attended)s)), count(*) FILTER (WHERE meaning = ANY(%(authorised)s)),
  count(*) FILTER (WHERE meaning = ANY(%(unauthorised)s)), count(*) FILTER (WHERE meaning = ANY(%(late)s)),
  COALESCE(sum(minutes_late), 0)
FROM attendance_sessionmark
WHERE school_id = %(school)s AND "on" = %(on)s AND student_id = ANY(%(students)s)
GROUP BY school_id, student_id, "on"
ON CONFLICT (school_id, student_id, "on") DO UPDATE SET possible = excluded.possible, attended = excluded.attended,
  authorised = excluded.authorised, unauthorised = excluded.unauthorised, late = excluded.late,
  minutes = excluded.minutes
"""


def derive_sessions(register: Register, marked: Mapping[UUID, tuple[Code, int | None]]) -> None:
    """Set the statutory marks of the students who were marked on a daily register, and recount their day."""
    if register.kind != "daily" or not marked:
        return
    students = list(marked)
    values: dict[str, Any] = {
        "school": current_school(),
        "on": register.on,
        "session": register.session,
        "register": register.pk,
        "at": clock.now(),
        "students": students,
        "symbols": [marked[s][0].statutory_symbol or marked[s][0].symbol for s in students],
        "meanings": [marked[s][0].meaning for s in students],
        "minutes": [marked[s][1] for s in students],
    }
    counted = ("possible", "attended", "authorised", "unauthorised", "late")
    values |= {name: list(meanings_that(name)) for name in counted}
    with connection.cursor() as cursor:
        cursor.execute(_DERIVE, values)
        cursor.execute(_COUNT, values)
