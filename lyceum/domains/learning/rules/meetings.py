"""When a run meets: never, by mistake, at a time at which its instructor or its place is busy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor, system_actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import InvalidError, NotFoundError, invalid_field
from lyceum.core.schools import current_school
from lyceum.domains.academics.models import Location
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.models import LearningSchedule, Meeting
from lyceum.domains.learning.rules.refusals import MeetingClashError
from lyceum.domains.learning.rules.schedules import get_schedule_to_write
from lyceum.domains.learning.rules.telling import Slot, tell_meeting_moved
from lyceum.domains.learning.rules.wording import line, secure_url
from lyceum.domains.timetable.agenda import Whose, list_agenda

MOST_MEETINGS, LONGEST_NOTE, MOST_HOURS = 400, 300, 24


@dataclass(frozen=True)
class Clash:
    """Something that is at the same time."""

    kind: str
    """`meeting` or `lesson`."""
    name: str
    starts_at: datetime

    def in_words(self) -> str:
        """For a refusal."""
        at = date_format(timezone.localtime(self.starts_at), "j M H:i")
        return f"{self.name} ({at})"


@transaction.atomic
def create_meeting(schedule_id: UUID, *, values: Mapping[str, Any], allow_clash: bool, actor: Actor) -> Meeting:
    """One more gathering of a run."""
    schedule = get_schedule_to_write(schedule_id, actor=actor)
    if schedule.meetings.count() >= MOST_MEETINGS:
        raise invalid_field("/starts_at", "too_many", _("A run meets %(n)s times at most.") % {"n": MOST_MEETINGS})
    meeting = Meeting(schedule=schedule)
    changed_fields(meeting, _checked(values))
    if "location_id" not in values:
        meeting.location_id = schedule.location_id
    _check_times(meeting)
    if not allow_clash:
        _refuse_clash(meeting, schedule)
    with refusing(meeting_once=_twice):
        meeting.save(force_insert=True)
    _note("create", meeting, schedule, None, actor)
    return meeting


@transaction.atomic
def edit_meeting(meeting_id: UUID, *, values: Mapping[str, Any], allow_clash: bool, actor: Actor) -> Meeting:
    """Move or change a gathering; the learners hear of another time or place."""
    meeting, schedule = _get(meeting_id, actor)
    was = Slot.of(meeting)
    changes = changed_fields(meeting, _checked(values))
    _check_times(meeting)
    if not allow_clash:
        _refuse_clash(meeting, schedule)
    if changes:
        with refusing(meeting_once=_twice):
            meeting.save()
        _note("edit", meeting, schedule, changes, actor)
        tell_meeting_moved(schedule, was=was, now=Slot.of(meeting), actor=actor)
    return meeting


@transaction.atomic
def delete_meeting(meeting_id: UUID, *, actor: Actor) -> None:
    """Take a gathering away; the learners hear of it."""
    meeting, schedule = _get(meeting_id, actor)
    _note("delete", meeting, schedule, {"starts_at": [str(meeting.starts_at), None]}, actor)
    tell_meeting_moved(schedule, was=Slot.of(meeting), now=None, actor=actor)
    meeting.delete()


def find_clashes(meeting: Meeting, schedule: LearningSchedule) -> list[Clash]:
    """What the instructor or the place has at the same time: other meetings, and lessons of the timetable."""
    others = Meeting.objects.filter(starts_at__lt=meeting.ends_at, ends_at__gt=meeting.starts_at)
    others = others.exclude(pk=meeting.pk).exclude(schedule__status=LearningSchedule.Status.CANCELLED)
    found = []
    for other in others.select_related("schedule__course"):
        same_place = meeting.location_id is not None and other.location_id == meeting.location_id
        same_person = schedule.instructor_id is not None and other.schedule.instructor_id == schedule.instructor_id
        if same_place or same_person:
            found.append(Clash("meeting", str(other.schedule), other.starts_at))
    wanted = [Whose(teacher=schedule.instructor_id)] if schedule.instructor_id else []
    if meeting.location_id:
        wanted.append(Whose(room=meeting.location_id))
    first, last = timezone.localtime(meeting.starts_at).date(), timezone.localtime(meeting.ends_at).date()
    # Whose lessons they are is no matter of the actor's: that somebody is busy is said in any case.
    system = system_actor(current_school())
    seen = set()
    for whose in wanted:
        for lesson in list_agenda(system, first=first, last=last, whose=whose):
            overlaps = lesson.starts_at < meeting.ends_at and lesson.ends_at > meeting.starts_at
            if overlaps and not lesson.is_off and (lesson.lesson.pk, lesson.on) not in seen:
                seen.add((lesson.lesson.pk, lesson.on))
                found.append(Clash("lesson", f"{lesson.lesson.school_class} {lesson.name}", lesson.starts_at))
    return found


def _refuse_clash(meeting: Meeting, schedule: LearningSchedule) -> None:
    clashes = find_clashes(meeting, schedule)
    if clashes:
        named = [{"kind": each.kind, "name": each.name, "starts_at": each.starts_at.isoformat()} for each in clashes]
        raise MeetingClashError(
            _("At that time there is: %(all)s. Send allow_clash to keep both.")
            % {"all": ", ".join(each.in_words() for each in clashes[:5])},
            clashes=named[:20],
        )


def _get(meeting_id: UUID, actor: Actor) -> tuple[Meeting, LearningSchedule]:
    meeting = Meeting.objects.filter(pk=meeting_id).first()
    if meeting is None:
        raise NotFoundError(_("There is no such meeting."))
    return meeting, get_schedule_to_write(meeting.schedule_id, actor=actor)


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: given[name] for name in ("starts_at", "ends_at") if given.get(name) is not None}
    if "note" in given:
        fields["note"] = line(given, "note", LONGEST_NOTE)
    if "join_url" in given:
        fields["join_url"] = secure_url(given["join_url"], "/join_url") if given["join_url"] else ""
    if "location_id" in given:
        place = given["location_id"]
        if place is not None and not Location.objects.filter(pk=place, active=True).exists():
            raise invalid_field("/location_id", "choice", _("There is no such place."))
        fields["location_id"] = place
    return fields


def _check_times(meeting: Meeting) -> None:
    if meeting.starts_at is None:
        raise invalid_field("/starts_at", "required", _("Say when it begins."))
    if meeting.ends_at is None or meeting.ends_at <= meeting.starts_at:
        raise invalid_field("/ends_at", "order", _("It ends after it begins."))
    if (meeting.ends_at - meeting.starts_at).total_seconds() > MOST_HOURS * 3600:
        raise invalid_field("/ends_at", "range", _("A meeting takes a day at most."))


def _twice() -> InvalidError:
    return invalid_field("/starts_at", "taken", _("The run meets at that time already."))


def _note(
    verb: str, meeting: Meeting, schedule: LearningSchedule, changes: Mapping[str, list[Any]] | None, actor: Actor
) -> None:
    target = Target(meeting._meta.label_lower, meeting.pk, str(schedule)[:200])
    record(f"learning.meeting.{verb}", target=target, changes=changes, actor=actor)
