"""Which grade a student is in, and leaving: one act that ends everything academic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import AcademicYear, ClassMembership, Grade, Placement
from lyceum.domains.academics.rules.classes import end_class_members
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.rules.enrolments import change_enrolment
from lyceum.domains.people.rules.students import get_student_for_edit


@dataclass(frozen=True)
class NewPlacement:
    """A student who is to be in a grade from a day on."""

    student_id: UUID
    year: AcademicYear
    grade: Grade
    starts_on: date
    ends_on: date | None = None
    house: str = ""


@transaction.atomic
def place_students(new: Sequence[NewPlacement], *, actor: Actor) -> list[Placement]:
    """Put students into grades; a placement that runs into the new one ends the day before."""
    actor.require_all(Permission.STUDENTS_ENROL)
    first = {each.student_id: each.starts_on for each in new}
    running = Placement.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=min(first.values())), student__in=first)
    ended, gone = [], []
    for row in running:
        if row.starts_on >= first[row.student_id]:
            gone.append(row.pk)
        elif row.ends_on is None or row.ends_on >= first[row.student_id]:
            row.ends_on = first[row.student_id] - timedelta(days=1)
            ended.append(row)
    Placement.objects.filter(pk__in=gone).delete()
    Placement.objects.bulk_update(ended, ["ends_on"], batch_size=500)
    rows = [
        Placement(
            student_id=each.student_id,
            year=each.year,
            grade=each.grade,
            house=each.house,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
        )
        for each in new
    ]
    Placement.objects.bulk_create(rows)
    record_all(
        [
            Entry("academics.student.place", Target("people.student", row.student_id, row.grade.name),
                  {"grade": [None, row.grade.code]})
            for row in rows
        ],
        actor=actor,
    )  # fmt: skip
    return rows


@transaction.atomic
def leave_student(
    student_id: UUID, *, last_day: date, exit: str, reason: str = "", to_school: str = "", actor: Actor
) -> Enrolment:
    """Record that a student leaves: enrolment, classes and grade end with the last day, in one act."""
    actor.require_all(Permission.STUDENTS_ENROL)
    student = get_student_for_edit(student_id, actor=actor)
    open_rows = Enrolment.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=last_day), student=student, first_day__lte=last_day
    )
    values = {"last_day": last_day, "exit": exit, "exit_reason": reason, "to_school": to_school}
    ended = [change_enrolment(row.pk, values=values, actor=actor) for row in open_rows]
    if not ended:
        raise NotFoundError("The student is not on roll on that day.")
    later = ClassMembership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day), student=student)
    end_class_members(list(later.values_list("pk", flat=True)), last_day=last_day, reason=reason, actor=actor)
    Placement.objects.filter(student=student, starts_on__gt=last_day).delete()
    Placement.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day), student=student).update(
        ends_on=last_day
    )
    return ended[0]
