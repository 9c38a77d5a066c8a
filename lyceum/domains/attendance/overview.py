"""What a school looks like today, and how it compares: each number from one statement, each with its base."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat

from lyceum.core.actor import Actor
from lyceum.core.memory import SchoolMemory
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Placement
from lyceum.domains.attendance.meanings import ABSENT, HERE, Meaning
from lyceum.domains.attendance.models import SessionMark
from lyceum.domains.attendance.readings import Reading, reading_for
from lyceum.domains.attendance.rules.methods import rule_on
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import holds_on, visible_students
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class Presence:
    """One session of today: how many are on roll, marked, here, absent, and absent without a reason."""

    session: str
    on_roll: int = 0
    here: int = 0
    elsewhere: int = 0
    absent: int = 0
    unexplained: int = 0

    @property
    def marked(self) -> int:
        """How many have a mark that counts."""
        return self.here + self.elsewhere + self.absent

    @property
    def percent(self) -> float | None:
        """Attending of those marked, here or elsewhere; None before the first mark."""
        return round(100 * (self.here + self.elsewhere) / self.marked, 1) if self.marked else None


_PRESENCE = """
SELECT m.session, count(*) FILTER (WHERE m.meaning = ANY(%(here)s)),
  count(*) FILTER (WHERE m.meaning = 'approved_activity'), count(*) FILTER (WHERE m.meaning = ANY(%(absent)s)),
  count(*) FILTER (WHERE m.meaning = 'unexplained'),
  (SELECT count(DISTINCT e.student_id) FROM people_enrolment e WHERE e.school_id = %(school)s
    AND e.kind IN ('main', 'dual_main') AND e.exit <> 'no_show'
    AND e.first_day <= %(day)s AND (e.last_day IS NULL OR e.last_day >= %(day)s))
FROM attendance_sessionmark m WHERE m.school_id = %(school)s AND m."on" = %(day)s AND m.meaning <> ''
GROUP BY m.session HAVING bool_or(m.origin IN ('method', 'closure')) ORDER BY m.session
"""


def presence_on(actor: Actor, day: date) -> list[Presence]:
    """The sessions of a day that have marks, in order, for those who may see everybody's attendance.

    One of which nothing is known but planned absences has not begun.
    """
    actor.require_all(Permission.NUMBERS_VIEW)
    values: dict[str, Any] = {"school": current_school(), "day": day, "here": [*HERE], "absent": [*ABSENT]}
    with connection.cursor() as cursor:
        cursor.execute(_PRESENCE, values)
        return [Presence(row[0], row[5], *row[1:5]) for row in cursor.fetchall()]


@dataclass(frozen=True)
class DayRate:
    """How many sessions were attended on a day, of how many possible ones."""

    on: date
    attended: float
    """Half a session counts half."""
    possible: int

    @property
    def percent(self) -> float | None:
        """None where nothing was possible."""
        return round(100 * self.attended / self.possible, 1) if self.possible else None


_RATES = """
SELECT "on", sum(attended) + sum(half) / 2.0, sum(possible) FROM attendance_daysummary
WHERE school_id = %(school)s AND "on" = ANY(%(days)s) GROUP BY "on" ORDER BY "on"
"""


def rates_of(actor: Actor, days: Sequence[date]) -> list[DayRate]:
    """The whole school's attendance on each of those days, oldest first."""
    actor.require_all(Permission.NUMBERS_VIEW)
    with connection.cursor() as cursor:
        cursor.execute(_RATES, {"school": current_school(), "days": list(days)})
        found = {row[0]: DayRate(row[0], float(row[1]), int(row[2])) for row in cursor.fetchall()}
    return [found.get(day, DayRate(day, 0, 0)) for day in days]


@dataclass(frozen=True)
class GradeAbsence:
    """How many students of a grade are persistently absent this year."""

    grade_id: str
    grade: str
    students: int
    persistent: int


