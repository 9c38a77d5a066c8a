"""Completing a course: looked at in the transaction of the last act, frozen from then on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.learning.facts import CompletionReversed, CourseCompleted
from lyceum.domains.learning.models import (
    Assignment,
    Completion,
    Course,
    CourseEnrolment,
    CourseLesson,
    LearningSchedule,
    LessonProgress,
    Submission,
)
from lyceum.domains.learning.policies import schedules_with, visible_enrolments
from lyceum.domains.learning.progress import counts, live_lessons, read_progress
from lyceum.domains.learning.rules.certificates.revoking import revoke_for_completion
from lyceum.domains.learning.rules.places import fill_places, lock_schedule
from lyceum.domains.learning.rules.refusals import EnrolmentStateError, NotCompletedYetError
from lyceum.domains.learning.rules.telling import tell_of_places

Status = CourseEnrolment.Status
COMPLETABLE = (Status.ACTIVE, Status.NOT_COMPLETED)


@dataclass(frozen=True)
class Assessed:
    """Where a learner stands against the course's policy."""

    lessons: Sequence[CourseLesson]
    """Required ones."""
    open_lessons: Sequence[CourseLesson]
    open_assignments: Sequence[Assignment]
    grades: Sequence[tuple[Assignment, Decimal]] = field(default_factory=list)
    low_mean: bool = False
    needs_confirmation: bool = False
    asks_for_anything: bool = True

    @property
    def missing(self) -> list[str]:
        """What is missing, by code."""
        found = {
            "lessons": bool(self.open_lessons),
            "assignments": bool(self.open_assignments),
            "minimum_grade": self.low_mean,
            "instructor_confirms": self.needs_confirmation,
        }
        return [name for name, is_missing in found.items() if is_missing]


@transaction.atomic
def evaluate(enrolment_id: UUID, *, actor: Actor) -> Completion | None:
    """Complete an enrolment if everything that its course asks for is done. Returns the completion made by this act.

    Called by whoever changed something that counts: a lesson was done, an assignment accepted, completion confirmed.
    """
    enrolment = _lock(enrolment_id)
    if enrolment is None or enrolment.status not in COMPLETABLE:
        return None
    _follow_assignments(enrolment, actor)
    assessed = assess(enrolment)
    if assessed.missing or (not assessed.asks_for_anything and enrolment.confirmed_at is None):
        return None
    return _complete(enrolment, assessed, actor)


@transaction.atomic
def confirm_completion(enrolment_id: UUID, *, actor: Actor) -> CourseEnrolment:
    """The instructor or the office says that a learner completed the run. Refused while something else is missing."""
    actor.require(Permission.LEARNERS_VIEW)
    visible = CourseEnrolment.objects.filter(visible_enrolments(actor), pk=enrolment_id)
    if not visible.exists():
        raise NotFoundError(_("There is no such enrolment."))
    taught = LearningSchedule.objects.filter(schedules_with(actor, Permission.SCHEDULES_EDIT))
    if not visible.filter(schedule__in=taught).exists():
        actor.require_all(Permission.SCHEDULES_EDIT)
    enrolment = _lock(enrolment_id)
    if enrolment is None or enrolment.status not in (*COMPLETABLE, Status.COMPLETED):
        raise EnrolmentStateError(_("Only who is on the run can complete it."))
    if enrolment.status == Status.COMPLETED:
        return enrolment
    enrolment.confirmed_at, enrolment.confirmed_by = clock.now(), actor.id
    missing = assess(enrolment).missing
    if missing:
        raise NotCompletedYetError(_("Something is missing: %(what)s.") % {"what": ", ".join(missing)}, missing=missing)
    enrolment.save(update_fields=["confirmed_at", "confirmed_by", "updated_at"])
    target = Target(enrolment._meta.label_lower, enrolment.pk, str(enrolment.schedule)[:200])
    record("learning.completion.confirm", target=target, actor=actor)
    evaluate(enrolment_id, actor=actor)
    enrolment.refresh_from_db()
    return enrolment


