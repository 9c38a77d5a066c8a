"""What is known of somebody on their way: one small function for each step, each a single question."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.accounts.models import EmailAddress, User
from lyceum.domains.calendars.models import EventAttendance, EventInvitation
from lyceum.domains.learning.models import Completion, CourseEnrolment, LearnerAccess, LessonProgress, MaterialOpening
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.queries import on_roll
from lyceum.domains.reports.journey.sources import SeenApplication, alumni_profile_of, application_of
from lyceum.domains.tenancy.queries import day_bounds, today


@dataclass(frozen=True)
class Done:
    """That a step is done, and when; `at` may not be known."""

    at: datetime | None = None


@dataclass(frozen=True)
class Subject:
    """Whose way it is: an account, a student's record, or both."""

    user: User | None
    student: Student | None

    @property
    def student_id(self) -> UUID | None:
        """The student's id."""
        return self.student.pk if self.student else None


APPROVED = frozenset({"approved", "enrolled"})
ENDED = frozenset({"rejected", "expired", "declined", "withdrawn", "rescinded"})
_UNDECIDED = frozenset({"draft", "submitted", "under_review", "withdrawn"})


def find_application(subject: Subject, actor: Actor) -> SeenApplication | None:
    """The newest application, where one is known."""
    return application_of(subject.student.pk, actor) if subject.student else None


def discovered(subject: Subject) -> Done | None:
    """Whoever is known here has found the school."""
    first = [row.created_at for row in (subject.user, subject.student) if row is not None]
    return Done(min(first)) if first else None


def registered(subject: Subject) -> Done | None:
    """An account, and where it has an e-mail address one that is shown to be theirs."""
    if subject.user is None:
        return None
    addresses = list(EmailAddress.objects.filter(user=subject.user).values_list("verified_at", flat=True))
    verified = [at for at in addresses if at is not None]
    if addresses and not verified:
        return None
    return Done(max(subject.user.created_at, min(verified)) if verified else subject.user.created_at)


def applied(application: SeenApplication | None) -> Done | None:
    """An application was sent."""
    if application is None or application.status == "draft":
        return None
    return Done(application.submitted_at)


def reviewed(application: SeenApplication | None) -> Done | None:
    """The school has decided, as far as that can be seen."""
    if application is None or application.status in _UNDECIDED:
        return None
    return Done(application.decided_at)


def approved(application: SeenApplication | None, subject: Subject) -> Done | None:
    """Approved, or let in to courses from an instant that has come."""
    if application is not None:
        return Done(application.decided_at) if application.status in APPROVED else None
    rows = LearnerAccess.objects.filter(student=subject.student_id, revoked_at=None, granted_at__lte=clock.now())
    return _first(rows.aggregate(at=Min("granted_at"))["at"])


def enrolled(subject: Subject) -> Done | None:
    """A place in a run, or on the roll of the school."""
    gone = (CourseEnrolment.Status.WAITLISTED, CourseEnrolment.Status.PENDING_PAYMENT, *_LEFT)
    rows = CourseEnrolment.objects.filter(student=subject.student_id).exclude(status__in=gone)
    day = today()
    past = Q(on_roll(day)) | Q(last_day__lt=day) & ~Q(exit="no_show")
    roll = Enrolment.objects.filter(past, student=subject.student_id).aggregate(first=Min("first_day"))["first"]
    found = [rows.aggregate(at=Min("enrolled_at"))["at"], day_bounds(roll)[0] if roll else None]
    return _first(*found)


_LEFT = (CourseEnrolment.Status.WITHDRAWN, CourseEnrolment.Status.LAPSED)


def learned(subject: Subject) -> Done | None:
    """The first lesson or material was opened."""
    lessons = LessonProgress.objects.filter(enrolment__student=subject.student_id)
    materials = MaterialOpening.objects.filter(student=subject.student_id)
    return _first(lessons.aggregate(at=Min("first_opened_at"))["at"], materials.aggregate(at=Min("opened_at"))["at"])


def engaged(subject: Subject) -> Done | None:
    """Registered for an event, or seen at one."""
    whose = Q()
    if subject.user is not None:
        whose |= Q(user=subject.user.pk)
    if subject.student is not None:
        whose |= Q(person=subject.student.person_id)
    said_yes = EventInvitation.objects.filter(whose, state=EventInvitation.State.ACCEPTED) if whose else None
    there = EventAttendance.objects.filter(student=subject.student_id, state=EventAttendance.State.ATTENDED)
    return _first(
        said_yes.aggregate(at=Min("answered_at"))["at"] if said_yes is not None else None,
        there.aggregate(at=Min("created_at"))["at"],
    )


def completed(subject: Subject) -> Done | None:
    """A course was completed, or school left as a graduate."""
    courses = Completion.objects.filter(student=subject.student_id, reversed_at=None)
    left = Enrolment.objects.filter(student=subject.student_id, exit="graduated", last_day__lt=today())
    last = left.aggregate(last=Min("last_day"))["last"]
    return _first(courses.aggregate(at=Min("completed_at"))["at"], day_bounds(last)[1] if last else None)


def is_alumnus(subject: Subject, actor: Actor) -> Done | None:
    """A profile among the alumni is published."""
    profile = alumni_profile_of(subject.student.pk, actor) if subject.student else None
    return Done(profile.published_at) if profile is not None and profile.state == "published" else None


def _first(*instants: datetime | None) -> Done | None:
    known = [at for at in instants if at is not None]
    return Done(min(known)) if known else None