_PERSISTENT = """
SELECT g.id, g.name, count(*),
  count(*) FILTER (WHERE t.possible >= %(fewest)s AND t.missed_twice * 50 >= t.possible * %(percent)s)
FROM (
  SELECT d.student_id, sum(d.possible) AS possible,
    2 * (sum(d.possible) - sum(d.attended)) - sum(d.half) AS missed_twice FROM attendance_daysummary d
  WHERE d.school_id = %(school)s AND d."on" BETWEEN %(first)s AND %(last)s GROUP BY d.student_id
) t
JOIN academics_placement p ON p.school_id = %(school)s AND p.student_id = t.student_id
  AND p.starts_on <= %(last)s AND (p.ends_on IS NULL OR p.ends_on >= %(last)s)
JOIN academics_grade g ON g.school_id = %(school)s AND g.id = p.grade_id
GROUP BY g.id, g.name, g.position ORDER BY g.position
"""


def _read_persistent() -> list[GradeAbsence]:
    day = today()
    year, rule = school_days().year_of(day), rule_on(day)
    values: dict[str, Any] = {
        "school": current_school(), "first": year.starts if year else day, "last": day,
        "fewest": rule.fewest_sessions, "percent": rule.persistent_percent,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_PERSISTENT, values)
        return [GradeAbsence(str(row[0]), *row[1:]) for row in cursor.fetchall()]


_persistent = SchoolMemory(_read_persistent, seconds=60)  # a year's days of every student


def persistent_by_grade(actor: Actor) -> list[GradeAbsence]:
    """Persistent absence this year by grade, at most a minute old."""
    actor.require_all(Permission.NUMBERS_VIEW)
    return _persistent.get()


_OVER = """
SELECT d.student_id FROM attendance_daysummary d
WHERE d.school_id = %(school)s AND d."on" BETWEEN %(first)s AND %(last)s GROUP BY d.student_id
HAVING sum(d.possible) >= %(fewest)s
  AND (2 * (sum(d.possible) - sum(d.attended)) - sum(d.half)) * 50 >= sum(d.possible) * %(percent)s
"""


def list_missing_much(actor: Actor, *, severe: bool = False, grade: UUID | None = None) -> QuerySet[Student]:
    """The students who are persistently, or severely, absent this year, as `persistent_by_grade` counts them."""
    actor.require_all(Permission.NUMBERS_VIEW)
    day = today()
    year, rule = school_days().year_of(day), rule_on(day)
    values: dict[str, Any] = {
        "school": current_school(), "first": year.starts if year else day, "last": day,
        "fewest": rule.fewest_sessions, "percent": rule.severe_percent if severe else rule.persistent_percent,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OVER, values)
        found = [row[0] for row in cursor.fetchall()]
    placed = Placement.objects.filter(holds_on(day))
    if grade:
        placed = placed.filter(grade=grade)
    seen = visible_students(actor, Permission.NUMBERS_VIEW)
    rows = Student.objects.filter(seen, pk__in=found).filter(pk__in=placed.values("student"))
    return rows.select_related("person").order_by("person__sort_name", "pk")


_CLOSED = """
SELECT student_id, session FROM {sessions} x
WHERE school_id = %(school)s AND student_id = ANY(%(students)s) AND "on" BETWEEN %(first)s AND %(last)s
"""


def _closed(students: list[UUID], day: date, reading: Reading) -> Q:
    """The sessions of a day that a family may read: a child or a few."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED.format(sessions=reading.sessions), reading.values(students, day, day))
        found = [Q(student=student, session=session) for student, session in cursor.fetchall()]
    return reduce(or_, found, Q(pk__in=[]))


# Not by the index of names: along it PostgreSQL would look through the whole school for the few who are absent.
_BY_NAME = Concat("student__person__sort_name", Value(""))


def list_absences(actor: Actor, *, day: date, session: str = "", meaning: str = "") -> QuerySet[SessionMark]:
    """Who is marked absent on a day, of the students whose attendance the actor may see."""
    actor.require(Permission.NUMBERS_VIEW)
    seen = Student.objects.filter(visible_students(actor, Permission.NUMBERS_VIEW))
    wanted = [Meaning(meaning)] if meaning in {*Meaning} else [*ABSENT]
    rows = SessionMark.objects.filter(on=day, meaning__in=wanted, student__in=seen)
    if session:
        rows = rows.filter(session=session)
    reading = reading_for(actor)
    if reading.family:
        rows = rows.filter(~Q(student__in=reading.family) | _closed(list(reading.family), day, reading))
    return rows.select_related("student__person").order_by(_BY_NAME, "student_id", "session")
