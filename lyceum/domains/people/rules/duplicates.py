"""Somebody who may be here already is not made again without a word; two who only look alike are told apart."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.duplicates import Candidate, find_candidates, forget_count
from lyceum.domains.people.models import Person, ToldApart
from lyceum.domains.people.rules.persons import NewPerson


class PossibleDuplicateError(RuleError):
    """Somebody like this is here already; `confirm_new` says that it is another person."""

    code = "possible_duplicate"


def possible_duplicate(candidates: Sequence[Candidate]) -> PossibleDuplicateError:
    """The refusal, with those it may be."""
    name = candidates[0].name
    message = _("This may be %(name)s, who is here already. Look, or say that it is another person.") % {"name": name}
    return PossibleDuplicateError(
        message,
        errors=[FieldError("/confirm_new", "possible_duplicate", message)],
        candidates=[each.as_plain() for each in candidates],
    )


def refuse_lookalikes(new: Sequence[NewPerson], *, actor: Actor) -> None:
    """Refuse persons to be made of whom one may be here already."""
    candidates = find_candidates(new, actor=actor) if new else []
    if candidates:
        raise possible_duplicate(candidates)


def confirmed(confirm_new: bool) -> dict[str, list[bool | None]]:
    """What the trail keeps of going on although somebody may be here already."""
    return {"confirm_new": [None, True]} if confirm_new else {}


@transaction.atomic
def tell_apart(one: UUID, other: UUID, *, actor: Actor) -> ToldApart:
    """Say that two who look alike are two: they are shown together no more."""
    actor.require_all(Permission.PEOPLE_MERGE)
    if one == other:
        raise invalid_field("/other", "same", _("That is one record."))
    first, second = sorted((one, other))
    people = list(Person.objects.filter(pk__in=(first, second)))
    if len(people) < 2:
        raise NotFoundError
    row, made = ToldApart.objects.get_or_create(one=first, other=second, defaults={"told_by": actor.user_id})
    if made:
        changes = {"other": [None, str(second)]}
        person = next(p for p in people if p.pk == first)
        record("people.person.tell_apart", target=Target.of(person), changes=changes, actor=actor)
        forget_count()
    return row
