"""Tokens and keys that are not quite right open nothing."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lyceum.testing.clients import bearer
from tests.doors.world import Who


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def encoded(part: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forgeries(token: str) -> dict[str, str]:
    header, _, signature = token.split(".")
    claims, head = claims_of(token), jwt.get_unverified_header(token)
    other_school = {**claims, "school": claims["school"] + 1}
    stranger = Ed25519PrivateKey.generate()
    return {
        "another school": f"{header}.{encoded(other_school)}.{signature}",
        "more roles": f"{header}.{encoded({**claims, 'roles': ['school_admin']})}.{signature}",
        "no signature": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(claims)}.",
        "no signature but the key's name": f"{encoded({**head, 'alg': 'none'})}.{encoded(claims)}.",
        "signed by a stranger": jwt.encode(claims, stranger, algorithm="EdDSA", headers={"kid": head["kid"]}),
        "an unknown key": jwt.encode(claims, stranger, algorithm="EdDSA", headers={"kid": "unknown"}),
        "no key": jwt.encode(claims, stranger, algorithm="EdDSA"),
        "a shared secret": jwt.encode(claims, "x" * 64, algorithm="HS256", headers={"kid": head["kid"]}),
        "a key's name that is SQL": jwt.encode(claims, stranger, algorithm="EdDSA", headers={"kid": "' OR 1=1 --"}),
        "a key's name with NUL": jwt.encode(claims, stranger, algorithm="EdDSA", headers={"kid": "\x00"}),
        "cut off": token[:-4],
        "not a token": "x",
        "NUL": "\x00.\x00.\x00",
        "too many parts": f"{token}.x",
        "a key's beginning": "lyc_",
        "a key that is none": "lyc_0123456789abcdef_" + "x" * 43,
        "a key with NUL": "lyc_\x00_\x00",
        "very long": "a" * 7000,
    }


@pytest.mark.parametrize("name", forgeries(jwt.encode({"school": 1}, "x" * 32, headers={"kid": "x"})))
def test_a_token_that_is_not_ours_opens_nothing(world, name):
    token = world.software(Who.ADMIN).defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    forged = forgeries(token)[name]

    answer = bearer(forged, raise_request_exception=False).get("/api/v1/students/")

    assert answer.status_code == 401


def test_a_good_token_opens(world):
    """Shows that the refusals above are for what was changed."""
    assert world.software(Who.ADMIN).get("/api/v1/students/").status_code == 200


@pytest.mark.parametrize("header", ["Basic eDp4", "Bearer", "Bearer ", "bearer", "Token x", "Bearer\tx", "x" * 9000])
def test_another_kind_of_authorization_is_nobody(world, header):
    caller = world.software(Who.PUBLIC)

    assert caller.get("/api/v1/students/", headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"X-School": "1"}, {"X-School-Id": "1"}, {"X-Forwarded-Host": "dale.example"}, {"Host": "dale.example"}],
)
def test_no_header_leads_into_another_school(world, headers):
    answer = world.software(Who.FOREIGN_ADMIN).get("/api/v1/students/", headers=headers)

    assert [student["full_name"] for student in answer.json()["items"]] == ["Somebody Else"]
