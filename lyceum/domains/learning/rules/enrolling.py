"""Joining a run and leaving it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind, not_allowed
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission, Reach
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.facts import Enrolled, Waitlisted, Withdrawn
from lyceum.domains.learning.models import Completion, Course, CourseEnrolment, LearningSchedule
from lyceum.domains.learning.policies import find_own_student, readable_schedules, visible_enrolments
from lyceum.domains.learning.rules.access import is_approved
from lyceum.domains.learning.rules.places import (
    LIVE,
    Status,
    fill_places,
    has_place,
    is_offered,
    lock_schedule,
    seat,
)
from lyceum.domains.learning.rules.refusals import (
    AlreadyOnCourseError,
    EnrolmentClosedError,
    EnrolmentStateError,
    GuardianMustEnrolError,
    NotALearnerError,
    NotApprovedError,
    PrerequisiteMissingError,
    ScheduleCancelledError,
    ScheduleFinishedError,
)
from lyceum.domains.learning.rules.telling import tell_of_places
from lyceum.domains.learning.settings import school_settings
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.tenancy.queries import day_bounds, today

OPEN_AFTER_START = timedelta(days=7)
STATUS_PAGE = "/application/"


@dataclass(frozen=True)
class Joined:
    """The enrolment, and whether it was made by this act."""

    enrolment: CourseEnrolment
    is_new: bool


@dataclass(frozen=True)
class Waiver:
    """What the office does in spite of a rule, and why."""

    reason: str = ""
    over_capacity: bool = False
    without_prerequisites: bool = False


NO_WAIVER = Waiver()


@transaction.atomic
def enrol_myself(schedule_id: UUID, *, actor: Actor) -> Joined:
    """Join a run. The same act again gives the same enrolment."""
    if not actor.may(Permission.COURSES_ENROL):
        raise NotALearnerError(_("You have no record as a learner here."))
    _get_schedule(schedule_id, actor)
    student = find_own_student(actor)
    if student is None:
        if Reach.OWN in actor.reaches(Permission.COURSES_ENROL):
            raise not_approved()
        raise NotALearnerError(_("You have no record as a learner here."))
    return _enrol(schedule_id, student, NO_WAIVER, actor)


def enrol_student(schedule_id: UUID, student_id: UUID, *, waiver: Waiver = NO_WAIVER, actor: Actor) -> Joined:
    """Enrol a child of one's own; the office enrols anybody, and may make an exception for a reason."""
    actor.require(Permission.COURSES_ENROL)
    rows = Student.objects.filter(visible_students(actor, Permission.COURSES_ENROL), pk=student_id)
    student = rows.select_related("person").first()
    if student is None:
        raise NotFoundError(_("There is no such student."))
    if waiver.over_capacity or waiver.without_prerequisites:
        actor.require_all(Permission.COURSES_ENROL)
        if not tidy(waiver.reason):
            raise invalid_field("/reason", "required", _("Say why an exception is made."))
    return _enrol(schedule_id, student, waiver, actor)


@transaction.atomic
def _enrol(schedule_id: UUID, student: Student, waiver: Waiver, actor: Actor) -> Joined:
    schedule = _get_schedule(schedule_id, actor)
    mine = CourseEnrolment.objects.filter(student=student, schedule=schedule)
    existing = mine.exclude(status__in=(Status.WITHDRAWN, Status.LAPSED)).first()
    if existing is not None:
        if is_offered(existing):
            return Joined(_take_offer(existing, schedule, actor), False)
        return Joined(existing, False)
    check_may_join(schedule, student, waiver, actor)
    enrolment = CourseEnrolment(
        student=student,
        schedule=schedule,
        enrolled_at=clock.now(),
        enrolled_by=actor.id,
        over_capacity_reason=tidy(waiver.reason)[:500] if waiver.over_capacity else "",
    )
    fact: Enrolled | Waitlisted
    if waiver.over_capacity or has_place(schedule):
        fact = seat(enrolment, schedule)
    else:
        enrolment.status = Status.WAITLISTED
        fact = Waitlisted(
            enrolment=enrolment.pk, student=student.pk, schedule=schedule.pk, status=Status.WAITLISTED.value
        )
    enrolment.save(force_insert=True)
    changes = {"status": [None, enrolment.status]}
    target = _target(enrolment, schedule)
    reason = tidy(waiver.reason)[:500]
    record("learning.enrol", target=target, changes=changes, reason=reason, facts=[fact], actor=actor)
    return Joined(enrolment, True)


