"""Runs of courses: making, changing, publishing, cancelling and deleting them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import FieldError, InvalidError, NotAllowedError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Location
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.facts import SchedulePublished
from lyceum.domains.learning.models import CoInstructor, Course, CourseEnrolment, LearningSchedule
from lyceum.domains.learning.policies import listed_courses, readable_schedules, schedules_with
from lyceum.domains.learning.rules.places import count_taken, fill_places
from lyceum.domains.learning.rules.refusals import (
    CapacityTakenError,
    NotReadyError,
    ScheduleInUseError,
    ScheduleStateError,
)
from lyceum.domains.learning.rules.stored import forget_files_of
from lyceum.domains.learning.rules.telling import tell_of_places, tell_run_moved
from lyceum.domains.learning.rules.wording import choice, line, number
from lyceum.domains.people.models import Staff
from lyceum.domains.people.queries import find_staff_of_user

LONGEST_NAME, MOST_PLACES, MOST_CO_INSTRUCTORS, MOST_PRICE = 160, 100_000, 10, 100_000_000
_NOT_FOR_INSTRUCTORS = ("instructor_id", "price_minor")
_MOVES = {"start_on", "end_on", "location_id", "delivery"}
_PLAIN = ("start_on", "end_on", "enrol_from", "enrol_until", "is_sequential")


@transaction.atomic
def create_schedule(*, course_id: UUID, values: Mapping[str, Any], actor: Actor) -> LearningSchedule:
    """Make a run. An instructor who makes one becomes its instructor."""
    actor.require(Permission.SCHEDULES_EDIT)
    course = Course.objects.filter(listed_courses(actor), pk=course_id).exclude(status="archived").first()
    if course is None:
        raise invalid_field("/course_id", "choice", _("There is no such course."))
    given = dict(values)
    status = given.pop("status", LearningSchedule.Status.DRAFT)
    schedule = LearningSchedule(course=course)
    if not actor.reaches_all(Permission.SCHEDULES_EDIT):
        _begin_as_instructor(schedule, given, actor)
    changed_fields(schedule, _checked(given))
    _check_whole(schedule)
    schedule.save(force_insert=True)
    if given.get("co_instructor_ids"):
        _set_co_instructors(schedule, given["co_instructor_ids"])
    record("learning.schedule.create", target=Target.of(schedule), actor=actor)
    if choice({"status": status}, "status", ("draft", "published")) == "published":
        publish_schedule(schedule.pk, actor=actor)
        schedule.refresh_from_db()
    return schedule


@transaction.atomic
def edit_schedule(schedule_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> LearningSchedule:
    """Change some of a run. Learners hear of other days; added places are given to those who wait."""
    schedule = get_schedule_to_write(schedule_id, actor=actor)
    given = dict(values)
    status = given.pop("status", schedule.status)
    if given.pop("course_id", schedule.course_id) != schedule.course_id:
        raise invalid_field("/course_id", "fixed", _("A run stays with its course. Make another run."))
    fields = _checked(given)
    if not actor.reaches_all(Permission.SCHEDULES_EDIT):
        _refuse_what_is_not_theirs(schedule, fields)
    changes = changed_fields(schedule, fields)
    _check_whole(schedule)
    if "capacity" in changes:
        _refuse_too_few_places(schedule)
    if "co_instructor_ids" in given:
        changes |= _set_co_instructors(schedule, given["co_instructor_ids"] or ())
    if changes:
        if schedule.status == LearningSchedule.Status.PUBLISHED:
            _refuse_unready(schedule)
        schedule.version += 1
        schedule.save()
        record("learning.schedule.edit", target=Target.of(schedule), changes=changes, actor=actor)
        if _MOVES & set(changes):
            tell_run_moved(schedule, actor=actor)
        if "capacity" in changes:
            tell_of_places(schedule, fill_places(schedule, actor=actor), actor=actor)
    if status != schedule.status:
        if status != LearningSchedule.Status.PUBLISHED:
            raise invalid_field("/status", "choice", _("Cancel a run with the reason: POST …/cancel/."))
        publish_schedule(schedule.pk, actor=actor)
        schedule.refresh_from_db()
    return schedule


@transaction.atomic
def publish_schedule(schedule_id: UUID, *, actor: Actor) -> LearningSchedule:
    """Offer a run to everybody."""
    schedule = get_schedule_to_write(schedule_id, actor=actor)
    if schedule.status == LearningSchedule.Status.PUBLISHED:
        return schedule
    if schedule.status == LearningSchedule.Status.CANCELLED:
        raise ScheduleStateError(_("This run was cancelled. Copy it and publish the copy."))
    _refuse_unready(schedule)
    schedule.status, schedule.published_at = LearningSchedule.Status.PUBLISHED, clock.now()
    schedule.version += 1
    schedule.save(update_fields=["status", "published_at", "version", "updated_at"])
    record(
        "learning.schedule.publish",
        target=Target.of(schedule),
        facts=[SchedulePublished(schedule=schedule.pk, course=schedule.course_id)],
        actor=actor,
    )
    return schedule


@transaction.atomic
def delete_schedule(schedule_id: UUID, *, actor: Actor) -> None:
    """Delete a draft that nobody joined. What was published is cancelled."""
    schedule = get_schedule_to_write(schedule_id, actor=actor)
    joined = CourseEnrolment.objects.filter(schedule=schedule).count()
    if joined or schedule.status != LearningSchedule.Status.DRAFT:
        raise ScheduleInUseError(
            _("This run was published: cancel it instead, with the reason."), counts={"enrolments": joined}
        )
    if schedule.assignments.exists():
        raise ScheduleInUseError(_("Assignments were set in this run. Take them away first."))
    forget_files_of(Q(schedule=schedule) | Q(module__schedule=schedule) | Q(lesson__module__schedule=schedule))
    record("learning.schedule.delete", target=Target.of(schedule), actor=actor)
    schedule.delete()


def get_schedule_to_write(
    schedule_id: UUID, *, actor: Actor, permission: Permission = Permission.SCHEDULES_EDIT
) -> LearningSchedule:
    """The run, locked. Who may read it and not write it is told so; for others it is not there."""
    actor.require(permission)
    rows = LearningSchedule.objects.filter(pk=schedule_id)
    found = rows.select_for_update(of=("self",)).select_related("course").filter(schedules_with(actor, permission))
    schedule = found.first()
    if schedule is None:
        if rows.filter(readable_schedules(actor)).exists():
            raise not_allowed(permission)
        raise NotFoundError(_("There is no such run."))
    return schedule


def _begin_as_instructor(schedule: LearningSchedule, given: dict[str, Any], actor: Actor) -> None:
    own = find_staff_of_user(actor.user_id)
    if own is None:
        raise not_allowed(Permission.SCHEDULES_EDIT)
    if given.pop("instructor_id", None) not in (None, own.pk):
        raise _not_theirs("instructor_id")
    if given.pop("price_minor", None) is not None:
        raise _not_theirs("price_minor")
    schedule.instructor = own


def _refuse_what_is_not_theirs(schedule: LearningSchedule, fields: Mapping[str, Any]) -> None:
    for name in _NOT_FOR_INSTRUCTORS:
        if name in fields and fields[name] != getattr(schedule, name):
            raise _not_theirs(name)


def _not_theirs(name: str) -> NotAllowedError:
    message = _("Only the office changes who teaches a run and what it costs.")
    return NotAllowedError(message, errors=[FieldError(f"/{name}", "not_allowed", message)])


def _refuse_too_few_places(schedule: LearningSchedule) -> None:
    taken = count_taken(schedule.pk)
    if schedule.capacity is not None and schedule.capacity < taken:
        raise CapacityTakenError(_("%(n)s places are taken already.") % {"n": taken}, taken=taken)


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: given[name] for name in _PLAIN if name in given}
    if "name" in given:
        fields["name"] = line(given, "name", LONGEST_NAME)
    if given.get("delivery") is not None:
        fields["delivery"] = choice(given, "delivery", LearningSchedule.Delivery.values)
    if "capacity" in given:
        fields["capacity"] = number(given, "capacity", 1, MOST_PLACES)
    if "price_minor" in given:
        fields["price_minor"] = number(given, "price_minor", 0, MOST_PRICE)
    if "location_id" in given:
        fields["location_id"] = _known("location_id", given["location_id"], Location.objects.filter(active=True))
    if "instructor_id" in given:
        fields["instructor_id"] = _known("instructor_id", given["instructor_id"], Staff.objects.all())
    return fields


def _known(name: str, wanted: UUID | None, rows: Any) -> UUID | None:
    if wanted is not None and not rows.filter(pk=wanted).exists():
        raise invalid_field(f"/{name}", "choice", _("There is nothing of that id here."))
    return wanted


def _check_whole(schedule: LearningSchedule) -> None:
    """The dates in order."""
    _check_date("/start_date", schedule.start_on)
    _check_date("/end_date", schedule.end_on)
    if schedule.end_on < schedule.start_on:
        raise invalid_field("/end_date", "order", _("A run ends on its first day or later."))
    begins, ends = schedule.enrol_from, schedule.enrol_until
    if begins and ends and ends < begins:
        raise invalid_field("/enrol_until", "order", _("Enrolment ends after it begins."))


def _check_date(pointer: str, day: date | None) -> None:
    if day is None:
        raise invalid_field(pointer, "required", _("Give a date."))
    if not 1900 <= day.year <= 2200:
        raise invalid_field(pointer, "range", _("Give a date between 1900 and 2200."))


def _refuse_unready(schedule: LearningSchedule) -> None:
    missing = []
    course = Course.objects.get(pk=schedule.course_id)
    if course.status != Course.Status.PUBLISHED:
        missing.append(FieldError("/course_id", "not_published", _("Publish the course first.")))
    if schedule.location_id is None and schedule.delivery != LearningSchedule.Delivery.ONLINE:
        missing.append(FieldError("/location_id", "required", _("Say where it takes place, or that it is online.")))
    if missing:
        raise NotReadyError(_("The run cannot be public like this."), errors=missing)


def _set_co_instructors(schedule: LearningSchedule, wanted: Sequence[UUID]) -> dict[str, list[Any]]:
    ids = list(dict.fromkeys(wanted))
    pointer = "/co_instructor_ids"
    if len(ids) > MOST_CO_INSTRUCTORS:
        raise _too_many(pointer)
    if Staff.objects.filter(pk__in=ids).count() != len(ids):
        raise invalid_field(pointer, "choice", _("There is nobody of that id here."))
    rows = CoInstructor.objects.filter(schedule=schedule)
    before = sorted(str(each) for each in rows.values_list("staff_id", flat=True))
    now = sorted(str(each) for each in ids)
    if before == now:
        return {}
    rows.exclude(staff__in=ids).delete()
    CoInstructor.objects.bulk_create(
        [CoInstructor(schedule=schedule, staff_id=each) for each in ids], ignore_conflicts=True
    )
    return {"co_instructors": [before, now]}


def _too_many(pointer: str) -> InvalidError:
    return invalid_field(pointer, "too_many", _("Name at most %(n)s.") % {"n": MOST_CO_INSTRUCTORS})
