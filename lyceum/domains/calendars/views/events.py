"""Events: the list of who keeps them, making and changing one, and one as its guests see it."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import submitted, typed_id, typed_ids
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission, Reach
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.queries import list_class_names
from lyceum.domains.calendars.answering import answers_until, why_closed
from lyceum.domains.calendars.models import Event, EventInvitation
from lyceum.domains.calendars.policies import may_keep
from lyceum.domains.calendars.queries import (
    get_event,
    list_events,
    list_guests,
    own_answers,
    sees_inside,
    state_now,
    student_of,
)
from lyceum.domains.calendars.rules.answers import ANSWERS, answer_event, withdraw_from_event
from lyceum.domains.calendars.rules.events import cancel_event, create_event, edit_event, publish_event, remove_event
from lyceum.domains.calendars.rules.invitations import invite_people, uninvite
from lyceum.domains.calendars.views.typed import form_choices, shown_typed, typed_event
from lyceum.domains.calendars.words import when_in_words, where_in_words
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.tenancy.queries import today

STATES = {
    "draft": _("draft"),
    "published": _("published"),
    "completed": _("over"),
    "cancelled": _("cancelled"),
}


def seats_of(event: Event) -> int:
    """The seats that are taken, as every query of events counts them."""
    taken: int = event.taken  # type: ignore[attr-defined]  # annotated there
    return taken


EVENTS: Table[Event] = Table(
    name="events",
    label=_("Events"),
    columns=(
        Column("title", _("Event"), lambda row: row.title, sort=("title",)),
        Column("when", _("When"), when_in_words, sort=("date",)),
        Column("where", _("Where"), where_in_words),
        Column("for", pgettext_lazy("whom", "For"), lambda row: row.get_visibility_display()),
        Column("taken", _("Registered"), seats_of, is_number=True),
        Column("capacity", _("Places"), lambda row: row.capacity, is_number=True),
        Column("state", _("State"), lambda row: STATES[state_now(row)]),
        Column("organiser", _("Organised by"), lambda row: row.organiser_name, is_extra=True),
    ),
    href=lambda row: f"/calendar/events/{row.pk}/",
    order=("date", "pk"),
)


@require_http_methods(["GET", "POST"])
def events_page(request: HttpRequest) -> HttpResponse:
    """Every event of the school, for who keeps them; first those that are still ahead."""
    actor = actor_of(request)
    actor.require_all(Permission.EVENTS_EDIT)
    when = request.GET.get("when", "coming")
    rows = list_events(actor, state=request.GET.get("state", ""), text=request.GET.get("q", ""))
    if when == "coming":
        rows = rows.filter(last_day__gte=today())
    elif when == "past":
        rows = rows.filter(last_day__lt=today())
    whens = (("coming", _("today and ahead")), ("past", _("past")), ("all", _("all")))
    return answer_list(
        request,
        EVENTS,
        rows,
        template="calendars/events.html",
        filters=(
            Filter("q", _("Part of the title")),
            Filter("when", _("When"), whens, usual="coming"),
            Filter("state", _("State"), tuple(STATES.items()), every=_("every")),
        ),
        note_export=partial(note_export, EVENTS.name, request.GET.urlencode(), actor=actor),
    )


@require_http_methods(["GET", "POST"])
def new_event_page(request: HttpRequest) -> HttpResponse:
    """Make an event."""
    actor = actor_of(request)
    actor.require_all(Permission.EVENTS_EDIT)

    def act() -> Done:
        event = create_event(values=typed_event(request), actor=actor)
        if request.POST.get("act") == "publish":
            publish_event(event.pk, actor=actor)
        return Done(f"/calendar/events/{event.pk}/", Toast(gettext("Saved.")))

    return submitted(request, "calendars/event_new.html", lambda: form_choices(request, actor), act)


@require_http_methods(["GET", "POST"])
def edit_event_page(request: HttpRequest, calendar_event_id: UUID) -> HttpResponse:
    """Change an event."""
    actor = actor_of(request)
    actor.require_all(Permission.EVENTS_EDIT)
    event = get_event(calendar_event_id, actor=actor)

    def act() -> Done:
        edit_event(calendar_event_id, values=typed_event(request), actor=actor)
        return Done(f"/calendar/events/{calendar_event_id}/", Toast(gettext("Saved.")))

    def context() -> dict[str, Any]:
        shown: dict[str, Any] = {"event": event, **form_choices(request, actor, event)}
        return shown if request.method == "POST" else shown | {"typed": shown_typed(event)}

    return submitted(request, "calendars/event_edit.html", context, act)


@dataclass(frozen=True)
class Subject:
    """Somebody for whom the reader answers: oneself, or a child."""

    name: str
    """Empty for oneself."""
    student: UUID | None
    row: EventInvitation | None

    @property
    def state(self) -> str:
        """What they said, in words."""
        return str(EventInvitation.State(self.row.state).label) if self.row else ""

    @property
    def is_in(self) -> bool:
        """Whether there is something to withdraw from."""
        return self.row is not None and self.row.state in ("accepted", "waitlisted", "tentative")


@require_http_methods(["GET", "POST"])
def event_page(request: HttpRequest, calendar_event_id: UUID) -> HttpResponse:
    """One event: what it is, one's own answer, and for who keeps it the guests."""
    actor = actor_of(request)
    event = get_event(calendar_event_id, actor=actor)
    answers = own_answers([event], actor=actor).get(event.pk, [])

    def context() -> dict[str, Any]:
        inside = sees_inside(event, answers, actor=actor)
        hidden = event.visibility == Event.Visibility.PRIVATE and not inside
        keeps, edits = may_keep(event, actor), actor.reaches_all(Permission.EVENTS_EDIT)
        closed = why_closed(event)
        return {
            "event": event,
            "state": state_now(event),
            "state_words": STATES[state_now(event)],
            "when": when_in_words(event),
            "where": "" if hidden else where_in_words(event),
            "place": None if hidden else event.location,
            "join_url": event.join_url if inside else "",
            "description": mark_safe(event.description_html),  # noqa: S308 - sanitised when it was written
            "left": None if event.capacity is None else max(0, event.capacity - seats_of(event)),
            "subjects": _subjects(answers, actor) if actor.may(Permission.EVENTS_ANSWER) else [],
            "closed": closed,
            "until": answers_until(event),
            "keeps": keeps,
            "edits": edits,
            "guests": list(list_guests(calendar_event_id, actor=actor)[:500]) if keeps else [],
            "classes": list_class_names(actor, today()) if edits and state_now(event) in ("draft", "published") else [],
        }

    return submitted(request, "calendars/event.html", context, lambda: _act(request, event, actor))


