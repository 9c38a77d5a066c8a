"""Inviting people to an event, and taking that back."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.domains.academics.models import Class, ClassMembership
from lyceum.domains.academics.policies import current
from lyceum.domains.calendars.models import Event, EventInvitation
from lyceum.domains.calendars.rules.events import get_event_for_edit
from lyceum.domains.calendars.rules.refusals import EventCancelledError
from lyceum.domains.calendars.rules.seats import fill_seats
from lyceum.domains.calendars.rules.telling import tell_invited
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Person, Staff, Student

State, Part = EventInvitation.State, EventInvitation.Part


@transaction.atomic
def invite_people(
    event_id: UUID,
    *,
    students: Sequence[UUID] = (),
    classes: Sequence[UUID] = (),
    staff: Sequence[UUID] = (),
    part: str = Part.OPTIONAL,
    actor: Actor,
) -> list[EventInvitation]:
    """Invite students, the students of classes, and staff. Who is invited already stays as they are.

    Why somebody is invited is frozen: the class that they were in.
    """
    event = get_event_for_edit(event_id, actor=actor)
    if event.state == Event.State.CANCELLED:
        raise EventCancelledError(_("This event was cancelled. Make a new one instead."))
    if part not in Part.values:
        raise invalid_field("/part", "choice", _("Choose one of: %(all)s.") % {"all": ", ".join(Part.values)})
    reasons = _people(students, classes, staff)
    known = {row.person_id: row for row in event.invitations.filter(person__in=reasons)}
    again = [row.pk for row in known.values() if row.state == State.WITHDRAWN]
    event.invitations.filter(pk__in=again).update(state=State.PENDING, part=part, answered_by=None)
    names = dict(Person.objects.filter(pk__in=reasons.keys() - known.keys()).values_list("pk", "full_name"))
    made = EventInvitation.objects.bulk_create(
        EventInvitation(event=event, person_id=pk, name=name, reason=reasons[pk], part=part)
        for pk, name in sorted(names.items())
    )
    asked = [*made, *event.invitations.filter(pk__in=again)]
    if asked:
        changes = {"people": [None, len(asked)]}
        record("calendars.event.invite", target=Target.of(event), changes=changes, actor=actor)
        tell_invited(event, asked, actor=actor)
    return asked


@transaction.atomic
def uninvite(event_id: UUID, invitation_id: UUID, *, actor: Actor) -> EventInvitation:
    """Take an invitation back; a seat that it held goes to the first who waits."""
    event = get_event_for_edit(event_id, actor=actor)
    row = event.invitations.filter(pk=invitation_id).first()
    if row is None:
        raise NotFoundError(_("There is no such invitation."))
    before, row.state, row.place = row.state, State.WITHDRAWN, None
    row.answered_by, row.confirm_by, row.please_confirm = None, None, False
    row.save()
    record("calendars.event.uninvite", target=Target.of(row), changes={"state": [before, row.state]}, actor=actor)
    fill_seats(event, actor=actor)
    return row


def _people(students: Sequence[UUID], classes: Sequence[UUID], staff: Sequence[UUID]) -> dict[UUID, str]:
    """The persons who are meant, each with why."""
    wanted = dict(Class.objects.filter(pk__in=classes).values_list("pk", "name"))
    if len(wanted) < len(set(classes)):
        raise invalid_field("/classes", "choice", _("There is no such class."))
    members = ClassMembership.objects.filter(current(), school_class__in=wanted, student__deleted_at=None)
    pairs = members.order_by("student", "pk").values_list("student__person", "school_class")
    reasons = {person: wanted[school_class] for person, school_class in pairs}
    named = Student.objects.filter(Q(deleted_at=None), pk__in=students).values_list("person", flat=True)
    at_work = Staff.objects.filter(pk__in=staff).values_list("person", flat=True)
    for pointer, ids, found in (("/students", students, set(named)), ("/staff", staff, set(at_work))):
        if len(found) < len(set(ids)):
            raise invalid_field(pointer, "choice", _("Somebody of these is not known here."))
        reasons = dict.fromkeys(found, "") | reasons
    return reasons
