"""What a cover has to agree with: the lesson's day, who and what is free then."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.errors import invalid_field
from lyceum.core.text import tidy
from lyceum.domains.academics.models import Location
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.covering.days import CoverDays, Held
from lyceum.domains.timetable.covering.proposals import is_at_limit
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.domains.timetable.rules.covers.refusals import (
    CoverAwayError,
    CoverBusyError,
    CoverLimitError,
    LessonCoveredError,
    RoomTakenError,
)

MOST_NOTE, MOST_WORK = 300, 2000
WITH_TEACHER = (Cover.Kind.INTERNAL, Cover.Kind.MERGE)


@dataclass(frozen=True)
class Asked:
    """A cover as it is wished for."""

    kind: str
    on: date
    part: int
    staff_id: UUID | None
    room_id: UUID | None
    merged_with: UUID | None
    note: str
    work_set: str
    room: Location | None = None


def check_cover(asked: Asked, lesson_id: UUID, days: CoverDays) -> tuple[Held, Asked]:
    """Refuse what cannot be; the answer is the lesson of that day, and the cover with all that follows from it."""
    held = _get_held(days, lesson_id, asked.on)
    if asked.kind not in Cover.Kind.values:
        raise invalid_field("/kind", "choice", _("Choose one of the list."))
    asked = replace(asked, note=tidy(asked.note), work_set=asked.work_set.strip())
    if len(asked.note) > MOST_NOTE:
        raise invalid_field("/note", "length", _("A note has at most 300 letters."))
    if len(asked.work_set) > MOST_WORK:
        raise invalid_field("/work_set", "length", _("Give at most 2000 letters."))
    if asked.part and asked.part not in held.parts:
        raise invalid_field("/part", "part_unknown", _("The lesson has no period %(part)s.") % {"part": asked.part})
    _refuse_covered(days, held, asked.part)
    if asked.kind == Cover.Kind.MERGE:
        asked = _joined(days, held, asked)
    if asked.kind in WITH_TEACHER:
        _refuse_hindered(days, held, asked)
    elif asked.staff_id:
        raise invalid_field("/staff", "kind", _("Nobody of the staff takes a lesson of this kind."))
    return held, replace(asked, room=_find_room(days, held, asked))


def _get_held(days: CoverDays, lesson_id: UUID, on: date) -> Held:
    held = days.find(lesson_id, on)
    if held is None:
        lesson = Lesson.objects.get(pk=lesson_id)
        words = _("%(lesson)s is not held on %(on)s.") % {"lesson": lesson, "on": on}
        raise invalid_field("/date", "not_that_day", words)
    if on < today():
        raise invalid_field("/date", "past", _("That day is over."))
    return held


def covered_error(lesson: Lesson, on: date) -> LessonCoveredError:
    """The refusal of a second cover."""
    return LessonCoveredError(
        _("%(lesson)s on %(on)s is covered already. Cancel that cover first.") % {"lesson": lesson, "on": on}
    )


def _refuse_covered(days: CoverDays, held: Held, part: int) -> None:
    """A lesson is covered as a whole or by its periods, each of them once."""
    taken = {cover.part for cover in days.covers_of(held)}
    if part in taken or 0 in taken or (taken and not part):
        raise covered_error(held.lesson, held.on)


def get_candidate(days: CoverDays, staff_id: UUID, *, on: date) -> Staff:
    """The member of staff, teaching or not, who is on the staff that day."""
    known = days.candidates.get(staff_id)
    if known:
        return known.staff
    staff = Staff.objects.select_related("person").filter(pk=staff_id).first()
    if staff is None or (staff.leaves_on and staff.leaves_on < on):
        raise invalid_field("/staff", "teacher_unknown", _("There is no such teacher here."))
    return staff


def _joined(days: CoverDays, held: Held, asked: Asked) -> Asked:
    """A class joins another lesson of the same time; who takes that takes both."""
    other = days.find(asked.merged_with, asked.on) if asked.merged_with else None
    span = held.span(asked.part)
    if (
        other is None
        or other.lesson.pk == held.lesson.pk
        or not (other.starts_at < span[1] and span[0] < other.ends_at)
    ):
        raise invalid_field("/merged_with", "not_then", _("Choose a lesson of the same time that it joins."))
    covers = [cover.teacher_id for cover in days.covers_of(other) if cover.teacher_id]
    there = [each for each in sorted(other.takers) if not days.find_absence(each, asked.on, other.numbers)]
    staff = next(iter([*covers, *there]), None)
    if staff is None:
        raise invalid_field("/merged_with", "nobody", _("Nobody takes that lesson."))
    return replace(asked, staff_id=staff)


def _refuse_hindered(days: CoverDays, held: Held, asked: Asked) -> None:
    """Refuse somebody who is away, teaches or covers at that time, or gave enough."""
    if asked.staff_id is None:
        raise invalid_field("/staff", "required", _("Choose who covers."))
    staff = get_candidate(days, asked.staff_id, on=asked.on)
    numbers = (asked.part,) if asked.part else held.numbers
    if days.find_absence(staff.pk, asked.on, numbers):
        raise CoverAwayError(_("%(name)s is away on %(on)s.") % {"name": staff, "on": asked.on})
    joined = days.find(asked.merged_with, asked.on) if asked.merged_with else None
    busy = days.find_busy(staff.pk, asked.on, held.span(asked.part), besides=joined or held)
    if busy:
        other = busy.lesson
        raise CoverBusyError(
            _("%(name)s is in %(other)s at that time.") % {"name": staff, "other": f"{other.school_class} {other}"},
            lesson=str(other.pk),
        )
    candidate = days.candidates.get(staff.pk)
    if asked.kind == Cover.Kind.INTERNAL and candidate and is_at_limit(candidate):
        raise CoverLimitError(
            _("%(name)s has covered %(given)s times this year, as many as may be asked.")
            % {"name": staff, "given": candidate.given}
        )


def _find_room(days: CoverDays, held: Held, asked: Asked) -> Location | None:
    """The other room, where no other lesson is in it."""
    if asked.room_id is None:
        if asked.kind == Cover.Kind.ROOM_CHANGE:
            raise invalid_field("/room", "required", _("Choose the other room."))
        return None
    room = Location.objects.filter(pk=asked.room_id).first()
    if room is None:
        raise invalid_field("/room", "room_unknown", _("There is no such room here."))
    span = held.span(asked.part)
    for other in days.held.get(asked.on, ()):
        if other.lesson.pk in (held.lesson.pk, asked.merged_with) or not (
            other.starts_at < span[1] and span[0] < other.ends_at
        ):
            continue
        if room.pk in _rooms_of(days, other):
            raise RoomTakenError(
                _("%(other)s is in %(room)s at that time.") % {"other": other.lesson.school_class, "room": room},
                lesson=str(other.lesson.pk),
            )
    return room


def _rooms_of(days: CoverDays, held: Held) -> set[UUID | None]:
    """Where a lesson is that day: nowhere where it does not take place, else in its own room or another."""
    covers = days.covers_of(held)
    if any(cover.kind in (Cover.Kind.CANCEL, Cover.Kind.MERGE) for cover in covers):
        return set()
    return {cover.room_id for cover in covers if cover.room_id} or {held.lesson.room_id}
