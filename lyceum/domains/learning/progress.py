"""How far learners are: percent, the next lesson, and what of a run is open to whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.learning.models import CourseEnrolment, CourseLesson, LearningSchedule, LessonProgress
from lyceum.domains.learning.policies import own_schedules

NOT_ENROLLED, OPENS_AT, PREVIOUS = "not_enrolled", "opens_at", "previous_lesson"
LOCKS = {
    NOT_ENROLLED: _("for those who are on this run"),
    OPENS_AT: _("opens later"),
    PREVIOUS: _("opens after the lessons before it"),
}
READING = ("active", "completed", "not_completed")
"""Enrolments that open what is for those who are on the run."""


@dataclass(frozen=True)
class Progress:
    """One learner's way through a run."""

    done: int
    required: int
    completed: frozenset[UUID] = frozenset()
    """Every lesson that is completed, required or not."""
    opened: frozenset[UUID] = frozenset()
    next_lesson: CourseLesson | None = None

    @property
    def percent(self) -> int | None:
        """floor(100 × completed required lessons ÷ required lessons); None where nothing is required."""
        return None if self.required == 0 else 100 * self.done // self.required


def live_lessons(schedules: Iterable[UUID]) -> list[CourseLesson]:
    """The lessons of runs in their order, without archived ones."""
    rows = CourseLesson.objects.filter(
        module__schedule__in=set(schedules), is_archived=False, module__is_archived=False
    )
    return list(rows.select_related("module").defer("content", "content_html").order_by(
        "module__schedule", "module__order", "order", "pk"
    ))  # fmt: skip


def counts(lesson: CourseLesson) -> bool:
    """Whether completion needs the lesson: it and its module are required."""
    return lesson.is_required and lesson.module.is_required


def read_progress(
    enrolments: Sequence[CourseEnrolment], lessons: Sequence[CourseLesson] | None = None
) -> dict[UUID, Progress]:
    """The progress of many enrolments in two statements, however many."""
    found = live_lessons(each.schedule_id for each in enrolments) if lessons is None else lessons
    by_run: dict[UUID, list[CourseLesson]] = {}
    for lesson in found:
        by_run.setdefault(lesson.module.schedule_id, []).append(lesson)
    rows = LessonProgress.objects.filter(enrolment__in=[each.pk for each in enrolments])
    completed: dict[UUID, set[UUID]] = {}
    opened: dict[UUID, set[UUID]] = {}
    for enrolment_id, lesson_id, completed_at in rows.values_list("enrolment_id", "lesson_id", "completed_at"):
        opened.setdefault(enrolment_id, set()).add(lesson_id)
        if completed_at is not None:
            completed.setdefault(enrolment_id, set()).add(lesson_id)
    return {
        each.pk: _progress(by_run.get(each.schedule_id, []), completed.get(each.pk, set()), opened.get(each.pk, set()))
        for each in enrolments
    }


def _progress(lessons: Sequence[CourseLesson], completed: set[UUID], opened: set[UUID]) -> Progress:
    required = [lesson.pk for lesson in lessons if counts(lesson)]
    instant = clock.now()
    waiting = [lesson for lesson in lessons if lesson.pk not in completed and not _opens_later(lesson, instant)]
    following = next((each for each in waiting if counts(each)), waiting[0] if waiting else None)
    done = sum(pk in completed for pk in required)
    return Progress(done, len(required), frozenset(completed), frozenset(opened), following)


def _opens_later(lesson: CourseLesson, instant: datetime) -> bool:
    return lesson.module.opens_at is not None and lesson.module.opens_at > instant


@dataclass(frozen=True)
class Reader:
    """What somebody may read of the lessons of some runs."""

    sees_all: bool
    teaches: frozenset[UUID] = frozenset()
    enrolments: Mapping[UUID, CourseEnrolment] = field(default_factory=dict)
    """By run."""
    progress: Mapping[UUID, Progress] = field(default_factory=dict)
    """By enrolment."""
    order: Mapping[UUID, Sequence[CourseLesson]] = field(default_factory=dict)
    """The lessons of the runs that go step by step."""

    def lock_of(self, lesson: CourseLesson) -> str:
        """Why the content is kept from the reader; nothing where it is open."""
        run = lesson.module.schedule_id
        if self.sees_all or run in self.teaches:
            return ""
        if _opens_later(lesson, clock.now()):
            return OPENS_AT
        if lesson.access == CourseLesson.Access.OPEN:
            return ""
        enrolment = self.enrolments.get(run)
        if enrolment is None:
            return NOT_ENROLLED
        return PREVIOUS if self._waits(lesson, enrolment) else ""

    def _waits(self, lesson: CourseLesson, enrolment: CourseEnrolment) -> bool:
        """Whether a required lesson before it is not completed, in a run that goes step by step."""
        if enrolment.status == CourseEnrolment.Status.COMPLETED:
            return False
        completed = self.progress[enrolment.pk].completed
        for before in self.order.get(lesson.module.schedule_id, ()):
            if before.pk == lesson.pk:
                return False
            if counts(before) and before.pk not in completed:
                return True
        return False


def read_as(actor: Actor, schedules: Iterable[UUID]) -> Reader:
    """The reader that an actor is, for the lessons of some runs: a fixed number of statements."""
    runs = set(schedules)
    if actor.reaches_all(Permission.CONTENT_EDIT) or actor.reaches_all(Permission.MATERIALS_VIEW):
        return Reader(sees_all=True)
    if actor.user_id is None or not runs:
        return Reader(sees_all=False)
    taught = LearningSchedule.objects.filter(own_schedules(actor), pk__in=runs)
    mine = CourseEnrolment.objects.filter(
        student__person__user=actor.user_id, student__deleted_at=None, schedule__in=runs, status__in=READING
    )
    enrolments = {row.schedule_id: row for row in mine.select_related("schedule")}
    sequential = [row.schedule_id for row in enrolments.values() if row.schedule.is_sequential]
    order: dict[UUID, list[CourseLesson]] = {}
    for lesson in live_lessons(sequential) if sequential else []:
        order.setdefault(lesson.module.schedule_id, []).append(lesson)
    return Reader(
        sees_all=False,
        teaches=frozenset(taught.values_list("pk", flat=True)),
        enrolments=enrolments,
        progress=read_progress(list(enrolments.values()), []) if enrolments else {},
        order=order,
    )
