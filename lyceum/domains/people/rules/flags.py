"""What those who teach a student must know."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Flag
from lyceum.domains.people.rules.students import get_student_for_edit
from lyceum.domains.tenancy.queries import today


@transaction.atomic
def add_flag(
    student_id: UUID,
    *,
    kind: str,
    text: str,
    what_to_do: str = "",
    check_if_absent: bool = False,
    starts_on: date | None = None,
    ends_on: date | None = None,
    actor: Actor,
) -> Flag:
    """Say what must be known of a student, from a day on."""
    student = get_student_for_edit(student_id, actor=actor)
    begin = starts_on or today()
    faults = []
    if kind not in Flag.Kind.values:
        faults.append(
            FieldError("/kind", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(Flag.Kind.values)})
        )
    if not 0 < len(tidy(text)) <= 300:
        faults.append(FieldError("/text", "length", _("Say it in 1 to 300 letters.")))
    if len(tidy(what_to_do)) > 600:
        faults.append(FieldError("/what_to_do", "too_long", _("Use at most 600 letters.")))
    if ends_on and ends_on < begin:
        faults.append(FieldError("/ends_on", "order", _("The last day lies before the first day.")))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    flag = Flag.objects.create(
        student=student,
        kind=kind,
        text=tidy(text),
        what_to_do=tidy(what_to_do),
        check_if_absent=check_if_absent,
        starts_on=begin,
        ends_on=ends_on,
    )
    record("people.flag.add", target=Target.of(student), changes={"flag": [None, kind]}, actor=actor)
    return flag
