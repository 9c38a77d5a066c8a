"""REST: API keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.accounts.models import ApiKey
from lyceum.domains.accounts.queries import NEWEST_FIRST, list_keys
from lyceum.domains.accounts.rules.keys import NewKey, create_key, revoke_key, rotate_key

router = Router(tags=["api-keys"])


class KeyOut(Schema):
    """An API key, without its secret."""

    id: UUID
    client_id: str
    name: str
    scopes: list[str]
    networks: list[str]
    state: str
    expires_at: datetime
    last_used_at: datetime | None
    previous_until: datetime | None
    created_by: str
    created_at: datetime


class NewKeyOut(KeyOut):
    """A key with its secret, which is shown this once."""

    key: str
    client_secret: str


class KeyIn(Strict):
    """What a key is to be."""

    name: str = Field(max_length=200)
    scopes: list[str] = Field(max_length=100)
    networks: list[str] = Field(default_factory=list, max_length=20)
    expires_at: Instant | None = Field(None, description="A year from now unless told otherwise")


class RotationIn(Strict):
    """How long the old secret stays good."""

    keep_hours: int = 24


def _shown(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.pk,
        "client_id": key.public_id,
        "name": key.name,
        "scopes": key.scopes,
        "networks": key.networks,
        "state": key.present_state,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "previous_until": key.previous_until,
        "created_by": key.created_by.full_name,
        "created_at": key.created_at,
    }


def _shown_with_secret(new: NewKey) -> dict[str, Any]:
    return _shown(new.key) | {"key": new.whole, "client_secret": new.secret}


@router.get("api-keys/", response=ListOf[KeyOut], operation_id="listApiKeys")
def keys(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The school's API keys, newest first."""
    page = page_of(
        list_keys(actor_of(request)), order=NEWEST_FIRST, limit=walk.limit, cursor=walk.cursor, count=walk.count
    )  # fmt: skip
    return listed(page, [_shown(key) for key in page.rows])


@router.post("api-keys/", response={201: NewKeyOut}, operation_id="createApiKey")
def create(request: HttpRequest, body: KeyIn) -> dict[str, Any]:
    """Make an API key for the school."""
    new = create_key(
        name=body.name,
        scopes=body.scopes,
        networks=body.networks,
        expires_at=body.expires_at,
        actor=actor_of(request),
    )
    return _shown_with_secret(new)


@router.post("api-keys/{uuid:key_id}/rotate/", response=NewKeyOut, operation_id="rotateApiKey")
def rotate(request: HttpRequest, key_id: UUID, body: RotationIn | None = None) -> dict[str, Any]:
    """Give a key a new secret; the old one stays good for a while."""
    hours = (body or RotationIn()).keep_hours
    return _shown_with_secret(rotate_key(key_id, keep_hours=hours, actor=actor_of(request)))


@router.delete("api-keys/{uuid:key_id}/", response={204: None}, operation_id="revokeApiKey")
def revoke(request: HttpRequest, key_id: UUID) -> None:
    """End a key at once."""
    revoke_key(key_id, actor=actor_of(request))
