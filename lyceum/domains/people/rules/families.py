"""Families: who belongs together for statements and sibling rules. A family opens nothing to anybody."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Family, FamilyGuardian, Person, Student

MOST_TOGETHER = 40


@transaction.atomic
def create_family(*, name: str, students: Sequence[UUID], guardians: Sequence[UUID] = (), actor: Actor) -> Family:
    """Say who belongs together. A student is in one family at a time."""
    actor.require_all(Permission.PEOPLE_EDIT)
    family = Family.objects.create(name=_named(name))
    _put_together(family, students, guardians)
    record("people.family.create", target=Target.of(family), changes=_who(students, guardians), actor=actor)
    return family


@transaction.atomic
def change_family(
    family_id: UUID,
    *,
    name: str | None = None,
    students: Sequence[UUID] | None = None,
    guardians: Sequence[UUID] | None = None,
    actor: Actor,
) -> Family:
    """Say anew what the family is called and who is in it."""
    actor.require_all(Permission.PEOPLE_EDIT)
    family = _get(family_id)
    if name is not None:
        family.name = _named(name)
        family.save(update_fields=["name", "updated_at"])
    now_students = list(family.students.values_list("pk", flat=True)) if students is None else students
    now_guardians = list(family.adults.values_list("person_id", flat=True)) if guardians is None else guardians
    _put_together(family, now_students, now_guardians)
    record("people.family.change", target=Target.of(family), changes=_who(now_students, now_guardians), actor=actor)
    return family


@transaction.atomic
def delete_family(family_id: UUID, *, actor: Actor) -> None:
    """They no longer belong together. Nothing of theirs goes."""
    actor.require_all(Permission.PEOPLE_EDIT)
    family = _get(family_id)
    target = Target.of(family)
    family.delete()
    record("people.family.delete", target=target, actor=actor)


def _get(family_id: UUID) -> Family:
    family = Family.objects.select_for_update().filter(pk=family_id).first()
    if family is None:
        raise NotFoundError
    return family


def _named(name: str) -> str:
    chosen = tidy(name)
    if not 0 < len(chosen) <= 200:
        raise invalid_field("/name", "length", _("Say it in 1 to 200 letters."))
    return chosen


def _who(students: Sequence[UUID], guardians: Sequence[UUID]) -> dict[str, list[list[str] | None]]:
    return {"students": [None, [str(pk) for pk in students]], "guardians": [None, [str(pk) for pk in guardians]]}


def _put_together(family: Family, students: Sequence[UUID], guardians: Sequence[UUID]) -> None:
    if len(students) > MOST_TOGETHER or len(guardians) > MOST_TOGETHER:
        raise invalid_field("/students", "too_many", _("A family has at most %(most)s.") % {"most": MOST_TOGETHER})
    wanted, adults = set(students), set(guardians)
    if Student.objects.filter(pk__in=wanted).count() < len(wanted):
        raise invalid_field("/students", "unknown", _("There is no such student here."))
    if Person.objects.filter(pk__in=adults).count() < len(adults):
        raise invalid_field("/guardians", "unknown", _("There is no such person here."))
    now = clock.now()
    Student.objects.filter(family=family).exclude(pk__in=wanted).update(family=None, updated_at=now)
    Student.objects.filter(pk__in=wanted).exclude(family=family).update(family=family, updated_at=now)
    FamilyGuardian.objects.filter(family=family).exclude(person__in=adults).delete()
    known = set(FamilyGuardian.objects.filter(family=family).values_list("person_id", flat=True))
    FamilyGuardian.objects.bulk_create(FamilyGuardian(family=family, person_id=pk) for pk in sorted(adults - known))
