"""A register as it lies on the desk: every student of the day with mark, flags and the last sessions. One statement."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.schools import current_school
from lyceum.domains.attendance.codes import code_named
from lyceum.domains.attendance.halves import half_of_register
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.readings import marks_known
from lyceum.domains.people.policies import KEPT_FROM_WORK_SQL
from lyceum.domains.tenancy.queries import day_bounds, time_zone, today

_ROWS = """
SELECT st.id, COALESCE(NULLIF(p.preferred_name, ''), p.full_name), p.full_name, st.registration_number,
  m.id, m.code_id, m.minutes_late, m.time_in, m.note, m.version, m.saved_in, m.origin, m.marked_by, m.marked_at,
  (SELECT array_agg(f.kind || ':' || f.text ORDER BY f.kind) FROM people_flag f
   WHERE f.school_id = %(school)s AND f.student_id = st.id AND f.visible_to = 'register'
     AND f.starts_on <= %(on)s AND (f.ends_on IS NULL OR f.ends_on >= %(on)s)),
  (SELECT CASE g.direction WHEN 'out' THEN g.at END FROM attendance_gateevent g
   WHERE g.school_id = %(school)s AND g.student_id = st.id AND g.at >= %(day_starts)s AND g.at < %(day_ends)s{passed}
   ORDER BY g.at DESC, g.id DESC LIMIT 1),
  {strip}, plan.code_id, plan.planned_id, pattern."case", st.id IN ({kept})
FROM academics_classmembership cm
JOIN people_student st ON st.school_id = %(school)s AND st.id = cm.student_id
JOIN people_person p ON p.school_id = %(school)s AND p.id = st.person_id
LEFT JOIN {marks} m ON m.school_id = %(school)s AND m.register_id = %(register)s AND m.student_id = st.id
LEFT JOIN LATERAL (
  SELECT a.code_id, s.planned_id FROM attendance_plannedstudent s
  JOIN attendance_plannedabsence a ON a.school_id = %(school)s AND a.id = s.planned_id
  WHERE s.school_id = %(school)s AND s.student_id = st.id AND s.holds
    AND s.starts_on <= %(on)s AND s.ends_on >= %(on)s
    AND (s.starts_on < %(on)s OR s.starts_half <= %(half)s) AND (s.ends_on > %(on)s OR s.ends_half >= %(half)s){decided}
  ORDER BY array_position(ARRAY['suspension', 'trip', 'staff'], a.origin::text), a.starts_on, a.id LIMIT 1
) plan ON true
LEFT JOIN LATERAL (
  SELECT e."case" FROM attendance_sessionpattern e
  WHERE e.school_id = %(school)s AND e.student_id = st.id
    AND e.starts_on <= %(on)s AND (e.ends_on IS NULL OR e.ends_on >= %(on)s) AND %(of_week)s = ANY(e.sessions)
  ORDER BY e.starts_on DESC, e.id LIMIT 1
) pattern ON true
WHERE cm.school_id = %(school)s AND cm.class_id = ANY(%(classes)s)
  AND cm.starts_on <= %(on)s AND (cm.ends_on IS NULL OR cm.ends_on >= %(on)s)
  AND EXISTS (SELECT 1 FROM people_enrolment e WHERE e.school_id = %(school)s AND e.student_id = st.id
    AND e.first_day <= %(on)s AND (e.last_day IS NULL OR e.last_day >= %(on)s) AND e.exit <> 'no_show'){part}
ORDER BY p.sort_name, st.id
"""
_PART = """
  AND (m.id IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM timetable_group g
      WHERE g.school_id = %(school)s AND g.id = ANY(%(groups)s) AND g.class_id = cm.class_id)
    OR EXISTS (SELECT 1 FROM timetable_groupmember gm
      JOIN timetable_group g ON g.school_id = %(school)s AND g.id = gm.group_id AND g.class_id = cm.class_id
      WHERE gm.school_id = %(school)s AND gm.student_id = st.id AND gm.group_id = ANY(%(groups)s)))"""
"""Of a class of which only groups come, these; and whoever was marked when they still did."""
_STRIP = """(SELECT array_agg(s.symbol || ':' || s.meaning ORDER BY s."on", s.session) FROM (
    SELECT sm.symbol, sm.meaning, sm."on", sm.session FROM {sessions} sm
    WHERE sm.school_id = %(school)s AND sm.student_id = st.id
      AND sm."on" BETWEEN %(on)s::date - 21 AND %(on)s
      AND (sm."on" < %(on)s OR sm.session < %(session)s) AND sm.meaning <> ''
    ORDER BY sm."on" DESC, sm.session DESC LIMIT 5) s)"""

_DECIDED = " AND COALESCE(a.decided_at, a.asked_at) <= %(known_at)s"
_STRIP_KNOWN = marks_known(
    'school_id = %(school)s AND student_id = st.id AND "on" BETWEEN %(on)s::date - 21 AND %(on)s'
)
_MARKS_KNOWN = """(
  SELECT DISTINCT ON (k.id) k.id, k.school_id, k.register_id, k.student_id, c.code_id, c.minutes_late, c.time_in,
    c.note, c.version, k.saved_in, c.origin, c.marked_by, c.marked_at
  FROM attendance_mark k JOIN attendance_markchange c ON c.school_id = %(school)s AND c.mark_id = k.id
  WHERE k.school_id = %(school)s AND k.register_id = %(register)s AND c.marked_at <= %(known_at)s
  ORDER BY k.id, c.version DESC)"""
"""Of each mark what it said at an instant; none of one that was given later."""


@dataclass(frozen=True)
class SheetMark:
    """A mark as it stands."""

    id: UUID
    code_id: UUID
    minutes_late: int | None
    time_in: time | None
    note: str
    version: int
    saved_in: int
    origin: str
    marked_by: UUID | None
    marked_at: datetime


@dataclass(frozen=True)
class Glyph:
    """One session in a strip."""

    symbol: str
    meaning: str
    words: str = ""
    """What it says where the meaning alone would say too little, to be translated."""


@dataclass(frozen=True)
class Prefilled:
    """What a student's mark is before anybody marks them."""

    code_id: UUID
    planned_id: UUID | None
    """The planned absence that locks it; None where the student is not expected in this session."""


