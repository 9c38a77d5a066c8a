"""Enrolments: coming on roll and its dates. Leaving is one act in academics, which calls this."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.facts import EnrolmentEnded, EnrolmentStarted
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.rules.students import get_student_for_edit


class EnrolmentOverlapsError(RuleError):
    """The student is on roll already in some of those days."""

    code = "enrolment_overlaps"


@transaction.atomic
def enrol_student(
    student_id: UUID,
    *,
    first_day: date,
    last_day: date | None = None,
    kind: str = "main",
    entry: str = "new",
    from_school: str = "",
    actor: Actor,
) -> Enrolment:
    """Put a student on roll from a day on."""
    actor.require_all(Permission.STUDENTS_ENROL)
    student = get_student_for_edit(student_id, actor=actor)
    if last_day and last_day < first_day:
        raise invalid_field("/last_day", "order", "The last day lies before the first day.")
    _refuse_overlap(student.pk, first_day, last_day, besides=None)
    enrolment = Enrolment.objects.create(
        student=student, kind=kind, first_day=first_day, last_day=last_day, entry=entry, from_school=from_school
    )
    if student.admission_date is None:
        student.admission_date = first_day
        student.save(update_fields=["admission_date", "updated_at"])
    record(
        "people.enrolment.start",
        target=Target.of(student),
        changes={"first_day": [None, str(first_day)]},
        facts=[EnrolmentStarted(student=student.pk, enrolment=enrolment.pk)],
        actor=actor,
    )
    return enrolment


def _refuse_overlap(student_id: UUID, first: date, last: date | None, *, besides: UUID | None) -> None:
    rows = Enrolment.objects.filter(student=student_id, kind__in=("main", "dual_main")).exclude(exit="no_show")
    for row in rows.exclude(pk=besides):
        if row.first_day <= (last or date.max) and first <= (row.last_day or date.max):
            until = row.last_day or "now"
            raise EnrolmentOverlapsError(f"The student is on roll from {row.first_day} to {until}.")


@transaction.atomic
def change_enrolment(enrolment_id: UUID, *, values: dict[str, Any], actor: Actor) -> Enrolment:
    """Move an enrolment's first or last day. Marks outside it are kept, and leave the numbers."""
    actor.require_all(Permission.STUDENTS_ENROL)
    try:
        enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("student__person").get(
            pk=enrolment_id
        )  # fmt: skip
    except Enrolment.DoesNotExist:
        raise NotFoundError from None
    first, last = values.get("first_day", enrolment.first_day), values.get("last_day", enrolment.last_day)
    if last and last < first:
        raise invalid_field("/last_day", "order", "The last day lies before the first day.")
    _refuse_overlap(enrolment.student_id, first, last, besides=enrolment.pk)
    changes = {
        name: [str(old), str(new)]
        for name, old, new in (
            ("first_day", enrolment.first_day, first),
            ("last_day", enrolment.last_day, last),
            ("exit", enrolment.exit, values.get("exit", enrolment.exit)),
        )
        if old != new
    }
    enrolment.first_day, enrolment.last_day = first, last
    enrolment.exit = values.get("exit", enrolment.exit)
    enrolment.exit_reason = values.get("exit_reason", enrolment.exit_reason)
    enrolment.to_school = values.get("to_school", enrolment.to_school)
    enrolment.save()
    facts = [EnrolmentEnded(student=enrolment.student_id, enrolment=enrolment.pk, exit=enrolment.exit)] if last else []
    record(
        "people.enrolment.change", target=Target.of(enrolment.student), changes=changes, facts=facts, actor=actor
    )
    return enrolment
