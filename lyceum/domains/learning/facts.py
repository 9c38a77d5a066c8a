"""What learning tells the rest of the system: ids, states and amounts; never names or texts."""

from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload

TOPIC = "learning"


class CourseChanged(FactPayload, frozen=True, kw_only=True):
    """What strangers are told of a course is another from now on."""

    type: ClassVar[str] = "learning.course.changed"
    topic: ClassVar[str] = TOPIC
    course: UUID
    status: str
    """`draft`, `published` or `archived`."""

    def subject(self) -> str:
        return str(self.course)


class SchedulePublished(FactPayload, frozen=True, kw_only=True):
    """A run is offered from now on."""

    type: ClassVar[str] = "learning.schedule.published"
    topic: ClassVar[str] = TOPIC
    schedule: UUID
    course: UUID

    def subject(self) -> str:
        return str(self.schedule)


class ScheduleCancelled(FactPayload, frozen=True, kw_only=True):
    """A run does not take place."""

    type: ClassVar[str] = "learning.schedule.cancelled"
    topic: ClassVar[str] = TOPIC
    schedule: UUID
    learners: list[UUID]
    """Students whose enrolments ended by it."""

    def subject(self) -> str:
        return str(self.schedule)


class AccessFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about access says."""

    topic: ClassVar[str] = TOPIC
    student: UUID
    course: UUID | None
    """None: every course."""
    source: str

    def subject(self) -> str:
        return str(self.student)


class AccessGranted(AccessFact, frozen=True, kw_only=True):
    """A student is approved."""

    type: ClassVar[str] = "learning.access.granted"


class AccessRevoked(AccessFact, frozen=True, kw_only=True):
    """A student is approved no longer."""

    type: ClassVar[str] = "learning.access.revoked"


class EnrolmentFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about an enrolment says."""

    topic: ClassVar[str] = TOPIC
    is_live: ClassVar[bool] = True
    enrolment: UUID
    student: UUID
    schedule: UUID
    status: str

    def subject(self) -> str:
        return str(self.enrolment)

    def live_topics(self) -> tuple[str, ...]:
        return (f"enrolments:{self.schedule}",)


class Enrolled(EnrolmentFact, frozen=True, kw_only=True):
    """A student has a place: at once, or promoted from the waiting list. With a price, it is held until it is paid."""

    type: ClassVar[str] = "learning.enrolled"
    price_minor: int | None = None
    currency: str = ""


class Waitlisted(EnrolmentFact, frozen=True, kw_only=True):
    """The run is full; a student waits."""

    type: ClassVar[str] = "learning.waitlisted"


class Withdrawn(EnrolmentFact, frozen=True, kw_only=True):
    """A student left, lapsed or was not completed in time."""

    type: ClassVar[str] = "learning.withdrawn"
    reason: str
    """A code, as `withdrawn`, `schedule_cancelled`, `payment_lapsed`, `not_completed`."""


class LessonCompleted(FactPayload, frozen=True, kw_only=True):
    """A learner completed a lesson."""

    type: ClassVar[str] = "learning.lesson.completed"
    topic: ClassVar[str] = TOPIC
    enrolment: UUID
    student: UUID
    lesson: UUID

    def subject(self) -> str:
        return str(self.enrolment)


class MaterialOpened(FactPayload, frozen=True, kw_only=True):
    """A learner opened a material for the first time."""

    type: ClassVar[str] = "learning.material.opened"
    topic: ClassVar[str] = TOPIC
    material: UUID
    student: UUID

    def subject(self) -> str:
        return str(self.material)


class CompletionFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about a completion says."""

    topic: ClassVar[str] = TOPIC
    completion: UUID
    student: UUID
    course: UUID

    def subject(self) -> str:
        return str(self.completion)


class CourseCompleted(CompletionFact, frozen=True, kw_only=True):
    """A student completed a course."""

    type: ClassVar[str] = "learning.course.completed"


class CompletionReversed(CompletionFact, frozen=True, kw_only=True):
    """A completion was taken back."""

    type: ClassVar[str] = "learning.completion.reversed"
