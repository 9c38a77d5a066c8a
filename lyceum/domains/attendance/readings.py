"""Which statutory marks are read: those that stand, those known at an instant; of one's own family, those that closed.

Every number, strip and list of sessions reads from here, so that no two of them can differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.schools import current_school
from lyceum.domains.attendance.meanings import meanings_that
from lyceum.domains.people.policies import family_of
from lyceum.domains.tenancy.queries import time_zone

COUNTED = ("possible", "attended", "authorised", "unauthorised", "late")

_COLUMNS = 'school_id, student_id, "on", session, symbol, meaning, minutes_late, half, origin, register_id'
_WITHIN = 'school_id = %(school)s AND student_id = ANY(%(students)s) AND "on" BETWEEN %(first)s AND %(last)s'
_STANDING = "attendance_sessionmark"


def marks_known(within: str) -> str:
    """The marks of some students and days as they were known at an instant, as a table in a statement."""
    return f"""(
  SELECT {_COLUMNS} FROM attendance_sessionmark WHERE {within} AND recorded_at <= %(known_at)s
  UNION ALL
  SELECT {_COLUMNS} FROM attendance_sessionmarkpast WHERE {within}
    AND recorded_at <= %(known_at)s AND replaced_at > %(known_at)s
)"""  # noqa: S608  # of constants


_KNOWN = marks_known(_WITHIN)
_CLOSED = f"""(
  SELECT {_COLUMNS} FROM {{marks}} m
  WHERE {_WITHIN} AND ("on" < %(closed_day)s OR origin <> 'method'
    OR NOT (%(everybody)s OR student_id = ANY(%(family)s)) OR NOT EXISTS (
    SELECT 1 FROM attendance_register r
    WHERE r.school_id = %(school)s AND r."on" = m."on" AND r.closes_at > %(closed_by)s
      AND (r.id = m.register_id OR m.register_id IS NULL AND EXISTS (
        SELECT 1 FROM attendance_mark k
        WHERE k.school_id = %(school)s AND k.register_id = r.id AND k.student_id = m.student_id))))
)"""  # noqa: S608  # of constants
"""What comes of a register that is still open is left out, also where minutes of several lessons were counted."""
_DAYS = """(
  SELECT school_id, student_id, "on", count(*) FILTER (WHERE meaning = ANY(%(possible)s)) AS possible,
    count(*) FILTER (WHERE meaning = ANY(%(attended)s) AND NOT half) AS attended,
    count(*) FILTER (WHERE meaning = ANY(%(authorised)s)) AS authorised,
    count(*) FILTER (WHERE meaning = ANY(%(unauthorised)s)) AS unauthorised,
    count(*) FILTER (WHERE meaning = ANY(%(late)s)) AS late, count(*) FILTER (WHERE half) AS half
  FROM {sessions} x WHERE {within} GROUP BY school_id, student_id, "on"
)"""
_SUMS = 'school_id, student_id, "on", possible, attended, authorised, unauthorised, late, half'
_KEPT_DAYS = f"""(
  SELECT {_SUMS} FROM attendance_daysummary WHERE {_WITHIN} AND student_id <> ALL(%(family)s)
  UNION ALL SELECT {_SUMS} FROM {{days}} d WHERE student_id = ANY(%(family)s)
)"""  # noqa: S608  # of constants


@dataclass(frozen=True)
class Reading:
    """One way to read statutory marks; as they stand, unless told otherwise."""

    as_known_at: datetime | None = None
    family: frozenset[UUID] = frozenset()
    """Students who are read as families read: in words, and a register that is still open counts nowhere."""
    for_families: bool = False
    """Everybody is read so."""

    def is_family(self, student: UUID) -> bool:
        """Whether a student is read as families read."""
        return self.for_families or student in self.family

    @property
    def sessions(self) -> str:
        """The marks as a table in a statement that is given `values`."""
        marks = _KNOWN if self.as_known_at else _STANDING
        return _CLOSED.format(marks=marks) if self.for_families or self.family else marks

    @property
    def days(self) -> str:
        """Days in numbers as a table: those that are kept, or counted from the marks that are read."""
        if self == STANDING:
            return "attendance_daysummary"
        counted = _DAYS.format(sessions=self.sessions, within=_WITHIN)
        return counted if self.as_known_at or self.for_families else _KEPT_DAYS.format(days=counted)

    def values(self, students: Sequence[UUID], first: date, last: date) -> dict[str, Any]:
        """What both ask for: of which students, and from which day to which."""
        now = clock.now()
        closed_by = min(self.as_known_at or now, now)
        return {
            "school": current_school(),
            "students": list(students),
            "first": first,
            "last": last,
            "known_at": self.as_known_at,
            "everybody": self.for_families,
            "family": list(self.family),
            "closed_by": closed_by,
            "closed_day": clock.local(closed_by, time_zone()).date(),
            **{name: list(meanings_that(name)) for name in COUNTED},
        }


STANDING = Reading()
FAMILY = Reading(for_families=True)


def reading_for(actor: Actor, as_known_at: datetime | None = None) -> Reading:
    """How somebody reads: of those with whom they work everything that was marked, of their family what has closed."""
    return Reading(as_known_at, family_of(actor))
