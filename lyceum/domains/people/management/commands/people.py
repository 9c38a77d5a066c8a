"""`lyceum people`: who may be in the records twice."""

from dataclasses import asdict
from typing import Any

from lyceum.core.commands import Answer, table
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.people.duplicates import list_pairs

WHY = {"birth": "same birth date, similar name", "phone": "same phone, same family name"}


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Look after the records of people."

    def add_acts(self) -> None:
        self.add_act("duplicates", "list everybody who may be in the records twice")

    def act_duplicates(self, _options: dict[str, Any]) -> Answer:
        pairs = list_pairs(self.actor)
        rows = table((pair.one_name, pair.other_name, WHY[pair.why]) for pair in pairs)
        lines = [*rows, f"{len(pairs)} pairs." if len(pairs) != 1 else "1 pair."]
        return Answer(lines, {"pairs": [asdict(pair) for pair in pairs]})
