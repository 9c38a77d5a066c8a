"""Keeping somebody from a child: a court's order, or a decision of those who answer for the child."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.facts import RestrictionChanged
from lyceum.domains.people.models import ContactRestriction, Person, Student
from lyceum.domains.people.queries import get_student, list_restrictions
from lyceum.domains.tenancy.queries import today

KINDS = ("no_contact", "no_information", "no_collection", "address_withheld")


@dataclass(frozen=True)
class _New:
    person_id: UUID | None
    kinds: tuple[str, ...]
    description: str
    order_reference: str
    ends_on: date | None


@transaction.atomic
def restrict_contact(
    student_id: UUID,
    *,
    person_id: UUID | None,
    kinds: Sequence[str],
    description: str = "",
    order_reference: str = "",
    ends_on: date | None = None,
    actor: Actor,
) -> ContactRestriction:
    """Keep somebody from a child, from this second on. Whom nobody knows here is described."""
    actor.require_all(Permission.RESTRICTIONS_EDIT)
    new = _New(person_id, tuple(sorted(set(kinds))), tidy(description), tidy(order_reference), ends_on)
    _check(new)
    student = get_student(student_id, actor=actor, permission=Permission.RESTRICTIONS_EDIT)
    if person_id and not Person.objects.filter(pk=person_id).exists():
        raise NotFoundError
    if person_id == student.person_id:
        raise invalid_field("/person", "choice", _("A student is not kept from themselves."))
    restriction = ContactRestriction.objects.create(
        student=student,
        person_id=person_id,
        kinds=list(new.kinds),
        description=new.description,
        order_reference=new.order_reference,
        starts_on=today(),
        ends_on=new.ends_on,
        made_by=actor.user_id or student.pk,
    )
    _record("add", student, {"kinds": [None, restriction.kinds]}, actor)
    return restriction


@transaction.atomic
def end_restriction(restriction_id: UUID, *, reason: str, actor: Actor) -> ContactRestriction:
    """It holds no longer, and why stays written. Nothing that was taken back comes again by itself."""
    actor.require_all(Permission.RESTRICTIONS_EDIT)
    rows = list_restrictions(actor=actor).select_for_update(of=("self",))
    restriction = rows.filter(pk=restriction_id).first()
    if restriction is None:
        raise NotFoundError
    said = tidy(reason)
    if not 0 < len(said) <= 300:
        raise invalid_field("/reason", "length", _("Say in 1 to 300 letters why it ends."))
    if restriction.ended_reason:
        return restriction
    restriction.ended_reason = said
    restriction.ends_on = min(restriction.ends_on or today(), today())
    restriction.save(update_fields=["ended_reason", "ends_on", "updated_at"])
    _record("end", restriction.student, {"kinds": [restriction.kinds, None], "reason": [None, said]}, actor)
    return restriction


def _check(new: _New) -> None:
    faults = []
    if not new.kinds or set(new.kinds) - set(KINDS):
        faults.append(FieldError("/kinds", "choice", _("Choose what this person must not do.")))
    if not new.person_id and not new.description:
        faults.append(FieldError("/description", "required", _("Say who it is.")))
    if len(new.description) > 300:
        faults.append(FieldError("/description", "too_long", _("Use at most 300 letters.")))
    if len(new.order_reference) > 120:
        faults.append(FieldError("/order_reference", "too_long", _("Use at most 120 letters.")))
    if new.ends_on and new.ends_on < today():
        faults.append(FieldError("/ends_on", "order", _("The last day lies before today.")))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


def _record(act: str, student: Student, changes: dict[str, list[object]], actor: Actor) -> None:
    record(
        f"people.restriction.{act}",
        target=Target.of(student),
        changes=changes,
        facts=[RestrictionChanged(student=student.pk)],
        actor=actor,
    )
