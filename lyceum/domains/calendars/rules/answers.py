"""Registering for an event and answering an invitation: for oneself, or a guardian for a child."""

from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.aftermath import afterwards
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission, Reach
from lyceum.core.schools import school_scope
from lyceum.core.text import tidy
from lyceum.domains.calendars.answering import answers_until, why_closed
from lyceum.domains.calendars.facts import InvitationAnswered
from lyceum.domains.calendars.models import Event, EventInvitation
from lyceum.domains.calendars.policies import meant_students, visible_events
from lyceum.domains.calendars.rules.refusals import (
    ConsentNeededError,
    EventFullError,
    NotInvitedError,
    NotRegisteredError,
    RegistrationClosedError,
)
from lyceum.domains.calendars.rules.seats import fill_seats, is_waiting, next_place, seats_left
from lyceum.domains.calendars.rules.telling import ask_consent
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Person, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import find_person_of_user

State = EventInvitation.State
ANSWERS = (State.ACCEPTED, State.DECLINED, State.TENTATIVE)
MOST_SEATS = 10


@dataclass(frozen=True)
class Invitee:
    """Who answers, or for whom: a person of the school, or the account of somebody who is none."""

    name: str
    person: Person | None = None
    student: Student | None = None
    user: UUID | None = None
    by_guardian: bool = False


@transaction.atomic
def answer_event(
    event_id: UUID,
    *,
    answer: str = State.ACCEPTED,
    student_id: UUID | None = None,
    seats: int = 1,
    note: str = "",
    actor: Actor,
) -> EventInvitation:
    """Say whether somebody comes. Of two answers for the last seat the second waits, or is refused without a list."""
    event = _get_for_answer(event_id, actor)
    invitee = _find_invitee(student_id, actor)
    if answer not in ANSWERS:
        raise invalid_field("/answer", "choice", _("Choose one of: accepted, declined, tentative."))
    if not 1 <= seats <= MOST_SEATS:
        raise invalid_field("/seats", "range", _("Take from 1 to %(most)s seats.") % {"most": MOST_SEATS})
    row = _find_row(event, invitee)
    _refuse_closed(event, actor)
    _refuse_uninvited(event, invitee, row, actor)
    row = row or EventInvitation(event=event, person=invitee.person, user=invitee.user, name=invitee.name)
    if answer == State.ACCEPTED:
        _need_consent(event, invitee, row, actor)
    fill_seats(event, actor=actor)  # who waited longer comes first
    if not row._state.adding:
        row.refresh_from_db()
    before = row.state if not row._state.adding else None
    if answer == State.ACCEPTED:
        _take_seats(event, row, seats)
    else:
        row.state, row.place = State(answer), None
    row.seats = seats
    row.please_confirm, row.confirm_by = False, None
    row.note = tidy(note)[:500]
    _sign(row, actor)
    row.save()
    _record(event, row, before, actor)
    fill_seats(event, actor=actor)
    row.refresh_from_db()
    return row


@transaction.atomic
def withdraw_from_event(event_id: UUID, *, student_id: UUID | None = None, actor: Actor) -> EventInvitation:
    """Give a seat or a place on the waiting list back. The seat goes to the first who waits, at once."""
    event = _get_for_answer(event_id, actor)
    row = _find_row(event, _find_invitee(student_id, actor))
    if row is None or row.state in (State.WITHDRAWN, State.DECLINED):
        raise NotRegisteredError(_("You are not registered for this event."))
    _refuse_closed(event, actor, leaving=True)
    before, row.state, row.place = row.state, State.WITHDRAWN, None
    row.please_confirm, row.confirm_by = False, None
    _sign(row, actor)
    row.save()
    _record(event, row, before, actor)
    fill_seats(event, actor=actor)
    return row


def _get_for_answer(event_id: UUID, actor: Actor) -> Event:
    """The event, locked: answers to one event come one after the other."""
    actor.require(Permission.EVENTS_ANSWER)
    event = Event.objects.select_for_update(of=("self",)).filter(pk=event_id).first()
    if event is None or not Event.objects.filter(visible_events(actor), pk=event_id).exists():
        raise NotFoundError(_("There is no such event."))
    return event


def _find_invitee(student_id: UUID | None, actor: Actor) -> Invitee:
    keeps = actor.reaches_all(Permission.EVENTS_EDIT)
    if student_id is not None:
        reach = Q() if keeps else visible_students(actor, Permission.EVENTS_ANSWER)
        return _of_student(Student.objects.filter(reach, pk=student_id, deleted_at=None), actor)
    if Reach.OWN in actor.reaches(Permission.EVENTS_ANSWER):
        return _oneself(actor)
    children = Student.objects.filter(visible_students(actor, Permission.EVENTS_ANSWER))
    if children.count() > 1:
        raise invalid_field("/student_id", "required", _("Say for which child."))
    return _of_student(children, actor)


