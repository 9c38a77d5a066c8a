"""Attendance in numbers by grade, class, weekday, meaning or flag: the sums of each group, in one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.glyphs import MEANING_WORDS
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.numbers import Numbers, narrowed_students
from lyceum.domains.attendance.readings import reading_for

FEWEST_SHOWN = 5
"""A group of fewer students with a flag is hidden: it would tell who they are."""
_MONDAY = date(2024, 1, 1)

_ENROLLED = """JOIN people_enrolment e ON e.school_id = %(school)s AND e.student_id = x.student_id
  AND e.kind IN ('main', 'dual_main') AND e.exit <> 'no_show'
  AND x."on" >= e.first_day AND (e.last_day IS NULL OR x."on" <= e.last_day)"""
_INSIDE = """x.school_id = %(school)s AND x.student_id = ANY(%(students)s)
  AND x."on" BETWEEN %(first)s AND %(last)s"""
_SUMS = """count(DISTINCT x.student_id), sum(x.possible), sum(x.attended), sum(x.authorised), sum(x.unauthorised),
  sum(x.late), sum(x.half)"""
_DAYS = f"FROM {{days}} x {_ENROLLED}"

_BY = {
    "grade": f"""
WITH p AS MATERIALIZED (
  SELECT student_id, grade_id, starts_on, ends_on FROM academics_placement
  WHERE school_id = %(school)s AND student_id = ANY(%(students)s)
    AND starts_on <= %(last)s AND (ends_on IS NULL OR ends_on >= %(first)s)
)
SELECT g.id::text, g.name, {_SUMS} {_DAYS}
JOIN p ON p.student_id = x.student_id
  AND x."on" >= p.starts_on AND (p.ends_on IS NULL OR x."on" <= p.ends_on)
JOIN academics_grade g ON g.school_id = %(school)s AND g.id = p.grade_id
WHERE {_INSIDE} GROUP BY g.id, g.name, g.position ORDER BY g.position
""",  # noqa: S608
    "class": f"""
WITH m AS MATERIALIZED (
  SELECT student_id, class_id, starts_on, ends_on FROM academics_classmembership
  WHERE school_id = %(school)s AND is_form AND student_id = ANY(%(students)s)
    AND starts_on <= %(last)s AND (ends_on IS NULL OR ends_on >= %(first)s)
)
SELECT c.id::text, c.name, {_SUMS} {_DAYS}
JOIN m ON m.student_id = x.student_id
  AND x."on" >= m.starts_on AND (m.ends_on IS NULL OR x."on" <= m.ends_on)
JOIN academics_class c ON c.school_id = %(school)s AND c.id = m.class_id
WHERE {_INSIDE} GROUP BY c.id, c.name ORDER BY c.name, c.id
""",  # noqa: S608
    "weekday": f"""
SELECT extract(isodow FROM x."on")::int::text, '', {_SUMS} {_DAYS}
WHERE {_INSIDE} GROUP BY 1 ORDER BY 1
""",  # noqa: S608
    "meaning": f"""
SELECT x.meaning, '', count(DISTINCT x.student_id), count(*), count(*) FILTER (WHERE x.half)
FROM {{sessions}} x {_ENROLLED}
WHERE {_INSIDE} GROUP BY x.meaning
""",  # noqa: S608
    "flag": f"""
SELECT f.kind, '', {_SUMS} {_DAYS}
JOIN LATERAL (
  SELECT DISTINCT l.kind FROM people_flag l WHERE l.school_id = %(school)s AND l.student_id = x.student_id
    AND x."on" >= l.starts_on AND (l.ends_on IS NULL OR x."on" <= l.ends_on)
) f ON true
WHERE {_INSIDE} GROUP BY f.kind ORDER BY f.kind
""",  # noqa: S608
}  # written of this module's own constants
BY = tuple(_BY)


@dataclass(frozen=True)
class GroupNumbers:
    """One group: how many students, and their sums."""

    key: str
    label: str
    students: int
    numbers: Numbers


@dataclass(frozen=True)
class Grouped:
    """The groups that are shown, and how many are hidden because they are small."""

    groups: list[GroupNumbers]
    hidden: int = 0


def summarise_by(
    actor: Actor,
    by: str,
    *,
    first: date,
    last: date,
    student: UUID | None = None,
    school_class: UUID | None = None,
    grade: UUID | None = None,
    as_known_at: datetime | None = None,
) -> Grouped:
    """The attendance of the students the actor may see, in groups. Each group is of sums, never a mean of means."""
    actor.require(Permission.NUMBERS_VIEW)
    if by not in _BY:
        raise invalid_field("/by", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(BY)})
    if by == "flag":
        actor.require_all(Permission.FLAGS_VIEW)
    students = narrowed_students(actor, student, school_class, grade, first, last)
    reading = reading_for(actor, as_known_at)
    sql = _BY[by].format(days=reading.days, sessions=reading.sessions)
    with connection.cursor() as cursor:
        cursor.execute(sql, reading.values(students, first, last))
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    groups = [_group(by, *row) for row in rows]
    if by == "meaning":
        groups.sort(key=lambda each: list(Meaning).index(Meaning(each.key)))
    if by != "flag":
        return Grouped(groups)
    shown = [each for each in groups if each.students >= FEWEST_SHOWN]
    return Grouped(shown, len(groups) - len(shown))


def _group(by: str, key: str, name: str, students: int, *sums: int) -> GroupNumbers:
    if by == "meaning":
        sessions, half = sums
        counts = COUNTS[Meaning(key)]
        whole = Numbers(
            possible=sessions * counts.possible,
            attended=(sessions - half) * counts.attended,
            authorised=sessions * counts.authorised,
            unauthorised=sessions * counts.unauthorised,
            late=sessions * counts.late,
            half=half,
        )
        return GroupNumbers(key, str(MEANING_WORDS[Meaning(key)]), students, whole)
    possible, attended, authorised, unauthorised, late, half = (int(each) for each in sums)
    label = name
    if by == "weekday":
        label = date_format(_MONDAY.replace(day=int(key)), "l")
    elif by == "flag":
        label = _(key)
    return GroupNumbers(key, label, students, Numbers(possible, attended, authorised, unauthorised, late, half=half))
