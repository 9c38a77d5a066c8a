"""What attendance does when something happens elsewhere."""

from lyceum.core.actor import Actor
from lyceum.domains.attendance.facts import AttendanceMarked
from lyceum.domains.attendance.rules.cases.opening import note_absences
from lyceum.domains.attendance.rules.cases.settling import note_arrivals
from lyceum.domains.attendance.rules.setup import use_preset_of_country
from lyceum.domains.journal.facts import hears
from lyceum.domains.tenancy.facts import SchoolProvisioned


@hears(AttendanceMarked)
def follow_absences(fact: AttendanceMarked, actor: Actor) -> None:
    """What nobody explains is followed up; who has come ends their case."""
    note_absences(fact.register, {mark.meaning for mark in fact.marks})
    changed = [(mark.student, mark.meaning) for mark in fact.marks if mark.version > 1]
    if changed:
        note_arrivals(changed, actor=actor)


@hears(SchoolProvisioned)
def add_codes(fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has the codes of its country from the moment it exists."""
    use_preset_of_country(fact.country)
