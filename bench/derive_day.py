"""The statutory marks of a whole school's day: decided and written anew, by the form's register and by lessons."""

from __future__ import annotations

import statistics
import time
from datetime import date
from typing import Any

from django.db import connection, transaction

from bench.people import school
from bench.place import Place
from bench.results import Result
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.academics.models import Class
from lyceum.domains.attendance.models import AttendanceRule, Register, SessionMark
from lyceum.domains.attendance.rules.methods import derive_everybody
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.rules.sessions import Derived
from lyceum.domains.timetable.models import Lesson

ROUNDS = 3
MOST_SECONDS = 2.0

_MARK_LESSONS = """
INSERT INTO attendance_mark (id, school_id, register_id, student_id, code_id, note, left_reason, origin, marked_at,
  version, saved_in)
SELECT gen_random_uuid(), r.school_id, r.id, m.student_id, (
    SELECT c.id FROM attendance_code c JOIN attendance_codeset z ON z.school_id = c.school_id AND z.id = c.code_set_id
    WHERE c.school_id = r.school_id AND z.state = 'in_use'
      AND c.meaning = CASE WHEN abs(hashtext(m.student_id::text || r.id::text)) %% 12 = 0 THEN 'unexplained'
        ELSE 'present' END ORDER BY c.position LIMIT 1), '', '', 'teacher', now(), 1, 1
FROM attendance_register r
JOIN academics_classmembership m ON m.school_id = r.school_id AND m.class_id = r.class_id
  AND m.starts_on <= r."on" AND (m.ends_on IS NULL OR m.ends_on >= r."on")
WHERE r.school_id = %(school)s AND r."on" = %(on)s AND r.kind = 'lesson'
ON CONFLICT DO NOTHING
"""


def run(place: Place) -> Result:
    """Seconds for one day of everybody on roll. Nothing of it is kept."""
    del place
    result = Result("derive_day")
    with school_scope(school().pk):
        marked = SessionMark.objects.filter(
            on__lte=Register.objects.filter(kind="daily", state="taken").latest("on").on
        )
        day = marked.latest("on").on
        for method in AttendanceRule.Method.values:
            seconds, written = _measure(day, method)
            result.keep(method, {"seconds": round(seconds, 3), "sessions": written})
            result.say(f"{method:14} {written:,} session marks of {day} in {seconds:.2f} s (at most {MOST_SECONDS})")
        again = [_timed(lambda: derive_everybody(day))[0] for _ in range(ROUNDS)]
        result.keep("again", round(statistics.median(again), 3))
        result.say(f"{'nothing new':14} in {statistics.median(again):.2f} s")
    return result


def _measure(day: date, method: str) -> tuple[float, int]:
    seconds, written = [], 0
    for _ in range(ROUNDS):
        with transaction.atomic():
            AttendanceRule.objects.update_or_create(starts_on=day, defaults={"method": method})
            if method != AttendanceRule.Method.DAILY:
                _take_lessons(day)
            SessionMark.objects.filter(on=day).delete()
            took, changed = _timed(lambda: derive_everybody(day))
            seconds.append(took)
            written = len(changed)
            transaction.set_rollback(True)
    return statistics.median(seconds), written


def _take_lessons(day: date) -> None:
    """A register for each lesson of the day, all of them taken."""
    taught = Lesson.objects.filter(weekday=day.isoweekday(), starts_on__lte=day).values("school_class")
    Class.objects.filter(pk__in=taught).update(registers="both")
    open_day(day)
    with connection.cursor() as cursor:
        cursor.execute(_MARK_LESSONS, {"school": current_school(), "on": day})


def _timed(act: Any) -> tuple[float, list[Derived]]:
    began = time.perf_counter()
    changed: list[Derived] = act()
    return time.perf_counter() - began, changed
