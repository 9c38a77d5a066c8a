"""Events: made, changed, published, called off."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.richtext import to_html
from lyceum.core.text import tidy
from lyceum.domains.academics.models import Class, Location
from lyceum.domains.calendars.facts import EventCancelled, EventChanged, EventPublished
from lyceum.domains.calendars.models import Event, EventClass
from lyceum.domains.calendars.rules.refusals import EventCancelledError, EventOverError
from lyceum.domains.calendars.rules.seats import fill_seats
from lyceum.domains.calendars.rules.telling import tell_cancelled, tell_changed, tell_invited
from lyceum.domains.calendars.rules.times import GIVEN, settle_times
from lyceum.domains.calendars.settings import CONFIRM_FROM
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.tenancy.queries import today

LONGEST_TITLE, LONGEST_TEXT, LONGEST_LINK, LARGEST, MOST_SPEAKERS = 200, 50_000, 500, 100_000, 30
UNSAID = "no reason was given"
_MOVES = ("all_day", "starts_at", "ends_at", "date", "last_day", "location", "is_virtual", "join_url")
"""A change of one of these is a change of time or place."""


@transaction.atomic
def create_event(*, values: Mapping[str, Any], actor: Actor) -> Event:
    """Make an event, as a draft. It needs a title and a date, or when it starts and ends."""
    actor.require_all(Permission.EVENTS_EDIT)
    checked = _checked(values, None)
    classes = checked.pop("classes", [])
    pk = new_id()
    event = Event(
        id=pk,
        uid=f"{pk}@lyceum",
        organiser=actor.user_id,
        organiser_name=actor.name if actor.user_id else "",
        **checked,
    )
    event.slug = _free_slug(event.title)
    event.save(force_insert=True)
    _set_classes(event, classes)
    record("calendars.event.create", target=Target.of(event), actor=actor)
    return event


@transaction.atomic
def edit_event(event_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Event:
    """Change some of an event. A new time or place of a published one is told to everybody who did not decline."""
    event = get_event_for_edit(event_id, actor=actor)
    if event.state == Event.State.CANCELLED:
        raise EventCancelledError(_("This event was cancelled. Make a new one instead."))
    before = (event.starts_at, event.date)
    checked = _checked(values, event)
    classes = checked.pop("classes", None)
    changes = changed_fields(event, checked)
    if classes is not None and _set_classes(event, classes):
        changes["classes"] = [None, [each.name for each in classes]]
    if not changes:
        return event
    is_out = event.state == Event.State.PUBLISHED
    moves = is_out and bool(changes.keys() & set(_MOVES))
    if moves:
        event.sequence += 1
        _refuse_without_link(event)
    event.save()
    if moves:
        tell_changed(event, confirm=_is_far(before, event), actor=actor)
    if "capacity" in changes:
        fill_seats(event, actor=actor)
    facts = [EventChanged(event=event.pk, sequence=event.sequence, fields=sorted(changes))] if is_out else []
    shown = {name: pair for name, pair in changes.items() if name != "description_html"}
    record("calendars.event.edit", target=Target.of(event), changes=shown, facts=facts, actor=actor)
    return event


@transaction.atomic
def publish_event(event_id: UUID, *, actor: Actor) -> Event:
    """Let those whom an event is for know of it. Publishing a published one changes nothing."""
    event = get_event_for_edit(event_id, actor=actor)
    if event.state == Event.State.CANCELLED:
        raise EventCancelledError(_("This event was cancelled. Make a new one instead."))
    if event.state == Event.State.PUBLISHED:
        return event
    _refuse_without_link(event)
    event.state, event.published_at = Event.State.PUBLISHED, clock.now()
    event.save()
    fact = EventPublished(
        event=event.pk, kind=event.type, visibility=event.visibility, first_day=event.date, last_day=event.last_day
    )
    record("calendars.event.publish", target=Target.of(event), facts=[fact], actor=actor)
    tell_invited(event, actor=actor)
    return event


@transaction.atomic
def cancel_event(event_id: UUID, *, reason: str, actor: Actor) -> Event:
    """Call an event off, with a reason that everybody who did not decline is told."""
    event = get_event_for_edit(event_id, actor=actor)
    if event.state == Event.State.CANCELLED:
        return event
    if event.state == Event.State.PUBLISHED and event.is_over(clock.now(), today()):
        raise EventOverError(_("This event is over: it cannot be called off any more."))
    said = tidy(reason)[:500]
    if not said:
        raise invalid_field("/reason", "required", _("Say why."))
    was_out = event.state == Event.State.PUBLISHED
    event.state, event.cancelled_at, event.reason = Event.State.CANCELLED, clock.now(), said
    event.sequence += was_out
    event.save()
    facts = [EventCancelled(event=event.pk)] if was_out else []
    record("calendars.event.cancel", target=Target.of(event), reason=said, facts=facts, actor=actor)
    if was_out:
        tell_cancelled(event, actor=actor)
    return event


@transaction.atomic
def remove_event(event_id: UUID, *, reason: str = "", actor: Actor) -> None:
    """Delete a draft. A published event is cancelled instead: people know of it."""
    event = get_event_for_edit(event_id, actor=actor)
    if event.state != Event.State.DRAFT:
        cancel_event(event_id, reason=reason or UNSAID, actor=actor)
        return
    record("calendars.event.delete", target=Target.of(event), actor=actor)
    event.delete()


def get_event_for_edit(event_id: UUID, *, actor: Actor) -> Event:
    """The event, locked, for somebody who may change it."""
    actor.require_all(Permission.EVENTS_EDIT)
    event = Event.objects.select_for_update().filter(pk=event_id).first()
    if event is None:
        raise NotFoundError(_("There is no such event."))
    return event


def _is_far(before: tuple[Any, Any], event: Event) -> bool:
    """Whether it moved so far that a yes may not hold any more."""
    starts_at, day = before
    if starts_at and event.starts_at:
        return bool(abs(event.starts_at - starts_at) > CONFIRM_FROM)
    return bool(day != event.date)


def _refuse_without_link(event: Event) -> None:
    if event.is_virtual and not event.join_url:
        raise invalid_field("/join_url", "required", _("Give the link by which people join."))


def _checked(values: Mapping[str, Any], event: Event | None) -> dict[str, Any]:
    checked = {name: value for name, value in values.items() if name not in GIVEN}
    if event is None or any(name in values for name in GIVEN):
        checked |= settle_times(values, event)
    if "title" in checked or event is None:
        checked["title"] = _titled(checked.get("title", ""))
    if "description" in checked:
        text = checked["description"].strip()
        if len(text) > LONGEST_TEXT:
            raise invalid_field("/description", "length", _("Give at most %(n)s letters.") % {"n": LONGEST_TEXT})
        checked |= {"description": text, "description_html": to_html(text)}
    if "join_url" in checked:
        checked["join_url"] = _safe_link(checked["join_url"])
    if "speakers" in checked:
        checked["speakers"] = [tidy(each)[:120] for each in checked["speakers"] if tidy(each)][:MOST_SPEAKERS]
    capacity = checked.get("capacity")
    if capacity is not None and not 1 <= capacity <= LARGEST:
        raise invalid_field("/capacity", "range", _("Give from 1 to 100,000 seats, or none for no limit."))
    _refuse_window(checked, event)
    return _with_choices(checked)


def _with_choices(checked: dict[str, Any]) -> dict[str, Any]:
    for name, choices in (
        ("type", Event.Type),
        ("visibility", Event.Visibility),
        ("who_may_register", Event.WhoMayRegister),
    ):
        if name in checked and checked[name] not in choices.values:
            raise invalid_field(f"/{name}", "choice", _("Choose one of: %(all)s.") % {"all": ", ".join(choices.values)})
    if "groups" in checked:
        checked["groups"] = sorted(set(checked["groups"]))
        if set(checked["groups"]) - set(Event.Group.values):
            raise invalid_field("/groups", "choice", _("Choose from: staff, students, guardians."))
    if "location_id" in checked:
        checked["location"] = _place(checked.pop("location_id"))
    if "class_ids" in checked:
        wanted = list(dict.fromkeys(checked.pop("class_ids")))
        checked["classes"] = list(Class.objects.filter(pk__in=wanted))
        if len(checked["classes"]) < len(wanted):
            raise invalid_field("/class_ids", "choice", _("There is no such class."))
    return checked


def _place(location_id: UUID | None) -> Location | None:
    if location_id is None:
        return None
    found = Location.objects.filter(pk=location_id).first()
    if found is None:
        raise invalid_field("/location_id", "choice", _("There is no such place."))
    return found


def _refuse_window(checked: Mapping[str, Any], event: Event | None) -> None:
    opens = checked.get("opens_at", event.opens_at if event else None)
    closes = checked.get("closes_at", event.closes_at if event else None)
    if opens and closes and closes <= opens:
        raise invalid_field("/closes_at", "ends_before_start", _("Answering ends before it begins."))


def _titled(given: str) -> str:
    title = tidy(given)
    if not title:
        raise invalid_field("/title", "required", _("Give a title."))
    if len(title) > LONGEST_TITLE:
        raise invalid_field("/title", "length", _("Give at most %(n)s letters.") % {"n": LONGEST_TITLE})
    return title


def _safe_link(given: str) -> str:
    link = given.strip()
    if not link:
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:  # a host in brackets that is none
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or len(link) > LONGEST_LINK or any(c.isspace() for c in link):
        raise invalid_field("/join_url", "link", _("Give an address that begins with https://."))
    return link


def _free_slug(title: str) -> str:
    """A name for addresses that no event of the school has: the title's, with a number where it is taken."""
    base = slugify(title, allow_unicode=True)[:200].strip("-") or "event"
    taken = set(Event.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    number = next(n for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)
    return f"{base}-{number}"


def _set_classes(event: Event, classes: list[Class]) -> bool:
    held = set(event.classes.values_list("school_class_id", flat=True))
    wanted = {each.pk for each in classes}
    if held == wanted:
        return False
    event.classes.filter(school_class__in=held - wanted).delete()
    EventClass.objects.bulk_create(EventClass(event=event, school_class_id=pk) for pk in wanted - held)
    return True
