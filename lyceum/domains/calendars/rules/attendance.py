"""Saying who came to an event."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import FieldError, InvalidError, NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.calendars.answering import begins_at
from lyceum.domains.calendars.facts import AttendanceRecorded
from lyceum.domains.calendars.models import Event, EventAttendance, EventAttendancePast
from lyceum.domains.calendars.policies import may_keep, visible_events
from lyceum.domains.calendars.rules.refusals import EventNotBegunError, EventNotPublishedError
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import today

State = EventAttendance.State
MOST = 2_000


@dataclass(frozen=True)
class Seen:
    """One student, and whether they were there."""

    student: UUID
    state: str


@transaction.atomic
def record_event_attendance(event_id: UUID, *, seen: Sequence[Seen], actor: Actor) -> Event:
    """Say of students whether they came, also of those who were not invited. What was said before is kept.

    One statement for the rows and one for what they said before, however many.
    """
    event = _get_to_record(event_id, actor)
    _refuse_wrong(seen)
    wanted = {each.student: each.state for each in seen}
    known = {row.student_id: row for row in EventAttendance.objects.filter(event=event, student__in=wanted)}
    changed = [row for row in known.values() if row.state != wanted[row.student_id]]
    now, by = clock.now(), {"by": actor.user_id, "by_name": actor.name[:200]}
    EventAttendancePast.objects.bulk_create(
        EventAttendancePast(attendance=row, state=row.state, by=row.by, by_name=row.by_name, said_at=row.updated_at)
        for row in changed
    )
    rows = [
        EventAttendance(
            event=event, student_id=student, state=state, checked_in_at=now if state == State.ATTENDED else None, **by
        )
        for student, state in wanted.items()
        if student not in known or known[student] in changed
    ]
    if rows:
        EventAttendance.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["school", "event", "student"],
            update_fields=["state", "checked_in_at", "by", "by_name", "updated_at"],
        )
        _record(event, len(rows), actor)
    return event


def _get_to_record(event_id: UUID, actor: Actor) -> Event:
    event = Event.objects.select_for_update(of=("self",)).filter(pk=event_id).first()
    if event is None or not Event.objects.filter(visible_events(actor), pk=event_id).exists():
        raise NotFoundError(_("There is no such event."))
    if not may_keep(event, actor):
        raise not_allowed(Permission.EVENTS_EDIT)
    if event.state != Event.State.PUBLISHED:
        raise EventNotPublishedError(_("Only of a published event can be said who came."))
    if begins_at(event) > clock.now() and event.date > today():
        raise EventNotBegunError(_("This event has not begun."))
    return event


def _refuse_wrong(seen: Sequence[Seen]) -> None:
    errors = []
    if len(seen) > MOST:
        raise InvalidError(_("Send at most %(most)s students at a time.") % {"most": MOST})
    here = set(
        Student.objects.filter(pk__in=[each.student for each in seen], deleted_at=None).values_list("pk", flat=True)
    )
    for n, each in enumerate(seen):
        if each.student not in here:
            errors.append(FieldError(f"/{n}/student_id", "choice", _("There is no such student.")))
        if each.state not in State.values:
            message = _("Choose one of: attended, absent, excused.")
            errors.append(FieldError(f"/{n}/state", "choice", message))
    twice = [student for student, n in Counter(each.student for each in seen).items() if n > 1]
    if twice:
        errors.append(FieldError("/", "duplicate", _("A student is named twice.")))
    if errors:
        raise InvalidError(errors[0].message, errors=errors)


def _record(event: Event, changed: int, actor: Actor) -> None:
    counts = Counter(EventAttendance.objects.filter(event=event).values_list("state", flat=True))
    fact = AttendanceRecorded(
        event=event.pk,
        attended=counts[State.ATTENDED],
        absent=counts[State.ABSENT],
        excused=counts[State.EXCUSED],
    )
    record(
        "calendars.attendance.record",
        target=Target.of(event),
        changes={"students": [None, changed]},
        facts=[fact],
        actor=actor,
    )
