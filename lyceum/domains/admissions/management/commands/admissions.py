"""`lyceum admissions`: what the clock does with offers, done now."""

from typing import Any

from lyceum.core.commands import Answer
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.admissions.rules.announcing import announce_due
from lyceum.domains.admissions.rules.answering import expire_offers


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Look after offers and decisions."

    def add_acts(self) -> None:
        self.add_act("expire-offers", "write down which offers are over, and let their places go on")
        self.add_act("announce", "tell families the decisions that became visible")

    def act_expire_offers(self, _options: dict[str, Any]) -> Answer:
        ended = expire_offers(actor=self.actor)
        return Answer([f"{ended} offers ended." if ended != 1 else "1 offer ended."], {"ended": ended})

    def act_announce(self, _options: dict[str, Any]) -> Answer:
        told = announce_due(actor=self.actor)
        return Answer([f"{told} decisions told." if told != 1 else "1 decision told."], {"told": told})
