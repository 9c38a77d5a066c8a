"""What detentions do when something happens elsewhere."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from lyceum.core.actor import Actor, system_actor
from lyceum.domains.academics.facts import LeavingUndone, SchoolDaysChanged
from lyceum.domains.behaviour.facts import NoticeSent
from lyceum.domains.behaviour.rules.detentions.days import note_planned
from lyceum.domains.behaviour.rules.detentions.events import heed_events
from lyceum.domains.behaviour.rules.detentions.following import cancel_closed_slots, cancel_for_leaver, follow_closure
from lyceum.domains.behaviour.rules.detentions.returning import bring_back_for
from lyceum.domains.behaviour.rules.detentions.supervisors import review_supervisors
from lyceum.domains.behaviour.rules.detentions.telling import note_told
from lyceum.domains.behaviour.rules.detentions.types import add_usual_types
from lyceum.domains.calendars.facts import (
    EventCancelled,
    EventChanged,
    EventFact,
    EventPublished,
    InvitationAnswered,
)
from lyceum.domains.journal.facts import hears, hears_all, hears_of
from lyceum.domains.people.facts import EnrolmentEnded
from lyceum.domains.tenancy.facts import SchoolProvisioned
from lyceum.domains.timetable.facts import (
    CoverAssigned,
    CoverCancelled,
    LessonChanged,
    StaffAbsenceChanged,
    VersionPublished,
)


@hears(SchoolProvisioned)
def add_types(_fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has kinds of detention from the moment it exists."""
    add_usual_types()


@hears(NoticeSent)
def count_notice_from_now(fact: NoticeSent, _actor: Actor) -> None:
    """The notice that families are promised counts from the moment they are told."""
    note_told(fact.notice)


@hears(EnrolmentEnded)
def cancel_what_is_left(fact: EnrolmentEnded, actor: Actor) -> None:
    """Who leaves serves nothing after their last day."""
    cancel_for_leaver(fact.student, actor=system_actor(actor.school))


@hears(LeavingUndone)
def bring_back_what_was_left(fact: LeavingUndone, actor: Actor) -> None:
    """Who does not leave after all serves what the leaving cancelled."""
    bring_back_for(fact.student, since=fact.made_at, actor=system_actor(actor.school))


@hears(StaffAbsenceChanged)
def look_for_supervisors(fact: StaffAbsenceChanged, actor: Actor) -> None:
    """Whoever is away supervises nothing meanwhile; the office sees at once which slot needs somebody."""
    review_supervisors(system_actor(actor.school), staff=[fact.staff])


@hears_all(CoverAssigned)
def look_at_who_covers(facts: Sequence[CoverAssigned], actor: Actor) -> None:
    """Whoever covers a lesson supervises no slot at that time."""
    for day in {fact.date for fact in facts}:
        review_supervisors(system_actor(actor.school), on=day)


@hears_all(CoverCancelled)
def look_at_who_is_free_again(facts: Sequence[CoverCancelled], actor: Actor) -> None:
    """Whoever covers no more may supervise again."""
    for day in {fact.date for fact in facts}:
        review_supervisors(system_actor(actor.school), on=day)


@hears(LessonChanged)
def look_at_who_teaches(fact: LessonChanged, actor: Actor) -> None:
    """A lesson that is moved may take a supervisor away."""
    review_supervisors(system_actor(actor.school), on=fact.date)


@hears(VersionPublished)
def look_at_everybody(_fact: VersionPublished, actor: Actor) -> None:
    """Another timetable: everybody may teach at other times."""
    review_supervisors(system_actor(actor.school))


def make_way_for_event(_fact: EventFact, actor: Actor) -> None:
    """Whoever has to be at an event is at no detention then."""
    heed_events(actor=system_actor(actor.school))


for each in (EventPublished, EventChanged, EventCancelled):
    hears(each)(make_way_for_event)


@hears(InvitationAnswered)
def make_way_for_who_comes(fact: InvitationAnswered, actor: Actor) -> None:
    """Whoever takes part in an event from now on serves no detention then, and supervises none."""
    if fact.person:
        heed_events(person=fact.person, actor=system_actor(actor.school))


@hears(SchoolDaysChanged)
def follow_closed_days(_fact: SchoolDaysChanged, actor: Actor) -> None:
    """On a day that is closed from now on nobody serves a detention."""
    cancel_closed_slots(system_actor(actor.school))


class PlannedTold(msgspec.Struct, frozen=True):
    """What attendance tells of a planned absence: for whom, and which days it takes or gives back."""

    state: str
    students: list[UUID]
    first: date | None = msgspec.field(name="from", default=None)
    last: date | None = msgspec.field(name="to", default=None)
    meaning: str = ""


@hears_of("attendance.planned.decided", PlannedTold)
def plan_around_absences(fact: PlannedTold, actor: Actor) -> None:
    """Whoever will be away has no detention then."""
    if fact.first and fact.last and fact.state != "refused":
        note_planned(
            fact.students,
            first=fact.first,
            last=fact.last,
            meaning=fact.meaning,
            holds=fact.state == "approved",
            actor=system_actor(actor.school),
        )


class ClosureTold(msgspec.Struct, frozen=True):
    """What attendance tells of a closure."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    sessions: list[str]
    grades: list[UUID]
    undone: bool


@hears_of("attendance.closure.changed", ClosureTold)
def heed_closures(fact: ClosureTold, actor: Actor) -> None:
    """The school cannot be kept: its detentions are moved."""
    if not fact.undone:
        follow_closure(
            fact.first, fact.last, sessions=fact.sessions, grades=fact.grades, actor=system_actor(actor.school)
        )
