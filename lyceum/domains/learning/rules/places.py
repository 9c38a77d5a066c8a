"""Places in a run, counted under a lock on it: who has one, who waits, and who is next."""

from datetime import timedelta
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.learning.facts import Enrolled
from lyceum.domains.learning.models import CourseEnrolment, LearningSchedule
from lyceum.domains.learning.settings import school_settings

Status = CourseEnrolment.Status
TAKING = (Status.ACTIVE.value, Status.PENDING_PAYMENT.value)
"""Those who have a place. Who completed the run needs none any more."""
LIVE = (*TAKING, Status.WAITLISTED.value)
OFFER = timedelta(hours=48)


def lock_schedule(schedule_id: UUID) -> LearningSchedule:
    """The run, locked before anything in it is: its places are counted only under this lock."""
    return LearningSchedule.objects.select_for_update(of=("self",)).select_related("course").get(pk=schedule_id)


def count_taken(schedule_id: UUID) -> int:
    """How many places are taken."""
    return CourseEnrolment.objects.filter(schedule=schedule_id, status__in=TAKING).count()


def has_place(schedule: LearningSchedule) -> bool:
    """Whether a place is free for somebody new: none while others wait. The run is locked by whoever asks."""
    if schedule.capacity is None:
        return True
    if CourseEnrolment.objects.filter(schedule=schedule, status=Status.WAITLISTED).exists():
        return False
    return count_taken(schedule.pk) < schedule.capacity


def price_of(schedule: LearningSchedule) -> tuple[int | None, str]:
    """What the run costs, in minor units, and the currency; None where it is free."""
    price = schedule.course.price_minor if schedule.price_minor is None else schedule.price_minor
    return (price, schedule.course.currency) if price else (None, "")


def seat(enrolment: CourseEnrolment, schedule: LearningSchedule) -> Enrolled:
    """Give an enrolment a place, paid or held until it is; not saved yet."""
    price, currency = price_of(schedule)
    enrolment.status = Status.PENDING_PAYMENT if price else Status.ACTIVE
    hold = timedelta(hours=school_settings().payment_hold_hours)
    enrolment.held_until = clock.now() + hold if price else None
    return Enrolled(
        enrolment=enrolment.pk,
        student=enrolment.student_id,
        schedule=schedule.pk,
        status=enrolment.status,
        price_minor=price,
        currency=currency,
    )


def fill_places(schedule: LearningSchedule, *, actor: Actor) -> list[CourseEnrolment]:
    """Give free places to those who wait, the first first. The run is locked by whoever freed them.

    Where the school offers places, nobody is seated by itself: whoever is first is offered one for two days.
    """
    if schedule.status != LearningSchedule.Status.PUBLISHED:
        return []
    waiting = CourseEnrolment.objects.filter(schedule=schedule, status=Status.WAITLISTED)
    waiting = waiting.order_by("enrolled_at", "pk")
    free = waiting.count() if schedule.capacity is None else schedule.capacity - count_taken(schedule.pk)
    first = list(waiting.select_related("student__person")[: max(free, 0)])
    if not school_settings().waiting_list_automatic:
        return _offer(first)
    entries = []
    for each in first:
        fact = seat(each, schedule)
        changes = {"status": [Status.WAITLISTED.value, each.status]}
        entries.append(Entry("learning.enrolment.promote", Target.of(each), changes, facts=[fact]))
    if first:
        CourseEnrolment.objects.bulk_update(first, ["status", "held_until"])
        record_all(entries, actor=actor)
    return first


def _offer(first: list[CourseEnrolment]) -> list[CourseEnrolment]:
    fresh = [each for each in first if each.held_until is None]
    for each in fresh:
        each.held_until = clock.now() + OFFER
    if fresh:
        CourseEnrolment.objects.bulk_update(fresh, ["held_until"])
    return []


def is_offered(enrolment: CourseEnrolment) -> bool:
    """Whether somebody who waits may take a place now."""
    return (
        enrolment.status == Status.WAITLISTED
        and enrolment.held_until is not None
        and enrolment.held_until > clock.now()
    )


def position_of(enrolment: CourseEnrolment) -> int | None:
    """The place in the waiting list, from 1; None for who does not wait."""
    if enrolment.status != Status.WAITLISTED:
        return None
    waiting = CourseEnrolment.objects.filter(schedule=enrolment.schedule_id, status=Status.WAITLISTED)
    before = waiting.filter(enrolled_at__lt=enrolment.enrolled_at).count()
    same = waiting.filter(enrolled_at=enrolment.enrolled_at, pk__lte=enrolment.pk).count()
    return before + same
