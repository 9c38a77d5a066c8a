"""`lyceum deliveries`: messages that reached nobody."""

import argparse
from datetime import timedelta
from typing import Any

from lyceum.core import clock
from lyceum.core.commands import Answer, table
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.notifications.rules.deliveries import AGAIN, MOST_AGAIN, list_retryable, retry_deliveries

MOST_SHOWN = 50


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Try messages again that reached nobody."

    def add_acts(self) -> None:
        again = self.add_act("retry", "say which messages would be tried again; with --go, try them")
        again.add_argument("--channel", choices=("email", "sms", "push"), default="", help="only by this channel")
        again.add_argument(
            "--state", choices=AGAIN, action="append", dest="states", help="in this state; failed if left out"
        )
        again.add_argument("--days", type=_days, default=3, help="not older than so many days; 3 if left out")
        again.add_argument("--go", action="store_true", help="try them; without it nothing is changed")

    def act_retry(self, options: dict[str, Any]) -> Answer:
        rows = list(
            list_retryable(
                channel=options["channel"],
                states=options["states"] or ("failed",),
                since=clock.now() - timedelta(days=options["days"]),
                actor=self.actor,
            )[:MOST_AGAIN]
        )
        if options["go"]:
            retry_deliveries([row.pk for row in rows], actor=self.actor)
        shown = [(row.channel, row.address, f"{row.created_at:%Y-%m-%d %H:%M}", row.state, row.error) for row in rows]
        lines = table(shown[:MOST_SHOWN]) if shown else []
        if len(shown) > MOST_SHOWN:
            lines.append(f"… and {len(shown) - MOST_SHOWN} more")
        how_many = f"{len(rows)} messages" if len(rows) != 1 else "1 message"
        done = (
            f"{how_many} will be tried again now." if options["go"] else f"{how_many} would be tried again: add --go."
        )
        lines.append(f"{how_many} {done}" if rows else "Nothing to try again.")
        return Answer(lines, {"deliveries": [row.pk for row in rows], "tried": options["go"]})


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 400:
        raise argparse.ArgumentTypeError("give a number of days from 1 to 400")
    return int(text)
