"""Access tokens for a quarter of an hour, refresh tokens for one use."""

import base64
from datetime import timedelta

import jwt
import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import Membership, RefreshToken, SigningKey, SignInSession, User
from lyceum.domains.accounts.rules import tokens
from lyceum.domains.accounts.rules.tokens import new_signing_key, retire_signing_keys
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.clients import bearer, browser, nobody, software
from lyceum.testing.factories import NOW, PASSWORD, in_school, make_admin, make_school, make_user

pytestmark = pytest.mark.django_db
REFRESH, PROFILE, TOKEN = "/api/v1/auth/refresh/", "/api/v1/profile/", "/api/v1/auth/token/"


def signed_in(username="ada"):
    return nobody().send("/api/v1/auth/login/", {"username": username, "password": PASSWORD}).json()


def refreshed(token):
    return nobody().send(REFRESH, {"refresh": token})


@pytest.fixture
def ada():
    with clock.frozen(NOW):
        return make_admin(make_school(), username="ada")


@pytest.mark.parametrize(("minutes", "status"), [(0, 200), (14.9, 200), (15, 401), (60, 401)])
def test_an_access_token_is_good_for_fifteen_minutes(ada, minutes, status):
    with clock.frozen(NOW):
        access = signed_in()["access"]

    with clock.frozen(NOW + timedelta(minutes=minutes)):
        answer = bearer(access).get(PROFILE)

    assert answer.status_code == status


def test_what_a_token_says(ada):
    with clock.frozen(NOW):
        access = signed_in()["access"]
    published = nobody().get("/.well-known/jwks.json").json()["keys"]
    session = SignInSession.objects.get()

    header = jwt.get_unverified_header(access)
    key = jwt.PyJWK(next(k for k in published if k["kid"] == header["kid"]))
    claims = jwt.decode(access, key, algorithms=["EdDSA"], options={"verify_exp": False, "verify_iat": False})

    assert header["alg"] == "EdDSA"
    assert "d" not in published[0], "the private half"
    assert claims["exp"] - claims["iat"] == 900
    assert {name: claims[name] for name in ("sub", "sid", "school", "roles", "amr")} == {
        "sub": str(ada.pk),
        "sid": str(session.pk),
        "school": session.school_id,
        "roles": ["school_admin"],
        "amr": ["password"],
    }


def forged(access, **changes):
    """A token that says something else, signed with somebody else's key, or with none."""
    claims = jwt.decode(access, options={"verify_signature": False})
    header = jwt.get_unverified_header(access)
    other = tokens.Ed25519PrivateKey.generate()
    return {
        "another key": jwt.encode(claims, other, algorithm="EdDSA", headers={"kid": header["kid"]}),
        "an unknown key id": jwt.encode(claims, other, algorithm="EdDSA", headers={"kid": "mine"}),
        "no signature": jwt.encode(claims, "", algorithm="none", headers={"kid": header["kid"]}),
        "a shared secret": jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": header["kid"]}),
        "cut short": access[:-4],
        "no token": "abc",
        "an empty part": "..",
    }


def test_no_forged_token_is_good(ada):
    statuses = {what: bearer(token).get(PROFILE).status_code for what, token in forged(signed_in()["access"]).items()}

    assert set(statuses.values()) == {401}, statuses


def test_a_refresh_token_gives_a_new_pair_once(ada):
    with clock.frozen(NOW):
        first = signed_in()
    with clock.frozen(NOW + timedelta(minutes=20)):
        second = refreshed(first["refresh"]).json()
        answers = [bearer(pair["access"]).get(PROFILE).status_code for pair in (first, second)]

    assert second.keys() == {"access", "refresh", "expires_in"}
    assert second["refresh"] != first["refresh"]
    assert answers == [401, 200]
    assert not RefreshToken.objects.filter(hash=second["refresh"].encode()).exists(), "only hashes are kept"


def test_a_refresh_token_used_again_within_ten_seconds_was_raced(ada):
    with clock.frozen(NOW):
        first = signed_in()
        second = refreshed(first["refresh"]).json()
    with clock.frozen(NOW + timedelta(seconds=10)):
        raced = refreshed(first["refresh"])
        still = refreshed(second["refresh"])

    assert (raced.status_code, raced.json()["code"]) == (409, "refresh_raced")
    assert still.status_code == 200


def test_a_refresh_token_used_again_later_ends_its_family_and_is_recorded(ada):
    school = Membership.objects.get(user=ada, role="school_admin").school
    with clock.frozen(NOW):
        first = signed_in()
        other_device = signed_in()
        second = refreshed(first["refresh"]).json()
    with clock.frozen(NOW + timedelta(seconds=11)):
        stolen = refreshed(first["refresh"])
        thief_or_owner = refreshed(second["refresh"])
        access = bearer(second["access"]).get(PROFILE)
        elsewhere = bearer(other_device["access"]).get(PROFILE)

    assert (stolen.status_code, stolen.json()["code"]) == (401, "signed_out_everywhere")
    assert (thief_or_owner.status_code, access.status_code, elsewhere.status_code) == (401, 401, 200)
    with in_school(school):
        entry = AuditEntry.objects.get(action="accounts.token.reuse")
        fact = Fact.objects.get(type="accounts.token.reused")
    assert (entry.outcome, entry.actor_id) == ("refused", ada.pk)
    assert fact.payload == {"user": str(ada.pk), "family": str(SignInSession.objects.order_by("created_at")[0].pk)}


