"""`lyceum detentions`: slots for what waits, and a slot's list, from the command line."""

from typing import Any

from lyceum.core.commands import Answer, table
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.behaviour.detention_queries import list_waiting
from lyceum.domains.behaviour.rules.detentions.fitting import said
from lyceum.domains.behaviour.rules.detentions.following import place_waiting


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Detentions that wait."

    def add_acts(self) -> None:
        self.add_act("waiting", "list the detentions that wait for somebody")
        self.add_act("propose-slots", "look again for slots for detentions that wait without one")

    def act_waiting(self, _options: dict[str, Any]) -> Answer:
        rows = list(list_waiting(self.actor)[:200])
        lines = table((row.student.registration_number, row.type.name, row.state, row.reason) for row in rows)
        values = [{"id": row.pk, "number": row.student.registration_number, "state": row.state} for row in rows]
        return Answer(lines or ["Nothing waits."], values)

    def act_propose_slots(self, _options: dict[str, Any]) -> Answer:
        rows = place_waiting(self.actor)
        shown = [(row.student.registration_number, row.type.name, said(row.starts_at)) for row in rows if row.starts_at]
        values = [{"id": row.pk, "slot": row.slot_id, "starts_at": row.starts_at} for row in rows]
        return Answer(table(shown) if shown else ["Nothing waits that a slot fits."], values)