@transaction.atomic
def reverse_completion(enrolment_id: UUID, *, reason: str, actor: Actor) -> CourseEnrolment:
    """Take a completion back, for a reason: the learner is on the run again. What stood on it falls with it."""
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    why = tidy(reason)[:500]
    if not why:
        raise invalid_field("/reason", "required", _("Say why it is taken back."))
    enrolment = _lock(enrolment_id)
    if enrolment is None:
        raise NotFoundError(_("There is no such enrolment."))
    if enrolment.status != Status.COMPLETED:
        raise EnrolmentStateError(_("This enrolment is not completed."), status_now=enrolment.status)
    own = Completion.objects.select_for_update().filter(enrolment=enrolment, reversed_at=None)
    fallen = [*own, *_completions_above(enrolment)]
    for each in fallen:
        each.reversed_at, each.reversed_by, each.reason = clock.now(), actor.id, why
    Completion.objects.bulk_update(fallen, ["reversed_at", "reversed_by", "reason"])
    enrolment.status, enrolment.ended_at = Status.ACTIVE, None
    enrolment.confirmed_at = enrolment.confirmed_by = None
    enrolment.save(update_fields=["status", "ended_at", "confirmed_at", "confirmed_by", "updated_at"])
    entries = [
        Entry(
            "learning.completion.reverse",
            Target(each._meta.label_lower, each.pk, each.snapshot.get("course", "")[:200]),
            reason=why,
            facts=[CompletionReversed(completion=each.pk, student=each.student_id, course=each.course_id)],
        )
        for each in fallen
    ]
    record_all(entries, actor=actor)
    for each in fallen:
        revoke_for_completion(each.pk, reason=why, actor=actor)
    return enrolment


def assess(enrolment: CourseEnrolment) -> Assessed:
    """Where the learner stands. All required lessons and all required assignments, unless the policy says else."""
    policy: dict[str, Any] = enrolment.schedule.course.completion_policy
    lessons = [each for each in live_lessons([enrolment.schedule_id]) if counts(each)]
    if not policy.get("lessons", True):
        lessons = []
    completed = read_progress([enrolment], lessons)[enrolment.pk].completed
    works = Assignment.objects.filter(schedule=enrolment.schedule_id, status__in=("published", "closed"))
    works = works.filter(is_required=True) if policy.get("assignments", True) else works.none()
    pieces = {
        each.assignment_id: each
        for each in Submission.objects.filter(student=enrolment.student_id, assignment__in=works, is_void=False)
    }
    assignments = [each for each in works.order_by("due_at", "pk") if not _is_excused(pieces.get(each.pk))]
    grades = [(each, piece.grade) for each in assignments if (piece := pieces.get(each.pk)) and piece.grade is not None]
    least = policy.get("minimum_grade")
    mean = sum((grade for _each, grade in grades), Decimal(0)) / len(grades) if grades else None
    confirms = bool(policy.get("instructor_confirms"))
    return Assessed(
        lessons=lessons,
        open_lessons=[each for each in lessons if each.pk not in completed],
        open_assignments=[each for each in assignments if not _is_accepted(pieces.get(each.pk))],
        grades=grades,
        low_mean=least is not None and (mean is None or mean < Decimal(str(least))),
        needs_confirmation=confirms and enrolment.confirmed_at is None,
        asks_for_anything=bool(lessons or assignments or confirms),
    )


def _is_accepted(piece: Submission | None) -> bool:
    return piece is not None and piece.is_accepted


def _is_excused(piece: Submission | None) -> bool:
    return piece is not None and piece.is_excused


def _lock(enrolment_id: UUID) -> CourseEnrolment | None:
    """The enrolment, locked after its run: completing frees a place."""
    run = CourseEnrolment.objects.filter(pk=enrolment_id).values_list("schedule_id", flat=True).first()
    if run is None:
        return None
    lock_schedule(run)
    rows = CourseEnrolment.objects.select_for_update(of=("self",)).filter(pk=enrolment_id)
    return rows.select_related("schedule__course__parent__parent", "student__person").first()


