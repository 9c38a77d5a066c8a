"""Reading statutory marks."""

from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.attendance.models import SessionMark, SessionMarkPast, SessionPattern
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import family_of, visible_students


def list_session_marks(actor: Actor, *, first: date, last: date, student: UUID | None = None) -> QuerySet[SessionMark]:
    """Statutory marks of those whose registers the actor sees at work, the newest day first; of no own family."""
    return _marks(SessionMark.objects.all(), _read_at_work(actor, student), first, last)


def list_session_marks_as_known(
    actor: Actor, *, first: date, last: date, student: UUID | None = None, as_known_at: datetime | None = None
) -> list[QuerySet[Any]]:
    """The same at an instant: the marks that were there already, and those that were replaced or taken back since."""
    students = _read_at_work(actor, student)
    stands = _marks(SessionMark.objects.all(), students, first, last)
    if as_known_at is None:
        return [stands]
    stood = stands.filter(recorded_at__lte=as_known_at)
    past = SessionMarkPast.objects.filter(recorded_at__lte=as_known_at, replaced_at__gt=as_known_at)
    gone = _marks(past.defer("replaced_at"), students, first, last)
    return [stood.order_by(), gone.order_by()]


R = TypeVar("R", SessionMark, SessionMarkPast)
"""Rows that say what a statutory mark says."""


def _read_at_work(actor: Actor, student: UUID | None) -> QuerySet[Student]:
    """The students, or the one, of whom the actor reads codes: their family reads words (`read_student_attendance`)."""
    family = family_of(actor)
    works = actor.reaches(Permission.REGISTERS_VIEW) - {Reach.OWN, Reach.CHILD}
    if not works or student in family:
        raise not_allowed(Permission.REGISTERS_VIEW)
    seen = Student.objects.filter(visible_students(actor, Permission.REGISTERS_VIEW)).exclude(pk__in=family)
    return seen.filter(pk=student) if student else seen


def _marks(rows: QuerySet[R], students: QuerySet[Student], first: date, last: date) -> QuerySet[R]:
    rows = rows.filter(on__range=(first, last), student__in=students)
    return rows.select_related("student__person").order_by("-on", "student_id", "session")


def get_session_mark(student: UUID, *, on: date, session: str, actor: Actor) -> SessionMark:
    """One statutory mark."""
    found = list_session_marks(actor, first=on, last=on, student=student).filter(session=session).first()
    if found is None:
        raise NotFoundError
    return found


def list_patterns(student: UUID, *, actor: Actor) -> QuerySet[SessionPattern]:
    """The sessions in which a student is not expected here, the newest first, for those who may set them."""
    rows = SessionPattern.objects.filter(student=student).order_by("-starts_on", "pk")
    return rows if actor.reaches_all(Permission.REGISTERS_AMEND) else rows.none()
