"""What behaviour tells the rest of the system: ids, severities, points; never names or texts."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec

from lyceum.domains.journal.facts import FactPayload


class StudentPoints(msgspec.Struct, frozen=True, kw_only=True):
    """One student's part inside a fact."""

    student: UUID
    points: int


class IncidentFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about an incident says."""

    topic: ClassVar[str] = "behaviour"
    incident: UUID
    incident_type: UUID
    severity: int
    students: list[StudentPoints]
    protected: bool = True
    """Whether only some of the school's own people may know of it; facts from before this was said count as such."""

    def subject(self) -> str:
        return str(self.incident)

    def leaves(self) -> bool:
        return not self.protected


class IncidentSubmitted(IncidentFact, frozen=True, kw_only=True):
    """Somebody reported what happened."""

    type: ClassVar[str] = "behaviour.incident.submitted"
    is_live: ClassVar[bool] = True
    grades: list[UUID]
    """Of its students."""
    confidential: bool
    guarded: bool
    """Whether nobody but reviewers and safeguarding sees it before it is reviewed."""

    def live_topics(self) -> tuple[str, ...]:
        return tuple(f"incidents:{grade}" for grade in self.grades)


class IncidentApproved(IncidentFact, frozen=True, kw_only=True):
    """It counts from now on."""

    type: ClassVar[str] = "behaviour.incident.approved"


class IncidentRejected(IncidentFact, frozen=True, kw_only=True):
    """A reviewer did not accept it."""

    type: ClassVar[str] = "behaviour.incident.rejected"


class IncidentWithdrawn(IncidentFact, frozen=True, kw_only=True):
    """It counted and does not any more."""

    type: ClassVar[str] = "behaviour.incident.withdrawn"


class PointsChanged(FactPayload, frozen=True, kw_only=True):
    """A student's points on a scale rose or fell."""

    type: ClassVar[str] = "behaviour.points.changed"
    topic: ClassVar[str] = "behaviour"
    student: UUID
    scale: UUID
    delta: int

    def subject(self) -> str:
        return str(self.student)


class StageFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about a stage says."""

    topic: ClassVar[str] = "behaviour"
    case: UUID
    student: UUID
    stage: int

    def subject(self) -> str:
        return str(self.case)


class StageReached(StageFact, frozen=True, kw_only=True):
    """A student came to a stage; a person decides what follows."""

    type: ClassVar[str] = "behaviour.stage.reached"


class StageApproved(StageFact, frozen=True, kw_only=True):
    """A person decided that the stage's step is taken."""

    type: ClassVar[str] = "behaviour.stage.approved"


class StageLapsed(StageFact, frozen=True, kw_only=True):
    """The sum fell below the threshold before anybody decided."""

    type: ClassVar[str] = "behaviour.stage.lapsed"


class ActionFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about an action says."""

    topic: ClassVar[str] = "behaviour"
    action: UUID
    student: UUID
    kind: str
    first_day: date = msgspec.field(name="from")
    last_day: date | None = msgspec.field(name="to")

    def subject(self) -> str:
        return str(self.action)


class ActionSet(ActionFact, frozen=True, kw_only=True):
    """Something follows, as a suspension from one day to another."""

    type: ClassVar[str] = "behaviour.action.set"


class ActionEnded(ActionFact, frozen=True, kw_only=True):
    """It was done, or called off; the last day is that on which it really ended."""

    type: ClassVar[str] = "behaviour.action.ended"
    state: str
    """done or cancelled."""


class NoticeFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about a notice says."""

    topic: ClassVar[str] = "behaviour"
    notice: UUID
    student: UUID

    def subject(self) -> str:
        return str(self.notice)


class NoticeApproved(NoticeFact, frozen=True, kw_only=True):
    """It goes out when the time to call it back is over."""

    type: ClassVar[str] = "behaviour.notice.approved"


class NoticeSent(NoticeFact, frozen=True, kw_only=True):
    """It was handed over to be delivered."""

    type: ClassVar[str] = "behaviour.notice.sent"


class NoticeAcknowledged(NoticeFact, frozen=True, kw_only=True):
    """Somebody of the family has read it."""

    type: ClassVar[str] = "behaviour.notice.acknowledged"
