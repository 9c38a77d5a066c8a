"""API keys: scoped, ending, bound to networks; by themselves and through OAuth 2.0."""

import base64
from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import Via, system_actor
from lyceum.core.errors import NotAllowedError
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import ApiKey
from lyceum.domains.accounts.rules.keys import MOST_KEYS, create_key
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.clients import bearer, key_holder, nobody, software, statements_for
from lyceum.testing.factories import (
    NOW,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
KEYS, TOKEN, USERS = "/api/v1/api-keys/", "/api/v1/auth/token/", "/api/v1/users/"


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def admin(school):
    return software(make_admin(school), school)


def made(admin, *scopes, **fields):
    answer = admin.send(KEYS, {"name": "Timetable export", "scopes": list(scopes)} | fields)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_key_is_shown_once_and_kept_as_a_hash(school, admin):
    new = made(admin, "users:read")
    listed = admin.get(KEYS).json()["items"]

    assert new["key"] == f"lyc_{new['client_id']}_{new['client_secret']}"
    assert [row["id"] for row in listed] == [new["id"]]
    assert not {"key", "client_secret"} & listed[0].keys()
    assert new["client_secret"].encode() not in bytes(ApiKey.objects.get().secret_hash)
    with in_school(school):
        assert "accounts.key.created" in Fact.objects.values_list("type", flat=True)
        assert new["client_secret"] not in str(AuditEntry.objects.get(action="accounts.key.create").changes)


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        (["users:read"], "get", USERS, 200),
        (["users:write"], "get", USERS, 403),  # writing does not imply reading
        (["students:read"], "get", USERS, 403),
        (["school:read"], "get", "/api/v1/schools/current/", 200),
        (["users:read"], "get", "/api/v1/schools/current/", 403),
        (["audit:read"], "get", "/api/v1/audit/", 200),
        (["users:read", "users:write"], "get", KEYS, 403),  # no scope opens the keys
        (["users:read"], "get", "/api/v1/profile/", 403),  # a key is nobody
    ],
)
def test_a_key_does_what_its_scopes_say(school, scopes, method, path, status):
    assert getattr(key_holder(school, *scopes), method)(path).status_code == status


@pytest.mark.parametrize(
    ("role", "status"),
    [("teacher", 201), ("student", 201), ("school_admin", 403), ("manager", 403), ("super_admin", 422)],
)
def test_a_key_that_writes_users_makes_no_admins(school, role, status):
    client = key_holder(school, "users:write", "users:read")

    answer = client.send(USERS, {"full_name": "Tess Teacher", "email": "tess@hill.example", "role": role})

    assert answer.status_code == status


def test_what_a_key_does_is_recorded_under_its_own_name(school):
    client = key_holder(school, "users:write", "users:read")

    client.send(USERS, {"full_name": "Tess Teacher", "email": "tess@hill.example", "role": "teacher"})

    with in_school(school):
        entry = AuditEntry.objects.get(action="accounts.invitation.send")
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == ("key", ApiKey.objects.get().pk, "key “Test key”")


@pytest.mark.parametrize(
    ("networks", "ip", "status"),
    [
        ([], "203.0.113.9", 200),
        (["10.1.0.0/16"], "10.1.2.3", 200),
        (["10.1.0.0/16"], "10.2.2.3", 403),
        (["2001:db8::/32"], "2001:db8::1", 200),
        (["2001:db8::/32"], "10.1.2.3", 403),
        (["10.1.0.0/16", "192.0.2.7"], "192.0.2.7", 200),
    ],
)
def test_a_key_works_in_its_networks_only(school, networks, ip, status):
    client = key_holder(school, "users:read", networks=networks)

    answer = client.get(USERS, REMOTE_ADDR=ip)

    assert answer.status_code == status
    with in_school(school):
        refused = AuditEntry.objects.filter(action="accounts.key.use", outcome="refused")
        assert [entry.ip for entry in refused] == ([] if status == 200 else [ip])


