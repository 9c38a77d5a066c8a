"""The sessions of students as their strips show them. One statement for any number of students."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core import clock
from lyceum.core.schools import current_school
from lyceum.domains.attendance.sheet import Glyph

_SESSIONS = """
SELECT student_id, "on", symbol, meaning FROM attendance_sessionmark m
WHERE school_id = %(school)s AND student_id = ANY(%(students)s) AND "on" BETWEEN %(first)s AND %(last)s{closed}
ORDER BY student_id, "on", session
"""
_CLOSED = """
  AND NOT EXISTS (SELECT 1 FROM attendance_register r
    WHERE r.school_id = %(school)s AND r.id = m.register_id AND r.closes_at > %(now)s)"""


@dataclass(frozen=True)
class SessionGlyph:
    """One session of a day."""

    on: date
    glyph: Glyph


def read_sessions(
    students: Sequence[UUID], *, first: date, last: date, only_closed: bool = False
) -> dict[UUID, list[SessionGlyph]]:
    """Each student's statutory marks from one day to another, oldest first. Ask only after they were found.

    Families see those alone whose registers have closed.
    """
    values: dict[str, Any] = {"school": current_school(), "students": list(students), "first": first, "last": last}
    values["now"] = clock.now()
    found: dict[UUID, list[SessionGlyph]] = {student: [] for student in students}
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS.format(closed=_CLOSED if only_closed else ""), values)
        for student, on, symbol, meaning in cursor.fetchall():
            found[student].append(SessionGlyph(on, Glyph(symbol, meaning)))
    return found
