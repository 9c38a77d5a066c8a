"""Registers of the past, as taking them one by one would have left them: written by PostgreSQL, a term at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core.ids import new_id
from lyceum.core.room import RoomyThreads
from lyceum.core.schools import school_scope
from lyceum.demo.build import Demo, Say
from lyceum.demo.calendars import TermDates
from lyceum.demo.families import form_in_focus
from lyceum.demo.patterns import Happening, what_happened
from lyceum.demo.plan import SessionPlan
from lyceum.demo.roster import dice_for
from lyceum.demo.staffing import Worker
from lyceum.domains.attendance.meanings import meanings_that
from lyceum.domains.attendance.models import Code

DAY = timedelta(days=1)
CONNECTIONS = 2  # PostgreSQL works on each in a process of its own

_REGISTERS = """
INSERT INTO attendance_register (id, school_id, created_at, updated_at, kind, "on", class_id, session, lesson_id,
  class_name, period, room_name, due_at, closes_at, locks_at, state, taken_by, taken_at, recorded_on_paper, version)
SELECT id, %(school)s, made_at, taken_at, 'daily', "on", class_id, session, NULL, class_name, '', room_name, due_at,
  closes_at, locks_at, 'taken', taken_by, taken_at, false, 1
FROM unnest(%(id)s::uuid[], %(on)s::date[], %(class_id)s::uuid[], %(session)s::text[], %(class_name)s::text[],
  %(room_name)s::text[], %(made_at)s::timestamptz[], %(due_at)s::timestamptz[], %(closes_at)s::timestamptz[],
  %(locks_at)s::timestamptz[], %(taken_by)s::uuid[], %(taken_at)s::timestamptz[])
  AS r(id, "on", class_id, session, class_name, room_name, made_at, due_at, closes_at, locks_at, taken_by, taken_at)
"""

# One row for each student on each register, then the three things that taking it writes about them.
_MARKS = """
WITH taken AS (
  SELECT * FROM unnest(%(id)s::uuid[], %(on)s::date[], %(class_id)s::uuid[], %(session)s::text[],
    %(present)s::uuid[], %(taken_by)s::uuid[], %(taken_name)s::text[], %(taken_at)s::timestamptz[], %(stem)s::text[])
    AS t(id, "on", class_id, session, present, taken_by, taken_name, taken_at, stem)
), happened AS (
  SELECT * FROM unnest(%(h_student)s::uuid[], %(h_on)s::date[], %(h_session)s::text[], %(h_code)s::uuid[],
    %(h_minutes)s::int[]) AS h(student_id, "on", session, code_id, minutes_late)
), marked AS MATERIALIZED (
  SELECT t.*, m.student_id, c.id AS code_id, COALESCE(NULLIF(c.statutory_symbol, ''), c.symbol) AS symbol, c.meaning,
    h.minutes_late, (t.stem || substr(gen_random_uuid()::text, 16))::uuid AS mark_id
  FROM taken t
  JOIN academics_classmembership m ON m.school_id = %(school)s AND m.class_id = t.class_id
    AND m.starts_on <= t."on" AND (m.ends_on IS NULL OR m.ends_on >= t."on")
  JOIN people_enrolment e ON e.school_id = %(school)s AND e.student_id = m.student_id
    AND e.first_day <= t."on" AND (e.last_day IS NULL OR e.last_day >= t."on")
  LEFT JOIN happened h ON h.student_id = m.student_id AND h."on" = t."on" AND h.session = t.session
  JOIN attendance_code c ON c.school_id = %(school)s AND c.id = COALESCE(h.code_id, t.present)
  ORDER BY t.taken_at, t.id
), marks AS (
  INSERT INTO attendance_mark (id, school_id, register_id, student_id, code_id, minutes_late, note, left_reason,
    origin, marked_by, marked_at, version, saved_in)
  SELECT mark_id, %(school)s, id, student_id, code_id, minutes_late, '', '', 'teacher', taken_by, taken_at, 1, 1
  FROM marked
), sessions AS (
  INSERT INTO attendance_sessionmark (school_id, student_id, "on", session, symbol, meaning, register_id, method,
    minutes_late, recorded_at)
  SELECT %(school)s, student_id, "on", session, symbol, meaning, id, 'daily', minutes_late, taken_at FROM marked
)
INSERT INTO attendance_markchange (id, school_id, mark_id, code_id, minutes_late, left_reason, note, origin,
  marked_by, marked_by_name, marked_at, via, reason, version)
SELECT (stem || substr(gen_random_uuid()::text, 16))::uuid, %(school)s, mark_id, code_id, minutes_late, '', '',
  'teacher', taken_by, taken_name, taken_at, 'page', '', 1
FROM marked
"""

# What is being filled still counts as empty. Checks of references would read such a table whole, and the join of
# marks with what happened would be a loop in a loop.
_PLANNER = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'off', true),
  set_config('jit', 'off', true), set_config('work_mem', '64MB', true)
"""

_DAYS = """
INSERT INTO attendance_daysummary (school_id, student_id, "on", possible, attended, authorised, unauthorised, late,
  minutes)
SELECT school_id, student_id, "on", count(*) FILTER (WHERE meaning = ANY(%(possible)s)),
  count(*) FILTER (WHERE meaning = ANY(%(attended)s)), count(*) FILTER (WHERE meaning = ANY(%(authorised)s)),
  count(*) FILTER (WHERE meaning = ANY(%(unauthorised)s)), count(*) FILTER (WHERE meaning = ANY(%(late)s)),
  COALESCE(sum(minutes_late), 0)
FROM attendance_sessionmark
WHERE school_id = %(school)s AND "on" BETWEEN %(first)s AND %(last)s
GROUP BY school_id, student_id, "on"
"""


