"""Attendance in numbers, each of which can be opened: what was counted, what was left out, and why."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import ClassMembership, Placement
from lyceum.domains.attendance.glyphs import MEANING_WORDS
from lyceum.domains.attendance.halves import session_starts, start_on
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.readings import STANDING, Reading, reading_for
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.tenancy.queries import time_zone

RULE_VERSION = "2026-1"


@dataclass(frozen=True)
class Numbers:
    """Sessions counted over students and days. A percentage of a group is of its sums, never a mean of means."""

    possible: int = 0
    attended: int = 0
    authorised: int = 0
    unauthorised: int = 0
    late: int = 0
    missing: int = 0
    """Sessions that should have a mark and have none: shown beside, never counted as absent."""
    half: int = 0
    """Sessions attended for half, where the school counts minutes: neither attended nor missed as a whole."""

    @property
    def percent(self) -> Decimal | None:
        """100 × attended ÷ possible, one place, half up, of half sessions half; None where nothing was possible."""
        if self.possible == 0:
            return None
        exact = Decimal(50) * (2 * self.attended + self.half) / self.possible
        return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)

    def __add__(self, other: "Numbers") -> "Numbers":
        return Numbers(
            self.possible + other.possible,
            self.attended + other.attended,
            self.authorised + other.authorised,
            self.unauthorised + other.unauthorised,
            self.late + other.late,
            self.missing + other.missing,
            self.half + other.half,
        )


@dataclass(frozen=True)
class Explained:
    """One session behind a number: counted, or left out and why."""

    student_id: UUID
    on: date
    session: str
    symbol: str
    """Empty for families: they read words."""
    meaning: str
    counted: bool
    why: str
    half: bool = False
    """Attended for half."""
    rule_version: str = RULE_VERSION


@dataclass(frozen=True)
class Summary:
    """Numbers per student and in all, with their inputs where they were asked for."""

    total: Numbers
    per_student: dict[UUID, Numbers]
    explained: list[Explained]


def summarise(
    actor: Actor,
    *,
    first: date,
    last: date,
    student: UUID | None = None,
    school_class: UUID | None = None,
    grade: UUID | None = None,
    as_known_at: datetime | None = None,
    explain: bool = False,
) -> Summary:
    """The attendance of the students the actor may see, inside their enrolments, from one day to another."""
    actor.require(Permission.NUMBERS_VIEW)
    students = narrowed_students(actor, student, school_class, grade, first, last)
    reading = reading_for(actor, as_known_at)
    return summarise_students(students, first=first, last=last, reading=reading, explain=explain)


def summarise_students(
    students: list[UUID], *, first: date, last: date, reading: Reading = STANDING, explain: bool = False
) -> Summary:
    """The same of some students. Ask only after they were found for somebody who may see them."""
    if explain:
        explained = _sessions(students, first, last, reading)
        per_student = _count(explained)
    else:
        per_student, explained = count_days(students, first, last, reading), []
    missing = _missing(students, first, last, reading)
    per_student = {s: per_student.get(s, Numbers()) + Numbers(missing=missing.get(s, 0)) for s in students}
    return Summary(sum(per_student.values(), Numbers()), per_student, explained)


def numbers_of(student_id: UUID, *, first: date, last: date, reading: Reading) -> Numbers:
    """One student's numbers. Ask only after the student was found for somebody who may see them."""
    return summarise_students([student_id], first=first, last=last, reading=reading).total


def narrowed_students(
    actor: Actor, student: UUID | None, school_class: UUID | None, grade: UUID | None, first: date, last: date
) -> list[UUID]:
    """The students whose numbers the actor may see, of a class or a grade in those days."""
    rows = list_counted(actor, student=student, school_class=school_class, grade=grade, first=first, last=last)
    return list(rows.values_list("pk", flat=True))


def list_counted(
    actor: Actor,
    *,
    student: UUID | None = None,
    school_class: UUID | None = None,
    grade: UUID | None = None,
    first: date,
    last: date,
) -> QuerySet[Student]:
    """The same students as rows."""
    rows = Student.objects.filter(visible_students(actor, Permission.NUMBERS_VIEW))
    if student:
        rows = rows.filter(pk=student)
    if school_class:
        members = ClassMembership.objects.filter(school_class=school_class, starts_on__lte=last)
        rows = rows.filter(pk__in=members.exclude(ends_on__lt=first).values("student"))
    if grade:
        placed = Placement.objects.filter(grade=grade, starts_on__lte=last).exclude(ends_on__lt=first)
        rows = rows.filter(pk__in=placed.values("student"))
    return rows


def list_enrolled(
    actor: Actor,
    *,
    school_class: UUID | None = None,
    grade: UUID | None = None,
    first: date,
    last: date,
) -> QuerySet[Student]:
    """Those of them who were on roll in those days."""
    of_days = Enrolment.objects.filter(Q(last_day__isnull=True) | Q(last_day__gte=first), first_day__lte=last)
    here = of_days.filter(kind__in=("main", "dual_main")).exclude(exit="no_show")
    counted = list_counted(actor, school_class=school_class, grade=grade, first=first, last=last)
    return counted.filter(pk__in=here.values("student"))


_ENROLLED = """JOIN people_enrolment e ON e.school_id = %(school)s AND e.student_id = x.student_id
  AND e.kind IN ('main', 'dual_main') AND e.exit <> 'no_show'
  AND x."on" >= e.first_day AND (e.last_day IS NULL OR x."on" <= e.last_day)"""

