"""Enrolments: coming on roll and its dates. Leaving is one act in academics, which calls this."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.people.facts import EnrolmentEnded, EnrolmentStarted
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.rules.students import get_student_for_edit

WHOLE_KINDS = ("main", "dual_main")
"""Kinds of enrolment of which a student has one at a time."""


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
    student = get_student_for_edit(student_id, actor=actor, permission=Permission.STUDENTS_ENROL)
    enrolment = Enrolment(
        student=student,
        kind=kind,
        first_day=first_day,
        last_day=last_day,
        entry=entry,
        from_school=tidy(from_school),
        exit="other" if last_day else "",
    )
    _save(enrolment)
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


def _save(row: Enrolment) -> None:
    """Check and write an enrolment row; the student's row is locked."""
    _check(row)
    with refusing(enrolment_no_overlap=lambda: EnrolmentOverlapsError(_("The student is on roll already then."))):
        row.save()


def _check(row: Enrolment) -> None:
    if row.last_day and row.last_day < row.first_day:
        raise invalid_field("/last_day", "order", _("The last day lies before the first day."))
    choices = (("kind", Enrolment.Kind.values), ("entry", Enrolment.ENTRIES), ("exit", ("", *Enrolment.Exit.values)))
    for name, allowed in choices:
        if getattr(row, name) not in allowed:
            raise invalid_field(
                f"/{name}", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(filter(None, allowed))}
            )
    for name, longest in (("exit_reason", 300), ("from_school", 200), ("to_school", 200)):
        if len(getattr(row, name)) > longest:
            raise invalid_field(f"/{name}", "too_long", _("Use at most %(longest)s letters.") % {"longest": longest})
    if row.kind not in WHOLE_KINDS or row.exit == Enrolment.Exit.NO_SHOW:
        return
    others = Enrolment.objects.filter(student=row.student_id, kind__in=WHOLE_KINDS).exclude(exit="no_show")
    for other in others.exclude(pk=row.pk):
        if other.first_day <= (row.last_day or date.max) and row.first_day <= (other.last_day or date.max):
            until = other.last_day or _("now")
            raise EnrolmentOverlapsError(
                _("The student is on roll from %(first_day)s to %(until)s.")
                % {"first_day": other.first_day, "until": until}
            )


CHANGEABLE = frozenset({"first_day", "last_day", "exit", "exit_reason", "from_school", "to_school"})


@transaction.atomic
def change_enrolment(enrolment_id: UUID, *, values: dict[str, Any], actor: Actor) -> Enrolment:
    """Move an enrolment's first or last day. Marks outside it are kept, and leave the numbers."""
    enrolment = get_enrolment_for_edit(enrolment_id, actor=actor)
    unknown = sorted(values.keys() - CHANGEABLE)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": unknown[0]}
        )
    was_admission = enrolment.student.admission_date == enrolment.first_day
    changes = changed_fields(enrolment, {k: tidy(v) if isinstance(v, str) else v for k, v in values.items()})
    if not changes:
        return enrolment
    if enrolment.last_day is None and enrolment.exit != Enrolment.Exit.NO_SHOW:
        enrolment.exit = ""
    elif not enrolment.exit:
        enrolment.exit = Enrolment.Exit.OTHER
    _save(enrolment)
    if was_admission and "first_day" in changes:
        Student.objects.filter(pk=enrolment.student_id).update(admission_date=enrolment.first_day)
    ended = enrolment.last_day is not None and bool({"last_day", "exit"} & changes.keys())
    fact = EnrolmentEnded(student=enrolment.student_id, enrolment=enrolment.pk, exit=enrolment.exit)
    record(
        "people.enrolment.change",
        target=Target.of(enrolment.student),
        changes=changes,
        facts=[fact] if ended else [],
        actor=actor,
    )
    return enrolment


def get_enrolment_for_edit(enrolment_id: UUID, *, actor: Actor) -> Enrolment:
    """The enrolment, its student locked, for somebody who may enrol."""
    actor.require_all(Permission.STUDENTS_ENROL)
    student_id = Enrolment.objects.filter(pk=enrolment_id).values_list("student_id", flat=True).first()
    if student_id is None:
        raise NotFoundError
    student = get_student_for_edit(student_id, actor=actor, permission=Permission.STUDENTS_ENROL)
    enrolment = Enrolment.objects.get(pk=enrolment_id)  # read again: it may have changed before the lock
    enrolment.student = student
    return enrolment
