"""What ends by the clock: unpaid places, offers, waiting for a run that is over, and runs that were not completed."""

from datetime import timedelta

from django.db import transaction

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.learning.models import CourseEnrolment
from lyceum.domains.learning.rules.enrolling import end
from lyceum.domains.learning.rules.places import Status, fill_places, lock_schedule
from lyceum.domains.learning.rules.telling import tell_of_places
from lyceum.domains.tenancy.queries import today

UNTIL_NOT_COMPLETED = timedelta(days=30)


@transaction.atomic
def lapse_enrolments(*, actor: Actor) -> int:
    """Let everything lapse whose time is over, and give the places to those who wait. Safe to run twice."""
    instant, day, count = clock.now(), today(), 0
    held = CourseEnrolment.objects.filter(
        status__in=(Status.PENDING_PAYMENT, Status.WAITLISTED), held_until__lt=instant
    )
    over = CourseEnrolment.objects.filter(status=Status.WAITLISTED, schedule__end_on__lt=day)
    late = CourseEnrolment.objects.filter(status=Status.ACTIVE, schedule__end_on__lt=day - UNTIL_NOT_COMPLETED)
    runs = {pk for rows in (held, over, late) for pk in rows.values_list("schedule_id", flat=True)}
    for schedule_id in sorted(runs):
        schedule = lock_schedule(schedule_id)
        for rows, status, code in (
            (held, Status.LAPSED, "payment_lapsed"),
            (over, Status.LAPSED, "schedule_finished"),
            (late, Status.NOT_COMPLETED, "not_completed"),
        ):
            for each in rows.select_for_update().filter(schedule=schedule_id):
                offered = status is Status.LAPSED and each.status == Status.WAITLISTED and each.held_until is not None
                end(each, status.value, "offer_lapsed" if offered else code, actor=actor)
                count += 1
        if schedule.end_on >= day:
            tell_of_places(schedule, fill_places(schedule, actor=actor), actor=actor)
    return count
