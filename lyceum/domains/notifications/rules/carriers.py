"""Who carries by a channel, in their order; and who is left alone for a while after failing too often."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from lyceum.core import clock
from lyceum.domains.accounts.rules.secrets import unseal
from lyceum.domains.notifications.models import Provider
from lyceum.domains.notifications.providers import Sender, SendError
from lyceum.domains.notifications.providers.email import BACKENDS, EmailSender
from lyceum.domains.notifications.providers.local import LocalSender
from lyceum.domains.notifications.providers.sms import SnsSender, TwilioSender, VonageSender
from lyceum.domains.notifications.providers.webpush import PushSender
from lyceum.domains.notifications.rules.composing import address_of
from lyceum.domains.notifications.words import Channel

PURPOSE = "notifications.provider"
SILENT = frozenset({"smtp"})
"""Carriers that report nothing."""
MOST_FAILURES, LEFT_ALONE = 5, timedelta(minutes=5)
SMS_KINDS: dict[str, Callable[..., Sender]] = {"twilio": TwilioSender, "vonage": VonageSender, "sns": SnsSender}


class Carriers:
    """The senders of one batch, each made once and kept open."""

    def __init__(self) -> None:
        self._senders: dict[str, list[Sender]] = {}
        self._rows: dict[str, Provider] = {}
        self._broken: set[str] = set()

    def of(self, channel: str, *, only: str = "") -> list[Sender]:
        """The senders by a channel that may be tried now, the first of them first; or one by its name, whatever it did.

        A school's own come before the installation's. Where nobody has any, messages stay here to be read.
        """
        if only:
            return self._named(channel, only)
        if channel not in self._senders:
            self._senders[channel] = self._make(channel)
        return [sender for sender in self._senders[channel] if sender.name not in self._broken]

    def is_broken(self, sender: Sender) -> bool:
        """Whether a sender failed too often in this batch to be tried again."""
        return sender.name in self._broken

    def _named(self, channel: str, name: str) -> list[Sender]:
        """A paused or broken one too: whoever tries it wants to know whether it works again."""
        key = f"{channel}:{name}"
        if key not in self._senders:
            row = next((each for each in Provider.objects.filter(channel=channel) if str(each.pk) == name), None)
            self._senders[key] = [self._own(row)] if row else self._for_all(channel)
        return self._senders[key]

    def _own(self, row: Provider) -> Sender:
        name = str(row.pk)
        self._rows[name] = row
        options = options_of(row) | {"hook": hook_address(row)}
        return make_sender(row.kind, name=name, sender=row.sender, options=options)

    def _for_all(self, channel: str) -> list[Sender]:
        """The installation's, if it has one."""
        usual = settings.CARRIERS.get(channel)
        if not usual:
            return []
        kind, hook = usual["kind"], hook_address_for_all(usual["kind"])
        return [make_sender(kind, name=kind, sender=usual["sender"], options=usual | {"hook": hook})]

    def _make(self, channel: str) -> list[Sender]:
        if channel == Channel.PUSH:  # by the makers of browsers, for everybody
            return [PushSender()]
        rows = list(Provider.objects.filter(channel=channel).order_by("rank"))
        now = clock.now()
        made = [
            self._own(row)
            for row in rows
            if row.state == Provider.State.ON and (row.closed_until is None or row.closed_until <= now)
        ]
        made += self._for_all(channel)
        return made or ([] if rows else [LocalSender(channel)])

    def note(self, sender: Sender, error: SendError | None) -> None:
        """Keep in mind what a sender did: one that is set up wrong waits for a person, one that fails for a while."""
        row = self._rows.get(sender.name)
        if error is not None and not error.is_permanent:
            self._note_trouble(sender.name, row, error)
        elif row is not None and error is None and (row.failures or row.state == Provider.State.BROKEN):
            row.failures, row.closed_until = 0, None
            if row.state == Provider.State.BROKEN:
                row.state = Provider.State.ON
            row.save(update_fields=["failures", "closed_until", "state", "updated_at"])

    def _note_trouble(self, name: str, row: Provider | None, error: SendError) -> None:
        if error.is_setup:
            self._broken.add(name)
        if row is None:
            return
        row.failures += 1
        row.last_answer = f"{error.code} {error}".strip()[:300]
        if error.is_setup:
            row.state = Provider.State.BROKEN
        elif row.failures >= MOST_FAILURES:
            row.closed_until = clock.now() + LEFT_ALONE
            self._broken.add(name)
        row.save(update_fields=["failures", "last_answer", "state", "closed_until", "updated_at"])

    def close(self) -> None:
        """Close whatever is open."""
        for senders in self._senders.values():
            for sender in senders:
                sender.close()


def hook_address(row: Provider) -> str:
    """Where a carrier reports what became of messages; nowhere for one that reports nothing."""
    return "" if row.kind in SILENT else address_of(f"/hooks/{row.kind}/{row.hook_token}/")


def made_from_secret(said: str) -> bytes:
    """What only this installation can make, and makes the same on each of its machines."""
    return hmac.new(
        settings.SECRET_KEY.encode(), f"notifications.installation:{said}".encode(), hashlib.sha256
    ).digest()


def token_for_all(kind: str) -> str:
    """The secret part of the address at which the installation's carrier reports. Nothing of it is stored."""
    return made_from_secret(f"hook:{kind}").hex()


def hook_address_for_all(kind: str) -> str:
    """Where the installation's carrier reports; nowhere for one that reports nothing."""
    return "" if kind in SILENT else address_of(f"/hooks/{kind}/{token_for_all(kind)}/")


def make_sender(kind: str, *, name: str, sender: str, options: dict[str, Any]) -> Sender:
    """A sender of a kind."""
    if kind == "ses":
        options = {
            "client_params": {"region_name": options.get("region", "")},
            "session_params": {
                "aws_access_key_id": options.get("key_id", ""),
                "aws_secret_access_key": options.get("secret", ""),
            },
        }
    if kind in BACKENDS:
        return EmailSender(kind, name=name, sender=sender, options=options)
    return SMS_KINDS[kind](name=name, sender=sender, options=options)


def options_of(row: Provider) -> dict[str, Any]:
    """A provider's settings together with its secrets."""
    secrets = json.loads(unseal(bytes(row.secrets), purpose=PURPOSE)) if row.secrets else {}
    return {**row.settings, **secrets}


def has_carrier(channel: str) -> bool:
    """Whether messages by this channel leave the house at all."""
    return (
        channel in settings.CARRIERS
        or Provider.objects.filter(~Q(state=Provider.State.PAUSED), channel=channel).exists()
    )
