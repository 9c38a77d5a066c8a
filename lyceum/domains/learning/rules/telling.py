"""Telling learners what happens to their runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.ids import new_id
from lyceum.domains.academics.models import Location
from lyceum.domains.learning.models import CourseEnrolment, LearningSchedule, Meeting
from lyceum.domains.learning.rules.places import LIVE, TAKING
from lyceum.domains.learning.rules.readers import Piece, declare_both, tell_learners
from lyceum.domains.notifications.rules.notify import News
from lyceum.domains.notifications.rules.wording import Said
from lyceum.domains.notifications.texts import Text
from lyceum.domains.notifications.words import Type, Urgency
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import time_zone, today

CANCELLED, PROMOTED = "learning.run_cancelled", "learning.place_free"
RUN_MOVED, MEETING_MOVED, MEETING_OFF = "learning.run_moved", "learning.meeting_moved", "learning.meeting_off"

declare_both(
    CANCELLED,
    learner=Text(
        subject=_("{run} does not take place"),
        message=_("{run} does not take place: {reason}"),
        short=_("{school}: {run} does not take place."),
        placeholders=("school", "run", "reason"),
    ),
    family=Text(
        subject=_("{run} does not take place"),
        message=_("{name}: {run} does not take place: {reason}"),
        short=_("{school}: {run} does not take place."),
    ),
)
declare_both(
    PROMOTED,
    learner=Text(
        subject=_("A place in {run}"),
        message=_("A place in {run} has become free, and it is for you."),
        short=_("{school}: a place in {run} is for you."),
        placeholders=("school", "run"),
    ),
    family=Text(
        subject=_("A place in {run}"),
        message=_("A place in {run} has become free, and it is for {name}."),
        short=_("{school}: a place in {run} is for {name}."),
    ),
)
declare_both(
    RUN_MOVED,
    learner=Text(
        subject=_("{run} takes place at another time"),
        message=_("{run} now goes from {first} to {last}, {place}."),
        short=_("{school}: {run} now goes from {first} to {last}."),
        placeholders=("school", "run", "first", "last", "place"),
    ),
    family=Text(
        subject=_("{run} takes place at another time"),
        message=_("{name}: {run} now goes from {first} to {last}, {place}."),
        short=_("{school}: {run} now goes from {first} to {last}."),
    ),
)
declare_both(
    MEETING_MOVED,
    learner=Text(
        subject=_("{run} meets at another time"),
        message=_("{run} does not meet on {was}. It meets on {now}."),
        short=_("{school}: {run} meets on {now}."),
        placeholders=("school", "run", "was", "now"),
    ),
    family=Text(
        subject=_("{run} meets at another time"),
        message=_("{name}: {run} does not meet on {was}. It meets on {now}."),
        short=_("{school}: {run} meets on {now}."),
    ),
)
declare_both(
    MEETING_OFF,
    learner=Text(
        subject=_("A meeting of {run} is off"),
        message=_("{run} does not meet on {was}."),
        short=_("{school}: {run} does not meet on {was}."),
        placeholders=("school", "run", "was"),
    ),
    family=Text(
        subject=_("A meeting of {run} is off"),
        message=_("{name}: {run} does not meet on {was}."),
        short=_("{school}: {run} does not meet on {was}."),
    ),
)


@dataclass(frozen=True)
class Slot:
    """When and where a run meets."""

    starts_at: datetime
    place: Location | None

    @classmethod
    def of(cls, meeting: Meeting) -> "Slot":
        """Of a meeting as it is now."""
        return cls(meeting.starts_at, meeting.location)

    def in_words(self) -> str:
        """As the reader's language says it, by the school's clocks."""
        at = date_format(clock.local(self.starts_at, time_zone()), "D j M, H:i")
        return f"{at}, {self.place.name}" if self.place else at


def tell_cancelled(schedule: LearningSchedule, students: Sequence[Student], *, actor: Actor) -> None:
    """A run does not take place; the reason is the office's own words."""
    _tell(CANCELLED, schedule, students, {"reason": schedule.reason}, key=str(schedule.pk), actor=actor)


def tell_of_places(schedule: LearningSchedule, promoted: Sequence[CourseEnrolment], *, actor: Actor) -> None:
    """Whoever waited has a place now."""
    for each in promoted:
        _tell(PROMOTED, schedule, [each.student], {}, key=str(each.pk), actor=actor)


def tell_run_moved(schedule: LearningSchedule, *, actor: Actor) -> None:
    """A run that is not over has other days or another place. Those who wait hear it, too."""
    if schedule.status != LearningSchedule.Status.PUBLISHED or schedule.end_on < today():
        return
    place = schedule.location
    values: dict[str, Said] = {
        "first": partial(date_format, schedule.start_on, "D j M Y"),
        "last": partial(date_format, schedule.end_on, "D j M Y"),
        "place": place.name if place else partial(str, _("online")),
    }
    _tell(RUN_MOVED, schedule, _learners(schedule, LIVE), values, key=str(new_id()), actor=actor)


def tell_meeting_moved(schedule: LearningSchedule, *, was: Slot, now: Slot | None, actor: Actor) -> None:
    """A gathering that lies ahead is at another time or place, or (`now` is None) is off."""
    last = max(was.starts_at, now.starts_at) if now else was.starts_at
    if schedule.status != LearningSchedule.Status.PUBLISHED or was == now or last < clock.now():
        return
    values: dict[str, Said] = {"was": was.in_words, **({"now": now.in_words} if now else {})}
    template = MEETING_MOVED if now else MEETING_OFF
    _tell(template, schedule, _learners(schedule, TAKING), values, key=str(new_id()), actor=actor)


def _learners(schedule: LearningSchedule, statuses: Sequence[str]) -> list[Student]:
    rows = CourseEnrolment.objects.filter(schedule=schedule, status__in=statuses).select_related("student__person")
    return [each.student for each in rows]


def _tell(
    template: str,
    schedule: LearningSchedule,
    students: Sequence[Student],
    values: dict[str, Said],
    *,
    key: str,
    actor: Actor,
) -> None:
    news = News(
        type=Type.ENROLMENT.value,
        template=template,
        values={"run": str(schedule), **values},
        dedupe_key=f"{template}:{key}",
        urgency=Urgency.IMPORTANT.value,
        link=f"/learning/runs/{schedule.pk}/",
        source=f"learning.schedule:{schedule.pk}",
    )
    tell_learners(news, [Piece(each) for each in students], actor=actor)
