"""Where a student belongs on a day: enrolments, grade, form and classes. One statement."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core.schools import current_school

_RECORD = """
SELECT 'enrolment', e.id, e.exit, '', e.first_day, e.last_day FROM people_enrolment e
WHERE e.school_id = %(school)s AND e.student_id = %(student)s
UNION ALL
SELECT 'grade', g.id, g.name, '', p.starts_on, p.ends_on FROM academics_placement p
JOIN academics_grade g ON g.school_id = %(school)s AND g.id = p.grade_id
WHERE p.school_id = %(school)s AND p.student_id = %(student)s
  AND p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on >= %(day)s)
UNION ALL
SELECT CASE WHEN m.is_form THEN 'form' ELSE 'class' END, c.id, c.name, COALESCE(s.name, ''), m.starts_on, m.ends_on
FROM academics_classmembership m
JOIN academics_class c ON c.school_id = %(school)s AND c.id = m.class_id
LEFT JOIN academics_subject s ON s.school_id = %(school)s AND s.id = c.subject_id
WHERE m.school_id = %(school)s AND m.student_id = %(student)s
  AND m.starts_on <= %(day)s AND (m.ends_on IS NULL OR m.ends_on >= %(day)s)
"""


@dataclass(frozen=True)
class Span:
    """One thing of a student's record, from a day to another."""

    kind: str
    id: UUID
    name: str
    """Of the grade or class; of an enrolment how it ended."""
    subject: str
    first_day: date
    last_day: date | None


@dataclass(frozen=True)
class Record:
    """Where a student belongs."""

    spans: tuple[Span, ...]

    def all(self, *kinds: str) -> list[Span]:
        """The spans of those kinds, forms before classes, newest first."""
        chosen = [span for span in self.spans if span.kind in kinds]
        return sorted(
            chosen, key=lambda s: (s.kind != "form", s.name if s.kind == "class" else "", -s.first_day.toordinal())
        )

    def one(self, kind: str) -> Span | None:
        """The span of that kind, or None."""
        return next((span for span in self.spans if span.kind == kind), None)


def read_record(student_id: UUID, day: date) -> Record:
    """A student's record on a day. Ask only after the student was found."""
    values: dict[str, Any] = {"school": current_school(), "student": student_id, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, values)
        return Record(tuple(Span(*row) for row in cursor.fetchall()))