_OF_DAYS = f"""
SELECT x.student_id, sum(possible), sum(attended), sum(authorised), sum(unauthorised), sum(late), 0, sum(half)
FROM {{days}} x {_ENROLLED}
WHERE x.school_id = %(school)s AND x.student_id = ANY(%(students)s) AND x."on" BETWEEN %(first)s AND %(last)s
GROUP BY x.student_id
"""  # noqa: S608  # both parts are constants of this module

_SESSIONS = """
SELECT x.student_id, x."on", x.session, x.symbol, x.meaning, x.half, EXISTS (
    SELECT 1 FROM people_enrolment e WHERE e.school_id = %(school)s AND e.student_id = x.student_id
      AND e.kind IN ('main', 'dual_main') AND e.exit <> 'no_show'
      AND x."on" >= e.first_day AND (e.last_day IS NULL OR x."on" <= e.last_day))
FROM {sessions} x
WHERE x.school_id = %(school)s AND x.student_id = ANY(%(students)s) AND x."on" BETWEEN %(first)s AND %(last)s
ORDER BY x.student_id, x."on", x.session
"""


def count_days(students: list[UUID], first: date, last: date, reading: Reading = STANDING) -> dict[UUID, Numbers]:
    """Students' numbers by day, inside their enrolments. Ask only after they were found."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_DAYS.format(days=reading.days), reading.values(students, first, last))
        return {row[0]: Numbers(*(int(n) for n in row[1:])) for row in cursor.fetchall()}


def _sessions(students: list[UUID], first: date, last: date, reading: Reading) -> list[Explained]:
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS.format(sessions=reading.sessions), reading.values(students, first, last))
        return [_explained(reading, *row) for row in cursor.fetchall()]


_LEFT_OUT = {
    Meaning.NOT_POSSIBLE: gettext_noop("attendance was not possible"),
    Meaning.NOT_COLLECTED: gettext_noop("not a school session"),
}


def _explained(
    reading: Reading, student_id: UUID, on: date, session: str, symbol: str, meaning: str, half: bool, enrolled: bool
) -> Explained:
    why = "" if enrolled else _("outside the enrolment")
    why = why or _(_LEFT_OUT.get(Meaning(meaning), ""))
    return Explained(
        student_id,
        on,
        session,
        "" if reading.is_family(student_id) else symbol,
        meaning,
        not why,
        why or _("counted as %(meaning)s") % {"meaning": MEANING_WORDS[Meaning(meaning)]},
        half,
    )


def _count(sessions: Iterable[Explained]) -> dict[UUID, Numbers]:
    totals: dict[UUID, Numbers] = {}
    for each in sessions:
        counts = COUNTS[Meaning(each.meaning)]
        if each.counted:
            attended = counts.attended and not each.half
            one = Numbers(1, attended, counts.authorised, counts.unauthorised, counts.late, half=int(each.half))
            totals[each.student_id] = totals.get(each.student_id, Numbers()) + one
    return totals


_TAKEN = f"""
WITH taken AS (
  SELECT x.student_id, count(*) AS sessions FROM {{sessions}} x {_ENROLLED}
  WHERE x.school_id = %(school)s AND x.student_id = ANY(%(students)s) AND x."on" BETWEEN %(first)s AND %(last)s
    AND (x."on" = ANY(%(days)s::date[]) AND x.session = ANY(%(every)s::text[])
      OR x."on" = %(day)s AND x.session = ANY(%(begun)s::text[]))
  GROUP BY x.student_id
)
SELECT e.student_id, e.first_day, e.last_day, COALESCE(t.sessions, 0)
FROM people_enrolment e LEFT JOIN taken t ON t.student_id = e.student_id
WHERE e.school_id = %(school)s AND e.student_id = ANY(%(students)s) AND e.kind IN ('main', 'dual_main')
  AND e.exit <> 'no_show'
"""  # noqa: S608  # written of this module's own constants


def _missing(students: list[UUID], first: date, last: date, reading: Reading) -> dict[UUID, int]:
    """Sessions on school days inside each enrolment that have begun and have no mark. None of it is for families.

    What there should be is counted, and what there is taken from it: a row for each session that should be there
    would be hundreds of thousands in a year of a school.
    """
    students = [student for student in students if not reading.is_family(student)]
    local = clock.local(reading.as_known_at or clock.now(), time_zone())
    days = school_days().between(first, min(last, local.date()))
    starts = {s: at for s, (at, since) in sorted(session_starts().items()) if since <= last}
    begun = [session for session, start in starts.items() if start_on(local.date(), session, start) <= local.time()]
    is_today = bool(days) and days[-1] == local.date()
    before = days[:-1] if is_today else days
    if not days or not starts or not students:
        return {}
    values = reading.values(students, first, last)
    values |= {"days": before, "every": list(starts), "begun": begun, "day": local.date() if is_today else None}
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN.format(sessions=reading.sessions), values)
        rows = cursor.fetchall()
    expected: dict[UUID, int] = {}
    taken: dict[UUID, int] = {}
    for student, starts_on, ends_on, sessions in rows:
        until = bisect_right(before, ends_on) if ends_on else len(before)
        count = max(0, until - bisect_left(before, starts_on)) * len(starts)
        if is_today and starts_on <= local.date() and (ends_on is None or ends_on >= local.date()):
            count += len(begun)
        expected[student] = expected.get(student, 0) + count
        taken[student] = sessions
    return {student: count - taken[student] for student, count in expected.items() if count > taken[student]}