def test_a_key_ends(school):
    with clock.frozen(NOW):
        client = key_holder(school, "users:read", expires_at=NOW + timedelta(days=30))
    statuses = []
    for days in (29, 31):
        with clock.frozen(NOW + timedelta(days=days)):
            answer = client.get(USERS)
            statuses.append((answer.status_code, answer.json().get("code")))

    assert statuses == [(200, None), (401, "key_expired")]


def test_a_revoked_key_ends_at_once(school, admin):
    new = made(admin, "users:read")
    client = bearer(new["key"])
    before = client.get(USERS).status_code

    answer = admin.delete(f"{KEYS}{new['id']}/")
    again = admin.delete(f"{KEYS}{new['id']}/")

    assert (before, answer.status_code, again.status_code) == (200, 204, 204)
    assert client.get(USERS).status_code == 401
    assert admin.get(KEYS).json()["items"][0]["state"] == "revoked"
    with in_school(school):
        assert AuditEntry.objects.filter(action="accounts.key.revoke").count() == 1


@pytest.mark.parametrize("key", ["lyc_", "lyc_x_y", "lyc_\xa0", "lyc_0123456789abcdef_wrong"])
def test_no_other_key_is_good(school, key):
    assert bearer(key.encode("ascii", "replace").decode()).get(USERS).status_code == 401


def test_a_rotated_keys_old_secret_is_good_for_a_day(school, admin):
    with clock.frozen(NOW):
        old = made(admin, "users:read")
        new = admin.send(f"{KEYS}{old['id']}/rotate/").json()
        now = [bearer(each["key"]).get(USERS).status_code for each in (old, new)]
    with clock.frozen(NOW + timedelta(hours=24, seconds=1)):
        later = [bearer(each["key"]).get(USERS).status_code for each in (old, new)]

    assert (old["client_id"], old["id"]) == (new["client_id"], new["id"])
    assert now == [200, 200]
    assert later == [401, 200]


@pytest.mark.parametrize(("hours", "status"), [(0, 200), (168, 200), (-1, 422), (169, 422)])
def test_the_old_secret_is_kept_for_a_week_at_most(school, admin, hours, status):
    old = made(admin, "users:read")

    answer = admin.send(f"{KEYS}{old['id']}/rotate/", {"keep_hours": hours})

    assert answer.status_code == status
    assert bearer(old["key"]).get(USERS).status_code == (401 if hours == 0 else 200)


