"""Deleting students: nobody sees them from now on, and after 30 days they are erased unless it was taken back."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.permissions import Permission
from lyceum.core.references import count_references, counted
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import deleted_students
from lyceum.domains.people.rules.erasures.holds import find_holds, held_people
from lyceum.domains.people.rules.erasures.refusals import OnHoldError
from lyceum.domains.people.rules.numbers import retire_numbers
from lyceum.domains.people.rules.students import get_student_for_edit

RESTORE_WITHIN = timedelta(days=30)


class StudentHasHistoryError(RuleError):
    """Records hold the student; the refusal counts them."""

    code = "has_records"


@transaction.atomic
def delete_student(student_id: UUID, *, actor: Actor) -> Student:
    """Delete a student whom nothing holds; for 30 days it can be taken back. Otherwise the refusal counts what does."""
    student = get_student_for_edit(student_id, actor=actor)
    if holds := find_holds(person=student.person_id):
        raise OnHoldError(_("A legal hold keeps these records: %(reason)s") % {"reason": holds[0].reason})
    held = count_references(student)
    if held:
        raise StudentHasHistoryError(
            _("%(student)s has %(held)s. Record the student as left instead.")
            % {"student": student, "held": counted(held)},
            counts=held,
        )
    student.deleted_at, student.deleted_by_name = clock.now(), actor.name[:200]
    student.save(update_fields=["deleted_at", "deleted_by_name", "updated_at"])
    record("people.student.delete", target=Target.of(student), actor=actor)
    return student


@transaction.atomic
def restore_student(student_id: UUID, *, actor: Actor) -> Student:
    """Take a deletion back: the student is as they were."""
    actor.require_all(Permission.STUDENTS_EDIT)
    rows = Student.objects.filter(deleted_students(actor), pk=student_id).select_for_update(of=("self",))
    student = rows.select_related("person").first()
    if student is None:
        raise NotFoundError(_("No deletion of the last 30 days can be taken back."))
    _bring_back(student, actor)
    return student


def _bring_back(student: Student, actor: Actor) -> None:
    student.deleted_at, student.deleted_by_name = None, ""
    student.save(update_fields=["deleted_at", "deleted_by_name", "updated_at"])
    record("people.student.restore", target=Target.of(student), actor=actor)


@transaction.atomic
def erase_deleted(*, actor: Actor) -> int:
    """Erase who was deleted 30 days ago; whom something holds by now comes back instead. Returns how many went.

    Whom a legal hold keeps waits, deleted, until it is lifted.
    """
    actor.require_all(Permission.STUDENTS_EDIT)
    due = Student.objects.filter(deleted_at__lte=clock.now() - RESTORE_WITHIN).order_by("pk")
    due = due.exclude(person__in=held_people())
    erased = 0
    for student in due.select_related("person").select_for_update(of=("self",)):
        if count_references(student):
            _bring_back(student, actor)
        else:
            _erase(student, actor)
            erased += 1
    return erased


def _erase(student: Student, actor: Actor) -> None:
    target, person = Target.of(student), student.person
    retire_numbers("student", [student.registration_number, *student.former_numbers])
    student.delete()
    try:
        with transaction.atomic():
            person.delete()
    except (IntegrityError, models.ProtectedError):
        pass  # the person is also somebody's guardian or on the staff
    record("people.student.erase", target=target, actor=actor)