def check_may_join(schedule: LearningSchedule, student: Student, waiver: Waiver, actor: Actor) -> None:
    """The rules of joining, in their order."""
    if not is_approved(student.pk, schedule.course_id):
        raise not_approved()
    _check_open(schedule)
    if _is_oneself(student, actor) and _is_too_young(student):
        age = school_settings().self_enrol_min_age
        raise GuardianMustEnrolError(_("Under %(age)s a guardian enrols you.") % {"age": age}, minimum_age=age)
    if not waiver.without_prerequisites:
        _check_prerequisites(schedule.course, student)
    others = CourseEnrolment.objects.filter(student=student, schedule__course=schedule.course_id, status__in=LIVE)
    other = others.select_related("schedule__course").first()
    if other is not None:
        raise AlreadyOnCourseError(
            _("You are on another run of this course: %(run)s.") % {"run": other.schedule},
            schedule_id=str(other.schedule_id),
            link=f"/learning/runs/{other.schedule_id}/",
        )


def enrolment_window(schedule: LearningSchedule) -> tuple[datetime | None, datetime]:
    """From when until when people may join: by default until a week after the run began."""
    until = schedule.enrol_until or day_bounds(schedule.start_on + OPEN_AFTER_START)[1]
    return schedule.enrol_from, until


def not_approved() -> NotApprovedError:
    """The refusal with the way to the application."""
    return NotApprovedError(
        _("Your application is under review"),
        link=STATUS_PAGE,
        status_url="/api/v1/students/me/application-status/",
    )


@transaction.atomic
def withdraw(enrolment_id: UUID, *, reason: str = "", actor: Actor) -> CourseEnrolment:
    """Leave a run: the learner, a guardian or the office. Who waits first takes the place, in the same moment."""
    actor.require(Permission.COURSES_ENROL)
    enrolment, schedule = get_enrolment_to_write(enrolment_id, actor=actor)
    if enrolment.status in (Status.WITHDRAWN, Status.LAPSED):
        return enrolment
    if enrolment.status not in LIVE:
        raise EnrolmentStateError(_("This enrolment is over."), status_now=enrolment.status)
    end(enrolment, Status.WITHDRAWN, "withdrawn", words=tidy(reason)[:500], actor=actor)
    tell_of_places(schedule, fill_places(schedule, actor=actor), actor=actor)
    return enrolment


def end(enrolment: CourseEnrolment, status: str, code: str, *, words: str = "", actor: Actor) -> None:
    """An enrolment ends without completion; the run is locked already."""
    before, enrolment.status = enrolment.status, status
    enrolment.ended_at, enrolment.end_reason, enrolment.held_until = clock.now(), words or code, None
    enrolment.save(update_fields=["status", "ended_at", "end_reason", "held_until", "updated_at"])
    fact = Withdrawn(
        enrolment=enrolment.pk,
        student=enrolment.student_id,
        schedule=enrolment.schedule_id,
        status=status,
        reason=code,
    )
    target = Target(enrolment._meta.label_lower, enrolment.pk, code)
    record(
        "learning.withdraw", target=target, changes={"status": [before, status]}, reason=words, facts=[fact],
        actor=actor,
    )  # fmt: skip


