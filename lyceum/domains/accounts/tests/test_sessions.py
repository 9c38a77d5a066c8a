"""Where one is signed in: seeing it, ending it, going on in another school."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.domains.accounts.models import SignInSession
from lyceum.domains.accounts.rules.sessions import forget_old_sessions
from lyceum.domains.journal.models import AuditEntry
from lyceum.testing.clients import browser, key_holder, nobody, software, start_session, statements_for
from lyceum.testing.factories import (
    NOW,
    PASSWORD,
    add_role,
    in_school,
    make_admin,
    make_school,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
SESSIONS, PROFILE = "/api/v1/auth/sessions/", "/api/v1/profile/"


def test_one_sees_ones_own_open_sessions_newest_first():
    school = make_school()
    ada, bob = make_admin(school), make_admin(school)
    with clock.frozen(NOW):
        client = software(ada, school)
        ended, _secret = start_session(ada, school)
        SignInSession.objects.filter(pk=ended.pk).update(revoked_at=NOW)
        latest, _secret = start_session(ada, school)
        start_session(bob, school)
        rows = client.get(SESSIONS).json()["items"]

    assert [row["is_this"] for row in rows] == [False, True]
    assert rows[0]["id"] == str(latest.pk)
    assert rows[0]["school"] == {"slug": "hill-school", "name": "Hill School"}


def test_the_list_of_sessions_takes_the_same_statements_for_one_and_for_three():
    school, other = make_school("Hill School"), make_school("Vale School")
    ada = make_admin(school)
    add_role(ada, other, Role.TEACHER)
    client = software(ada, school)

    for_one = statements_for(client, SESSIONS)
    start_session(ada, other)
    start_session(ada, other)
    for_three = statements_for(client, SESSIONS)

    assert for_one == for_three
    assert len(client.get(SESSIONS).json()["items"]) == 3


def test_ending_another_device_signs_it_out():
    school = make_school()
    ada = make_admin(school)
    client, lost = software(ada, school), browser(ada, school)
    lost_id = next(row["id"] for row in client.get(SESSIONS).json()["items"] if not row["is_this"])
    before = lost.get(PROFILE).status_code

    answer = client.delete(f"{SESSIONS}{lost_id}/")

    assert (before, answer.status_code) == (200, 204)
    assert (lost.get(PROFILE).status_code, client.get(PROFILE).status_code) == (401, 200)
    with in_school(school):
        assert AuditEntry.objects.filter(action="accounts.session.end", actor_id=ada.pk).count() == 1


def test_somebody_elses_session_is_not_found():
    school = make_school()
    bobs, _secret = start_session(make_admin(school), school)

    answer = software(make_admin(school), school).delete(f"{SESSIONS}{bobs.pk}/")

    assert answer.status_code == 404
    assert SignInSession.objects.get(pk=bobs.pk).revoked_at is None


@pytest.mark.parametrize("door", [browser, software])
def test_signing_out_ends_the_session(door):
    school = make_school()
    client = door(make_admin(school), school)

    answer = client.post("/api/v1/auth/logout/")

    assert answer.status_code == 204
    assert client.get(PROFILE).status_code == 401


def test_signing_out_everywhere_ends_all_of_ones_own_sessions_and_nobody_elses():
    school = make_school()
    ada, bob = make_admin(school), make_admin(school)
    here, there, bobs = software(ada, school), browser(ada, school), software(bob, school)

    answer = here.post("/api/v1/auth/logout-everywhere/")

    assert answer.json() == {"ended": 2}
    assert [client.get(PROFILE).status_code for client in (here, there, bobs)] == [401, 401, 200]


def test_a_key_has_no_session():
    school = make_school()
    client = key_holder(school, "users:read")

    statuses = {
        path: client.post(path, content_type="application/json").status_code
        for path in ("/api/v1/auth/logout/", "/api/v1/auth/logout-everywhere/")
    }
    statuses |= {path: client.get(path).status_code for path in (SESSIONS, PROFILE)}

    assert set(statuses.values()) == {403}, statuses


@pytest.mark.parametrize(
    ("idle", "after", "status"),
    [
        (timedelta(hours=1), timedelta(minutes=59), 200),
        (timedelta(hours=1), timedelta(minutes=61), 401),
        (timedelta(hours=12), timedelta(hours=11), 200),
        (timedelta(hours=12), timedelta(hours=12), 401),  # its end, however busy
    ],
)
def test_a_session_ends_when_idle_or_old(idle, after, status):
    school = make_school()
    with clock.frozen(NOW):
        client = browser(make_admin(school), school)
        SignInSession.objects.update(
            idle_seconds=idle.total_seconds(), expires_at=NOW + timedelta(hours=12)
        )  # fmt: skip
    with clock.frozen(NOW + after):
        answer = client.get(PROFILE)

    assert answer.status_code == status


def test_use_keeps_a_session_alive():
    school = make_school()
    with clock.frozen(NOW):
        client = browser(make_admin(school), school)
        SignInSession.objects.update(idle_seconds=3600)
    statuses = []
    for minutes in (50, 100, 150):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            statuses.append(client.get(PROFILE).status_code)

    assert statuses == [200, 200, 200]


def switch(client, slug):
    return client.send("/api/v1/auth/switch/", {"school": slug})


def test_a_browser_goes_on_in_another_school():
    school, other = make_school("Hill School"), make_school("Vale School")
    ada = make_admin(school)
    add_role(ada, other, Role.GUARDIAN)
    client = browser(ada, school)

    answer = switch(client, "vale-school")
    profile = client.get(PROFILE).json()

    assert answer.json()["school"] == {"slug": "vale-school", "name": "Vale School"}
    assert answer.json()["access"] is None
    assert (profile["school"]["slug"], profile["roles"]) == ("vale-school", ["guardian"])
    with in_school(other):
        assert AuditEntry.objects.filter(action="accounts.sign_in", actor_id=ada.pk).count() == 1
    with in_school(school):
        assert not AuditEntry.objects.filter(action="accounts.sign_in", actor_id=ada.pk).exists()


def test_software_gets_a_token_for_the_other_school_and_its_old_one_is_over():
    school, other = make_school("Hill School"), make_school("Vale School")
    ada = make_admin(school)
    add_role(ada, other, Role.GUARDIAN)
    old = software(ada, school)

    pair = switch(old, "vale-school").json()
    new = nobody(headers={"Authorization": f"Bearer {pair['access']}"})

    assert old.get(PROFILE).status_code == 401
    assert new.get(PROFILE).json()["roles"] == ["guardian"]


@pytest.mark.parametrize("slug", ["vale-school", "nowhere", ""])
def test_nobody_goes_on_where_they_have_no_role(slug):
    school = make_school("Hill School")
    make_school("Vale School")
    client = browser(make_admin(school), school)

    answer = switch(client, slug)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get(PROFILE).json()["school"]["slug"] == "hill-school"


def test_a_family_session_keeps_staff_hours_once_it_enters_as_staff():
    school, other = make_school("Hill School"), make_school("Vale School")
    parent = make_user(school, Role.GUARDIAN)
    add_role(parent, other, Role.TEACHER)
    with clock.frozen(NOW):
        client = browser(parent, school)
        SignInSession.objects.update(expires_at=NOW + timedelta(days=30), idle_seconds=30 * 24 * 3600)
        switch(client, "vale-school")

    session = SignInSession.objects.get()
    assert session.expires_at == NOW + timedelta(hours=12)
    assert session.idle_seconds == 3600


def test_a_write_with_a_cookie_needs_our_own_pages_proof():
    school = make_school()
    client = browser(make_admin(school), school, enforce_csrf_checks=True)

    answer = client.patch(PROFILE, {"theme": "dark"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def change_password(client, current, new):
    return client.send("/api/v1/auth/password/change/", {"current_password": current, "new_password": new})


def test_changing_the_password_ends_all_other_sessions():
    school = make_school()
    ada = make_teacher(school, username="ada")
    here, there = software(ada, school), browser(ada, school)

    answer = change_password(here, PASSWORD, "three grey geese grazing")
    sign_ins = [
        nobody().send("/api/v1/auth/login/", {"username": "ada", "password": password}).status_code
        for password in (PASSWORD, "three grey geese grazing")
    ]

    assert (answer.status_code, answer.json()) == (200, {"ended": 1})
    assert [client.get(PROFILE).status_code for client in (here, there)] == [200, 401]
    assert sign_ins == [401, 200]
    with in_school(school):
        entry = AuditEntry.objects.get(action="accounts.password.change")
    assert entry.changes["password"] == ["", "changed"]


@pytest.mark.parametrize(
    ("current", "new", "code", "pointer"),
    [
        ("wrong horse battery", "three grey geese grazing", "wrong_password", "/current_password"),
        (PASSWORD, "short", "password_refused", "/new_password"),
        (PASSWORD, "passwordpassword", "password_refused", "/new_password"),
        (PASSWORD, "ada.lovelace is me", "password_refused", "/new_password"),
        (PASSWORD, "my hill school rocks", "password_refused", "/new_password"),
    ],
)
def test_a_password_is_changed_by_who_knows_it_to_a_good_one(current, new, code, pointer):
    school = make_school()
    ada = make_teacher(school, username="ada.lovelace")
    client, other = software(ada, school), browser(ada, school)

    answer = change_password(client, current, new)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]
    assert other.get(PROFILE).status_code == 200


def test_a_stolen_session_cannot_guess_the_password():
    school = make_school()
    client = software(make_teacher(school), school)

    statuses = [change_password(client, "wrong horse battery", "x" * 20).status_code for _ in range(6)]

    assert statuses == [422] * 5 + [429]


def test_what_has_ended_is_forgotten():
    school = make_school()
    ada = make_admin(school)
    with clock.frozen(NOW):
        software(ada, school)
    with clock.frozen(NOW + timedelta(days=365)):
        browser(ada, school)

    with clock.frozen(NOW + timedelta(days=371)):
        forgotten_before_a_year = forget_old_sessions()
    with clock.frozen(NOW + timedelta(days=373)):
        forgotten_after = forget_old_sessions()

    assert (forgotten_before_a_year, forgotten_after) == (1, 1)  # the token, then its session
    assert SignInSession.objects.count() == 1


def test_no_cookie_of_ours_is_readable_or_leaves_the_host():
    make_admin(make_school(), username="ada")
    client = nobody()

    client.post("/sign-in/", {"identifier": "ada", "password": PASSWORD})

    cookie = client.cookies[COOKIE]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True,
        True,
        "Lax",
        "/",
        "",
    )
