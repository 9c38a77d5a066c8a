"""API keys: made once, shown once, scoped, ending."""

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.aftermath import afterwards
from lyceum.core.errors import NotAllowedError, NotFoundError, RuleError, UnauthorizedError, invalid_field
from lyceum.core.permissions import SCOPES, Permission
from lyceum.core.schools import crossing_to, current_school
from lyceum.core.text import tidy
from lyceum.domains.accounts.facts import KeyCreated, KeyRevoked, KeyRotated
from lyceum.domains.accounts.models import ApiKey
from lyceum.domains.accounts.queries import Caller, Circumstances, KeyRow, find_key, own_id
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret
from lyceum.domains.journal.facts import FactPayload
from lyceum.domains.journal.rules import Target, record

MOST_KEYS = 50
LONGEST = timedelta(days=366)
PREFIX = "lyc_"


LONGEST_OVERLAP_HOURS = 7 * 24


class KeyRevokedError(RuleError):
    """The key was revoked: it has no secret any more."""

    code = "key_revoked"


class TooManyKeysError(RuleError):
    """A school has at most 50 keys."""

    code = "too_many_keys"


@dataclass(frozen=True)
class NewKey:
    """A key with its secret, which is shown this once."""

    key: ApiKey
    secret: str

    @property
    def whole(self) -> str:
        """What software sends as its bearer token."""
        return f"{PREFIX}{self.key.public_id}_{self.secret}"


@transaction.atomic
def create_key(
    *, name: str, scopes: list[str], expires_at: datetime | None = None, networks: list[str] | None = None, actor: Actor
) -> NewKey:
    """Make an API key for the school in scope. Without an end it ends in a year."""
    actor.require_all(Permission.KEYS_EDIT)
    _check(name, scopes, networks or [], expires_at)
    if ApiKey.objects.filter(school_id=current_school(), state="active").count() >= MOST_KEYS:
        raise TooManyKeysError(
            _("A school has at most %(most_keys)s keys. Revoke one that is no longer used.") % {"most_keys": MOST_KEYS}
        )
    secret = new_secret()
    public_id = secrets.token_hex(8)
    key = ApiKey.objects.create(
        school_id=current_school(),
        name=tidy(name),
        public_id=public_id,
        secret_hash=hash_secret(secret),
        scopes=sorted(set(scopes)),
        networks=networks or [],
        expires_at=expires_at or clock.now() + timedelta(days=365),
        created_by_id=own_id(actor),
    )
    _record("accounts.key.create", key, KeyCreated(key=key.pk, scopes=key.scopes), actor)
    return NewKey(key, secret)


def _check(name: str, scopes: list[str], networks: list[str], expires_at: datetime | None) -> None:
    if len(networks) > 20:
        raise invalid_field("/networks", "too_many", _("Give at most 20 networks."))
    if not 1 <= len(tidy(name)) <= 80:
        raise invalid_field("/name", "length", _("Give the key a name of 1 to 80 letters."))
    unknown = sorted(set(scopes) - SCOPES)
    if unknown or not scopes:
        known = ", ".join(sorted(SCOPES))
        raise invalid_field("/scopes", "scope_unknown", _("Choose scopes from: %(known)s.") % {"known": known})
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise invalid_field(
                "/networks", "network", _("%(network)s is not a network such as 10.1.0.0/16.") % {"network": network}
            ) from None
    if expires_at and not clock.now() < expires_at <= clock.now() + LONGEST:
        raise invalid_field("/expires_at", "range", _("A key ends in the future and within a year."))


def _record(action: str, key: ApiKey, fact: FactPayload, actor: Actor) -> None:
    changes: dict[str, list[Any]] = {"scopes": [None, key.scopes], "state": [None, key.state]}
    record(action, target=Target.of(key), changes=changes, facts=[fact], actor=actor)


def _get_key(key_id: UUID, actor: Actor) -> ApiKey:
    actor.require_all(Permission.KEYS_EDIT)
    try:
        return ApiKey.objects.select_for_update().get(pk=key_id, school_id=current_school())
    except ApiKey.DoesNotExist:
        raise NotFoundError from None


