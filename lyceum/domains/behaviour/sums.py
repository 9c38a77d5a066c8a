"""The same counts as from every incident, read from days in numbers: for those who see all of a school."""

from datetime import date
from typing import Any

from django.db import connection

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.behaviour.models import DaySum
from lyceum.domains.behaviour.policies import family_of, kept_from
from lyceum.domains.behaviour.queries import IncidentFilter

Row = tuple[str, str, str, int, str, int, int, int | None]
"""Group, key, label, weekday, period, praise, concerns, different students (None: not counted in this group)."""

_DAYS = """
behaviour_daysum d WHERE d.school_id = %(school)s AND d.axis = '{axis}' AND d."on" BETWEEN '{first}' AND '{last}'
  AND (NOT d.confidential OR %(confidential)s) AND (d.praise, d.concerns, d.notes) <> (0, 0, 0)
"""

_TOTAL = """
WITH by_student AS MATERIALIZED (
  SELECT d.key::uuid AS student_id, sum(d.praise) AS praise, sum(d.concerns) AS concerns, min(d."on") AS first,
    max(d."on") AS last
  FROM {student} GROUP BY d.key
)
SELECT 'polarity', '', '', 0, '', COALESCE(sum(praise), 0), COALESCE(sum(concerns), 0), count(*) FROM by_student
"""

# Grade and class are those of that day: a student who changes takes nothing along, and one whose papers come late is
# counted where they now say. Few change: only theirs are looked at day by day.
_STOOD = """
UNION ALL
SELECT '{kind}', g.id::text, g.name, 0, '', sum(w.praise), sum(w.concerns), count(DISTINCT w.student_id)
FROM (
  SELECT b.student_id, m.{column} AS group_id, b.praise, b.concerns
  FROM by_student b JOIN {table} m ON m.school_id = %(school)s AND m.student_id = b.student_id {only}
    AND m.starts_on <= b.first AND (m.ends_on IS NULL OR m.ends_on >= b.last)
  UNION ALL
  SELECT m.student_id, m.{column}, d.praise, d.concerns
  FROM (SELECT b.student_id FROM by_student b WHERE NOT EXISTS (
    SELECT FROM {table} m WHERE m.school_id = %(school)s AND m.student_id = b.student_id {only}
      AND m.starts_on <= b.first AND (m.ends_on IS NULL OR m.ends_on >= b.last))) moved
  JOIN (SELECT d.key::uuid AS student_id, d."on", d.praise, d.concerns FROM {student}) d
    ON d.student_id = moved.student_id
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
    return whole and not family_of(actor) and not kept_from(actor)


def read_sums(actor: Actor, first: date, last: date, *, groups: bool) -> list[Row]:
    """What counted from one day to another; without groups the total alone.

    The days stand in the statement itself: a plan for any days at all expects a few rows and joins them one by one.
    """
    values: dict[str, Any] = {"school": current_school(), "confidential": actor.may(Permission.CONFIDENTIAL_VIEW)}
    days = {axis: _DAYS.format(axis=axis, first=first.isoformat(), last=last.isoformat()) for axis in DaySum.Axis}
    sql = _TOTAL.format(**days)
    if groups:
        sql += _GROUPS.format(**days)
        sql += _STOOD.format(kind="grade", column="grade_id", table="academics_placement", only="",
                             names="academics_grade", **days)  # fmt: skip
        sql += _STOOD.format(kind="class", column="class_id", table="academics_classmembership", only="AND m.is_form",
                             names="academics_class", **days)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[Row] = cursor.fetchall()
        return rows
