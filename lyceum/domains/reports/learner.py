"""What a learner's own dashboard shows besides the day: courses, what is due, events, certificates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.calendars.agenda import SOURCES, Asked, Entry
from lyceum.domains.calendars.models import Event, EventInvitation
from lyceum.domains.learning.models import Certificate, CourseEnrolment, Meeting
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import today

AHEAD = timedelta(days=14)
OPEN = (CourseEnrolment.Status.ACTIVE, CourseEnrolment.Status.WAITLISTED, CourseEnrolment.Status.PENDING_PAYMENT)


@dataclass(frozen=True)
class Learner:
    """A learner's matters, as they may know them."""

    enrolments: Sequence[CourseEnrolment]
    next_meeting: Meeting | None
    due: Sequence[Entry]
    events: Sequence[EventInvitation]
    certificates: Sequence[Certificate]


def read_learner(student: Student, *, actor: Actor) -> Learner:
    """What there is about one student whom the actor may see. A fixed number of statements."""
    day = today()
    enrolments = CourseEnrolment.objects.filter(student=student).exclude(status=CourseEnrolment.Status.LAPSED)
    meetings = Meeting.objects.filter(
        schedule__enrolments__student=student,
        schedule__enrolments__status=CourseEnrolment.Status.ACTIVE,
        schedule__status="published",
        ends_at__gt=clock.now(),
    )
    asked = Asked(actor, day, day + AHEAD, None, {student.pk: student.person.called}, student.pk)
    events = EventInvitation.objects.filter(
        person=student.person_id, event__state=Event.State.PUBLISHED, event__last_day__gte=day
    ).exclude(state__in=(EventInvitation.State.WITHDRAWN, EventInvitation.State.DECLINED))
    certificates = Certificate.objects.filter(completion__student=student, status=Certificate.Status.ISSUED)
    return Learner(
        enrolments=list(enrolments.select_related("schedule__course").order_by("-enrolled_at", "pk")),
        next_meeting=meetings.select_related("schedule__course", "location").order_by("starts_at", "pk").first(),
        due=list(SOURCES["due"](asked)),
        events=list(events.select_related("event__location").order_by("event__date", "pk")),
        certificates=list(certificates.order_by("-issued_at", "pk")),
    )