def _subjects(answers: list[EventInvitation], actor: Actor) -> list[Subject]:
    by_student = {student.pk: row for row in answers if (student := student_of(row)) is not None}
    children = Student.objects.filter(visible_students(actor, Permission.EVENTS_ANSWER)).select_related("person")
    found = []
    if Reach.OWN in actor.reaches(Permission.EVENTS_ANSWER):
        mine = (
            row for row in answers if row.user == actor.user_id or (row.person and row.person.user_id == actor.user_id)
        )
        found.append(Subject("", None, next(mine, None)))
    if Reach.CHILD in actor.reaches(Permission.EVENTS_ANSWER):
        for child in children.exclude(person__user=actor.user_id).order_by("person__sort_name", "pk"):
            found.append(Subject(child.person.called, child.pk, by_student.get(child.pk)))
    return found


def _act(request: HttpRequest, event: Event, actor: Actor) -> str | Done:
    what, here = request.POST.get("act", ""), f"/calendar/events/{event.pk}/"
    student = typed_id(request, "student")
    if what in ANSWERS:
        row = answer_event(event.pk, answer=what, student_id=student, actor=actor)
        return Done(here, Toast(f"{row.name}: {EventInvitation.State(row.state).label}."))
    if what == "withdraw":
        withdraw_from_event(event.pk, student_id=student, actor=actor)
        return Done(here, Toast(gettext("Withdrawn.")))
    if what == "publish":
        publish_event(event.pk, actor=actor)
        return Done(here, Toast(gettext("Published.")))
    if what == "cancel":
        cancel_event(event.pk, reason=request.POST.get("reason", ""), actor=actor)
        return Done(here, Toast(gettext("Cancelled. Everybody who did not decline is told.")))
    if what == "delete":
        remove_event(event.pk, actor=actor)
        return Done("/calendar/events/", Toast(gettext("Deleted.")))
    if what == "invite":
        asked = invite_people(event.pk, classes=typed_ids(request, "classes"), actor=actor)
        return Done(here, Toast(gettext("Invited: %(n)s.") % {"n": len(asked)}))
    guest = typed_id(request, "guest")
    if what == "uninvite" and guest:
        uninvite(event.pk, guest, actor=actor)
    return here
