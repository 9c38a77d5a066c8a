"""REST: tokens for software, as OAuth 2.0 names them, and their renewal."""

import base64
import binascii
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import ValidationError as InvalidBody
from pydantic import ValidationError

from lyceum.core.errors import MalformedError
from lyceum.core.parsing import check_text, read_json
from lyceum.core.rest import Strict
from lyceum.domains.accounts.requests import circumstances_of
from lyceum.domains.accounts.rest.shapes import PersonOut, SchoolName, TokensOut, shown_sign_in, shown_tokens
from lyceum.domains.accounts.rules.callers import exchange_key
from lyceum.domains.accounts.rules.sessions import Way
from lyceum.domains.accounts.rules.sign_in import Credentials, sign_in
from lyceum.domains.accounts.rules.tokens import ACCESS_SECONDS, issue_pair, refresh_pair

router = Router(tags=["auth"])


class RefreshIn(Strict):
    """A refresh token that was not used yet."""

    refresh: str = Field(max_length=200)


@router.post("auth/refresh/", response=TokensOut, auth=None, operation_id="refreshTokens")
def refresh(request: HttpRequest, body: RefreshIn) -> dict[str, Any]:
    """A new pair for a refresh token, which is used up. One that was used before ends its whole family."""
    return shown_tokens(refresh_pair(body.refresh, circumstances=circumstances_of(request)))


class TokenIn(Strict):
    """A grant: a key's two halves, or a password as in signing in."""

    grant_type: Literal["password", "client_credentials"] = "password"
    client_id: str = Field("", max_length=60)
    client_secret: str = Field("", max_length=200)
    scope: str = Field("", max_length=1000, description="Taken, and not heeded: a key has the scopes it was given")
    password: str = Field("", max_length=1000)
    email: str = Field("", max_length=254)
    username: str = Field("", max_length=254)
    identifier: str = Field("", max_length=254)
    school: str = Field("", max_length=60)


class TokenOut(Schema):
    """An access token, under the names that OAuth 2.0 gives and under ours. A key has no refresh token."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    access: str
    refresh: str | None = None
    refresh_token: str | None = None
    user: PersonOut | None = None
    roles: list[str] = []
    school: SchoolName | None = None


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {"schema": TokenIn.model_json_schema()},
            "application/json": {"schema": TokenIn.model_json_schema()},
        },
    }
}


@router.post("auth/token/", response=TokenOut, auth=None, operation_id="createToken", openapi_extra=_BODY)
def token(request: HttpRequest) -> dict[str, Any]:
    """A token for software: by API key (`client_credentials`; form, JSON or Basic), or by password."""
    asked = _read(request)
    if asked.grant_type == "client_credentials":
        access, key = exchange_key(asked.client_id, asked.client_secret, circumstances=circumstances_of(request))
        return _oauth(access) | {
            "scope": " ".join(sorted(key.actor.scopes)),
            "school": {"slug": key.school_slug, "name": key.school_name},
        }
    given = Credentials(
        password=asked.password,
        email=asked.email,
        school=asked.school,
        identifier=asked.username or asked.identifier,
    )
    opened = sign_in(given, way=Way(by_token=True), circumstances=circumstances_of(request))
    pair = issue_pair(opened)
    return _oauth(pair.access) | shown_sign_in(opened, pair) | {"scope": "", "refresh_token": pair.refresh}


def _oauth(access: str) -> dict[str, Any]:
    return {"access_token": access, "access": access, "token_type": "Bearer", "expires_in": ACCESS_SECONDS}


def _read(request: HttpRequest) -> TokenIn:
    """The grant from a form or from JSON, with the key's halves from a Basic header where there is one."""
    if request.content_type == "application/json":
        given = _from_json(request.body)
    else:
        given = {name: str(value) for name, value in request.POST.items()}
        check_text(given)
    given |= _from_basic(request.headers.get("Authorization", ""))
    if "client_id" in given:
        given.setdefault("grant_type", "client_credentials")
    try:
        return TokenIn.model_validate(given)
    except ValidationError as error:
        raise InvalidBody([{**e, "loc": ("body", "body", *e["loc"])} for e in error.errors()]) from None


def _from_json(body: bytes) -> dict[str, Any]:
    given = read_json(body or b"{}")
    if not isinstance(given, dict):
        raise MalformedError(_("Send a form, or a JSON object."))
    return given


def _from_basic(header: str) -> dict[str, str]:
    scheme, _blank, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise MalformedError(_("The Basic header is not one.")) from None
    return {"client_id": client_id, "client_secret": secret}
