"""What people tell the rest of the system."""

from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class _About(FactPayload, frozen=True, kw_only=True):
    student: UUID

    def subject(self) -> str:
        return str(self.student)


class StudentCreated(_About, frozen=True, kw_only=True):
    """A student's record was made."""

    type: ClassVar[str] = "people.student.created"
    topic: ClassVar[str] = "people"


class StudentChanged(_About, frozen=True, kw_only=True):
    """A student's own data changed."""

    type: ClassVar[str] = "people.student.changed"
    topic: ClassVar[str] = "people"


class StudentMerged(_About, frozen=True, kw_only=True):
    """Two records of one student became one: what was said of `merged` is from now on said of `student`."""

    type: ClassVar[str] = "people.student.merged"
    topic: ClassVar[str] = "people"
    merged: UUID


class MergeUndone(_About, frozen=True, kw_only=True):
    """The one record became two again, as it was."""

    type: ClassVar[str] = "people.student.unmerged"
    topic: ClassVar[str] = "people"
    restored: UUID


class EnrolmentStarted(_About, frozen=True, kw_only=True):
    """A student came on roll, or will."""

    type: ClassVar[str] = "people.enrolment.started"
    topic: ClassVar[str] = "people"
    enrolment: UUID


class EnrolmentEnded(_About, frozen=True, kw_only=True):
    """A student left, or will."""

    type: ClassVar[str] = "people.enrolment.ended"
    topic: ClassVar[str] = "people"
    enrolment: UUID
    exit: str


class RestrictionChanged(_About, frozen=True, kw_only=True):
    """Who may be told about a student changed."""

    type: ClassVar[str] = "people.restriction.changed"
    stays: ClassVar[bool] = True
    topic: ClassVar[str] = "people"


class ConsentAnswered(_About, frozen=True, kw_only=True):
    """Somebody agreed to something for a student, or no longer does."""

    type: ClassVar[str] = "people.consent.answered"
    topic: ClassVar[str] = "people"
    kind: UUID
    answer: str
    """given, refused or withdrawn."""


class SubjectErased(FactPayload, frozen=True, kw_only=True):
    """Nobody is called by their name any more of whom this is the id: the user's, the person's where there was one."""

    type: ClassVar[str] = "journal.subject.erased"
    topic: ClassVar[str] = "journal"
    user: UUID
    person: UUID | None

    def subject(self) -> str:
        return str(self.person or self.user)
