"""Reading events: always as far as the actor may know of them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.calendars.models import Event, EventAttendance, EventClass, EventInvitation
from lyceum.domains.calendars.policies import PUBLIC_NOW, may_keep, own_invitations, visible_events
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.tenancy.queries import today

ORDER = ("date", "starts_at", "pk")
"""Of a page; for a walk by cursor `WALK`, whose fields are never null."""
WALK = ("date", "pk")
SEATED = Q(state=EventInvitation.State.ACCEPTED)


def seats_taken() -> Coalesce:
    """The seats of those who take part, as a column of Event."""
    return Coalesce(Sum("invitations__seats", filter=Q(invitations__state=EventInvitation.State.ACCEPTED)), 0)


def list_events(
    actor: Actor,
    *,
    first: date | None = None,
    last: date | None = None,
    type: str = "",
    state: str = "",
    text: str = "",
) -> QuerySet[Event]:
    """The events that the actor may know of. The days are those on which an event takes place, if only in part."""
    actor.require(Permission.EVENTS_VIEW)
    rows = Event.objects.filter(visible_events(actor))
    if first:
        rows = rows.filter(last_day__gte=first)
    if last:
        rows = rows.filter(date__lte=last)
    if type:
        rows = rows.filter(type=type)
    if state:
        rows = rows.filter(_in_state(state))
    if text:
        rows = rows.filter(title__icontains=text)
    return _whole(rows)


def _whole(rows: QuerySet[Event]) -> QuerySet[Event]:
    classes = Prefetch("classes", EventClass.objects.select_related("school_class"))
    whole: QuerySet[Event] = rows.select_related("location").prefetch_related(classes).annotate(taken=seats_taken())
    return whole


def _in_state(state: str) -> Q:
    """Published ones are not over yet, completed ones are."""
    if state not in ("published", "completed"):
        return Q(state=state)
    over = Q(ends_at__lte=clock.now()) | Q(ends_at__isnull=True, last_day__lt=today())
    return Q(state=Event.State.PUBLISHED) & (over if state == "completed" else ~over)


def state_now(event: Event) -> str:
    """The state of an event as it is shown: published ones are completed when they are over."""
    over = event.state == Event.State.PUBLISHED and event.is_over(clock.now(), today())
    return "completed" if over else str(event.state)


def get_event(event_id: UUID, *, actor: Actor) -> Event:
    """One event that the actor may know of."""
    actor.require(Permission.EVENTS_VIEW)
    return _found(_whole(Event.objects.filter(visible_events(actor), pk=event_id)).first())


def find_event_by_slug(slug: str, *, actor: Actor) -> Event:
    """One event by the name that it has in addresses."""
    actor.require(Permission.EVENTS_VIEW)
    return _found(_whole(Event.objects.filter(visible_events(actor), slug=slug)).first())


def _found(event: Event | None) -> Event:
    if event is None:
        raise NotFoundError(_("There is no such event."))
    return event


def list_public_events(actor: Actor) -> QuerySet[Event]:
    """What anybody may know of, whoever asks: published, public, in the order of time."""
    actor.require(Permission.EVENTS_VIEW)
    return _whole(Event.objects.filter(PUBLIC_NOW)).order_by(*ORDER)


def get_public_event(slug: str, *, actor: Actor) -> Event:
    """One event of which anybody may know, by the name that it has in addresses."""
    return _found(list_public_events(actor).filter(slug=slug).first())


def list_coming_events(actor: Actor, *, days: int = 30) -> QuerySet[Event]:
    """What is published and still ahead, within some days."""
    last = today() + timedelta(days=days)
    return list_events(actor, state="published", first=today(), last=last).filter(date__gte=today()).order_by(*ORDER)


def own_answers(events: Sequence[Event], *, actor: Actor) -> dict[UUID, list[EventInvitation]]:
    """What the actor answered to each of some events, oneself and for one's children."""
    found: dict[UUID, list[EventInvitation]] = {}
    if actor.user_id is None or not events:
        return found
    rows = _numbered(own_invitations(actor).filter(event__in=[each.pk for each in events]))
    for row in rows.select_related("person").prefetch_related("person__students").order_by("created_at", "pk"):
        found.setdefault(row.event_id, []).append(row)
    return found


