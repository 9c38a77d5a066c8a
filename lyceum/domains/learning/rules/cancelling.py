"""Cancelling a run: its learners leave it, and hear of it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.learning.facts import ScheduleCancelled, Withdrawn
from lyceum.domains.learning.models import CourseEnrolment, LearningSchedule
from lyceum.domains.learning.rules.places import LIVE
from lyceum.domains.learning.rules.refusals import ScheduleStateError
from lyceum.domains.learning.rules.schedules import get_schedule_to_write
from lyceum.domains.learning.rules.telling import tell_cancelled

REASON_CODE = "schedule_cancelled"


def count_affected(schedule: LearningSchedule) -> int:
    """How many learners a cancellation would withdraw and tell."""
    return CourseEnrolment.objects.filter(schedule=schedule, status__in=LIVE).count()


@transaction.atomic
def cancel_schedule(schedule_id: UUID, *, reason: str, actor: Actor) -> LearningSchedule:
    """Cancel a run for a reason: every live enrolment ends, and every learner is told."""
    schedule = get_schedule_to_write(schedule_id, actor=actor)
    why = tidy(reason)[:500]
    if not why:
        raise invalid_field("/reason", "required", _("Say why it does not take place: the learners read it."))
    if schedule.status == LearningSchedule.Status.CANCELLED:
        raise ScheduleStateError(_("This run is cancelled already."))
    instant, before = clock.now(), schedule.status
    rows = CourseEnrolment.objects.select_for_update(of=("self",)).filter(schedule=schedule, status__in=LIVE)
    leaving = list(rows.select_related("student__person"))
    for each in leaving:
        each.status, each.ended_at, each.end_reason = CourseEnrolment.Status.WITHDRAWN, instant, REASON_CODE
    CourseEnrolment.objects.bulk_update(leaving, ["status", "ended_at", "end_reason"])
    schedule.status, schedule.cancelled_at, schedule.reason = LearningSchedule.Status.CANCELLED, instant, why
    schedule.version += 1
    schedule.save(update_fields=["status", "cancelled_at", "reason", "version", "updated_at"])
    facts = [
        Withdrawn(
            enrolment=each.pk, student=each.student_id, schedule=schedule.pk, status=each.status, reason=REASON_CODE
        )
        for each in leaving
    ]
    cancelled = ScheduleCancelled(schedule=schedule.pk, learners=[each.student_id for each in leaving])
    changes: dict[str, list[object]] = {"status": [before, schedule.status], "learners": [len(leaving), 0]}
    record_all(
        [Entry("learning.schedule.cancel", Target.of(schedule), changes, why, facts=[cancelled, *facts])], actor=actor
    )
    tell_cancelled(schedule, [each.student for each in leaving], actor=actor)
    return schedule
