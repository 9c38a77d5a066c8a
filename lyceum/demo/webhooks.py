"""Webhooks of the demo school: one that works, one that went off. Their addresses lead nowhere."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Max

from lyceum.core import clock
from lyceum.demo.build import Demo
from lyceum.domains.journal.models import Fact, WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.rules.outbox import stamp_all
from lyceum.domains.journal.signing import new_key, sealed

LATEST = 8


def add_webhooks(demo: Demo) -> None:
    """What they were told stands in their logs; nothing is sent for it."""
    stamp_all()
    last = Fact.objects.aggregate(last=Max("seq"))["last"] or 0
    with demo.on(demo.today - timedelta(days=20)):
        screen = WebhookEndpoint.objects.create(
            url="https://screens.example/lyceum/",
            description="Screen in the hall",
            types=["timetable.version.published"],  # which seldom happens: nothing is sent unasked
            secret=sealed(new_key()),
            last_seq=last,
            last_success_at=clock.now(),
        )
        catering = WebhookEndpoint.objects.create(
            url="https://catering.example/hooks/",
            description="Catering",
            types=["people.*", "attendance.planned.decided"],
            kind=WebhookEndpoint.Kind.ED25519,
            secret=sealed(new_key()),
            last_seq=last,
            state=WebhookEndpoint.State.OFF,
            off_reason="gone",
        )
    _log(screen, "timetable.version.published", [200] * LATEST)
    _log(catering, "people.student.", [200] * 5 + [503, 503, 410])


def _log(endpoint: WebhookEndpoint, types: str, statuses: Sequence[int]) -> None:
    facts = Fact.objects.filter(type__startswith=types, leaves=True).order_by("-at", "-id")[: len(statuses)]
    rows = [
        WebhookDelivery(
            endpoint=endpoint,
            fact=fact,
            attempt=1,
            at=fact.at + timedelta(seconds=2),
            status=status,
            milliseconds=80 + 7 * number,
            answer="" if status == 200 else "busy",
        )
        for number, (fact, status) in enumerate(zip(reversed(facts), statuses, strict=False))
    ]
    WebhookDelivery.objects.bulk_create(rows)
