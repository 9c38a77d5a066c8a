"""Reading attendance concerns, and finding absence that somebody should look into."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Placement
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import AttendanceRule, Concern
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import family_of, holds_on, visible_students
from lyceum.domains.tenancy.queries import today

Kind = Concern.Kind


def list_concerns(
    actor: Actor, *, state: str = "", kind: str = "", grade: UUID | None = None, student: UUID | None = None
) -> QuerySet[Concern]:
    """Concerns about the students the actor answers for at work, the newest first."""
    actor.require(Permission.CONCERNS_VIEW)
    seen = Student.objects.filter(visible_students(actor, Permission.CONCERNS_VIEW))
    looked_for = Q(kind=Kind.LEFT_LESSON)  # whoever left without a word is looked for by everybody
    rows = Concern.objects.filter(looked_for | ~Q(student__in=family_of(actor)), student__in=seen)
    if state:
        rows = rows.filter(~Q(state="closed") if state == "open" else Q(state=state))
    if kind:
        rows = rows.filter(kind=kind)
    if student:
        rows = rows.filter(student=student)
    if grade:
        placed = Placement.objects.filter(holds_on(today()), grade=grade)
        rows = rows.filter(student__in=placed.values("student"))
    return rows.select_related("student__person").order_by("-raised_at", "pk")


def get_concern(concern_id: UUID, *, actor: Actor, lock: bool = False) -> Concern:
    """One concern. Unknown and hidden are the same."""
    rows = list_concerns(actor).filter(pk=concern_id)
    found = next(iter(rows.select_for_update(of=("self",)) if lock else rows), None)
    if found is None:
        raise NotFoundError
    return found


@dataclass(frozen=True)
class Found:
    """A pattern of absence of one student: the figures, and the span of days they are of."""

    student: UUID
    kind: str
    first: date
    last: date
    figures: dict[str, Any]


_TOTALS = """
SELECT d.student_id, COALESCE(sum(d.possible) FILTER (WHERE d."on" >= %(first)s), 0),
  COALESCE(sum(d.attended) FILTER (WHERE d."on" >= %(first)s), 0),
  COALESCE(sum(d.half) FILTER (WHERE d."on" >= %(first)s), 0), sum(d.late) FILTER (WHERE d."on" >= %(late_since)s)
FROM attendance_daysummary d
JOIN people_enrolment e ON e.school_id = %(school)s AND e.student_id = d.student_id
  AND e.kind IN ('main', 'dual_main') AND e.exit <> 'no_show'
  AND d."on" >= e.first_day AND (e.last_day IS NULL OR d."on" <= e.last_day)
WHERE d.school_id = %(school)s AND d."on" BETWEEN LEAST(%(first)s, %(late_since)s) AND %(last)s
GROUP BY d.student_id
"""

_UNAUTHORISED = """
SELECT m.student_id, count(*) FROM attendance_sessionmark m
WHERE m.school_id = %(school)s AND m."on" BETWEEN %(first)s AND %(last)s AND m.meaning = ANY(%(meanings)s)
GROUP BY m.student_id HAVING count(*) >= %(most)s
"""

_AWAY = """
SELECT student_id, array_agg("on" ORDER BY "on") FROM attendance_daysummary
WHERE school_id = %(school)s AND "on" = ANY(%(days)s) AND possible > 0 AND attended = 0 AND half = 0 AND late = 0
  AND authorised + unauthorised = possible
GROUP BY student_id HAVING count(*) = %(wanted)s
"""

_ON_ROLL = """
SELECT student_id FROM people_enrolment WHERE school_id = %(school)s AND kind IN ('main', 'dual_main')
  AND exit <> 'no_show' AND first_day <= %(day)s AND (last_day IS NULL OR last_day >= %(day)s)
