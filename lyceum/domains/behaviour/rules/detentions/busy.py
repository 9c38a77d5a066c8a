"""Who and what is taken at a time: lessons, other slots, events, absences. A refusal names what is there."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.domains.academics.models import Location
from lyceum.domains.behaviour.models import DetentionSlot, SlotSupervisor, StaffAway
from lyceum.domains.behaviour.rules.detentions.fitting import said
from lyceum.domains.behaviour.rules.detentions.refusals import RoomBusyError, SupervisorBusyError
from lyceum.domains.calendars.taken import Taken, list_in_room, list_invited
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import time_zone
from lyceum.domains.timetable.covering.days import CoverDays, Held
from lyceum.domains.timetable.covering.reading import MOST_DAYS, read_cover_days


@dataclass(frozen=True)
class At:
    """A time on a day."""

    on: date
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, slot: DetentionSlot) -> "At":
        """The time of a slot."""
        return cls(slot.on, slot.starts_at, slot.ends_at)

    @property
    def span(self) -> tuple[time, time]:
        """By the clock of the school."""
        return self.local_start, self.local_end

    @property
    def local_start(self) -> time:
        """By the clock of the school."""
        return clock.local(self.starts_at, time_zone()).time()

    @property
    def local_end(self) -> time:
        """By the clock of the school."""
        return clock.local(self.ends_at, time_zone()).time()


@dataclass(frozen=True)
class Busy:
    """What some members of staff do at some times, slots apart that they supervise: read once for all of them."""

    people: Mapping[UUID, Staff]
    noted: Sequence[StaffAway]
    days: Sequence[CoverDays]
    events: Mapping[UUID, Sequence[Taken]]
    """In which each takes part."""

    def why(self, staff_id: UUID, at: At) -> str:
        """Why somebody cannot supervise then, in words; empty where nothing stands in the way."""
        person = self.people[staff_id]
        here = person.joined_on <= at.on and (person.leaves_on is None or at.on <= person.leaves_on)
        if not here:
            return _("does not work here that day.")
        noted = next((row for row in self.noted if row.staff_id == staff_id and _meet(row, at)), None)
        if noted:
            return _("away. %(reason)s") % {"reason": noted.reason}
        for days in self.days:
            if days.find_away(staff_id, at.on, at.span):
                return _("away.")
            taken = days.find_taken(staff_id, at.on, at.span)
            if taken:
                return _takes(taken, covers=staff_id not in taken.takers)
        event = next((each for each in self.events.get(staff_id, ()) if _takes_time(each, at)), None)
        return _("takes part in %(event)s.") % {"event": event.title or _("an event")} if event else ""


def read_busy(staff: Collection[UUID], times: Sequence[At]) -> Busy:
    """What somebody does at some times, by timetable, cover and absences. The statements do not grow with either."""
    people = {row.pk: row for row in Staff.objects.filter(pk__in=staff).select_related("person")}
    first, last = min(t.starts_at for t in times), max(t.ends_at for t in times)
    noted = list(StaffAway.objects.filter(staff__in=staff, starts_at__lt=last, ends_at__gt=first))
    days = [at.on for at in times]
    events: dict[UUID, list[Taken]] = defaultdict(list)
    for staff_id, *columns in list_invited("staff", staff, first=min(days), last=max(days)):
        events[staff_id].append(Taken(*columns))
    return Busy(people, noted, _read_days(times), events)


def _read_days(times: Sequence[At]) -> list[CoverDays]:
    days = sorted({at.on for at in times})
    return [read_cover_days(days[n : n + MOST_DAYS]) for n in range(0, len(days), MOST_DAYS)]


def refuse_busy_staff(staff: Collection[UUID], times: Sequence[At], *, besides: UUID | None = None) -> None:
    """Refuse who does not work here then, is away, teaches, covers, or supervises another slot, naming it."""
    if not staff or not times:
        return
    busy = read_busy(staff, times)
    first, last = min(t.starts_at for t in times), max(t.ends_at for t in times)
    elsewhere = SlotSupervisor.objects.filter(staff__in=staff, stands=True, starts_at__lt=last, ends_at__gt=first)
    others = list(elsewhere.exclude(slot=besides).select_related("slot__type"))
    for person in (busy.people[each] for each in staff if each in busy.people):
        for at in times:
            supervised = (_supervises(row) for row in others if row.staff_id == person.pk and _meet(row, at))
            why = busy.why(person.pk, at) or next(supervised, "")
            if why:
                raise SupervisorBusyError(
                    _("%(name)s cannot supervise on %(at)s: %(why)s")
                    % {"name": person.person.full_name, "at": said(at.starts_at), "why": why},
                    staff=str(person.pk),
                )


def _takes_time(event: Taken, at: At) -> bool:
    return event.meets(at.on, at.starts_at, at.ends_at)


def _meet(row: StaffAway | SlotSupervisor, at: At) -> bool:
    return row.starts_at < at.ends_at and at.starts_at < row.ends_at


def _takes(held: Held, *, covers: bool) -> str:
    named = {
        "name": held.lesson.school_class,
        "period": held.lesson.period,
        "starts": f"{held.starts_at:%H:%M}",
        "ends": f"{held.ends_at:%H:%M}",
    }
    if covers:
        return _("covers %(name)s, %(period)s (%(starts)s–%(ends)s).") % named
    return _("teaches %(name)s, %(period)s (%(starts)s–%(ends)s).") % named


def _supervises(row: SlotSupervisor) -> str:
    return _("supervises %(slot)s.") % {"slot": row.slot}


def refuse_busy_room(room: Location, times: Sequence[At], *, besides: UUID | None = None) -> None:
    """Refuse a room in which there is a lesson, another slot or an event then, naming it."""
    first, last = min(t.starts_at for t in times), max(t.ends_at for t in times)
    slots = DetentionSlot.objects.filter(room=room, starts_at__lt=last, ends_at__gt=first).exclude(state="cancelled")
    others = [row for row in slots.select_related("type") if row.pk != besides]
    events = list_in_room(room.pk, first=min(t.on for t in times), last=max(t.on for t in times))
    taught = _read_days(times)
    for at in times:
        there = _lesson_in(taught, room, at) or _slot_in(others, at) or _event_in(events, at)
        if there:
            raise RoomBusyError(
                _("%(room)s is taken on %(at)s: %(there)s.") % {"room": room, "at": said(at.starts_at), "there": there}
            )


def _lesson_in(taught: Sequence[CoverDays], room: Location, at: At) -> str:
    held = next((held for days in taught if (held := days.find_in_room(room.pk, at.on, at.span))), None)
    return f"{held.lesson.school_class}, {held.lesson.period}" if held else ""


def _slot_in(slots: Sequence[DetentionSlot], at: At) -> str:
    row = next((row for row in slots if row.starts_at < at.ends_at and at.starts_at < row.ends_at), None)
    return str(row) if row else ""


def _event_in(events: Sequence[Taken], at: At) -> str:
    event = next((each for each in events if _takes_time(each, at)), None)
    return event.title or _("an event") if event else ""
