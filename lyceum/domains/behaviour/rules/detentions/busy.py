"""Who and what is taken at a time: lessons, other slots, absences. A refusal names what is there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.domains.academics.models import ClassTeacher, Location
from lyceum.domains.behaviour.models import DetentionSlot, SlotSupervisor, StaffAway
from lyceum.domains.behaviour.rules.detentions.fitting import said
from lyceum.domains.behaviour.rules.detentions.refusals import RoomBusyError, SupervisorBusyError
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import time_zone
from lyceum.domains.timetable.days import takes_place_on
from lyceum.domains.timetable.models import Lesson


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

    def meets_lesson(self, lesson: Lesson) -> bool:
        """Whether a weekly lesson takes place then."""
        return lesson.is_on(self.on) and self.local_start < lesson.ends_at and lesson.starts_at < self.local_end

    @property
    def local_start(self) -> time:
        """By the clock of the school."""
        return clock.local(self.starts_at, time_zone()).time()

    @property
    def local_end(self) -> time:
        """By the clock of the school."""
        return clock.local(self.ends_at, time_zone()).time()


def refuse_busy_staff(staff: Collection[UUID], times: Sequence[At], *, besides: UUID | None = None) -> None:
    """Refuse who does not work here then, is away, teaches, or supervises another slot, naming it. Five statements."""
    if not staff or not times:
        return
    people = {row.pk: row for row in Staff.objects.filter(pk__in=staff).select_related("person")}
    first, last = min(t.starts_at for t in times), max(t.ends_at for t in times)
    away = list(StaffAway.objects.filter(staff__in=staff, starts_at__lt=last, ends_at__gt=first))
    elsewhere = SlotSupervisor.objects.filter(staff__in=staff, stands=True, starts_at__lt=last, ends_at__gt=first)
    others = list(elsewhere.exclude(slot=besides).select_related("slot__type"))
    lessons = _lessons_of(staff, {t.on for t in times})
    for person in (people[each] for each in staff if each in people):
        for at in times:
            why = (
                _not_here(person, at)
                or next((_away(row) for row in away if row.staff_id == person.pk and _meet(row, at)), "")
                or next((_teaches(row) for of, row in lessons if of == person.pk and at.meets_lesson(row)), "")
                or next((_supervises(row) for row in others if row.staff_id == person.pk and _meet(row, at)), "")
            )
            if why:
                raise SupervisorBusyError(
                    _("%(name)s cannot supervise on %(at)s: %(why)s")
                    % {"name": person.person.full_name, "at": said(at.starts_at), "why": why},
                    staff=str(person.pk),
                )


def _meet(row: StaffAway | SlotSupervisor, at: At) -> bool:
    return row.starts_at < at.ends_at and at.starts_at < row.ends_at


def _not_here(person: Staff, at: At) -> str:
    here = person.joined_on <= at.on and (person.leaves_on is None or at.on <= person.leaves_on)
    return "" if here else _("does not work here that day.")


def _away(row: StaffAway) -> str:
    return _("away. %(reason)s") % {"reason": row.reason}


def _teaches(lesson: Lesson) -> str:
    return _("teaches %(name)s, %(period)s (%(starts)s–%(ends)s).") % {
        "name": lesson.school_class,
        "period": lesson.period,
        "starts": f"{lesson.starts_at:%H:%M}",
        "ends": f"{lesson.ends_at:%H:%M}",
    }


def _supervises(row: SlotSupervisor) -> str:
    return _("supervises %(slot)s.") % {"slot": row.slot}


def _lessons_of(staff: Collection[UUID], on: Collection[date]) -> list[tuple[UUID, Lesson]]:
    """Lessons of those weekdays with who takes each: its own teacher, else the leads of its class."""
    leading = ClassTeacher.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=min(on)), staff__in=staff, role="lead", starts_on__lte=max(on)
    )
    leads = list(leading.values_list("school_class_id", "staff_id"))
    rows = Lesson.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=min(on)),
        Q(teacher__in=staff) | Q(teacher__isnull=True, school_class__in={each for each, _staff in leads}),
        takes_place_on(on),
        starts_on__lte=max(on),
        school_class__ends__gte=min(on),
    ).select_related("school_class")
    found: list[tuple[UUID, Lesson]] = []
    for lesson in rows:
        if lesson.teacher_id:
            found.append((lesson.teacher_id, lesson))
        else:
            found += [(staff_id, lesson) for class_id, staff_id in leads if class_id == lesson.school_class_id]
    return found


def refuse_busy_room(room: Location, times: Sequence[At], *, besides: UUID | None = None) -> None:
    """Refuse a room in which there is a lesson or another slot then, naming it. Two statements."""
    first, last = min(t.starts_at for t in times), max(t.ends_at for t in times)
    days = {t.on for t in times}
    slots = DetentionSlot.objects.filter(room=room, starts_at__lt=last, ends_at__gt=first).exclude(state="cancelled")
    others = [row for row in slots.select_related("type") if row.pk != besides]
    lessons = Lesson.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=min(days)),
        takes_place_on(days),
        room=room,
        starts_on__lte=max(days),
        school_class__ends__gte=min(days),
    )
    taught = list(lessons.select_related("school_class"))
    for at in times:
        lesson = next((row for row in taught if at.meets_lesson(row)), None)
        other = next((row for row in others if row.starts_at < at.ends_at and at.starts_at < row.ends_at), None)
        if lesson or other:
            there = f"{lesson.school_class}, {lesson.period}" if lesson else str(other)
            raise RoomBusyError(
                _("%(room)s is taken on %(at)s: %(there)s.") % {"room": room, "at": said(at.starts_at), "there": there},
                clash=str((lesson or other).pk),  # type: ignore[union-attr]  # one of them is there
            )