def _follow_assignments(enrolment: CourseEnrolment, actor: Actor) -> None:
    """A lesson that an assignment completes is done exactly while that work is accepted."""
    lessons = CourseLesson.objects.filter(module__schedule=enrolment.schedule_id, assignment__isnull=False)
    accepted = Submission.objects.filter(student=enrolment.student_id, is_accepted=True, is_void=False)
    done = lessons.filter(assignment__in=accepted.values("assignment"))
    instant = clock.now()
    rows = [
        LessonProgress(
            enrolment=enrolment, lesson=each, first_opened_at=instant, completed_at=instant, completed_by=actor.id
        )
        for each in done
    ]
    LessonProgress.objects.bulk_create(rows, ignore_conflicts=True)
    mine = LessonProgress.objects.filter(enrolment=enrolment)
    mine.filter(lesson__in=done, completed_at=None).update(completed_at=instant, completed_by=actor.id)
    mine.filter(lesson__in=lessons, completed_at__isnull=False).exclude(lesson__in=done).update(
        completed_at=None, completed_by=None
    )


def _complete(enrolment: CourseEnrolment, assessed: Assessed, actor: Actor) -> Completion:
    instant = clock.now()
    enrolment.status, enrolment.ended_at, enrolment.end_reason = Status.COMPLETED, instant, ""
    enrolment.save(update_fields=["status", "ended_at", "end_reason", "updated_at"])
    course = enrolment.schedule.course
    snapshot = _names(enrolment, course) | {
        "run": str(enrolment.schedule),
        "start_date": str(enrolment.schedule.start_on),
        "end_date": str(enrolment.schedule.end_on),
        "policy": course.completion_policy,
        "lessons": [{"id": str(each.pk), "title": each.title} for each in assessed.lessons],
        "grades": [{"assignment": work.title, "grade": str(grade)} for work, grade in assessed.grades],
    }
    completion = Completion.objects.create(
        student=enrolment.student, course=course, enrolment=enrolment, completed_at=instant, snapshot=snapshot
    )
    _tell(completion, actor)
    tell_of_places(enrolment.schedule, fill_places(enrolment.schedule, actor=actor), actor=actor)
    if course.parent is not None:
        _complete_parent(course.parent, enrolment, actor)
    return completion


def _complete_parent(parent: Course, enrolment: CourseEnrolment, actor: Actor) -> None:
    """A parent course completes when all its required subcourses have."""
    needed = list(Course.objects.filter(parent=parent, is_required_in_parent=True).exclude(status="draft"))
    done = Completion.objects.filter(student=enrolment.student_id, course__in=needed, reversed_at=None)
    have = set(done.values_list("course_id", flat=True))
    parts = [each for each in needed if each.status == Course.Status.PUBLISHED or each.pk in have]
    already = Completion.objects.filter(student=enrolment.student_id, course=parent, enrolment=None, reversed_at=None)
    if not parts or {each.pk for each in parts} - have or already.exists():
        return
    snapshot = _names(enrolment, parent) | {
        "policy": parent.completion_policy,
        "courses": [{"id": str(each.pk), "name": each.name} for each in parts],
    }
    completion = Completion.objects.create(
        student=enrolment.student, course=parent, enrolment=None, completed_at=clock.now(), snapshot=snapshot
    )
    _tell(completion, actor)
    if parent.parent is not None:
        _complete_parent(parent.parent, enrolment, actor)


def _completions_above(enrolment: CourseEnrolment) -> list[Completion]:
    """Completions of the courses above, which stood on this one."""
    course = enrolment.schedule.course
    above = [pk for pk in (course.parent_id, course.parent.parent_id if course.parent else None) if pk]
    rows = Completion.objects.select_for_update().filter(
        student=enrolment.student_id, course__in=above, enrolment=None, reversed_at=None
    )
    return list(rows) if course.is_required_in_parent else []


def _names(enrolment: CourseEnrolment, course: Course) -> dict[str, Any]:
    return {
        "student": enrolment.student.person.full_name,
        "course": course.name,
        "course_code": course.code,
        "duration_hours": course.duration_hours,
    }


def _tell(completion: Completion, actor: Actor) -> None:
    fact = CourseCompleted(completion=completion.pk, student=completion.student_id, course=completion.course_id)
    target = Target(completion._meta.label_lower, completion.pk, completion.snapshot["course"][:200])
    record("learning.course.complete", target=target, facts=[fact], actor=actor)
