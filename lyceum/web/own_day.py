"""A student's day at a glance, from every domain that knows something of it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.queries import Standing, standings
from lyceum.domains.attendance.families import StudentAttendance, read_student_attendance
from lyceum.domains.behaviour.balances import Balance, read_balances
from lyceum.domains.people.models import Student
from lyceum.domains.reports.journey.reading import find_subject
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.agenda import Dated, Whose, list_agenda

STRIP_DAYS = 14


@dataclass(frozen=True)
class OwnDay:
    """What a student finds first; nothing where no student was asked about."""

    student: Student | None = None
    standing: Standing | None = None
    lessons: list[Dated] = field(default_factory=list)
    attendance: StudentAttendance | None = None
    points: list[Balance] = field(default_factory=list)


def read_own_day(actor: Actor, *, student_id: UUID | None = None) -> OwnDay:
    """The caller's own day; who sees everybody's way may ask about a student. Without a record there is no day."""
    student = find_subject(actor, student_id).student
    if student is None:
        return OwnDay()
    day = today()
    goes_to_school = actor.may(Permission.LESSONS_VIEW)
    return OwnDay(
        student=student,
        standing=standings([student.pk], day)[student.pk],
        lessons=list_agenda(actor, first=day, last=day, whose=Whose(student=student.pk)) if goes_to_school else [],
        attendance=_attendance(student, day, actor) if actor.may(Permission.NUMBERS_VIEW) else None,
        points=read_balances([student.pk])[student.pk] if actor.may(Permission.BEHAVIOUR_VIEW) else [],
    )


def _attendance(student: Student, day: date, actor: Actor) -> StudentAttendance:
    """The year in numbers, and the sessions of the last two weeks."""
    year = school_days().year_of(day)
    first = year.starts if year else day
    attendance = read_student_attendance(student.pk, first=first, last=day, actor=actor)
    recent = [each for each in attendance.sessions if each.on > day - timedelta(days=STRIP_DAYS)]
    return StudentAttendance(attendance.numbers, recent)
