"""Places that were held until they were paid."""

from uuid import UUID

from django.db import transaction

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.facts import Enrolled
from lyceum.domains.learning.models import CourseEnrolment
from lyceum.domains.learning.rules.places import Status, lock_schedule


@transaction.atomic
def confirm_place(enrolment_id: UUID, *, actor: Actor) -> None:
    """The place is paid: it is the learner's. One that lapsed before is not given back. Safe to run twice."""
    actor.require_all(Permission.COURSES_ENROL)
    schedule_id = CourseEnrolment.objects.filter(pk=enrolment_id).values_list("schedule", flat=True).first()
    if schedule_id is None:
        return
    lock_schedule(schedule_id)
    enrolment = CourseEnrolment.objects.select_related("student__person").get(pk=enrolment_id)
    if enrolment.status != Status.PENDING_PAYMENT:
        return
    enrolment.status, enrolment.held_until = Status.ACTIVE, None
    enrolment.save(update_fields=["status", "held_until", "updated_at"])
    fact = Enrolled(enrolment=enrolment.pk, student=enrolment.student_id, schedule=schedule_id, status=enrolment.status)
    changes = {"status": [Status.PENDING_PAYMENT.value, Status.ACTIVE.value]}
    record("learning.enrolment.confirm", target=Target.of(enrolment), changes=changes, facts=[fact], actor=actor)
