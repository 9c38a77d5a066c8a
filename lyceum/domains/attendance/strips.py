"""The sessions of students as their strips show them. One statement for any number of students."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from lyceum.domains.attendance.codes import mark_words
from lyceum.domains.attendance.glyphs import SIGNS, tone
from lyceum.domains.attendance.readings import Reading
from lyceum.domains.attendance.sheet import Glyph

_SESSIONS = """
SELECT student_id, "on", session, symbol, meaning FROM {sessions} x
WHERE school_id = %(school)s AND student_id = ANY(%(students)s) AND "on" BETWEEN %(first)s AND %(last)s
ORDER BY student_id, "on", session
"""


@dataclass(frozen=True)
class SessionGlyph:
    """One session of a day."""

    on: date
    session: str
    glyph: Glyph


def read_sessions(
    students: Sequence[UUID], *, first: date, last: date, reading: Reading
) -> dict[UUID, list[SessionGlyph]]:
    """Each student's statutory marks from one day to another, oldest first. Ask only after they were found.

    A family's glyphs have a sign instead of the code, and its words.
    """
    found: dict[UUID, list[SessionGlyph]] = {student: [] for student in students}
    words = mark_words(for_families=True)
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS.format(sessions=reading.sessions), reading.values(students, first, last))
        for student, on, session, symbol, meaning in cursor.fetchall():
            if not reading.is_family(student):
                found[student].append(SessionGlyph(on, session, Glyph(symbol, meaning)))
            elif meaning:  # a session that was not taken is no gap of theirs
                glyph = Glyph(SIGNS[tone(meaning)], meaning, words.get((symbol, meaning), ""))
                found[student].append(SessionGlyph(on, session, glyph))
    return found
