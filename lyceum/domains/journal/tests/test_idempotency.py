"""A write asked for again gives the first answer again, and no second effect."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from lyceum.api.idempotency import _LOCK
from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import ApiKey, Invitation, SignInSession
from lyceum.domains.journal.models import AuditEntry, IdempotencyRecord
from lyceum.testing.clients import browser, key_holder, nobody, software
from lyceum.testing.factories import NOW, PASSWORD, add_role, in_school, make_admin, make_school, make_user

USERS, KEYS, PROFILE = "/api/v1/users/", "/api/v1/api-keys/", "/api/v1/profile/"
TESS = {"full_name": "Tess Teacher", "email": "tess@hill.example", "role": "teacher"}
db = pytest.mark.django_db


@pytest.fixture
def school(db):
    return make_school()


@pytest.fixture
def admin(school):
    return software(make_admin(school), school)


def test_a_hundred_replays_change_nothing(school, admin):
    key = str(uuid4())

    answers = [admin.send(USERS, TESS, key=key) for _ in range(100)]

    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1
    assert [a.headers.get("Idempotency-Replayed") for a in answers[:2]] == [None, "true"]
    assert Invitation.objects.count() == 1
    with in_school(school):
        assert AuditEntry.objects.filter(action="accounts.invitation.send").count() == 1


def test_the_same_key_with_another_body_is_refused(admin):
    admin.send(USERS, TESS, key="one")

    answer = admin.send(USERS, TESS | {"full_name": "Tess T"}, key="one")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Invitation.objects.count() == 1


def test_one_key_serves_different_acts_and_different_people(school, admin):
    answers = [
        admin.send(USERS, TESS, key="one"),
        admin.send(KEYS, {"name": "Key", "scopes": ["users:read"]}, key="one"),
        admin.send(PROFILE, {"theme": "dark"}, method="patch", key="one"),
        software(make_admin(school), school).send(USERS, TESS | {"email": "b@hill.example"}, key="one"),
        key_holder(school, "users:write", "users:read").send(USERS, TESS | {"email": "c@hill.example"}, key="one"),
    ]

    assert [a.status_code for a in answers] == [201, 201, 200, 201, 201]
    assert not any(a.headers.get("Idempotency-Replayed") for a in answers)


def test_one_key_serves_one_person_in_two_schools(school):
    other = make_school("Vale School")
    ada = make_admin(school)
    add_role(ada, other, Role.SCHOOL_ADMIN)

    answers = [
        software(ada, s).send(USERS, TESS | {"email": f"t@{s.slug}.example"}, key="one") for s in (school, other)
    ]

    assert [a.status_code for a in answers] == [201, 201]
    assert set(Invitation.objects.values_list("school__slug", flat=True)) == {"hill-school", "vale-school"}


def test_a_refusal_is_not_kept(admin):
    answers = [admin.send(USERS, body, key="one") for body in (TESS | {"full_name": " "}, TESS)]

    assert [a.status_code for a in answers] == [422, 201]


def test_an_answer_is_kept_for_a_day(school):
    statuses = []
    with clock.frozen(NOW):
        admin = software(make_admin(school), school)
        SignInSession.objects.update(expires_at=NOW + timedelta(days=9), idle_seconds=9 * 24 * 3600)
        cookie = browser(make_admin(school), school)
        SignInSession.objects.update(expires_at=NOW + timedelta(days=9), idle_seconds=9 * 24 * 3600)
        del admin
        statuses.append(cookie.send(KEYS, {"name": "Key", "scopes": ["users:read"]}, key="one").status_code)
    for hours in (23.9, 24.1, 30):
        with clock.frozen(NOW + timedelta(hours=hours)):
            statuses.append(cookie.send(KEYS, {"name": "Key", "scopes": ["users:read"]}, key="one").status_code)

    assert statuses == [201] * 4
    assert ApiKey.objects.count() == 2, "one on the first day, one on the second"


def test_kept_answers_hold_no_readable_secret(admin):
    new = admin.send(KEYS, {"name": "Key", "scopes": ["users:read"]}, key="one").json()
    again = admin.send(KEYS, {"name": "Key", "scopes": ["users:read"]}, key="one").json()
    tokens = nobody().send("/api/v1/auth/login/", {"username": "x", "password": "y"}, key="two")

    assert again == new
    assert tokens.status_code == 401
    for row in IdempotencyRecord.objects.all():
        assert new["client_secret"].encode() not in bytes(row.body)


def test_reading_takes_no_key(admin):
    assert admin.get(USERS, headers={"Idempotency-Key": "one"}).status_code == 200
    assert not IdempotencyRecord.objects.exists()


def test_without_a_key_every_write_counts(admin):
    for _ in range(2):
        admin.send(KEYS, {"name": "Key", "scopes": ["users:read"]})

    assert ApiKey.objects.count() == 2


def test_a_form_carries_its_key_hidden(school, admin):
    tess = browser(make_user(school, Role.TEACHER), school)
    form = {"act": "profile", "full_name": "Tess", "theme": "dark", "idempotency_key": "one"}

    answers = [tess.post("/account/", form) for _ in range(2)]

    assert [a.status_code for a in answers] == [302, 302]
    assert answers[1]["Location"] == answers[0]["Location"]
    assert answers[1]["Idempotency-Replayed"] == "true"


def test_strangers_at_different_addresses_do_not_share_keys(school):
    make_user(school, Role.TEACHER, username="tess")
    body = {"username": "tess", "password": PASSWORD}

    answers = [nobody(REMOTE_ADDR=ip).send("/api/v1/auth/login/", body, key="one") for ip in ("10.0.0.1", "10.0.0.2")]

    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json()["access"] != answers[1].json()["access"]


def test_a_request_that_is_still_running_is_told_so(fresh_database):
    school = make_school()
    ada = make_admin(school)
    admin = software(ada, school)
    name = f"{school.pk}|user:{ada.pk}|one|POST {USERS}"
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LOCK, [name])
            held.set()
            done.wait(20)
        connection.close()

    running = threading.Thread(target=hold)
    running.start()
    held.wait(20)
    meanwhile = admin.send(USERS, TESS, key="one")
    done.set()
    running.join(20)
    after = admin.send(USERS, TESS, key="one")

    assert (meanwhile.status_code, meanwhile.json()["code"], meanwhile["Retry-After"]) == (
        409,
        "request_in_progress",
        "1",
    )
    assert after.status_code == 201


def test_twenty_at_once_with_one_key_have_one_effect(fresh_database):
    school = make_school()
    ada = make_admin(school)
    clients = [software(ada, school) for _ in range(20)]
    start, statuses = threading.Barrier(20), []

    def send(client):
        start.wait(20)
        statuses.append(client.send(USERS, TESS, key="one").status_code)
        connection.close()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(statuses) == 20
    assert set(statuses) <= {201, 409}
    assert Invitation.objects.count() == 1
