"""What academics do when something happens elsewhere."""

from lyceum.core.actor import Actor
from lyceum.domains.academics.rules.calendar import create_default_grades
from lyceum.domains.journal.facts import hears
from lyceum.domains.tenancy.facts import SchoolProvisioned


@hears(SchoolProvisioned)
def add_grades(_fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school starts with grades 1 to 12."""
    create_default_grades()