def test_a_revoked_key_gets_no_new_secret(school, admin):
    old = made(admin, "users:read")
    admin.delete(f"{KEYS}{old['id']}/")

    answer = admin.send(f"{KEYS}{old['id']}/rotate/")

    assert (answer.status_code, answer.json()["code"]) == (409, "key_revoked")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["users:delete"]}, "/scopes"),
        ({"name": " "}, "/name"),
        ({"networks": ["10.0.0.0/99"]}, "/networks"),
        ({"networks": ["home"]}, "/networks"),
        ({"expires_at": "2026-11-20T08:49:00Z"}, "/expires_at"),
        ({"expires_at": "2027-12-20T08:49:00Z"}, "/expires_at"),
        ({"secret": "mine"}, "/secret"),
    ],
)
def test_a_key_that_is_none_is_refused(school, admin, fields, pointer):
    with clock.frozen(NOW):
        answer = software(make_admin(school), school).send(
            KEYS, {"name": "Key", "scopes": ["users:read"]} | fields
        )  # fmt: skip

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_school_has_fifty_keys_at_most(school, admin):
    made(admin, "users:read")
    key = ApiKey.objects.get()
    ApiKey.objects.bulk_create(
        ApiKey(
            school=school,
            name="more",
            public_id=str(n),
            secret_hash=b"",
            expires_at=key.expires_at,
            created_by_id=key.created_by_id,
        )
        for n in range(MOST_KEYS - 1)
    )

    answer = admin.send(KEYS, {"name": "One more", "scopes": ["users:read"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_keys")


def test_only_admins_see_and_make_keys(school):
    people = [make_teacher(school), make_manager(school, "Office"), make_user(school, Role.GUARDIAN)]

    for user in people:
        client = software(user, school)
        answers = [client.get(KEYS), client.send(KEYS, {"name": "Mine", "scopes": ["users:read"]})]
        assert [a.status_code for a in answers] == [403, 403]
        assert answers[0].json()["permission"] == "keys.edit"


def test_another_schools_keys_are_not_there(school, admin):
    theirs = made(admin, "users:read")
    other = make_school("Vale School")
    client = software(make_admin(other), other)

    answers = [client.delete(f"{KEYS}{theirs['id']}/"), client.send(f"{KEYS}{theirs['id']}/rotate/")]

    assert client.get(KEYS).json()["items"] == []
    assert [a.status_code for a in answers] == [404, 404]
    assert bearer(theirs["key"]).get(USERS).status_code == 200


def test_a_key_sees_its_own_school_only(school):
    other = make_school("Vale School")
    make_admin(other, name="Zoe Vale")

    names = [row["full_name"] for row in key_holder(school, "users:read").get(USERS).json()["items"]]

    assert len(names) == 1
    assert "Zoe Vale" not in names


def grants(new):
    """Every way in which OAuth 2.0 lets software show a key."""
    basic = base64.b64encode(f"{new['client_id']}:{new['client_secret']}".encode()).decode()
    both = {"client_id": new["client_id"], "client_secret": new["client_secret"]}
    whole = {"grant_type": "client_credentials"}
    return {
        "form": nobody().post(TOKEN, whole | both),
        "json": nobody().send(TOKEN, whole | both),
        "basic": nobody().post(TOKEN, whole, headers={"Authorization": f"Basic {basic}"}),
        "the whole key as the secret": nobody().post(TOKEN, whole | both | {"client_secret": new["key"]}),
    }


def test_a_key_works_through_client_credentials(school, admin):
    new = made(admin, "users:read", "school:read")

    for way, answer in grants(new).items():
        token = answer.json()
        assert answer.status_code == 200, way
        assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 900, "school:read users:read")
        assert token["refresh"] is None
        client = bearer(token["access_token"])
        assert [client.get(USERS).status_code, client.get(KEYS).status_code] == [200, 403]


def test_a_token_of_a_key_dies_with_the_key_and_heeds_its_networks(school, admin):
    new = made(admin, "users:read", networks=["127.0.0.0/8"])
    client = bearer(grants(new)["form"].json()["access"])
    at_home, away = client.get(USERS).status_code, client.get(USERS, REMOTE_ADDR="10.0.0.1").status_code

    admin.delete(f"{KEYS}{new['id']}/")

    assert (at_home, away, client.get(USERS).status_code) == (200, 403, 401)


def test_asking_for_a_token_leaves_the_caller_in_their_own_school(school, admin):
    """Software of one school that is signed in as somebody of another."""
    new = made(admin, "users:read")
    body = {"grant_type": "client_credentials", "client_id": new["client_id"], "client_secret": new["client_secret"]}

    answers = [nobody().send(TOKEN, body, key="one") for _ in range(2)]

    assert [a.status_code for a in answers] == [200, 200]
    assert answers[1]["Idempotency-Replayed"] == "true"


def test_the_list_of_keys_takes_the_same_statements_for_one_and_for_three(school, admin):
    made(admin, "users:read")
    for_one = statements_for(admin, KEYS)
    made(admin, "users:read")
    made(admin, "users:read")

    assert statements_for(admin, KEYS) == for_one
    assert len(admin.get(KEYS).json()["items"]) == 3


def test_a_job_makes_no_keys(school):
    with in_school(school), pytest.raises(NotAllowedError):
        create_key(name="Key", scopes=["users:read"], actor=system_actor(school.pk, via=Via.JOB))
