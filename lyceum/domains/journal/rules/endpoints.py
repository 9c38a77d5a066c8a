"""Webhooks as a school admin keeps them: made, changed, tried, given a new secret, switched off and on, taken away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.outgoing import NoSuchHostError, NotHttpsError, NotPublicError, PortError, check_tellable
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.facts import WebhookTried
from lyceum.domains.journal.models import Fact, WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.published import TRIED, types_of
from lyceum.domains.journal.queries import KEPT
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.journal.rules.delivering import switch_off
from lyceum.domains.journal.rules.outbox import stamp_all
from lyceum.domains.journal.rules.relaying import add_deliveries, deliver_soon, relay_soon
from lyceum.domains.journal.signing import new_key, public_text, sealed, secret_text

MOST_ENDPOINTS, MOST_TYPES, MOST_AGAIN = 20, 100, 2_000
OVERLAP = timedelta(hours=48)
"""How long the secret before the present one signs as well."""
_State = WebhookEndpoint.State


class TooManyWebhooksError(RuleError):
    """A school has at most 20 webhooks."""

    code = "too_many_webhooks"


class WebhookOffError(RuleError):
    """Nothing is sent to a webhook that is off."""

    code = "webhook_off"


class UrlNotAllowedError(InvalidError):
    """The address is none that Lyceum sends to; `reason` says of which sort."""

    code = "url_not_allowed"


@dataclass(frozen=True)
class NewWebhook:
    """What a webhook is to be."""

    url: str
    types: Sequence[str]
    description: str = ""
    kind: str = WebhookEndpoint.Kind.HMAC


@dataclass(frozen=True)
class Keyed:
    """A webhook with what its receiver checks signatures by; a secret is shown this once."""

    endpoint: WebhookEndpoint
    key: bytes

    @property
    def secret(self) -> str:
        """The secret, where there is one to be kept by both sides."""
        return secret_text(self.key) if self.endpoint.kind == WebhookEndpoint.Kind.HMAC else ""

    @property
    def public_key(self) -> str:
        """The public half of its pair, where it signs with one."""
        return public_key_of(self.endpoint)


def public_key_of(endpoint: WebhookEndpoint) -> str:
    """The public half of an endpoint's pair; empty where it signs with a secret."""
    return public_text(endpoint) if endpoint.kind == WebhookEndpoint.Kind.ED25519 else ""


@transaction.atomic
def create_webhook(new: NewWebhook, *, actor: Actor) -> Keyed:
    """Tell an address of what happens from now on. The answer has the secret, which is shown this once."""
    actor.require_all(Permission.WEBHOOKS_EDIT)
    if new.kind not in WebhookEndpoint.Kind.values:
        raise invalid_field("/kind", "choice", _("Choose hmac or ed25519."))
    url, types, description = _checked_url(new.url), _checked_types(new.types), _checked_description(new.description)
    last = _last_number()  # and whoever makes another at this moment waits
    if WebhookEndpoint.objects.count() >= MOST_ENDPOINTS:
        raise TooManyWebhooksError(
            _("A school has at most %(most)s webhooks. Take one away that is no longer used.")
            % {"most": MOST_ENDPOINTS}
        )
    key = new_key()
    endpoint = WebhookEndpoint.objects.create(
        url=url, types=types, description=description, kind=new.kind, secret=sealed(key), last_seq=last
    )
    changes: dict[str, list[Any]] = {"url": [None, url], "types": [None, types], "state": [None, endpoint.state]}
    record("journal.webhook.create", target=Target.of(endpoint), changes=changes, actor=actor)
    return Keyed(endpoint, key)


def _last_number() -> int:
    """The number of the last fact until now: what comes after it is told."""
    stamp_all()
    return Fact.objects.aggregate(last=Max("seq"))["last"] or 0


