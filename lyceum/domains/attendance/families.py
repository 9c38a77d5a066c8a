"""A student's sessions for whoever asks: with codes at work, in words and once they have closed for their family."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.codes import mark_words
from lyceum.domains.attendance.glyphs import say_mark
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.numbers import Numbers, numbers_of
from lyceum.domains.attendance.readings import FAMILY, Reading, reading_for
from lyceum.domains.people.queries import get_student

_SESSIONS = """
SELECT "on", session, symbol, meaning, minutes_late FROM {sessions} x
WHERE school_id = %(school)s AND student_id = ANY(%(students)s) AND "on" BETWEEN %(first)s AND %(last)s
  AND meaning <> ''
ORDER BY "on" DESC, session DESC LIMIT %(most)s
"""
MOST_SESSIONS = 1000


@dataclass(frozen=True)
class SessionSeen:
    """One session as whoever asks may see it."""

    on: date
    session: str
    symbol: str | None
    """None for families: they read words."""
    label: str
    status: str | None
    minutes_late: int | None


@dataclass(frozen=True)
class StudentAttendance:
    """A student's attendance in some days."""

    numbers: Numbers
    sessions: list[SessionSeen]


def read_student_attendance(
    student_id: UUID, *, first: date, last: date, as_known_at: datetime | None = None, actor: Actor
) -> StudentAttendance:
    """Numbers and sessions, the newest first. Families never see codes, notes, or what has not closed yet."""
    student = get_student(student_id, actor=actor, permission=Permission.NUMBERS_VIEW)
    return _read_student(student.pk, first, last, reading_for(actor, as_known_at))


def read_for_family(student: UUID, *, first: date, last: date) -> StudentAttendance:
    """The same in the words that families read, whoever asks. Ask only after the student was found."""
    return _read_student(student, first, last, FAMILY)


def _read_student(student: UUID, first: date, last: date, reading: Reading) -> StudentAttendance:
    numbers = numbers_of(student, first=first, last=last, reading=reading)
    return StudentAttendance(numbers, _read(student, first, last, reading))


def _read(student: UUID, first: date, last: date, reading: Reading) -> list[SessionSeen]:
    values = reading.values([student], first, last) | {"most": MOST_SESSIONS}
    is_family = reading.is_family(student)
    words = mark_words(for_families=is_family)
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS.format(sessions=reading.sessions), values)
        return [
            SessionSeen(
                on,
                session,
                None if is_family else symbol,
                say_mark(symbol, meaning, words),
                COUNTS[Meaning(meaning)].status,
                minutes,
            )
            for on, session, symbol, meaning, minutes in cursor.fetchall()
        ]