@transaction.atomic
def rotate_key(key_id: UUID, *, keep_hours: int = 24, actor: Actor) -> NewKey:
    """Give a key a new secret. The old one stays good for a day, or for as long as was asked, up to a week."""
    key = _get_key(key_id, actor)
    if not 0 <= keep_hours <= LONGEST_OVERLAP_HOURS:
        raise invalid_field(
            "/keep_hours",
            "range",
            _("The old secret is kept 0 to %(longest_overlap_hours)s hours.")
            % {"longest_overlap_hours": LONGEST_OVERLAP_HOURS},
        )
    if key.state != ApiKey.State.ACTIVE:
        raise KeyRevokedError(_("The key %(key)s was revoked. Make a new one.") % {"key": key})
    secret = new_secret()
    key.previous_hash, key.secret_hash = key.secret_hash, hash_secret(secret)
    key.previous_until = clock.now() + timedelta(hours=keep_hours)
    key.save(update_fields=["previous_hash", "previous_until", "secret_hash", "updated_at"])
    record(
        "accounts.key.rotate",
        target=Target.of(key),
        changes={"secret": ["", "changed"]},
        facts=[KeyRotated(key=key.pk, scopes=key.scopes)],
        actor=actor,
    )
    return NewKey(key, secret)


@transaction.atomic
def revoke_key(key_id: UUID, *, actor: Actor) -> ApiKey:
    """End a key at once."""
    key = _get_key(key_id, actor)
    if key.state != ApiKey.State.REVOKED:
        key.state = ApiKey.State.REVOKED
        key.save(update_fields=["state", "updated_at"])
        _record("accounts.key.revoke", key, KeyRevoked(key=key.pk, scopes=key.scopes), actor)
    return key


class KeyExpiredError(UnauthorizedError):
    """The key has come to its end."""

    code = "key_expired"


class OutsideNetworksError(NotAllowedError):
    """The key may be used from its networks only."""

    code = "network_not_allowed"


def find_caller_by_key(token: str, circumstances: Circumstances) -> Caller:
    """The key that a bearer token is. Raises UnauthorizedError, or OutsideNetworksError."""
    public_id, _, secret = token.removeprefix(PREFIX).partition("_")
    return find_caller_by_secret_of_key(public_id, secret, circumstances)


def find_caller_by_secret_of_key(public_id: str, secret: str, circumstances: Circumstances) -> Caller:
    """The key of that public id, if this is its secret."""
    row = find_key(public_id, circumstances) if public_id.isalnum() else None  # NUL is no text for a database
    given = hash_secret(secret)
    if row is None or not any(hmac.compare_digest(known, given) for known in row.secret_hashes):
        raise UnauthorizedError(_("This API key is not known."))
    return _usable(row, circumstances)


def find_caller_by_named_key(public_id: str, circumstances: Circumstances) -> Caller:
    """The key that an access token names: it was shown with its secret a few minutes ago."""
    row = find_key(public_id, circumstances)
    if row is None:
        raise UnauthorizedError(_("This API key is no longer good."))
    return _usable(row, circumstances)


def _usable(row: KeyRow, circumstances: Circumstances) -> Caller:
    if row.expires_at <= clock.now():
        raise KeyExpiredError(_("This API key has ended. Make a new one."))
    if row.networks and not _inside(circumstances.ip, row.networks):
        afterwards(partial(_record_outside, row.caller.actor))
        raise OutsideNetworksError(_("This API key may not be used from this network."))
    if row.caller.stale:
        ApiKey.objects.filter(pk=row.caller.actor.id or "").update(last_used_at=clock.now())
    return row.caller


def _record_outside(actor: Actor) -> None:
    with crossing_to(actor.school):
        target = Target("accounts.apikey", actor.id, actor.name)
        record("accounts.key.use", target=target, reason="outside its networks", outcome="refused", actor=actor)


def _inside(ip: str, networks: tuple[str, ...]) -> bool:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)
