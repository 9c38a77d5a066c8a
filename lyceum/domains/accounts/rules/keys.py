"""API keys: made once, shown once, scoped, ending."""

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotAllowedError, NotFoundError, RuleError, UnauthorizedError, invalid_field
from lyceum.core.permissions import SCOPES, Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.accounts.facts import KeyChanged
from lyceum.domains.accounts.models import ApiKey, User
from lyceum.domains.accounts.queries import Caller, Circumstances, find_key
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret
from lyceum.domains.journal.rules import Target, record

MOST_KEYS = 50
LONGEST = timedelta(days=366)
PREFIX = "lyc_"


class TooManyKeysError(RuleError):
    """A school has at most 50 keys."""

    code = "too_many_keys"


@dataclass(frozen=True)
class NewKey:
    """A key with its secret, which is shown this once."""

    key: ApiKey
    secret: str


@transaction.atomic
def create_key(
    *, name: str, scopes: list[str], expires_at: datetime | None = None, networks: list[str] | None = None, actor: Actor
) -> NewKey:
    """Make an API key for the school in scope. Without an end it ends in a year."""
    actor.require_all(Permission.KEYS_EDIT)
    _check(name, scopes, networks or [], expires_at)
    if ApiKey.objects.filter(school_id=current_school(), state="active").count() >= MOST_KEYS:
        raise TooManyKeysError(f"A school has at most {MOST_KEYS} keys. Revoke one that is no longer used.")
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
        created_by=User.objects.get(pk=actor.user_id),
    )
    _record("accounts.key.create", key, actor)
    return NewKey(key, f"{PREFIX}{public_id}_{secret}")


def _check(name: str, scopes: list[str], networks: list[str], expires_at: datetime | None) -> None:
    if not 1 <= len(tidy(name)) <= 80:
        raise invalid_field("/name", "length", "Give the key a name of 1 to 80 letters.")
    unknown = sorted(set(scopes) - SCOPES)
    if unknown or not scopes:
        known = ", ".join(sorted(SCOPES))
        raise invalid_field("/scopes", "scope_unknown", f"Choose scopes from: {known}.")
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise invalid_field("/networks", "network", f"{network} is not a network such as 10.1.0.0/16.") from None
    if expires_at and not clock.now() < expires_at <= clock.now() + LONGEST:
        raise invalid_field("/expires_at", "range", "A key ends in the future and within a year.")


def _record(action: str, key: ApiKey, actor: Actor) -> None:
    fact = KeyChanged(key=key.pk, state=key.state, scopes=key.scopes)
    record(action, target=Target.of(key), changes={"scopes": [None, key.scopes]}, facts=[fact], actor=actor)


@transaction.atomic
def revoke_key(key_id: UUID, *, actor: Actor) -> ApiKey:
    """End a key at once."""
    actor.require_all(Permission.KEYS_EDIT)
    try:
        key = ApiKey.objects.select_for_update().get(pk=key_id, school_id=current_school())
    except ApiKey.DoesNotExist:
        raise NotFoundError from None
    if key.state != ApiKey.State.REVOKED:
        key.state = ApiKey.State.REVOKED
        key.save(update_fields=["state", "updated_at"])
        _record("accounts.key.revoke", key, actor)
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
    row = find_key(public_id, circumstances)
    if row is None or not hmac.compare_digest(row.secret_hash, hash_secret(secret)):
        raise UnauthorizedError("This API key is not known.")
    if row.expires_at <= clock.now():
        raise KeyExpiredError("This API key has ended. Make a new one.")
    if row.networks and not _inside(circumstances.ip, row.networks):
        raise OutsideNetworksError("This API key may not be used from this network.")
    if row.caller.stale:
        ApiKey.objects.filter(pk=row.caller.actor.id).update(last_used_at=clock.now())
    return row.caller


def _inside(ip: str, networks: tuple[str, ...]) -> bool:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)
