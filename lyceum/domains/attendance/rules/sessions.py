"""The statutory marks of a day: read what is known, decide, write what differs. Two statements for any number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from lyceum.core import clock
from lyceum.core.schools import current_school
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.codes import code_named, codes_in_use, said
from lyceum.domains.attendance.deriving import Day, decide_day
from lyceum.domains.attendance.facts import SessionDerived
from lyceum.domains.attendance.known import Known, Standing
from lyceum.domains.attendance.meanings import meanings_that
from lyceum.domains.attendance.models import SessionPattern
from lyceum.domains.tenancy.queries import time_zone

_SAID = """json_build_object('symbol', COALESCE(NULLIF(c.statutory_symbol, ''), c.symbol), 'meaning', c.meaning,
  'only_in', c.session, 'replaced', c.replaced_by_closure)"""

_KNOWN = f"""
WITH rule AS (
  SELECT method, full_minutes, half_minutes, day_minutes FROM attendance_attendancerule
  WHERE school_id = %(school)s AND starts_on <= %(on)s ORDER BY starts_on DESC LIMIT 1
), of_day AS MATERIALIZED (
  SELECT r.id, r.kind, r.session, r.class_id, r.with_classes, r.groups, r.state, r.due_at, k.kind = 'form' AS is_form,
    COALESCE(r.ends_at, r.due_at + (l.ends_at - l.starts_at), r.due_at) AS ends_at
  FROM attendance_register r
  JOIN academics_class k ON k.school_id = %(school)s AND k.id = r.class_id
  LEFT JOIN timetable_lesson l ON l.school_id = %(school)s AND l.id = r.lesson_id
  WHERE r.school_id = %(school)s AND r."on" = %(on)s
    AND (r.kind = 'daily') = (COALESCE((SELECT method FROM rule), 'daily') = 'daily')
), marks AS MATERIALIZED (
  SELECT m.register_id, m.student_id, m.minutes_late, m.code_id FROM of_day r
  JOIN attendance_mark m ON m.school_id = %(school)s AND m.register_id = r.id AND m.student_id = ANY(%(students)s)
), lessons AS MATERIALIZED (
  SELECT cm.student_id, r.id AS register_id FROM of_day r
  CROSS JOIN LATERAL unnest(r.class_id || r.with_classes) AS of_class(id)
  JOIN academics_classmembership cm ON cm.school_id = %(school)s AND cm.class_id = of_class.id
    AND cm.student_id = ANY(%(students)s)
    AND cm.starts_on <= %(on)s AND (cm.ends_on IS NULL OR cm.ends_on >= %(on)s)
  WHERE r.kind = 'lesson' AND r.state <> 'not_required' AND (r.groups = '{{}}'
    OR NOT EXISTS (SELECT 1 FROM timetable_group g
      WHERE g.school_id = %(school)s AND g.id = ANY(r.groups) AND g.class_id = cm.class_id)
    OR EXISTS (SELECT 1 FROM timetable_groupmember gm
      JOIN timetable_group g ON g.school_id = %(school)s AND g.id = gm.group_id AND g.class_id = cm.class_id
      WHERE gm.school_id = %(school)s AND gm.student_id = cm.student_id AND gm.group_id = ANY(r.groups)))
)
SELECT json_strip_nulls(json_build_object(
  'rule', (SELECT json_build_object('method', method, 'full', full_minutes, 'half', half_minutes, 'day', day_minutes)
    FROM rule),
  'times', (SELECT json_agg(json_build_object('session', session, 'starts_at', starts_at, 'closes_at', closes_at,
      'grades', grades, 'is_exception', is_exception) ORDER BY is_exception, starts_on, id)
    FROM attendance_sessiontimes
    WHERE school_id = %(school)s AND starts_on <= %(on)s AND (NOT is_exception OR starts_on = %(on)s)),
  'grades', (SELECT json_agg(json_build_array(student_id, grade_id)) FROM academics_placement
    WHERE school_id = %(school)s AND student_id = ANY(%(students)s)
      AND starts_on <= %(on)s AND (ends_on IS NULL OR ends_on >= %(on)s)),
  'enrolled', (SELECT json_agg(student_id) FROM people_enrolment
    WHERE school_id = %(school)s AND student_id = ANY(%(students)s) AND kind IN ('main', 'dual_main')
      AND exit <> 'no_show' AND first_day <= %(on)s AND (last_day IS NULL OR last_day >= %(on)s)),
  'registers', (SELECT json_agg(json_build_object('id', id, 'kind', kind, 'session', session, 'is_form', is_form,
      'starts_at', due_at, 'ends_at', ends_at))
    FROM of_day WHERE id IN (SELECT register_id FROM marks UNION ALL SELECT register_id FROM lessons)),
  'lessons', (SELECT json_agg(json_build_array(student_id, register_id)) FROM lessons),
  'marks', (SELECT json_agg(json_build_object('register', m.register_id, 'student', m.student_id,
      'minutes_late', m.minutes_late, 'said', {_SAID}))
    FROM marks m JOIN attendance_code c ON c.school_id = %(school)s AND c.id = m.code_id),
  'overrides', (SELECT json_agg(json_build_object('student', o.student_id, 'session', o.session, 'by', o.made_by,
      'said', {_SAID}))
    FROM attendance_sessionoverride o JOIN attendance_code c ON c.school_id = %(school)s AND c.id = o.code_id
    WHERE o.school_id = %(school)s AND o."on" = %(on)s AND o.student_id = ANY(%(students)s)),
  'plans', (SELECT json_agg(json_build_object('student', s.student_id,
      'first_half', CASE WHEN s.starts_on < %(on)s THEN 0 ELSE s.starts_half END,
      'last_half', CASE WHEN s.ends_on > %(on)s THEN 1 ELSE s.ends_half END, 'said', {_SAID})
      ORDER BY array_position(ARRAY['suspension', 'trip', 'staff'], p.origin::text), p.starts_on, p.id)
    FROM attendance_plannedstudent s
    JOIN attendance_plannedabsence p ON p.school_id = %(school)s AND p.id = s.planned_id
    JOIN attendance_code c ON c.school_id = %(school)s AND c.id = p.code_id
    WHERE s.school_id = %(school)s AND s.student_id = ANY(%(students)s) AND s.holds
      AND s.starts_on <= %(on)s AND s.ends_on >= %(on)s),
  'patterns', (SELECT json_agg(json_build_object('student', student_id, 'case', "case", 'sessions', sessions)
      ORDER BY starts_on DESC, id)
    FROM attendance_sessionpattern WHERE school_id = %(school)s AND student_id = ANY(%(students)s)
      AND starts_on <= %(on)s AND (ends_on IS NULL OR ends_on >= %(on)s)),
  'closures', (SELECT json_agg(json_build_object('sessions', u.sessions, 'grades', u.grades, 'said', {_SAID})
      ORDER BY u.id DESC)
    FROM attendance_closure u JOIN attendance_code c ON c.school_id = %(school)s AND c.id = u.code_id
    WHERE u.school_id = %(school)s AND u.undone_at IS NULL AND u.starts_on <= %(on)s AND u.ends_on >= %(on)s),
  'standing', (SELECT json_agg(json_build_object('student', student_id, 'session', session, 'symbol', symbol,
      'meaning', meaning, 'register', register_id, 'method', method, 'minutes_late', minutes_late, 'origin', origin,
      'half', half, 'by', decided_by))
    FROM attendance_sessionmark
    WHERE school_id = %(school)s AND "on" = %(on)s AND student_id = ANY(%(students)s))
))::text
"""  # noqa: S608  # written of this module's own constants

_WRITE = """
WITH incoming AS (
  SELECT * FROM unnest(%(students)s::uuid[], %(sessions)s::text[], %(symbols)s::text[], %(meanings)s::text[],
    %(registers)s::uuid[], %(methods)s::text[], %(minutes)s::int[], %(origins)s::text[], %(halves)s::bool[],
    %(by)s::uuid[])
    AS t(student_id, session, symbol, meaning, register_id, method, minutes_late, origin, half, decided_by)
), standing AS MATERIALIZED (
  SELECT * FROM attendance_sessionmark
  WHERE school_id = %(school)s AND "on" = %(on)s AND student_id = ANY(%(students)s)
), replaced AS (
  INSERT INTO attendance_sessionmarkpast (school_id, student_id, "on", session, symbol, meaning, register_id, method,
    minutes_late, origin, half, decided_by, recorded_at, replaced_at)
  SELECT o.school_id, o.student_id, o."on", o.session, o.symbol, o.meaning, o.register_id, o.method, o.minutes_late,
    o.origin, o.half, o.decided_by, o.recorded_at, %(at)s
  FROM standing o JOIN incoming i USING (student_id, session) WHERE o.recorded_at < %(at)s
), removed AS (
  DELETE FROM attendance_sessionmark s USING incoming i
  WHERE i.meaning = '' AND s.school_id = %(school)s AND s."on" = %(on)s AND s.student_id = i.student_id
    AND s.session = i.session
), written AS (
  INSERT INTO attendance_sessionmark (school_id, student_id, "on", session, symbol, meaning, register_id, method,
    minutes_late, origin, half, decided_by, recorded_at)
  SELECT %(school)s, student_id, %(on)s, session, symbol, meaning, register_id, method, minutes_late, origin, half,
    decided_by, %(at)s
  FROM incoming WHERE meaning <> ''
  ON CONFLICT (school_id, student_id, "on", session) DO UPDATE SET symbol = excluded.symbol,
    meaning = excluded.meaning, register_id = excluded.register_id, method = excluded.method,
    minutes_late = excluded.minutes_late, origin = excluded.origin, half = excluded.half,
    decided_by = excluded.decided_by, recorded_at = excluded.recorded_at
), after AS (
  SELECT student_id, meaning, half, minutes_late FROM incoming
  UNION ALL
  SELECT s.student_id, s.meaning, s.half, s.minutes_late FROM standing s
  WHERE NOT EXISTS (SELECT 1 FROM incoming i WHERE i.student_id = s.student_id AND i.session = s.session)
)
INSERT INTO attendance_daysummary (school_id, student_id, "on", possible, attended, authorised, unauthorised, late,
  minutes, half)