@dataclass(frozen=True)
class TakenRegister:
    """One register that a form's teacher took on a day of the past."""

    id: UUID
    on: date
    class_id: UUID
    session: str
    class_name: str
    room_name: str
    made_at: datetime
    due_at: datetime
    closes_at: datetime
    locks_at: datetime
    taken_by: UUID
    taken_name: str
    taken_at: datetime
    present: UUID
    stem: str
    """The time of taking as the first half of a UUIDv7, so that marks lie in the index as they were saved."""


def fill_registers(demo: Demo, say: Say) -> int:
    """Registers and marks of every school day before today, two terms at a time; returns how many marks."""
    until, codes = demo.today - DAY, {code.symbol: code for code in Code.objects.all()}
    days = [d for dates in demo.plan.calendars.values() for d in dates.school_days if d <= until]
    days = days[-demo.plan.register_days :] if demo.plan.register_days is not None else days
    happened = _happenings(demo, until)

    def fill(year: int, term: TermDates) -> tuple[str, int, int]:
        chunk = [day for day in days if term.starts <= day <= term.ends]
        registers = list(_registers(demo, year, chunk, codes))
        happenings = [h for day in chunk for h in happened.get(day, ())]
        marks = _write(demo.school.pk, registers, happenings, codes) if registers else 0
        return f"{demo.plan.calendars[year].name}, {term.name.lower()}", len(registers), marks

    total = 0
    with RoomyThreads(max_workers=CONNECTIONS) as pool:
        terms = [(year, term) for year, dates in demo.plan.calendars.items() for term in dates.terms]
        for name, registers, marks in pool.map(lambda each: fill(*each), terms):
            if registers:
                say(f"{name}: {registers:,} registers, {marks:,} marks")
            total += marks
    return total


def _happenings(demo: Demo, until: date) -> dict[date, list[tuple[UUID, Happening]]]:
    found: dict[date, list[tuple[UUID, Happening]]] = {}
    for pupil in demo.pupils:
        for happening in what_happened(demo.plan, pupil, until).values():
            if pupil.key in demo.students:
                found.setdefault(happening.on, []).append((demo.students[pupil.key].pk, happening))
    return found


def _write(
    school_id: int,
    registers: Sequence[TakenRegister],
    happened: Sequence[tuple[UUID, Happening]],
    codes: dict[str, Code],
) -> int:
    """Write a chunk on a connection of this thread's own; returns how many marks."""
    values: dict[str, Any] = {
        name: [getattr(register, name) for register in registers] for name in TakenRegister.__dataclass_fields__
    }
    values |= {
        "h_student": [student for student, _ in happened],
        "h_on": [h.on for _, h in happened],
        "h_session": [h.session for _, h in happened],
        "h_code": [codes[h.symbol].pk for _, h in happened],
        "h_minutes": [h.minutes_late for _, h in happened],
        "school": school_id,
        "first": registers[0].on,
        "last": registers[-1].on,
    }
    values |= {n: list(meanings_that(n)) for n in ("possible", "attended", "authorised", "unauthorised", "late")}
    try:
        with school_scope(school_id), connection.cursor() as cursor:
            cursor.execute(_PLANNER)
            cursor.execute(_REGISTERS, values)
            cursor.execute(_MARKS, values)
            count: int = cursor.rowcount
            cursor.execute(_DAYS, values)
            return count
    finally:
        connection.close()


def _registers(demo: Demo, year: int, days: Sequence[date], codes: dict[str, Code]) -> Iterator[TakenRegister]:
    """As opening each day would have made them, taken by each form's teacher some minutes after the bell."""
    locks, tutors = _locks(demo), demo.tutors
    names = {key: (row.pk, row.name) for key, row in demo.forms.items()}
    for day in days:
        for session in demo.plan.sessions:
            due_at, closes_at = demo.instant(day, session.starts_at), demo.instant(day, session.closes_at)
            for (grade, section), tutor in tutors.items():
                class_id, name = names[year, grade, section]
                taken_at = _taken_at(demo, due_at, name, day, session)
                yield TakenRegister(
                    new_id(), day, class_id, session.session, name, tutor.room, demo.instant(day, time(0, 5)),
                    due_at, closes_at, locks[day], demo.users[tutor.key].pk, tutor.full_name, taken_at,
                    codes[session.present].pk, _stem(taken_at),
                )  # fmt: skip


def _taken_at(demo: Demo, due_at: datetime, name: str, day: date, session: SessionPlan) -> datetime:
    dice = dice_for(demo.plan, "taken", name, day, session.session)
    return due_at + timedelta(seconds=dice.randint(90, 11 * 60))


def _stem(instant: datetime) -> str:
    text = f"{int(instant.timestamp() * 1000):012x}"
    return f"{text[:8]}-{text[8:]}-7"


def _locks(demo: Demo) -> dict[date, datetime]:
    """When each day's registers lock: at the end of the next school day, or of the next day before a long break."""
    days = [day for dates in demo.plan.calendars.values() for day in dates.school_days]
    after = dict(pairwise(days))
    locks = {}
    for day in days:
        following = after.get(day)
        last = following if following and following - day <= 30 * DAY else day + DAY
        locks[day] = demo.instant(last + DAY, time(0))
    return locks


def tutor_of_focus(demo: Demo) -> Worker:
    """The teacher who leads the form in focus."""
    return demo.tutors[form_in_focus(demo.plan)]