"""


def find_patterns(day: date, rule: AttendanceRule) -> list[Found]:
    """Every pattern of absence of those on roll, as the records say it on a day."""
    here = {row[0] for row in _rows(_ON_ROLL, day=day)}
    found = [*_shares(day, rule), *_unauthorised(day, rule), *_consecutive(day, rule)]
    return sorted((each for each in found if each.student in here), key=lambda each: (str(each.student), each.kind))


def _rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"school": current_school(), **values})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _shares(day: date, rule: AttendanceRule) -> Iterable[Found]:
    """Persistent and severe absence over the year; lateness over some weeks."""
    year = school_days().year_of(day)
    if year is None:
        return
    since = weeks_back(day, rule.late_weeks)
    for student, possible, attended, half, late in _rows(_TOTALS, first=year.starts, last=day, late_since=since):
        missed_twice = 2 * (possible - attended) - half
        figures = {"possible": int(possible), "attended": int(attended), "half": int(half)}
        if possible >= rule.fewest_sessions:
            for kind, percent in (("persistent", rule.persistent_percent), ("severe", rule.severe_percent)):
                if 50 * missed_twice >= percent * possible:
                    yield Found(student, kind, year.starts, day, {**figures, "from_percent": percent})
        if (late or 0) >= rule.late_times:
            yield Found(student, "late", since, day, {"late": int(late), "from_times": rule.late_times})


def _unauthorised(day: date, rule: AttendanceRule) -> Iterable[Found]:
    """Unauthorised sessions in school weeks, across terms and years; those still unexplained are not counted."""
    first = weeks_back(day, rule.unauthorised_weeks)
    meanings = [Meaning.UNAUTHORISED.value, Meaning.LATE_AFTER_CLOSE.value]
    rows = _rows(_UNAUTHORISED, first=first, last=day, meanings=meanings, most=rule.unauthorised_sessions)
    for student, count in rows:
        figures = {"unauthorised": int(count), "from_sessions": rule.unauthorised_sessions}
        yield Found(student, "unauthorised", first, day, figures)


def _consecutive(day: date, rule: AttendanceRule) -> Iterable[Found]:
    """Whole school days missed one after the other, up to the day or the school day before it."""
    before = school_days().between(day - timedelta(days=120), day)
    for days in (before[-rule.consecutive_days :], before[-rule.consecutive_days - 1 : -1]):
        if len(days) < rule.consecutive_days:
            continue
        for student, away in _rows(_AWAY, days=days, wanted=rule.consecutive_days):
            yield Found(student, "consecutive", away[0], away[-1], {"days": len(away)})


def weeks_back(day: date, weeks: int) -> date:
    """The Monday of the earliest of so many school weeks, of which the day's own is the last.

    A school week is one in which school is kept on at least one day.
    """
    monday, found = day - timedelta(days=day.weekday()), day
    earliest = min((year.starts for year in school_days().years), default=day)
    kept = (
        week
        for week in (monday - timedelta(weeks=n) for n in range((monday - earliest).days // 7 + 2))
        if school_days().between(week, week + timedelta(days=6))
    )
    for found in islice(kept, weeks):  # noqa: B007  # the last one counts
        pass
    return found


_BEHIND = """
SELECT student_id, "on", session, symbol, meaning FROM attendance_sessionmark
WHERE school_id = %(school)s AND student_id = ANY(%(students)s) AND "on" BETWEEN %(first)s AND %(last)s
  AND meaning = ANY(%(meanings)s)
ORDER BY student_id, "on", session
"""
BEHIND: dict[str, tuple[Meaning, ...]] = {
    "persistent": (Meaning.LATE_AFTER_CLOSE, Meaning.AUTHORISED, Meaning.UNAUTHORISED, Meaning.UNEXPLAINED),
    "severe": (Meaning.LATE_AFTER_CLOSE, Meaning.AUTHORISED, Meaning.UNAUTHORISED, Meaning.UNEXPLAINED),
    "unauthorised": (Meaning.UNAUTHORISED, Meaning.LATE_AFTER_CLOSE),
    "consecutive": (Meaning.AUTHORISED, Meaning.UNAUTHORISED, Meaning.UNEXPLAINED),
    "late": (Meaning.LATE, Meaning.LATE_AFTER_CLOSE),
}
"""The sessions behind each kind of concern."""


def read_evidence(found: Sequence[Found]) -> dict[tuple[UUID, str], list[list[str]]]:
    """The sessions behind each pattern, in one statement: day, session, symbol and meaning."""
    if not found:
        return {}
    rows = _rows(
        _BEHIND,
        students=list({each.student for each in found}),
        first=min(each.first for each in found),
        last=max(each.last for each in found),
        meanings=sorted({meaning.value for each in found for meaning in BEHIND[each.kind]}),
    )
    of_student: dict[UUID, list[tuple[date, str, str, str]]] = {}
    for student, *session in rows:
        of_student.setdefault(student, []).append(tuple(session))
    return {
        (each.student, each.kind): [
            [on.isoformat(), session, symbol, meaning]
            for on, session, symbol, meaning in of_student.get(each.student, ())
            if each.first <= on <= each.last and meaning in BEHIND[each.kind]
        ]
        for each in found
    }