@pytest.mark.parametrize("days", [7, 8])
def test_a_refresh_token_ends_after_seven_days(ada, days):
    with clock.frozen(NOW):
        first = signed_in()
    with clock.frozen(NOW + timedelta(days=days)):
        answer = refreshed(first["refresh"])

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "end",
    [
        lambda user: User.objects.filter(pk=user.pk).update(state="disabled"),
        lambda user: Membership.objects.filter(user=user).update(state="ended"),
        lambda user: SignInSession.objects.filter(user=user).update(revoked_at=NOW),
    ],
    ids=["disabled", "left", "signed out"],
)
def test_a_refresh_token_dies_with_what_it_stands_for(ada, end):
    with clock.frozen(NOW):
        first = signed_in()
        end(ada)
        answer = refreshed(first["refresh"])

    assert answer.status_code == 401


def test_an_ended_access_token_does_not_stand_in_the_way_of_a_new_one(ada):
    with clock.frozen(NOW):
        first = signed_in()
    with clock.frozen(NOW + timedelta(hours=1)):
        answer = bearer(first["access"]).send(REFRESH, {"refresh": first["refresh"]})

    assert answer.status_code == 200


@pytest.mark.parametrize("token", ["", "unknown", "é" * 50])
def test_what_is_no_refresh_token_is_refused(ada, token):
    assert refreshed(token).status_code == 401


def test_a_disabled_person_is_out_at_once(ada):
    client = software(ada, Membership.objects.get(user=ada, role="school_admin").school)
    before = client.get(PROFILE).status_code

    User.objects.filter(pk=ada.pk).update(state="disabled")

    assert (before, client.get(PROFILE).status_code) == (200, 401)


def test_a_permission_taken_away_is_gone_with_the_next_request():
    school = make_school()
    manager = make_user(school, Role.MANAGER, permission_sets=["Office"])
    by_token, by_cookie = software(manager, school), browser(manager, school)
    before = [client.get("/api/v1/users/").status_code for client in (by_token, by_cookie)]

    Membership.objects.filter(user=manager).update(granted=[])

    assert before == [200, 200]
    assert [client.get("/api/v1/users/").status_code for client in (by_token, by_cookie)] == [403, 403]


def test_keys_rotate_without_signing_anybody_out(ada):
    with clock.frozen(NOW):
        old = signed_in()
    with clock.frozen(NOW + timedelta(minutes=1)):
        new_signing_key()
        new = signed_in()
        both = [bearer(pair["access"]).get(PROFILE).status_code for pair in (old, new)]
        too_early = retire_signing_keys()

    kids = [jwt.get_unverified_header(pair["access"])["kid"] for pair in (old, new)]
    assert kids[0] != kids[1]
    assert both == [200, 200]
    assert too_early == 0


def test_a_retired_key_is_refused(ada, monkeypatch):
    monkeypatch.setattr(tokens, "_TRUST_FOR", 0.0)
    old = signed_in()
    SigningKey.objects.update(retired_at=NOW)

    assert bearer(old["access"]).get(PROFILE).status_code == 401
    assert nobody().get("/.well-known/jwks.json").json()["keys"] == []


def test_software_signs_in_with_a_password_as_oauth_names_it(ada):
    body = {"grant_type": "password", "username": "ada", "password": PASSWORD}

    form = nobody().post(TOKEN, body)
    by_json = nobody().send(TOKEN, body)

    for answer in (form, by_json):
        token = answer.json()
        assert answer.status_code == 200
        assert (token["token_type"], token["expires_in"]) == ("Bearer", 900)
        assert token["access_token"] == token["access"]
        assert token["refresh_token"] == token["refresh"]
        assert bearer(token["access_token"]).get(PROFILE).status_code == 200
        assert refreshed(token["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        ({"grant_type": "password", "username": "ada", "password": "wrong"}, {}, 401, "sign_in_failed"),
        ({"grant_type": "implicit"}, {}, 422, "invalid"),
        ({"grant_type": "password", "username": "ada", "nonsense": "1"}, {}, 422, "invalid"),
        ({"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}, {}, 401, "invalid_client"),
        ({}, {"Authorization": "Basic !!!"}, 400, "malformed"),
        ({}, {"Authorization": "Basic " + base64.b64encode(b"x:y").decode()}, 401, "invalid_client"),
    ],
)
def test_what_is_no_grant_is_refused(ada, body, headers, status, code):
    answer = nobody().post(TOKEN, body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_no_json_is_no_grant(ada):
    answer = nobody().post(TOKEN, "[1]", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
