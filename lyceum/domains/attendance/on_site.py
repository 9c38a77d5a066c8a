"""Who is on site now: the newest word of the gate, of registers and of marks about each person. Three statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, not_allowed
from lyceum.core.permissions import Permission, Reach
from lyceum.core.schools import current_school
from lyceum.domains.attendance.meanings import HERE, Meaning
from lyceum.domains.attendance.models import EvacuationRoll
from lyceum.domains.people.policies import KEPT_FROM_WORK_SQL
from lyceum.domains.tenancy.queries import day_bounds, today

STUDENT, STAFF, VISITOR = "student", "staff", "visitor"


@dataclass(frozen=True)
class Present:
    """Somebody on site, or who may be."""

    key: UUID
    """The id of the student, the member of staff, or the visit."""
    kind: str
    name: str
    sort_name: str
    group: str
    """The form of a student; nothing for others, and for a student without a form."""
    place: str
    since: datetime
    source: str
    """gate, session or lesson."""
    is_certain: bool = True
    """False: came in, and was then absent from a lesson without signing out."""


_STUDENTS = """
WITH said AS (
  SELECT g.student_id, g.at, g.direction = 'in' AS here, '' AS place, 'gate' AS source, 1 AS weight
  FROM attendance_gateevent g
  WHERE g.school_id = %(school)s AND g.student_id IS NOT NULL AND g.at >= %(day_starts)s AND g.at < %(day_ends)s
  UNION ALL
  SELECT m.student_id, GREATEST(LEAST(m.marked_at, r.closes_at), r.due_at - interval '15 minutes'),
    c.meaning = ANY(%(here)s) OR c.meaning = 'approved_activity' AND c.place <> 'offsite',
    CASE r.kind WHEN 'lesson' THEN concat_ws(' · ', r.class_name, NULLIF(r.period, ''), NULLIF(r.room_name, ''))
      ELSE concat_ws(' · ', r.class_name, NULLIF(r.room_name, '')) END,
    CASE r.kind WHEN 'lesson' THEN 'lesson' ELSE 'session' END, 0
  FROM attendance_register r
  JOIN attendance_mark m ON m.school_id = %(school)s AND m.register_id = r.id
  JOIN attendance_code c ON c.school_id = %(school)s AND c.id = m.code_id
  WHERE r.school_id = %(school)s AND r."on" = %(day)s AND c.meaning <> ALL(%(silent)s)
    AND r.due_at - interval '15 minutes' <= %(now)s
), newest AS (
  SELECT DISTINCT ON (student_id) student_id, at, here, place, source FROM said
  WHERE at <= %(now)s ORDER BY student_id, at DESC, weight DESC
), before AS (
  SELECT student_id, bool_or(here) AS was_here, bool_or(NOT here AND source = 'gate') AS went FROM said
  WHERE at <= %(now)s GROUP BY student_id
)
SELECT st.id, 'student', COALESCE(NULLIF(p.preferred_name, ''), p.full_name), p.sort_name, COALESCE(form.name, ''),
  n.place, n.at, n.source, n.here
FROM newest n
JOIN before b ON b.student_id = n.student_id
JOIN people_student st ON st.school_id = %(school)s AND st.id = n.student_id
JOIN people_person p ON p.school_id = %(school)s AND p.id = st.person_id
LEFT JOIN LATERAL (
  SELECT cl.name FROM academics_classmembership cm
  JOIN academics_class cl ON cl.school_id = %(school)s AND cl.id = cm.class_id
  WHERE cm.school_id = %(school)s AND cm.student_id = st.id AND cm.is_form
    AND cm.starts_on <= %(day)s AND (cm.ends_on IS NULL OR cm.ends_on >= %(day)s) LIMIT 1
) form ON true
WHERE (n.here OR n.source = 'lesson' AND b.was_here AND NOT b.went) AND st.id NOT IN ({kept})
"""
# Who took registers is settled before it is asked who they are: a planner may otherwise try everybody for each of them.
_STAFF = """
WITH taken AS MATERIALIZED (
  SELECT m.marked_by, max(m.marked_at) AS at, concat_ws(' · ', r.class_name, NULLIF(r.room_name, '')) AS place, r.kind
  FROM attendance_register r
  JOIN attendance_mark m ON m.school_id = %(school)s AND m.register_id = r.id AND m.origin = 'teacher'
  WHERE r.school_id = %(school)s AND r."on" = %(day)s AND m.marked_at >= %(day_starts)s
  GROUP BY m.marked_by, r.id, r.class_name, r.room_name, r.kind
), said AS (
  SELECT g.staff_id, g.at, g.direction = 'in' AS here, '' AS place, 'gate' AS source
  FROM attendance_gateevent g
  WHERE g.school_id = %(school)s AND g.staff_id IS NOT NULL AND g.at >= %(day_starts)s AND g.at < %(day_ends)s
  UNION ALL
  SELECT s.id, t.at, true, t.place, t.kind
  FROM taken t
  JOIN people_person p ON p.school_id = %(school)s AND p.user_id = t.marked_by
  JOIN people_staff s ON s.school_id = %(school)s AND s.person_id = p.id
), newest AS (
  SELECT DISTINCT ON (staff_id) * FROM said WHERE at <= %(now)s ORDER BY staff_id, at DESC
)
SELECT s.id, 'staff', COALESCE(NULLIF(p.preferred_name, ''), p.full_name), p.sort_name, '', n.place, n.at,
  CASE n.source WHEN 'daily' THEN 'session' ELSE n.source END, true
