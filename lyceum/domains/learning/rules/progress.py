"""Working through lessons: opening and completing them."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.facts import LessonCompleted
from lyceum.domains.learning.models import CourseEnrolment, CourseLesson, LearningSchedule, LessonProgress
from lyceum.domains.learning.policies import find_own_student, readable_schedules
from lyceum.domains.learning.progress import LOCKS, read_as
from lyceum.domains.learning.rules.completion import evaluate
from lyceum.domains.learning.rules.places import lock_schedule
from lyceum.domains.learning.rules.refusals import EnrolmentStateError, LessonLockedError, NotALearnerError

CompletesOn = CourseLesson.CompletesOn


@transaction.atomic
def open_lesson(lesson_id: UUID, *, actor: Actor) -> LessonProgress:
    """A learner opened a lesson. Where that is all it asks for, it is completed."""
    lesson, enrolment = _lesson_of_learner(lesson_id, actor)
    progress, is_first = _note_opening(lesson, enrolment)
    if is_first:
        target = Target(progress._meta.label_lower, progress.pk, lesson.title)
        record("learning.lesson.open", target=target, actor=actor)
    if lesson.completes_on == CompletesOn.OPENED and progress.completed_at is None:
        _complete(progress, lesson, enrolment, actor)
    return progress


@transaction.atomic
def mark_lesson_done(lesson_id: UUID, *, actor: Actor) -> LessonProgress:
    """A learner is done with a lesson."""
    lesson, enrolment = _lesson_of_learner(lesson_id, actor)
    if lesson.completes_on == CompletesOn.ASSIGNMENT:
        raise LessonLockedError(
            _("This lesson is done when its assignment is accepted."), locked="assignment",
            assignment_id=str(lesson.assignment_id),
        )  # fmt: skip
    progress, _is_first = _note_opening(lesson, enrolment)
    if progress.completed_at is None:
        _complete(progress, lesson, enrolment, actor)
    return progress


def _note_opening(lesson: CourseLesson, enrolment: CourseEnrolment) -> tuple[LessonProgress, bool]:
    return LessonProgress.objects.get_or_create(
        enrolment=enrolment, lesson=lesson, defaults={"first_opened_at": clock.now()}
    )


def _complete(progress: LessonProgress, lesson: CourseLesson, enrolment: CourseEnrolment, actor: Actor) -> None:
    progress.completed_at, progress.completed_by = clock.now(), actor.id
    progress.save(update_fields=["completed_at", "completed_by", "updated_at"])
    record(
        "learning.lesson.complete",
        target=Target(progress._meta.label_lower, progress.pk, lesson.title),
        facts=[LessonCompleted(enrolment=enrolment.pk, student=enrolment.student_id, lesson=lesson.pk)],
        actor=actor,
    )
    evaluate(enrolment.pk, actor=actor)


def _lesson_of_learner(lesson_id: UUID, actor: Actor) -> tuple[CourseLesson, CourseEnrolment]:
    """The lesson with the learner's own enrolment, locked. Refuses what is not open to them yet."""
    actor.require(Permission.COURSES_ENROL)
    rows = CourseLesson.objects.select_related("module").filter(pk=lesson_id, is_archived=False)
    lesson = rows.filter(module__is_archived=False).first()
    runs = LearningSchedule.objects.filter(readable_schedules(actor))
    if lesson is None or not runs.filter(pk=lesson.module.schedule_id).exists():
        raise NotFoundError(_("There is no such lesson."))
    student = find_own_student(actor)
    if student is None:
        raise NotALearnerError(_("You have no record as a learner here."))
    lock_schedule(lesson.module.schedule_id)
    mine = CourseEnrolment.objects.select_for_update().filter(student=student, schedule=lesson.module.schedule_id)
    enrolment = mine.exclude(status__in=("withdrawn", "lapsed")).first()
    if enrolment is None:
        raise NotALearnerError(_("Join this run to keep your progress."))
    if enrolment.status != CourseEnrolment.Status.ACTIVE:
        raise EnrolmentStateError(_("Progress is kept while you are on the run."), status_now=enrolment.status)
    lock = read_as(actor, [lesson.module.schedule_id]).lock_of(lesson)
    if lock:
        raise LessonLockedError(_("Not yet: %(why)s.") % {"why": LOCKS[lock]}, locked=lock)
    return lesson, enrolment
