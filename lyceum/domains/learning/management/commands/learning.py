"""`lyceum learning`: what ends by the clock, at once."""

from typing import Any

from lyceum.core.commands import Answer
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.learning.rules.lapsing import lapse_enrolments


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Keep enrolments in step with the clock."

    def add_acts(self) -> None:
        self.add_act("lapse", "let unpaid places, offers and runs that are over lapse, and seat those who wait")

    def act_lapse(self, _options: dict[str, Any]) -> Answer:
        count = lapse_enrolments(actor=self.actor)
        return Answer([f"{count} enrolments ended."], {"ended": count})
