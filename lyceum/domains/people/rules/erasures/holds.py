"""Legal holds: nothing of somebody is erased while one lasts."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import LegalHold, Person
from lyceum.domains.tenancy.erasing import keep_while
from lyceum.domains.tenancy.queries import today


def list_holds(actor: Actor, *, with_ended: bool = False) -> QuerySet[LegalHold]:
    """The legal holds of the school, the newest first, for those who decide about erasure."""
    actor.require_all(Permission.SUBJECTS_DECIDE)
    rows = LegalHold.objects.order_by("-created_at", "-pk")
    return rows if with_ended else rows.filter(_lasting())


def _lasting() -> Q:
    return Q(lifted_at__isnull=True) & (Q(until__isnull=True) | Q(until__gte=today()))


def held_people() -> QuerySet[LegalHold, UUID | None]:
    """The persons of whom nothing may be erased today."""
    return LegalHold.objects.filter(_lasting(), subject_person__isnull=False).values_list("subject_person", flat=True)


def find_holds(*, user: UUID | None = None, person: UUID | None = None) -> Sequence[LegalHold]:
    """What keeps somebody's records today."""
    whose = Q(pk__in=())
    if user is not None:
        whose |= Q(subject_user=user)
    if person is not None:
        whose |= Q(subject_person=person)
    return list(LegalHold.objects.filter(_lasting(), whose).order_by("created_at", "pk"))


def _keeps_school() -> bool:
    return LegalHold.objects.filter(_lasting()).exists()


keep_while(_keeps_school)


@transaction.atomic
def put_on_hold(person_id: UUID, *, reason: str, until: date | None = None, actor: Actor) -> LegalHold:
    """Keep everything of a person until a day, or until the hold is lifted."""
    actor.require_all(Permission.SUBJECTS_DECIDE)
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFoundError
    return hold(user=person.user_id, person=person.pk, name=person.full_name, reason=reason, until=until, actor=actor)


@transaction.atomic
def hold(
    *, user: UUID | None, person: UUID | None, name: str, reason: str, until: date | None = None, actor: Actor
) -> LegalHold:  # fmt: skip
    """Keep everything of somebody by the ids that are known of them."""
    actor.require_all(Permission.SUBJECTS_DECIDE)
    reason = tidy(reason)
    if not 0 < len(reason) <= 300:
        raise invalid_field("/reason", "required", _("Say why, in at most 300 letters."))
    if until is not None and until < today():
        raise invalid_field("/until", "order", _("The last day lies before today."))
    made = LegalHold.objects.create(
        subject_user=user, subject_person=person, name=name, reason=reason, until=until, made_by_name=actor.name[:200]
    )
    record("people.hold.add", target=Target("people.legalhold", made.pk), reason=reason, actor=actor)
    return made


@transaction.atomic
def lift_hold(hold_id: UUID, *, reason: str, actor: Actor) -> LegalHold:
    """End a hold, and say why."""
    actor.require_all(Permission.SUBJECTS_DECIDE)
    found = LegalHold.objects.select_for_update().filter(pk=hold_id).first()
    if found is None:
        raise NotFoundError
    reason = tidy(reason)
    if not 0 < len(reason) <= 300:
        raise invalid_field("/reason", "required", _("Say why, in at most 300 letters."))
    if found.lifted_at is None:
        found.lifted_at, found.lifted_by_name = clock.now(), actor.name[:200]
        found.save(update_fields=["lifted_at", "lifted_by_name", "updated_at"])
        record("people.hold.lift", target=Target("people.legalhold", found.pk), reason=reason, actor=actor)
    return found