SELECT %(school)s, student_id, %(on)s, count(*) FILTER (WHERE meaning = ANY(%(possible)s)),
  count(*) FILTER (WHERE meaning = ANY(%(attended)s) AND NOT half),
  count(*) FILTER (WHERE meaning = ANY(%(authorised)s)), count(*) FILTER (WHERE meaning = ANY(%(unauthorised)s)),
  count(*) FILTER (WHERE meaning = ANY(%(late)s)), COALESCE(sum(minutes_late), 0), count(*) FILTER (WHERE half)
FROM after GROUP BY student_id
ON CONFLICT (school_id, student_id, "on") DO UPDATE SET possible = excluded.possible, attended = excluded.attended,
  authorised = excluded.authorised, unauthorised = excluded.unauthorised, late = excluded.late,
  minutes = excluded.minutes, half = excluded.half
"""
COUNTED = ("possible", "attended", "authorised", "unauthorised", "late")


@dataclass(frozen=True)
class Derived:
    """A statutory mark that differs from what stood there; an empty meaning: not taken."""

    on: date
    before: Standing | None
    after: Standing

    @property
    def fact(self) -> SessionDerived:
        """The fact that it differs."""
        after = self.after
        return SessionDerived(student=after.student, date=self.on, session=after.session, meaning=after.meaning)


def lock_days(days: Iterable[date]) -> None:
    """Let one act at a time decide a day of the school: who decides sees everything that was saved before.

    Take it before any row of the day is locked, and the days of one act together.
    """
    numbers = sorted({day.toordinal() for day in days})
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, day) FROM (SELECT unnest(%s::int[]) AS day ORDER BY 1) AS days",
                [current_school(), numbers],
            )


def derive_day(on: date, students: Sequence[UUID], *, dry_run: bool = False) -> list[Derived]:
    """Decide the statutory marks of students on a day; returns those that changed. The day must be locked."""
    if not students:
        return []
    known = _read(on, students)
    decided = decide_day(known, _day(on, known), students)
    changed = _differing(on, known.standing, decided)
    if changed and not dry_run:
        _write(on, changed)
    return changed


def _read(on: date, students: Sequence[UUID]) -> Known:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"school": current_school(), "on": on, "students": list(students)})
        return msgspec.json.decode(cursor.fetchone()[0], type=Known)


def _day(on: date, known: Known) -> Day:
    cases = {}
    if known.patterns:
        named = {case.value: code_named(case) for case in SessionPattern.Case}
        cases = {case: said(code) for case, code in named.items() if code}
    return Day(
        on=on,
        is_kept=school_days().is_school_day(on),
        zone=clock.zone(time_zone()),
        codes=[said(code) for code in codes_in_use()],
        cases=cases,
    )


def _differing(on: date, standing: Iterable[Standing], decided: Iterable[Standing]) -> list[Derived]:
    before = {(row.student, row.session): row for row in standing}
    after = {(row.student, row.session): row for row in decided}
    changed = [Derived(on, before.get(key), row) for key, row in after.items() if before.get(key) != row]
    # What was imported has no register: it stays until something here decides the session.
    gone = (row for key, row in before.items() if key not in after and row.origin != "import")
    changed += [Derived(on, row, Standing(student=row.student, session=row.session, method=row.method)) for row in gone]
    return sorted(changed, key=lambda each: (str(each.after.student), each.after.session))


def _write(on: date, changed: Sequence[Derived]) -> None:
    rows = [each.after for each in changed]
    values: dict[str, Any] = {
        "school": current_school(),
        "on": on,
        "at": clock.now(),
        "students": [row.student for row in rows],
        "sessions": [row.session for row in rows],
        "symbols": [row.symbol for row in rows],
        "meanings": [row.meaning for row in rows],
        "registers": [row.register for row in rows],
        "methods": [row.method for row in rows],
        "minutes": [row.minutes_late for row in rows],
        "origins": [row.origin for row in rows],
        "halves": [row.half for row in rows],
        "by": [row.by for row in rows],
    }
    values |= {name: list(meanings_that(name)) for name in COUNTED}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
