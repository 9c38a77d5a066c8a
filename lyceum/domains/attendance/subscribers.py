"""What attendance does when something happens elsewhere."""

from lyceum.core.actor import Actor
from lyceum.domains.attendance.rules.setup import use_preset_of_country
from lyceum.domains.journal.facts import hears
from lyceum.domains.tenancy.facts import SchoolProvisioned


@hears(SchoolProvisioned)
def add_codes(fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has the codes of its country from the moment it exists."""
    use_preset_of_country(fact.country)
