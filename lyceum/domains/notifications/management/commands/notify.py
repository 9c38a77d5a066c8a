"""`lyceum notify`: whether messages leave the house."""

import time
from typing import Any

from django.conf import settings

from lyceum.core.commands import Answer
from lyceum.core.errors import NotFoundError
from lyceum.core.schools import school_scope
from lyceum.domains.accounts.commands import SchoolCommand, find_school
from lyceum.domains.notifications.models import Delivery, Provider
from lyceum.domains.notifications.providers.local import LOCAL
from lyceum.domains.notifications.queries import get_delivery, list_providers
from lyceum.domains.notifications.rules.installation import address_to_give, find_options
from lyceum.domains.notifications.rules.providers import KINDS, send_test, try_provider
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.notifications.words import Channel

WAIT_SECONDS, LOOK_SECONDS = 20.0, 0.2
"""How long a worker that was faster is given to say what became of it."""
ON_ITS_WAY = ("queued", "sending")


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Send a test message, and say what became of it."

    def add_acts(self) -> None:
        test = self.add_act("test", "send one message to an address or a number, by the way that every message goes")
        test.add_argument("address", help="an e-mail address, or a number with + and the country")

        test.add_argument(
            "--carrier", default="", metavar="SENDER", help="only by the school's carrier with this sender"
        )
        self.add_act("reports", "print the addresses at which the installation's carriers report")

    def act_reports(self, options: dict[str, Any]) -> Answer:
        del options
        kinds = [each["kind"] for each in settings.CARRIERS.values() if find_options(each["kind"])]
        found = {kind: address_to_give(kind) for kind in kinds}
        lines = [f"{KINDS[kind].name}: {address}" for kind, address in found.items()]
        return Answer(lines or ["The installation has no carrier that reports."], found)

    def act_test(self, options: dict[str, Any]) -> Answer:
        address = options["address"]
        channel = Channel.EMAIL if "@" in address else Channel.SMS
        if options["carrier"]:
            carriers = list_providers(self.actor).filter(channel=channel, sender=options["carrier"])
            first = carriers.first()
            if first is None:
                raise NotFoundError(f"The school has no carrier that sends as {options['carrier']}.")
            sent = try_provider(first.pk, address=address, actor=self.actor)
        else:
            sent = send_test(channel, address, actor=self.actor)
        return Answer([], {"delivery": sent.pk})

    def answer(self, options: dict[str, Any]) -> Answer:
        made = super().answer(options)
        if options["act"] != "test":
            return made
        # Out of the transaction that made it: nothing leaves the house before it is kept.
        delivery_id = made.values["delivery"]  # type: ignore[index]  # as `act_test` answers
        school = find_school(options["school"])
        send_due(school.pk, only=delivery_id)
        until = time.monotonic() + WAIT_SECONDS
        while True:
            with school_scope(school.pk):
                row = get_delivery(delivery_id, actor=self.actor)
                said = _words(row)
            if row.state not in ON_ITS_WAY or (row.attempts and row.error) or time.monotonic() > until:
                break
            time.sleep(LOOK_SECONDS)
        values = {name: getattr(row, name) for name in ("id", "channel", "address", "state", "provider", "error")}
        return Answer([said], values)


def _words(row: Delivery) -> str:
    to = f"{row.get_channel_display()} to {row.address}"
    if row.provider == LOCAL:
        return f"{to}: kept in the outbox. Nobody carries messages by this channel yet."
    if row.state in ("sent", "delivered", "read"):
        return f"{to}: {_carrier(row.provider)} took it. Look whether it arrived."
    tries = [each for each in row.tries.all() if each.text or each.code]
    last = max(tries, key=lambda each: each.at, default=None)
    if last is not None:
        said = f"{last.code} {last.text}".strip()
        return f"{to}: {_carrier(last.provider)} did not take it and said: {said}"
    return f"{to}: {row.error or 'it waits'} ({row.state})."


def _carrier(name: str) -> str:
    """A school's own by its kind and sender; the installation's goes by its kind."""
    own = {str(each.pk): each for each in Provider.objects.all()}
    if name in own:
        return f"the school's {KINDS[own[name].kind].name} ({own[name].sender})"
    return f"the installation's {KINDS[name].name}" if name in KINDS else "a carrier"
