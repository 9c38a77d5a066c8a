"""A student's sessions for whoever asks: with codes at work, in words and once they have closed for families."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.attendance.codes import codes_in_use
from lyceum.domains.attendance.glyphs import MEANING_WORDS
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.numbers import Numbers, summarise_students
from lyceum.domains.attendance.policies import sees_codes
from lyceum.domains.people.queries import get_student
from lyceum.domains.tenancy.queries import today

_SESSIONS = """
SELECT m."on", m.session, m.symbol, m.meaning, m.minutes_late FROM attendance_sessionmark m
LEFT JOIN attendance_register r ON r.school_id = %(school)s AND r.id = m.register_id
WHERE m.school_id = %(school)s AND m.student_id = %(student)s AND m."on" BETWEEN %(first)s AND %(last)s
  AND m.meaning <> '' AND (%(works)s OR m."on" < %(today)s OR r.id IS NULL OR r.closes_at <= %(now)s)
ORDER BY m."on" DESC, m.session DESC LIMIT %(most)s
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
    counted = summarise_students([student.pk], first=first, last=last, as_known_at=as_known_at)
    return StudentAttendance(counted.total, _read(student.pk, first, last, works=sees_codes(actor)))


def read_for_family(student: UUID, *, first: date, last: date) -> StudentAttendance:
    """The same in the words that families read, whoever asks. Ask only after the student was found."""
    counted = summarise_students([student], first=first, last=last)
    return StudentAttendance(counted.total, _read(student, first, last, works=False))


def _read(student: UUID, first: date, last: date, *, works: bool) -> list[SessionSeen]:
    values: dict[str, Any] = {
        "school": current_school(),
        "student": student,
        "first": first,
        "last": last,
        "works": works,
        "today": today(),
        "now": clock.now(),
        "most": MOST_SESSIONS,
    }
    labels = {}
    for code in reversed(codes_in_use()):
        labels[code.statutory_symbol or code.symbol] = (code.label if works else "") or code.family_label or code.label
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS, values)
        return [
            SessionSeen(
                on,
                session,
                symbol if works else None,
                _(labels[symbol]) if symbol in labels else str(MEANING_WORDS[Meaning(meaning)]),
                COUNTS[Meaning(meaning)].status,
                minutes,
            )
            for on, session, symbol, meaning, minutes in cursor.fetchall()
        ]