def _checked_url(url: str) -> str:
    given = url.strip()
    if not 0 < len(given) <= 500 or not given.isascii() or any(each <= " " or each == "\x7f" for each in given):
        raise _refused("not_https", _("Give an address as in https://example.org/hooks/, in plain letters."))
    try:
        check_tellable(given, loopback=settings.WEBHOOKS_TO_LOOPBACK)
    except NotHttpsError:
        raise _refused("not_https", _("Give an https address, without a password in it.")) from None
    except PortError:
        raise _refused("port", _("Webhooks go to port 443 or 8443 alone.")) from None
    except NotPublicError:
        raise _refused("not_public", _("This address is not on the open internet.")) from None
    except NoSuchHostError:
        raise _refused("no_host", _("There is no host of that name.")) from None
    except OSError:
        return given  # the name cannot be looked up now; it is checked again at each attempt
    return given


def _refused(reason: str, words: str) -> UrlNotAllowedError:
    return UrlNotAllowedError(words, errors=[FieldError("/url", "url_not_allowed", words)], reason=reason)


def _checked_types(given: Sequence[str]) -> list[str]:
    types = list(dict.fromkeys(given))
    if not 0 < len(types) <= MOST_TYPES:
        raise invalid_field("/types", "required", _("Choose what it is told: 1 to %(most)s.") % {"most": MOST_TYPES})
    for each in types:
        if not types_of([each]):
            raise invalid_field(
                "/types", "choice", _("“%(name)s” is no type of fact that goes out.") % {"name": each[:80]}
            )
    return types


def _checked_description(given: str) -> str:
    said = tidy(given)
    if len(said) > 200:
        raise invalid_field("/description", "too_long", _("Use at most 200 letters."))
    return said


def _get_webhook(webhook_id: UUID, actor: Actor) -> WebhookEndpoint:
    actor.require_all(Permission.WEBHOOKS_EDIT)
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=webhook_id).first()
    if endpoint is None:
        raise NotFoundError
    return endpoint


@transaction.atomic
def change_webhook(
    webhook_id: UUID,
    *,
    url: str | None = None,
    types: Sequence[str] | None = None,
    description: str | None = None,
    actor: Actor,
) -> WebhookEndpoint:
    """Change where a webhook goes, or what it is told. What is not given stays."""
    endpoint = _get_webhook(webhook_id, actor)
    values: dict[str, Any] = {}
    if url is not None:
        values["url"] = _checked_url(url)
    if types is not None:
        values["types"] = _checked_types(types)
    if description is not None:
        values["description"] = _checked_description(description)
    changes = changed_fields(endpoint, values)
    if changes:
        endpoint.save(update_fields=[*changes, "updated_at"])
        record("journal.webhook.change", target=Target.of(endpoint), changes=changes, actor=actor)
    return endpoint


@transaction.atomic
def switch_webhook(webhook_id: UUID, *, on: bool, actor: Actor) -> WebhookEndpoint:
    """Switch a webhook off, or on again. It is told of what happens from then on, not of what happened meanwhile."""
    endpoint = _get_webhook(webhook_id, actor)
    if on is not endpoint.is_off:
        return endpoint
    if not on:
        switch_off(endpoint, reason="by_hand", actor=actor)
        return endpoint
    endpoint.state, endpoint.off_reason, endpoint.last_seq = _State.ON, "", _last_number()
    endpoint.failing_since, endpoint.quiet_until = None, None
    endpoint.save(update_fields=["state", "off_reason", "last_seq", "failing_since", "quiet_until", "updated_at"])
    changes = {"state": [_State.OFF.value, endpoint.state]}
    record("journal.webhook.switch_on", target=Target.of(endpoint), changes=changes, actor=actor)
    return endpoint


@transaction.atomic
def rotate_secret(webhook_id: UUID, *, actor: Actor) -> Keyed:
    """Give a webhook a new secret. For two days each message is signed with the old one as well."""
    endpoint, key = _get_webhook(webhook_id, actor), new_key()
    endpoint.previous_secret, endpoint.secret = endpoint.secret, sealed(key)
    endpoint.previous_until = clock.now() + OVERLAP
    endpoint.save(update_fields=["previous_secret", "previous_until", "secret", "updated_at"])
    record("journal.webhook.rotate", target=Target.of(endpoint), changes={"secret": ["", "changed"]}, actor=actor)
    return Keyed(endpoint, key)


