"""Writing a save: marks, their history and the register in one statement, and the trail in another."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.attendance.codes import CodeList
from lyceum.domains.attendance.facts import AttendanceAmended, AttendanceMarked, MarkFact
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.given import Change
from lyceum.domains.attendance.rules.sessions import Derived
from lyceum.domains.attendance.sheet import Sheet
from lyceum.domains.journal.facts import FactPayload
from lyceum.domains.journal.rules import Target, record

_WRITE = """
WITH incoming AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(students)s::uuid[], %(codes)s::uuid[], %(minutes)s::int[], %(times)s::time[],
    %(notes)s::text[], %(versions)s::int[], %(device_times)s::timestamptz[], %(origins)s::text[])
    AS t(id, student_id, code_id, minutes_late, time_in, note, version, device_time, origin)
), saved AS (
  INSERT INTO attendance_mark (id, school_id, register_id, student_id, code_id, minutes_late, time_in, note,
    left_reason, origin, marked_by, marked_at, device_time, version, saved_in)
  SELECT id, %(school)s, %(register)s, student_id, code_id, minutes_late, time_in, note, '', origin, %(by)s,
    %(at)s, device_time, version, %(saved_in)s FROM incoming
  ON CONFLICT (school_id, register_id, student_id) DO UPDATE SET code_id = excluded.code_id,
    minutes_late = excluded.minutes_late, time_in = excluded.time_in, note = excluded.note, origin = excluded.origin,
    marked_by = excluded.marked_by, marked_at = excluded.marked_at, device_time = excluded.device_time,
    version = excluded.version, saved_in = excluded.saved_in
  RETURNING *
), touched AS (
  UPDATE attendance_register SET version = %(saved_in)s, state = %(state)s, taken_by = COALESCE(taken_by, %(by)s),
    taken_at = COALESCE(taken_at, %(at)s), updated_at = %(at)s
  WHERE school_id = %(school)s AND id = %(register)s
)
INSERT INTO attendance_markchange (id, school_id, mark_id, code_id, minutes_late, time_in, time_out, left_reason, note,
  origin, marked_by, marked_by_name, marked_at, via, reason, version)
SELECT c.id, s.school_id, s.id, s.code_id, s.minutes_late, s.time_in, s.time_out, s.left_reason, s.note, s.origin,
  s.marked_by, %(by_name)s, s.marked_at, %(via)s, %(reason)s, s.version
FROM saved s JOIN unnest(%(change_ids)s::uuid[], %(students)s::uuid[]) AS c(id, student_id) USING (student_id)
"""


def write_marks(register: Register, changes: Sequence[Change], sheet: Sheet, reason: str, actor: Actor) -> None:
    """Write marks, their history and the register's state in one statement."""
    marked = {c.row.student_id for c in changes} | {row.student_id for row in sheet.rows if row.mark}
    complete = len(marked) == len(sheet.rows) and not sheet.unmarked_elsewhere
    register.version += 1
    register.state = Register.State.TAKEN if complete else register.state
    origin = "office" if actor.may(Permission.REGISTERS_AMEND) else "teacher"
    values: dict[str, Any] = {
        "ids": [c.mark_id for c in changes],
        "change_ids": [new_id() for _ in changes],
        "students": [c.row.student_id for c in changes],
        "codes": [c.code.pk for c in changes],
        "minutes": [c.given.minutes_late for c in changes],
        "times": [c.given.time_in for c in changes],
        "notes": [tidy(c.given.note) for c in changes],
        "versions": [c.version for c in changes],
        "device_times": [c.given.device_time for c in changes],
        "school": current_school(),
        "register": register.pk,
        "origins": ["planned" if c.given.is_prefilled else c.given.origin or origin for c in changes],
        "by": actor.user_id,
        "by_name": actor.name,
        "at": clock.now(),
        "saved_in": register.version,
        "state": register.state,
        "via": actor.via.value,
        "reason": tidy(reason)[:500],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


def record_marks(
    register: Register,
    changes: Sequence[Change],
    derived: Sequence[Derived],
    *,
    codes: CodeList,
    reason: str,
    actor: Actor,
) -> None:
    """Write one entry for the whole save, with the facts of the marks and of the sessions that follow from them."""
    shown: dict[str, list[str | None]] = {}
    facts: list[FactPayload] = [
        AttendanceMarked(
            register=register.pk,
            school_class=register.school_class_id,
            with_classes=register.with_classes,
            date=register.on,
            kind=register.kind,
            version=register.version,
            marks=[
                MarkFact(
                    student=c.row.student_id,
                    meaning=c.code.meaning,
                    minutes_late=c.given.minutes_late,
                    version=c.version,
                )
                for c in changes
            ],
            by=actor.user_id,
            via=actor.via.value,
        )
    ]
    for change in changes:
        old = codes.by_id(change.row.mark.code_id) if change.row.mark else None
        shown[str(change.row.student_id)] = [old.symbol if old else None, change.code.symbol]
        if old:
            facts.append(
                AttendanceAmended(
                    mark=change.mark_id,
                    student=change.row.student_id,
                    old_meaning=old.meaning,
                    new_meaning=change.code.meaning,
                )
            )
    facts += [each.fact for each in derived]
    record("attendance.mark", target=Target.of(register), changes=shown, reason=reason, facts=facts, actor=actor)
