"""GraphQL door of calendars: events, the agenda, answers and attendance."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.graphql import Info, Payload, act, changes_in, row_id, shown_as, through, together
from lyceum.core.instants import given_instant
from lyceum.domains.calendars import models
from lyceum.domains.calendars.agenda import Entry, read_agenda
from lyceum.domains.calendars.answering import why_closed
from lyceum.domains.calendars.queries import (
    WALK,
    find_event_by_slug,
    get_event,
    list_events,
    own_answers,
    sees_inside,
    state_now,
    student_of,
)
from lyceum.domains.calendars.rules.answers import answer_event, withdraw_from_event
from lyceum.domains.calendars.rules.attendance import Seen, record_event_attendance
from lyceum.domains.calendars.rules.events import cancel_event, create_event, edit_event, publish_event
from lyceum.domains.calendars.words import where_in_words

Day = date


@strawberry.type(description="What somebody answered to an event: the caller, or one of their children.")
class EventAnswer:
    id: strawberry.ID
    name: str
    state: str
    seats: int
    please_confirm: bool
    confirm_by: datetime | None

    @strawberry.field
    def student_id(self, row: strawberry.Parent[models.EventInvitation]) -> strawberry.ID | None:
        """The student, where it is one."""
        student = student_of(row)
        return strawberry.ID(str(student.pk)) if student else None


@strawberry.type(
    description="Something that happens on a day or at an hour. `startsAt` is null where it takes whole days."
)
class Event:
    id: strawberry.ID
    slug: str
    title: str
    type: str
    description: str
    description_html: str
    date: Day
    last_day: Day
    all_day: bool
    starts_at: datetime | None
    ends_at: datetime | None
    is_virtual: bool
    speakers: list[str]
    capacity: int | None
    visibility: str
    needs_consent: bool
    sequence: int
    classes: list[str] = strawberry.field(resolver=lambda root: [c.school_class.name for c in root.classes.all()])

    @strawberry.field
    def state(self, event: strawberry.Parent[models.Event]) -> str:
        """draft, published, completed or cancelled."""
        return state_now(event)

    @strawberry.field
    def place(self, event: strawberry.Parent[models.Event], info: Info) -> str:
        """Where it is, as far as that is for the caller."""
        hidden = event.visibility == models.Event.Visibility.PRIVATE and not _inside(event, info)
        return "" if hidden else where_in_words(event)

    @strawberry.field
    def join_url(self, event: strawberry.Parent[models.Event], info: Info) -> str | None:
        """The way to join, for those who take part."""
        return (event.join_url or None) if _inside(event, info) else None

    @strawberry.field
    def seats_left(self, event: strawberry.Parent[models.Event]) -> int | None:
        """Null where there is no limit."""
        taken: int = event.taken  # type: ignore[attr-defined]  # annotated by every query of events
        return None if event.capacity is None else max(0, event.capacity - taken)

    @strawberry.field
    def is_open(self, event: strawberry.Parent[models.Event]) -> bool:
        """Whether it can be answered now."""
        return not why_closed(event)

    @shown_as(list[EventAnswer])
    def answers(self, event: strawberry.Parent[models.Event], info: Info) -> list[models.EventInvitation]:
        """The caller's own, and those of their children."""
        return _answers(event, info)


def _answers(event: models.Event, info: Info) -> list[models.EventInvitation]:
    actor = info.context.actor
    found = together(event, "own answers", lambda rows: own_answers(rows, actor=actor))
    return found.get(event.pk, [])


def _inside(event: models.Event, info: Info) -> bool:
    return sees_inside(event, _answers(event, info), actor=info.context.actor)


@strawberry.type(description="One line of the agenda.")
class AgendaEntry:
    type: str = through("kind")
    title: str
    date: Day = through("first")
    last_day: Day = through("last")
    starts_at: datetime | None
    ends_at: datetime | None
    place: str
    note: str
    link: str
    is_off: bool
    state: str

    @strawberry.field
    def id(self, entry: strawberry.Parent[Entry]) -> strawberry.ID | None:
        """Of the event, the lesson or whatever it is."""
        return strawberry.ID(str(entry.id)) if entry.id else None

    @strawberry.field
    def student_id(self, entry: strawberry.Parent[Entry]) -> strawberry.ID | None:
        """Whose it is, where it is a child's."""
        return strawberry.ID(str(entry.student)) if entry.student else None


@strawberry.type
class Query:
    @connection(Event)
    def events(
        self,
        info: Info,
        span: Span,
        from_: Annotated[date | None, strawberry.argument(name="from")] = None,
        to: date | None = None,
        type: str = "",
        state: str = "",
    ) -> Found:
        """Events by date, as far as they are for the caller."""
        rows = list_events(info.context.actor, first=from_, last=to, type=type, state=state)
        return find_page(rows, order=WALK, span=span)

    @shown_as(Event | None)
    def event(self, info: Info, slug: str) -> models.Event:
        """One event by its name in addresses."""
        return find_event_by_slug(slug, actor=info.context.actor)

    @shown_as(list[AgendaEntry] | None)
    def agenda(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from")],
        to: date,
        types: list[str] | None = None,
    ) -> list[Entry]:
        """What the caller and their children have, from one day to another: at most 92 days."""
        return read_agenda(info.context.actor, first=from_, last=to, kinds=types or ())


