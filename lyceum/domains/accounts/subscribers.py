"""What accounts do when something happens elsewhere."""

from lyceum.core.actor import Actor
from lyceum.domains.accounts.rules.users import create_built_in_sets
from lyceum.domains.journal.facts import hears
from lyceum.domains.tenancy.facts import SchoolProvisioned


@hears(SchoolProvisioned)
def add_permission_sets(_fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has its permission sets from the moment it exists."""
    create_built_in_sets()
