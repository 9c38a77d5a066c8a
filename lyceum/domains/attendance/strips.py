"""The sessions of students as their strips show them. One statement for any number of students."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core.schools import current_school
from lyceum.domains.attendance.sheet import Glyph

_SESSIONS = """
SELECT student_id, "on", symbol, meaning FROM attendance_sessionmark
WHERE school_id = %(school)s AND student_id = ANY(%(students)s) AND "on" BETWEEN %(first)s AND %(last)s
ORDER BY student_id, "on", session
"""


@dataclass(frozen=True)
class SessionGlyph:
    """One session of a day."""

    on: date
    glyph: Glyph


def read_sessions(students: Sequence[UUID], *, first: date, last: date) -> dict[UUID, list[SessionGlyph]]:
    """Each student's statutory marks from one day to another, oldest first. Ask only after they were found."""
    values: dict[str, Any] = {"school": current_school(), "students": list(students), "first": first, "last": last}
    found: dict[UUID, list[SessionGlyph]] = {student: [] for student in students}
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS, values)
        for student, on, symbol, meaning in cursor.fetchall():
            found[student].append(SessionGlyph(on, Glyph(symbol, meaning)))
    return found