def _of_student(found: "QuerySet[Student]", actor: Actor) -> Invitee:
    student = found.select_related("person").first()
    if student is None:
        raise NotFoundError(_("There is no such student."))
    own = student.person.user_id == actor.user_id
    return Invitee(student.person.full_name, student.person, student, by_guardian=not own)


def _oneself(actor: Actor) -> Invitee:
    person = find_person_of_user(actor.user_id)
    if person is None:
        if actor.user_id is None:  # software registers students, by their ids
            raise invalid_field("/student_id", "required", _("Say for which student."))
        return Invitee(actor.name, user=actor.user_id)
    student = Student.objects.filter(person=person, deleted_at=None).first()
    return Invitee(person.full_name, person, student)


def _find_row(event: Event, invitee: Invitee) -> EventInvitation | None:
    whose = {"person": invitee.person} if invitee.person else {"user": invitee.user, "person": None}
    return EventInvitation.objects.filter(event=event, **whose).first()


def _refuse_closed(event: Event, actor: Actor, *, leaving: bool = False) -> None:
    """Nobody answers after the end; before it only who keeps events does so out of time."""
    why = why_closed(event, leaving=leaving)
    if why and not (actor.reaches_all(Permission.EVENTS_EDIT) and event.state == Event.State.PUBLISHED):
        raise RegistrationClosedError(why, closes_at=str(answers_until(event) or ""), ask=event.organiser_name)


def _refuse_uninvited(event: Event, invitee: Invitee, row: EventInvitation | None, actor: Actor) -> None:
    if (row is not None and row.state != State.WITHDRAWN) or actor.reaches_all(Permission.EVENTS_EDIT):
        return
    taken_back = row is not None and row.answered_by is None
    if event.who_may_register == Event.WhoMayRegister.INVITED or taken_back:
        raise NotInvitedError(_("Only who is invited can answer."))
    if invitee.by_guardian and invitee.student:
        if not Student.objects.filter(meant_students(event), pk=invitee.student.pk).exists():
            raise NotInvitedError(_("%(title)s is not for %(name)s.") % {"title": event, "name": invitee.name})
    elif event.visibility == Event.Visibility.PRIVATE:
        raise NotInvitedError(_("Only who is invited can answer."))


def _need_consent(event: Event, invitee: Invitee, row: EventInvitation, actor: Actor) -> None:
    if not event.needs_consent or invitee.student is None or row.consent_at:
        return
    by_family = invitee.by_guardian and Reach.CHILD in actor.reaches(Permission.EVENTS_ANSWER)
    if by_family or (invitee.by_guardian and actor.reaches_all(Permission.EVENTS_EDIT)):
        row.consent_by, row.consent_at = actor.user_id, clock.now()
        return
    _ask_and_refuse(event, invitee.student, actor)


def _ask_and_refuse(event: Event, student: Student, actor: Actor) -> NoReturn:
    """The refusal undoes the act, but not that the guardians are asked."""

    def ask() -> None:
        with school_scope(actor.school):
            ask_consent(event, student, actor=actor)

    afterwards(ask)
    raise ConsentNeededError(_("A guardian has to say yes first. They are asked now."))


def _take_seats(event: Event, row: EventInvitation, seats: int) -> None:
    """A seat, or the end of the waiting list. Who has a seat keeps it; more of them must be free."""
    held = row.seats if row.state == State.ACCEPTED and not row._state.adding else 0
    if held >= seats:
        row.state = State.ACCEPTED
        return
    left = seats_left(event)
    is_free = left is None or seats <= left + held
    if is_free and (held or not is_waiting(event)):
        row.state, row.place = State.ACCEPTED, None
        return
    if row.state == State.WAITLISTED and not row._state.adding:
        return
    if held or not event.waiting_list:
        raise EventFullError(_("Every place is taken."), left=left)
    row.state, row.place = State.WAITLISTED, next_place(event)


def _sign(row: EventInvitation, actor: Actor) -> None:
    row.answered_by, row.answered_by_name, row.answered_at = actor.user_id, actor.name[:200], clock.now()


def _record(event: Event, row: EventInvitation, before: str | None, actor: Actor) -> None:
    record(
        "calendars.invitation.answer",
        target=Target(event._meta.label_lower, event.pk, f"{event}: {row}"[:200]),
        changes={"state": [before, row.state]},
        facts=[InvitationAnswered(event=event.pk, person=row.person_id, state=row.state)],
        actor=actor,
    )
