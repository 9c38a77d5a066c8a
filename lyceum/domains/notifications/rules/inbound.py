"""Texts that come in: stop and start hold at once, the rest is offered to whoever asked, or waits for the office."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.facts import SmsReceived
from lyceum.domains.notifications.hooks import Incoming
from lyceum.domains.notifications.models import Address, Delivery, InboundSms
from lyceum.domains.notifications.rules.hooks import Reporter
from lyceum.domains.notifications.rules.outcomes import let_in_again, suppress
from lyceum.domains.notifications.words import Channel
from lyceum.domains.notifications.words_of_stop import says_start, says_stop

LONGEST = 2000
ASKED_WITHIN = timedelta(hours=48)
"""How long a text may answer what was asked by text: as long as a link in it holds."""
STOP, START = "stop", "start"
TOOK_NOTHING = (Address.State.OPTED_OUT, Address.State.SUPPRESSED, Address.State.BOUNCING)
_NUMBER = re.compile(r"\+?[0-9]{5,15}")


class HandledError(RuleError):
    """Somebody, or something, took it already."""

    code = "sms_handled"
    status = 409
    title = gettext_noop("Dealt with already")


def take_text(reporter: Reporter, text: Incoming) -> InboundSms | None:
    """A text came in. The same one again changes nothing: then there is no row in the answer."""
    sender = text.sender.strip()
    if _NUMBER.fullmatch(sender):
        sender = f"+{sender.lstrip('+')}"
    row = InboundSms(
        id=new_id(),
        sender=sender[:30],
        text=text.text.replace("\0", "")[:LONGEST],
        provider=reporter.name,
        provider_message=text.message[:200],
    )
    InboundSms.objects.bulk_create([row], ignore_conflicts=True)
    if not InboundSms.objects.filter(pk=row.pk).exists():
        return None
    if says_stop(row.text):
        suppress(Channel.SMS, row.sender, why=row.text, state=Address.State.OPTED_OUT)
        hand_over(row, STOP)
    elif says_start(row.text):
        let_in_again(Channel.SMS, row.sender, states=TOOK_NOTHING, actor=_system())
        hand_over(row, START)
    else:
        record(
            "notifications.sms.receive",
            target=Target("notifications.inboundsms", row.pk, reporter.kind),
            facts=[SmsReceived(sms=row.pk)],
            actor=_system(),
        )
    return row


def _system() -> Actor:
    return system_actor(current_school())


def hand_over(row: InboundSms, by: str) -> None:
    """Note what took a text. From then on it waits for nobody."""
    InboundSms.objects.filter(pk=row.pk).update(handled_by=by[:200], handled_at=clock.now(), updated_at=clock.now())


@transaction.atomic
def settle_text(sms_id: UUID, *, note: str = "", actor: Actor) -> InboundSms:
    """Somebody of the office has dealt with a text."""
    actor.require_all(Permission.DELIVERIES_VIEW)
    row = InboundSms.objects.select_for_update().filter(pk=sms_id).first()
    if row is None:
        raise NotFoundError
    if row.handled_at is not None:
        raise HandledError(_("This text was dealt with already."))
    said = tidy(note)[:120]
    row.handled_by = f"{actor.name}: {said}"[:200] if said else actor.name[:200]
    row.handled_at = clock.now()
    row.save(update_fields=["handled_by", "handled_at", "updated_at"])
    record("notifications.sms.settle", target=Target.of(row), reason=said, actor=actor)
    return row


def asked_by_text(number: str, *, source: str) -> list[Delivery]:
    """What was asked of a number by text and may be answered by one now: messages whose source begins like that."""
    rows = Delivery.objects.filter(
        channel=Channel.SMS,
        address=number,
        created_at__gte=clock.now() - ASKED_WITHIN,
        state__in=("sending", "sent", "delivered", "read"),
        notification__source__startswith=source,
        notification__withdrawn_at__isnull=True,
    )
    return list(rows.select_related("notification").order_by("-created_at", "-pk")[:50])