@strawberry.input(description="An event to be made, as a draft. It needs a date, or when it starts and ends.")
class CreateEventInput:
    title: str
    date: Day | None = None
    last_day: Day | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    location_id: strawberry.ID | None = None
    is_virtual: bool = False
    join_url: str = ""
    type: str = "other"
    description: str = ""
    capacity: int | None = None
    visibility: str = "school"
    groups: list[str] = strawberry.field(default_factory=list)
    class_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    needs_consent: bool = False


@strawberry.input(description="New values; what is not given stays as it is.")
class UpdateEventInput:
    id: strawberry.ID
    title: str | None = strawberry.UNSET
    date: Day | None = strawberry.UNSET
    last_day: Day | None = strawberry.UNSET
    starts_at: datetime | None = strawberry.UNSET
    ends_at: datetime | None = strawberry.UNSET
    location_id: strawberry.ID | None = strawberry.UNSET
    join_url: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    capacity: int | None = strawberry.UNSET
    visibility: str | None = strawberry.UNSET


@strawberry.input
class PublishEventInput:
    id: strawberry.ID


@strawberry.input
class CancelEventInput:
    id: strawberry.ID
    reason: str


@strawberry.input(description="For whom: oneself, or a child.")
class RegisterForEventInput:
    id: strawberry.ID
    student_id: strawberry.ID | None = None
    seats: int = 1


@strawberry.input(description="accepted, declined or tentative.")
class AnswerInvitationInput:
    id: strawberry.ID
    answer: str
    student_id: strawberry.ID | None = None


@strawberry.input
class WithdrawFromEventInput:
    id: strawberry.ID
    student_id: strawberry.ID | None = None


@strawberry.input(description="attended, absent or excused.")
class EventAttendanceInput:
    student_id: strawberry.ID
    state: str


@strawberry.input
class RecordEventAttendanceInput:
    id: strawberry.ID
    attendance: list[EventAttendanceInput]


@strawberry.type
class EventPayload(Payload):
    event: Event | None = None


@strawberry.type
class EventAnswerPayload(Payload):
    answer: EventAnswer | None = None


def _shown(event_id: UUID, info: Info) -> Any:
    return EventPayload(event=get_event(event_id, actor=info.context.actor))  # type: ignore[arg-type]  # shown as one


def _answered(row: models.EventInvitation) -> Any:
    return EventAnswerPayload(answer=row)  # type: ignore[arg-type]  # shown as one


def _student(given: strawberry.ID | None) -> UUID | None:
    return row_id(given) if given is not None else None


@strawberry.type
class Mutation:
    @act
    def create_event(self, info: Info, input: CreateEventInput) -> EventPayload:
        """Make an event, as a draft."""
        values = vars(input) | _ids(input)
        shown: EventPayload = _shown(create_event(values=values, actor=info.context.actor).pk, info)
        return shown

    @act
    def update_event(self, info: Info, input: UpdateEventInput) -> EventPayload:
        """Change some of an event."""
        values = changes_in(input)
        event_id = row_id(values.pop("id"))
        texts = {name: "" for name in ("join_url", "description") if name in values and values[name] is None}
        shown: EventPayload = _shown(
            edit_event(event_id, values=values | texts | _ids(input), actor=info.context.actor).pk, info
        )
        return shown

    @act
    def publish_event(self, info: Info, input: PublishEventInput) -> EventPayload:
        """Let those whom it is for know of it."""
        shown: EventPayload = _shown(publish_event(row_id(input.id), actor=info.context.actor).pk, info)
        return shown

    @act
    def cancel_event(self, info: Info, input: CancelEventInput) -> EventPayload:
        """Call an event off."""
        event = cancel_event(row_id(input.id), reason=input.reason, actor=info.context.actor)
        shown: EventPayload = _shown(event.pk, info)
        return shown

    @act
    def register_for_event(self, info: Info, input: RegisterForEventInput) -> EventAnswerPayload:
        """Take a seat, or a place on the waiting list."""
        row = answer_event(
            row_id(input.id), student_id=_student(input.student_id), seats=input.seats, actor=info.context.actor
        )
        shown: EventAnswerPayload = _answered(row)
        return shown

    @act
    def answer_invitation(self, info: Info, input: AnswerInvitationInput) -> EventAnswerPayload:
        """Say whether somebody comes."""
        row = answer_event(
            row_id(input.id), answer=input.answer, student_id=_student(input.student_id), actor=info.context.actor
        )
        shown: EventAnswerPayload = _answered(row)
        return shown

    @act
    def withdraw_from_event(self, info: Info, input: WithdrawFromEventInput) -> EventAnswerPayload:
        """Give a seat back."""
        student = _student(input.student_id)
        row = withdraw_from_event(row_id(input.id), student_id=student, actor=info.context.actor)
        shown: EventAnswerPayload = _answered(row)
        return shown

    @act
    def record_event_attendance(self, info: Info, input: RecordEventAttendanceInput) -> EventPayload:
        """Say who came."""
        seen = [Seen(row_id(each.student_id), each.state) for each in input.attendance]
        event = record_event_attendance(row_id(input.id), seen=seen, actor=info.context.actor)
        shown: EventPayload = _shown(event.pk, info)
        return shown


def _ids(given: CreateEventInput | UpdateEventInput) -> dict[str, Any]:
    """The ids of an input, as the rule takes them."""
    values = changes_in(given)
    found: dict[str, Any] = {}
    if "location_id" in values:
        found["location_id"] = _student(values["location_id"])
    for name in ("starts_at", "ends_at"):
        if values.get(name) is not None:
            found[name] = given_instant(values[name], f"/{name}")
    if "class_ids" in values:
        found["class_ids"] = [row_id(each) for each in values["class_ids"]]
    return found
