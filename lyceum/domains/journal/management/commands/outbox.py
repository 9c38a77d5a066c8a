"""`lyceum outbox`: what happened and has not left the house yet."""

from dataclasses import asdict
from typing import Any

from django.apps import apps

from lyceum.core.commands import Answer, RuleCommand, table
from lyceum.core.schools import school_scope
from lyceum.domains.journal.queries import Waiting, what_waits


class Command(RuleCommand):
    """Parses, calls, prints."""

    help = "Say what waits to be told to other software, school by school."

    def add_acts(self) -> None:
        self.add_act("status", "facts without a number, deliveries that are due, webhooks that fail")

    def act_status(self, options: dict[str, Any]) -> Answer:
        del options
        found: list[tuple[str, Waiting]] = []
        schools = apps.get_model("tenancy.School").objects.exclude(status="deleted").order_by("slug")
        for school_id, slug in schools.values_list("pk", "slug"):  # journal lies below it
            with school_scope(school_id):
                found.append((slug, what_waits()))
        values = [{"school": slug, **asdict(waiting)} for slug, waiting in found]
        head = ("school", "facts waiting", "since", "due", "later", "webhooks")
        rows = [(slug, w.facts, _since(w), w.due, w.later, _webhooks(w)) for slug, w in found]
        return Answer(table([head, *rows]) if rows else ["There is no school yet."], values)


def _since(waiting: Waiting) -> str:
    return f"{waiting.oldest:%Y-%m-%d %H:%M:%S}" if waiting.oldest else "-"


def _webhooks(waiting: Waiting) -> str:
    return ", ".join(f"{count} {state}" for state, count in waiting.webhooks.items()) or "none"
