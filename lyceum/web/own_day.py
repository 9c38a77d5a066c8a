"""A student's day at a glance, from every domain that knows something of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.queries import Standing, standings
from lyceum.domains.attendance.families import StudentAttendance, read_student_attendance
from lyceum.domains.behaviour.balances import Balance, read_balances
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import get_student
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
    """The caller's own day; those who see every student may ask about one, and else get nobody's."""
    own = Student.objects.filter(person__user=actor.user_id, deleted_at=None).first() if actor.user_id else None
    if own is not None and student_id in (None, own.pk):
        student_id = own.pk
    elif not actor.reaches_all(Permission.STUDENTS_LIST):
        raise not_allowed(Permission.STUDENTS_LIST)
    if student_id is None:
        return OwnDay()
    student, day = get_student(student_id, actor=actor), today()
    year = school_days().year_of(day)
    first = year.starts if year else day
    attendance = read_student_attendance(student.pk, first=first, last=day, actor=actor)
    recent = [each for each in attendance.sessions if each.on > day - timedelta(days=STRIP_DAYS)]
    return OwnDay(
        student=student,
        standing=standings([student.pk], day)[student.pk],
        lessons=list_agenda(actor, first=day, last=day, whose=Whose(student=student.pk)),
        attendance=StudentAttendance(attendance.numbers, recent),
        points=read_balances([student.pk])[student.pk] if actor.may(Permission.BEHAVIOUR_VIEW) else [],
    )