@transaction.atomic
def delete_webhook(webhook_id: UUID, *, actor: Actor) -> None:
    """Take a webhook away, with what is known of its messages."""
    endpoint = _get_webhook(webhook_id, actor)
    target = Target.of(endpoint)
    deliveries = WebhookDelivery.objects.filter(endpoint=endpoint)
    deliveries._raw_delete(deliveries.db)  # nothing refers to them, and they may be many
    record("journal.webhook.delete", target=target, changes={"url": [endpoint.url, None]}, actor=actor)
    endpoint.delete()


@transaction.atomic
def try_webhook(webhook_id: UUID, *, actor: Actor) -> WebhookDelivery:
    """Send one message to a webhook, to see whether it arrives; no other webhook gets it."""
    endpoint = _get_webhook(webhook_id, actor)
    _refuse_off(endpoint)
    record(
        "journal.webhook.try",
        target=Target.of(endpoint),
        facts=[WebhookTried(endpoint=endpoint.pk)],
        actor=actor,
    )
    fact = Fact.objects.filter(type=TRIED, subject=str(endpoint.pk)).latest("at", "id")
    add_deliveries(endpoint, [fact.pk])
    relay_soon()  # it is sent once it has its number
    return WebhookDelivery.objects.select_related("fact").get(endpoint=endpoint, fact=fact)


def _refuse_off(endpoint: WebhookEndpoint) -> None:
    if endpoint.is_off:
        raise WebhookOffError(_("This webhook is off. Switch it on first."))


@transaction.atomic
def send_again(
    webhook_id: UUID,
    *,
    fact: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: Actor,
) -> int:
    """Send one fact, or all of a time of at most 30 days, once more under the same ids. Returns how many."""
    endpoint = _get_webhook(webhook_id, actor)
    _refuse_off(endpoint)
    facts = _asked_for(endpoint, fact, since, until)
    due = WebhookDelivery.objects.filter(endpoint=endpoint, fact__in=facts, next_at__isnull=False)
    waiting = set(due.values_list("fact", flat=True))
    due.update(next_at=clock.now(), failures=0)
    made = WebhookDelivery.objects.filter(endpoint=endpoint, fact__in=facts).order_by().values_list("fact")
    attempts = dict(made.annotate(last=Max("attempt")))
    add_deliveries(endpoint, [pk for pk in facts if pk not in waiting], attempts=attempts)
    if facts:
        deliver_soon(endpoint)
    changes: dict[str, list[Any]] = {"facts": [None, len(facts)], "from": [None, since], "to": [None, until]}
    record("journal.webhook.send_again", target=Target.of(endpoint), changes=changes, actor=actor)
    return len(facts)


def _asked_for(
    endpoint: WebhookEndpoint, fact: UUID | None, since: datetime | None, until: datetime | None
) -> list[UUID]:
    kept = Fact.objects.filter(seq__isnull=False, leaves=True, at__gte=clock.now() - KEPT).order_by("seq")
    if fact is not None:
        if since or until:
            raise invalid_field("/fact", "either", _("Give either a fact or a time."))
        told = WebhookDelivery.objects.filter(endpoint=endpoint, fact=fact).exists()
        one = list(kept.filter(pk=fact).values_list("pk", "type"))
        if not one or not (told or one[0][1] in types_of(endpoint.types)):
            raise NotFoundError
        return [one[0][0]]
    if since is None:
        raise invalid_field("/since", "required", _("Say which fact, or from when on."))
    if until is not None and until <= since:
        raise invalid_field("/until", "range", _("The end comes after the beginning."))
    asked = kept.filter(at__gte=since, at__lt=until or clock.now(), type__in=types_of(endpoint.types))
    found = list(asked.values_list("pk", flat=True)[: MOST_AGAIN + 1])
    if len(found) > MOST_AGAIN:
        raise invalid_field(
            "/since", "too_many", _("At most %(most)s at once: choose a shorter time.") % {"most": MOST_AGAIN}
        )
    return found
