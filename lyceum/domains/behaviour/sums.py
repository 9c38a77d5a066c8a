"""The same counts as from every incident, read from days in numbers: for those who see all of a school."""

from datetime import date
from typing import Any

from django.db import connection

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.behaviour.models import DaySum
from lyceum.domains.behaviour.queries import IncidentFilter
from lyceum.domains.people.policies import family_of, ids_kept_from_work

Row = tuple[str, str, str, int, str, int, int, int | None]
"""Group, key, label, weekday, period, praise, concerns, different students (None: not counted in this group)."""

_DAYS = """
behaviour_daysum d WHERE d.school_id = %(school)s AND d.axis = '{axis}' AND d."on" BETWEEN '{first}' AND '{last}'
  AND (NOT d.confidential OR %(confidential)s) AND (d.praise, d.concerns, d.notes) <> (0, 0, 0)
"""

_BY_STUDENT = """
WITH by_student AS MATERIALIZED (
  SELECT d.key::uuid AS student_id, sum(d.praise) AS praise, sum(d.concerns) AS concerns, min(d."on") AS first,
    max(d."on") AS last
  FROM {student} GROUP BY d.key
)
"""
_TOTAL = """
SELECT 'polarity', '', '', 0, '', COALESCE(sum(praise), 0), COALESCE(sum(concerns), 0), count(*) FROM by_student
"""

# Grade and class are those of that day: a student who changes takes nothing along, and one whose papers come late is
# counted where they now say. Few change: only theirs are looked at day by day.
_SETTLED = """, settled AS MATERIALIZED (
  SELECT b.*, p.grade_id, m.class_id FROM by_student b
  LEFT JOIN academics_placement p ON p.school_id = %(school)s AND p.student_id = b.student_id
    AND p.starts_on <= b.first AND (p.ends_on IS NULL OR p.ends_on >= b.last)
  LEFT JOIN academics_classmembership m ON m.school_id = %(school)s AND m.student_id = b.student_id AND m.is_form
    AND m.starts_on <= b.first AND (m.ends_on IS NULL OR m.ends_on >= b.last)
), moved AS MATERIALIZED (
  SELECT d.key::uuid AS student_id, d."on", d.praise, d.concerns FROM {student}
    AND d.key = ANY(ARRAY(SELECT s.student_id::text FROM settled s WHERE s.grade_id IS NULL OR s.class_id IS NULL))
)
"""
_STOOD = """
UNION ALL
SELECT '{kind}', g.id::text, g.name, 0, '', sum(w.praise), sum(w.concerns), count(DISTINCT w.student_id)
FROM (
  SELECT s.student_id, s.{column} AS group_id, s.praise, s.concerns FROM settled s WHERE s.{column} IS NOT NULL
  UNION ALL
  SELECT d.student_id, m.{column}, d.praise, d.concerns
  FROM moved d JOIN settled s ON s.student_id = d.student_id AND s.{column} IS NULL
  JOIN {table} m ON m.school_id = %(school)s AND m.student_id = d.student_id {only}
    AND m.starts_on <= d."on" AND (m.ends_on IS NULL OR m.ends_on >= d."on")
) w JOIN {names} g ON g.school_id = %(school)s AND g.id = w.group_id
GROUP BY g.id, g.name
"""
_GROUPS = """
UNION ALL
SELECT 'type', k.key, t.name, 0, '', k.praise, k.concerns, NULL
FROM (SELECT d.key, sum(d.praise) AS praise, sum(d.concerns) AS concerns FROM {type} GROUP BY d.key) k
JOIN behaviour_incidenttype t ON t.school_id = %(school)s AND t.id = k.key::uuid
UNION ALL
SELECT 'place', COALESCE(l.name, k.key), '', 0, '', sum(k.praise), sum(k.concerns), NULL
FROM (SELECT d.key, sum(d.praise) AS praise, sum(d.concerns) AS concerns FROM {place} GROUP BY d.key) k
LEFT JOIN academics_location l ON l.school_id = %(school)s AND l.id::text = k.key GROUP BY 2
UNION ALL
SELECT 'severity', d.key, '', 0, '', sum(d.praise), sum(d.concerns), NULL FROM {severity} GROUP BY d.key
UNION ALL
SELECT 'reporter', d.key, '', 0, '', sum(d.praise), sum(d.concerns), NULL FROM {reporter} GROUP BY d.key
UNION ALL
SELECT 'time', '', '', extract(isodow FROM d."on")::int, d.key, sum(d.praise), sum(d.concerns), NULL
FROM {period} GROUP BY 4, 5
UNION ALL
SELECT 'week', date_trunc('week', d."on")::date::text, '', 0, '', sum(d.praise), sum(d.concerns), NULL
FROM {severity} GROUP BY 2
"""


def may_read_sums(actor: Actor, chosen: IncidentFilter) -> bool:
    """Whether the days in numbers answer: the whole school is asked about, and nobody's part in it is kept back."""
    whole = chosen == IncidentFilter() and actor.reaches_all(Permission.BEHAVIOUR_VIEW)
    return whole and not family_of(actor) and not ids_kept_from_work(actor)


def read_sums(actor: Actor, first: date, last: date, *, groups: bool) -> list[Row]:
    """What counted from one day to another; without groups the total alone.

    The days stand in the statement itself: a plan for any days at all expects a few rows and joins them one by one.
    """
    values: dict[str, Any] = {"school": current_school(), "confidential": actor.may(Permission.CONFIDENTIAL_VIEW)}
    days = {axis: _DAYS.format(axis=axis, first=first.isoformat(), last=last.isoformat()) for axis in DaySum.Axis}
    sql = _BY_STUDENT + _TOTAL
    if groups:
        grades = {"kind": "grade", "column": "grade_id", "table": "academics_placement", "names": "academics_grade"}
        forms = {
            "kind": "class", "column": "class_id", "table": "academics_classmembership", "names": "academics_class",
        }  # fmt: skip
        stood = _STOOD.format(**grades, only="") + _STOOD.format(**forms, only="AND m.is_form")
        sql = _BY_STUDENT + _SETTLED + _TOTAL + _GROUPS + stood
    sql = sql.format(**days)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[Row] = cursor.fetchall()
        return rows