def sees_inside(event: Event, answers: Iterable[EventInvitation], *, actor: Actor) -> bool:
    """Whether the way to join, and where a private event is, are for the actor to know."""
    if actor.reaches_all(Permission.EVENTS_EDIT) or (actor.user_id and event.organiser == actor.user_id):
        return True
    return any(each.state == EventInvitation.State.ACCEPTED for each in answers)


def get_kept_event(event_id: UUID, *, actor: Actor) -> Event:
    """An event whose guest list the actor may see."""
    event = get_event(event_id, actor=actor)
    if not may_keep(event, actor):
        raise not_allowed(Permission.EVENTS_EDIT)
    return event


def list_guests(event_id: UUID, *, actor: Actor) -> QuerySet[EventInvitation]:
    """Who is invited and what they said, with their number on the waiting list, for who keeps the event."""
    event = get_kept_event(event_id, actor=actor)
    return _numbered(event.invitations.prefetch_related("person__students")).order_by("name", "pk")


def _numbered(rows: QuerySet[EventInvitation]) -> QuerySet[EventInvitation]:
    """With the number on the waiting list, for who is on it."""
    before = EventInvitation.objects.filter(event=OuterRef("event"), place__lte=OuterRef("place"))
    numbered: QuerySet[EventInvitation] = rows.annotate(number=SubqueryCount(before))
    return numbered


def waiting_number(row: EventInvitation) -> int | None:
    """How many are before somebody on the waiting list, and themselves."""
    if row.place is None:
        return None
    return EventInvitation.objects.filter(event=row.event_id, place__lte=row.place).count()


class SubqueryCount(Subquery):
    """How many rows another query finds."""

    template = "(SELECT count(*) FROM (%(subquery)s) _counted)"
    output_field = IntegerField()


def list_attendance(event_id: UUID, *, actor: Actor) -> list[tuple[Student, EventAttendance | None]]:
    """The students who take part or were there, by name, each with what was said; for who keeps the event."""
    event = get_kept_event(event_id, actor=actor)
    said = {row.student_id: row for row in EventAttendance.objects.filter(event=event)}
    coming = EventInvitation.objects.filter(SEATED, event=event, person__isnull=False)
    students = Student.objects.filter(Q(person__in=coming.values("person")) | Q(pk__in=said), deleted_at=None)
    rows = students.select_related("person").order_by("person__sort_name", "pk")
    return [(student, said.get(student.pk)) for student in rows]


def list_own_events(actor: Actor) -> QuerySet[EventInvitation]:
    """What the actor and their children are invited to or registered for; what comes last first."""
    actor.require(Permission.AGENDA_VIEW)
    rows = own_invitations(actor).exclude(event__state=Event.State.DRAFT)
    shown = rows.select_related("event__location").prefetch_related("person__students")
    dated: QuerySet[EventInvitation] = _numbered(shown).annotate(date=F("event__date"))
    return dated


def attendance_of(rows: Iterable[EventInvitation]) -> dict[tuple[UUID, UUID], EventAttendance]:
    """What was said of students at events, by event and student."""
    pairs = {(row.event_id, student.pk) for row in rows if (student := student_of(row)) is not None}
    if not pairs:
        return {}
    events, students = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    said = EventAttendance.objects.filter(event__in=events, student__in=students)
    return {(each.event_id, each.student_id): each for each in said}


def student_of(row: EventInvitation) -> Student | None:
    """The student who is invited, where it is one."""
    if row.person is None:
        return None
    return next((each for each in row.person.students.all() if each.deleted_at is None), None)


def list_participation(student_id: UUID, *, actor: Actor) -> QuerySet[EventAttendance]:
    """The events at which somebody said whether a student was there; the newest first."""
    students = Student.objects.filter(visible_students(actor), pk=student_id)
    if not students.exists():
        raise NotFoundError
    return EventAttendance.objects.filter(student=student_id).select_related("event").order_by("-event__date", "pk")


def answer_counts(event: Event) -> dict[str, int]:
    """How many gave each answer."""
    rows = event.invitations.values("state").annotate(n=Count("pk")).order_by()
    return {row["state"]: row["n"] for row in rows}
