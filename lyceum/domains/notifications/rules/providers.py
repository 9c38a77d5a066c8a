"""A school's own carriers: set up, paused, tried and taken away. Secrets are sealed and never shown again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.accounts.rules.secrets import new_secret, seal, unseal
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.models import Delivery, Provider
from lyceum.domains.notifications.rules.carriers import PURPOSE
from lyceum.domains.notifications.rules.hooks import close_hook, open_hook
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.texts import text_of
from lyceum.domains.notifications.words import Channel, Type, Urgency

MOST = 10
"""Carriers of one school."""


@dataclass(frozen=True)
class Kind:
    """What a kind of carrier is called, what it carries, and what it must be told."""

    name: str
    channel: str
    settings: tuple[str, ...]
    secrets: tuple[str, ...]


KINDS: dict[str, Kind] = {
    "smtp": Kind("SMTP", Channel.EMAIL, ("host", "port", "username"), ("password",)),
    "mailjet": Kind("Mailjet", Channel.EMAIL, ("api_key",), ("secret_key",)),
    "sendgrid": Kind("SendGrid", Channel.EMAIL, ("hook_key",), ("api_key",)),
    "mailgun": Kind("Mailgun", Channel.EMAIL, ("sender_domain",), ("api_key", "hook_key")),
    "ses": Kind("Amazon SES", Channel.EMAIL, ("region", "key_id"), ("secret",)),
    "twilio": Kind("Twilio", Channel.SMS, ("account",), ("token",)),
    "vonage": Kind("Vonage", Channel.SMS, ("key",), ("secret", "hook_key")),
    "sns": Kind("Amazon SNS", Channel.SMS, ("region", "key_id"), ("secret",)),
}
OPTIONAL = frozenset({"username", "password", "port", "hook_key"})
"""`hook_key` checks the signatures of what a carrier reports: without it nothing that it reports is believed."""


@transaction.atomic
def add_provider(kind: str, *, sender: str, values: Mapping[str, str], actor: Actor) -> Provider:
    """Set up a carrier, after those that the channel has already."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    if kind not in KINDS:
        raise invalid_field("/kind", "choice", _("Choose one of the list."))
    wanted = KINDS[kind]
    _refuse_unknown(wanted, values)
    _check(wanted, sender, values)
    if Provider.objects.count() >= MOST:
        raise InvalidError(_("A school has at most %(most)s carriers: take one away first.") % {"most": MOST})
    secrets = {name: values[name] for name in wanted.secrets if values.get(name)}
    last = Provider.objects.filter(channel=wanted.channel).aggregate(last=Max("rank"))["last"] or 0
    row = Provider.objects.create(
        kind=kind,
        channel=wanted.channel,
        sender=tidy(sender)[:200],
        settings=_settings(kind, {name: tidy(values.get(name, "")) for name in wanted.settings}),
        secrets=seal(json.dumps(secrets).encode(), purpose=PURPOSE),
        rank=last + 1,
        hook_token=new_secret(),
    )
    open_hook(row)
    changes = {"kind": [None, kind], "sender": [None, row.sender], **{name: [None, "changed"] for name in secrets}}
    record("notifications.provider.add", target=Target.of(row), changes=changes, actor=actor)
    return row


def _refuse_unknown(kind: Kind, values: Mapping[str, str]) -> None:
    unknown = [name for name, value in values.items() if value and name not in (*kind.settings, *kind.secrets)]
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "unknown_field", _("%(kind)s is told no such thing.") % {"kind": kind.name}
        )


def _check(kind: Kind, sender: str, values: Mapping[str, str]) -> None:
    needed = [name for name in (*kind.settings, *kind.secrets) if name not in OPTIONAL]
    faults = [FieldError(f"/{name}", "required", _("This is needed.")) for name in needed if not values.get(name)]
    if not tidy(sender):
        faults.insert(0, FieldError("/sender", "required", _("Say from which address or number messages come.")))
    port = values.get("port", "")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        faults.append(FieldError("/port", "number", _("A port is a number from 1 to 65535.")))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


def _settings(kind: str, values: dict[str, str]) -> dict[str, object]:
    """As the carrier wants them."""
    if kind == "smtp":
        port = int(values["port"] or 587)
        return {
            "host": values["host"],
            "port": port,
            "username": values["username"],
            "use_ssl": port == 465,
            "use_tls": port == 587,
        }
    return dict(values)