def get_enrolment_to_write(enrolment_id: UUID, *, actor: Actor) -> tuple[CourseEnrolment, LearningSchedule]:
    """An enrolment that the actor may end, with its run: both locked, the run first as everywhere."""
    rows = CourseEnrolment.objects.filter(_may_write(actor), pk=enrolment_id)
    schedule_id = rows.values_list("schedule_id", flat=True).first()
    if schedule_id is None:
        if CourseEnrolment.objects.filter(visible_enrolments(actor), pk=enrolment_id).exists():
            raise not_allowed(Permission.COURSES_ENROL)
        raise NotFoundError(_("There is no such enrolment."))
    schedule = lock_schedule(schedule_id)
    enrolment = CourseEnrolment.objects.select_for_update().get(pk=enrolment_id)
    return enrolment, schedule


def _may_write(actor: Actor) -> Q:
    if actor.kind is ActorKind.JOB:
        return Q()
    return Q(student__in=Student.objects.filter(visible_students(actor, Permission.COURSES_ENROL)))


def _get_schedule(schedule_id: UUID, actor: Actor) -> LearningSchedule:
    rows = LearningSchedule.objects.select_for_update(of=("self",)).select_related("course")
    known = readable_schedules(actor)
    if known:  # not everything: a cancelled run is not offered; whoever has its address learns that it is, and why
        known |= Q(status=LearningSchedule.Status.CANCELLED, published_at__isnull=False)
    schedule = rows.filter(known, pk=schedule_id).first()
    if schedule is None or schedule.status == LearningSchedule.Status.DRAFT:
        raise NotFoundError(_("There is no such run."))
    return schedule


def _check_open(schedule: LearningSchedule) -> None:
    if schedule.status == LearningSchedule.Status.CANCELLED:
        raise ScheduleCancelledError(_("This run does not take place: %(why)s") % {"why": schedule.reason})
    if schedule.end_on < today():
        day = date_format(schedule.end_on, "j M Y")
        raise ScheduleFinishedError(_("This run ended on %(day)s.") % {"day": day}, ended_on=str(schedule.end_on))
    begins, ends = enrolment_window(schedule)
    if begins is not None and clock.now() < begins:
        at = date_format(localtime(begins), "j M Y H:i")
        raise EnrolmentClosedError(_("Enrolment opens on %(at)s.") % {"at": at}, opens_at=begins.isoformat())
    if clock.now() > ends:
        at = date_format(localtime(ends), "j M Y H:i")
        raise EnrolmentClosedError(_("Enrolment closed on %(at)s.") % {"at": at}, closed_at=ends.isoformat())


def _is_oneself(student: Student, actor: Actor) -> bool:
    return actor.user_id is not None and student.person.user_id == actor.user_id


def _is_too_young(student: Student) -> bool:
    """Whether somebody is younger than who may enrol alone; of whom no birth date is known, nobody can say so."""
    born, day = student.person.birth_date, today()
    if born is None:
        return False
    return _age(born, day) < school_settings().self_enrol_min_age


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _check_prerequisites(course: Course, student: Student) -> None:
    needed = dict(course.prerequisites.values_list("needs_id", "needs__name"))
    done = Completion.objects.filter(student=student, course__in=needed, reversed_at=None)
    missing = {pk: name for pk, name in needed.items() if pk not in set(done.values_list("course_id", flat=True))}
    if missing:
        raise PrerequisiteMissingError(
            _("Complete first: %(courses)s.") % {"courses": ", ".join(missing.values())},
            courses=[{"id": str(pk), "name": name} for pk, name in missing.items()],
        )


def _take_offer(enrolment: CourseEnrolment, schedule: LearningSchedule, actor: Actor) -> CourseEnrolment:
    fact = seat(enrolment, schedule)
    enrolment.save(update_fields=["status", "held_until", "updated_at"])
    changes = {"status": [Status.WAITLISTED.value, enrolment.status]}
    record("learning.enrol", target=_target(enrolment, schedule), changes=changes, facts=[fact], actor=actor)
    return enrolment


def _target(enrolment: CourseEnrolment, schedule: LearningSchedule) -> Target:
    return Target(enrolment._meta.label_lower, enrolment.pk, str(schedule)[:200])
