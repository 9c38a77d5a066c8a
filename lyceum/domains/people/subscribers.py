"""What people do when something happens elsewhere."""

from lyceum.core.actor import Actor
from lyceum.domains.accounts.facts import InvitationAccepted
from lyceum.domains.journal.facts import hears
from lyceum.domains.people.models import NumberScheme, Person
from lyceum.domains.people.rules.numbers import DEFAULT_PATTERN
from lyceum.domains.tenancy.facts import SchoolProvisioned


@hears(SchoolProvisioned)
def add_number_schemes(_fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has its number patterns from the moment it exists."""
    for kind, pattern in DEFAULT_PATTERN.items():
        NumberScheme.objects.get_or_create(kind=kind, defaults={"pattern": pattern})


@hears(InvitationAccepted)
def link_person(fact: InvitationAccepted, _actor: Actor) -> None:
    """The account that accepted belongs to the person it was made for."""
    if fact.person:
        Person.objects.filter(pk=fact.person, user__isnull=True).update(user=fact.user)