@dataclass(frozen=True)
class SheetRow:
    """One student on a register."""

    student_id: UUID
    name: str
    full_name: str
    number: str
    mark: SheetMark | None
    flags: tuple[tuple[str, str], ...]
    strip: tuple[Glyph, ...]
    prefilled: Prefilled | None = None
    left_at: datetime | None = None
    """When they signed out at the gate, in local time; None where they did not, or came back."""


@dataclass(frozen=True)
class Sheet:
    """A register for somebody: the rows they may see, and how many students without a mark are kept from them."""

    rows: list[SheetRow]
    unmarked_elsewhere: int


def read_sheet(register: Register, *, actor: Actor, with_strips: bool = True) -> list[SheetRow]:
    """The rows of a register in name order: who is in the class that day and on roll that day.

    Whoever a restriction keeps from a student has no row of that student; who covers sees no other days.
    """
    with_strips = with_strips and not register.is_covered
    return read_whole_sheet(register, actor=actor, with_strips=with_strips).rows


def read_known_sheet(
    register: Register, *, actor: Actor, as_known_at: datetime | None = None
) -> tuple[Register, list[SheetRow]]:
    """The register and its rows, as they stand or as they were known at an instant: marks, state and last sessions.

    Who was in the class is asked of the day, as always. A cover opens nothing of what was before.
    """
    if as_known_at is None:
        return register, read_sheet(register, actor=actor)
    if register.is_covered:
        raise NotFoundError
    sheet = read_whole_sheet(register, actor=actor, with_strips=True, as_known_at=as_known_at)
    known = copy(register)
    known.version = 0  # a save that names it meets a conflict in every mark
    if sheet.unmarked_elsewhere or any(row.mark is None for row in sheet.rows):
        known.state = Register.State.DUE if known.state == Register.State.TAKEN else known.state
    return known, sheet.rows


def read_whole_sheet(
    register: Register, *, actor: Actor, with_strips: bool = False, as_known_at: datetime | None = None
) -> Sheet:
    """The same rows, and whether the register still waits for somebody else's marks."""
    half = half_of_register(register)
    sql = _ROWS.format(
        marks=_MARKS_KNOWN if as_known_at else "attendance_mark",
        strip=_STRIP.format(sessions=_STRIP_KNOWN if as_known_at else "attendance_sessionmark")
        if with_strips
        else "NULL",
        kept=KEPT_FROM_WORK_SQL,
        decided=_DECIDED if as_known_at else "",
        passed=" AND g.at <= %(known_at)s" if as_known_at else "",
        part=_PART if register.groups else "",
    )
    day_starts, day_ends = day_bounds(register.on)
    values: dict[str, Any] = {
        "school": current_school(),
        "register": register.pk,
        "classes": register.classes,
        "groups": register.groups,
        "on": register.on,
        "session": register.session or "PM",
        "half": half,
        "of_week": f"{register.on.isoweekday()}{register.session or ('AM', 'PM')[half]}",
        "user": actor.user_id,
        "today": today(),
        "day_starts": day_starts,
        "day_ends": day_ends,
        "known_at": as_known_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = [(_row(columns), is_kept) for *columns, is_kept in cursor.fetchall()]
    if register.with_classes:  # somebody may be in two of them
        found = list({row.student_id: (row, is_kept) for row, is_kept in found}.values())
    return Sheet(
        [row for row, is_kept in found if not is_kept], sum(is_kept and row.mark is None for row, is_kept in found)
    )


def _row(columns: Sequence[Any]) -> SheetRow:
    student_id, name, full_name, number, mark_id, *mark, flags, left_at, strip, planned_code, planned, case = columns
    return SheetRow(
        student_id=student_id,
        name=name,
        full_name=full_name,
        number=number,
        mark=SheetMark(mark_id, *mark) if mark_id else None,
        flags=tuple(tuple(flag.split(":", 1)) for flag in flags or ()),
        strip=_strip(tuple(strip)) if strip else (),
        prefilled=_prefilled(planned_code, planned, case),
        left_at=left_at and clock.local(left_at, time_zone()),
    )


def _prefilled(planned_code: UUID | None, planned: UUID | None, case: str | None) -> Prefilled | None:
    if planned_code:
        return Prefilled(planned_code, planned)
    code = code_named(case) if case else None
    return Prefilled(code.pk, None) if code else None


@lru_cache(maxsize=4096)  # most strips of a school are alike
def _strip(sessions: tuple[str, ...]) -> tuple[Glyph, ...]:
    return tuple(Glyph(*session.rsplit(":", 1)) for session in sessions)