FROM newest n
JOIN people_staff s ON s.school_id = %(school)s AND s.id = n.staff_id
JOIN people_person p ON p.school_id = %(school)s AND p.id = s.person_id
WHERE n.here
"""
_VISITORS = """
SELECT g.id, 'visitor', g.visitor_name, lower(g.visitor_name), '', g.host, g.at, 'gate', true
FROM attendance_gateevent g
WHERE g.school_id = %(school)s AND g.at >= %(day_starts)s AND g.at < %(day_ends)s AND g.direction = 'in'
  AND g.visitor_name <> '' AND NOT EXISTS (
    SELECT 1 FROM attendance_gateevent o WHERE o.school_id = %(school)s AND o.visit_id = g.id)
"""


def require_on_site(actor: Actor) -> None:
    """Refuse those who may not know who is on site; teachers may while an evacuation runs."""
    reaches = actor.reaches(Permission.ON_SITE_VIEW)
    if Reach.ALL in reaches:
        return
    if Reach.EVACUATION not in reaches or not EvacuationRoll.objects.filter(state="running").exists():
        raise not_allowed(Permission.ON_SITE_VIEW)


def list_present(actor: Actor, *, kinds: Sequence[str] = (STUDENT, STAFF, VISITOR)) -> list[Present]:
    """Everybody on site at this moment, and who may be: students by form and name, then staff, then visitors."""
    require_on_site(actor)
    return read_present(actor, kinds=kinds)


def read_present(actor: Actor, *, kinds: Sequence[str] = (STUDENT, STAFF, VISITOR)) -> list[Present]:
    """The same, for a rule that has asked already."""
    day = today()
    day_starts, day_ends = day_bounds(day)
    values: dict[str, Any] = {
        "school": current_school(),
        "user": actor.user_id,
        "today": day,
        "day": day,
        "day_starts": day_starts,
        "day_ends": day_ends,
        "now": clock.now(),
        "here": [*HERE],
        "silent": [Meaning.NOT_POSSIBLE.value, Meaning.NOT_COLLECTED.value],
    }
    statements = {STUDENT: _STUDENTS.format(kept=KEPT_FROM_WORK_SQL), STAFF: _STAFF, VISITOR: _VISITORS}
    found: list[Present] = []
    with connection.cursor() as cursor:
        for kind in (STUDENT, STAFF, VISITOR):
            if kind in kinds:
                cursor.execute(statements[kind], values)
                found += sorted((Present(*row) for row in cursor.fetchall()), key=_order)
    return found


def _order(person: Present) -> tuple[str, str, str]:
    return person.group, person.sort_name, str(person.key)


@dataclass(frozen=True)
class Counts:
    """How many are on site for certain, and how many perhaps."""

    students: int
    staff: int
    visitors: int
    uncertain: int


def count_present(people: Sequence[Present]) -> Counts:
    """How many of each kind."""
    certain = [person.kind for person in people if person.is_certain]
    return Counts(certain.count(STUDENT), certain.count(STAFF), certain.count(VISITOR), len(people) - len(certain))


def group_name(kind: str, group: str) -> str:
    """What a group of people is called."""
    if kind == STUDENT:
        return group or _("Without a form")
    return _("Staff") if kind == STAFF else _("Visitors")


def source_name(source: str) -> str:
    """Where we know it from, in words."""
    return {"gate": _("gate"), "session": _("register"), "lesson": _("lesson")}[source]