@transaction.atomic
def change_provider(
    provider_id: UUID, *, sender: str | None = None, values: Mapping[str, str] | None = None, actor: Actor
) -> Provider:
    """Set a carrier up anew: what is not given stays, a secret too. It counts as working until it shows otherwise."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    row = _get(provider_id)
    wanted = KINDS[row.kind]
    given = {name: value for name, value in (values or {}).items() if value}
    _refuse_unknown(wanted, given)
    kept = json.loads(unseal(bytes(row.secrets), purpose=PURPOSE)) if row.secrets else {}
    now = {name: str(value) for name, value in row.settings.items()} | kept | given
    new_sender = row.sender if sender is None else tidy(sender)[:200]
    _check(wanted, new_sender, now)
    changes = {name: [None, "changed"] for name in given}
    if new_sender != row.sender:
        changes["sender"] = [row.sender, new_sender]
    row.sender = new_sender
    row.settings = _settings(row.kind, {name: tidy(now.get(name, "")) for name in wanted.settings})
    secrets = {name: now[name] for name in wanted.secrets if now.get(name)}
    row.secrets = seal(json.dumps(secrets).encode(), purpose=PURPOSE)
    row.failures, row.closed_until = 0, None
    if row.state == Provider.State.BROKEN:
        row.state = Provider.State.ON
    row.save(update_fields=["sender", "settings", "secrets", "failures", "closed_until", "state", "updated_at"])
    record("notifications.provider.change", target=Target.of(row), changes=changes, actor=actor)
    return row


@transaction.atomic
def switch_provider(provider_id: UUID, *, state: str, actor: Actor) -> Provider:
    """Pause a carrier, or let it go on: then it counts as working again."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    row = _get(provider_id)
    if state not in (Provider.State.ON, Provider.State.PAUSED):
        raise invalid_field("/state", "choice", _("Choose one of the list."))
    old, row.state = row.state, state
    row.failures, row.closed_until = 0, None
    row.save(update_fields=["state", "failures", "closed_until", "updated_at"])
    record("notifications.provider.switch", target=Target.of(row), changes={"state": [old, state]}, actor=actor)
    return row


@transaction.atomic
def remove_provider(provider_id: UUID, *, actor: Actor) -> None:
    """Take a carrier away, and its secrets with it."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    row = _get(provider_id)
    target = Target.of(row)
    close_hook(row.pk)
    row.delete()
    record("notifications.provider.remove", target=target, actor=actor)


def _get(provider_id: UUID) -> Provider:
    row = Provider.objects.select_for_update().filter(pk=provider_id).first()
    if row is None:
        raise NotFoundError
    return row


@transaction.atomic
def try_provider(provider_id: UUID, *, address: str, actor: Actor) -> Delivery:
    """Send a message by one carrier to see whether it arrives."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    row = _get(provider_id)
    return send_test(row.channel, address, carrier=str(row.pk), actor=actor)


@transaction.atomic
def send_test(
    channel: str, address: str, *, key: str = "test", language: str = "", carrier: str = "", actor: Actor
) -> Delivery:
    """Send a message to an address to see whether it arrives: by the way that every message goes, or by one carrier.

    With another key it is that kind of message, with the names of its placeholders in their place.
    """
    actor.require_all(Permission.PROVIDERS_EDIT)
    to = tidy(address)
    if channel not in (Channel.EMAIL, Channel.SMS) or not to or (channel == Channel.EMAIL) != ("@" in to):
        raise invalid_field("/address", "address", _("Give an e-mail address, or a number with + and the country."))
    dedupe = uuid4()
    names = [name for name in text_of(key).placeholders if name != "school"]
    news = News(
        type=Type.SYSTEM,
        template=key,
        values={name: f"{{{name}}}" for name in names},
        dedupe_key=f"test:{dedupe}",
        urgency=Urgency.URGENT,
        channels=(channel,),
        source=f"test:{current_school()}",
    )
    told = Recipient(person=dedupe, name=to, reason=_("a test"), language=language, addresses={channel: [to]})
    sent = notify(news, [told], actor=actor)[0].deliveries.get()
    if carrier:
        sent.provider = carrier
        sent.save(update_fields=["provider", "updated_at"])
    return sent
