"""Signing in: by whichever name, with the same answer to every failure."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.actor import Via
from lyceum.core.permissions import Role
from lyceum.domains.accounts.cookies import COOKIE, DEVICE_COOKIE
from lyceum.domains.accounts.models import Membership, SignInAttempt, SignInSession, User
from lyceum.domains.accounts.queries import Circumstances
from lyceum.domains.accounts.rules import passwords
from lyceum.domains.accounts.rules.sessions import Way
from lyceum.domains.accounts.rules.sign_in import Credentials, SignInFailedError, sign_in
from lyceum.domains.journal.models import AuditEntry, OperatorEntry
from lyceum.testing.clients import bearer, nobody
from lyceum.testing.factories import (
    NOW,
    PASSWORD,
    add_role,
    in_school,
    make_admin,
    make_school,
    make_user,
)

pytestmark = pytest.mark.django_db
HERE = Circumstances(via=Via.REST, ip="10.0.0.7", user_agent="Firefox on Linux")
LOGIN = "/api/v1/auth/login/"


def enter(**given):
    return sign_in(Credentials(**{"password": PASSWORD} | given), circumstances=HERE)


@pytest.mark.parametrize(
    "given",
    [
        {"email": "ada@hill.example"},
        {"email": " Ada@Hill.Example "},  # as phones write it
        {"username": "ada"},
        {"username": "ADA", "school": "hill-school"},
        {"identifier": "ada"},
        {"identifier": "ada@hill.example"},
        {"identifier": "ada@hill.example", "school": "hill-school"},
    ],
)
def test_every_name_of_a_person_signs_them_in(given):
    school = make_school()
    ada = make_admin(school, username="ada", email="ada@hill.example")

    opened = enter(**given)

    assert (opened.user, opened.school, opened.roles) == (ada, school, (Role.SCHOOL_ADMIN,))


def failures():
    """A school with each kind of person who cannot sign in, and what each of them would type."""
    school, other = make_school("Hill School"), make_school("Vale School")
    make_admin(school, username="ada", email="ada@hill.example")
    make_user(school, Role.TEACHER, username="twin")
    make_user(other, Role.TEACHER, username="twin")
    User.objects.filter(pk=make_user(school, Role.TEACHER, username="disabled").pk).update(state="disabled")
    left = make_user(school, Role.TEACHER, username="left")
    Membership.objects.filter(user=left).update(state="ended")
    suspended = make_user(school, Role.TEACHER, username="suspended")
    Membership.objects.filter(user=suspended).update(state="suspended")
    invited = make_user(school, Role.TEACHER, username="invited")
    User.objects.filter(pk=invited.pk).update(password="")
    return {
        "wrong password": {"username": "ada", "password": "wrong horse battery"},
        "wrong password by address": {"email": "ada@hill.example", "password": "wrong horse battery"},
        "unknown name": {"username": "nobody"},
        "unknown address": {"email": "nobody@hill.example"},
        "the same name in two schools": {"username": "twin"},
        "a name of another school": {"username": "ada", "school": "vale-school"},
        "an address of another school": {"email": "ada@hill.example", "school": "vale-school"},
        "no such school": {"username": "ada", "school": "nowhere"},
        "disabled": {"username": "disabled"},
        "left the school": {"username": "left"},
        "suspended": {"username": "suspended"},
        "has no password yet": {"username": "invited"},
        "an empty password": {"username": "invited", "password": ""},
        "nothing at all": {},
        "a password too long to be one": {"username": "ada", "password": PASSWORD + "x" * 200},
    }


def test_every_failure_has_the_same_words_and_status():
    answers = {}
    for cause, given in failures().items():
        answer = nobody().send(LOGIN, {"password": PASSWORD} | given, REMOTE_ADDR="10.0.0.7")
        document = answer.json()
        del document["request_id"]
        answers[cause] = (answer.status_code, str(document))

    assert len(set(answers.values())) == 1, answers
    assert answers["disabled"][0] == 401


def test_every_failure_costs_one_hash_and_the_same_statements(monkeypatch):
    """Not timed: the same steps take the same time."""
    hashes = []
    monkeypatch.setattr(
        passwords, "check_password", lambda given, stored: hashes.append(stored) or given == "right"
    )  # fmt: skip
    costs = {}
    causes = failures()
    with pytest.raises(SignInFailedError):
        enter(username="the first failure from an address begins its count")
    for cause, given in causes.items():
        hashes.clear()
        SignInAttempt.objects.filter(pk__startswith="account:").delete()
        with CaptureQueriesContext(connection) as queries, pytest.raises(SignInFailedError):
            enter(**given)
        costs[cause] = (len(hashes), len(queries))

    assert len(set(costs.values())) == 1, costs
    assert costs["unknown name"][0] == 1


def test_the_same_name_in_two_schools_needs_the_school():
    school, other = make_school("Hill School"), make_school("Vale School")
    make_user(school, Role.TEACHER, username="twin")
    theirs = make_user(other, Role.TEACHER, username="Twin")

    opened = enter(username="twin", school="vale-school")

    assert (opened.user, opened.school) == (theirs, other)


def test_somebody_of_two_schools_goes_on_where_they_were_last():
    school, other = make_school("Hill School"), make_school("Vale School")
    ada = make_admin(school, email="ada@hill.example")
    add_role(ada, other, Role.TEACHER)

    first = enter(email="ada@hill.example")
    there = enter(email="ada@hill.example", school="vale-school")
    SignInSession.objects.filter(pk=there.session.pk).update(last_used_at=clock.now() + timedelta(minutes=1))
    again = enter(email="ada@hill.example")

    assert [o.school for o in (first, there, again)] == [school, other, other]
    assert again.roles == (Role.TEACHER,)


def test_a_new_school_ahead_of_utc_is_entered_on_its_first_day():
    """In Auckland it is Saturday already; its memberships start on that day."""
    with clock.frozen(NOW.replace(hour=20)):
        school = make_school("Bay School", country="NZ", time_zone="Pacific/Auckland")
        make_admin(school, username="ada", starts=None)

        opened = enter(username="ada")
        access = nobody().send(LOGIN, {"username": "ada", "password": PASSWORD}).json()["access"]
        answer = bearer(access).get("/api/v1/profile/")

    assert opened.roles == (Role.SCHOOL_ADMIN,)
    assert answer.json()["roles"] == ["school_admin"]


@pytest.mark.parametrize(
    ("role", "way", "longest", "idle"),
    [
        # staff: an hour idle, twelve at most, whatever they say about the device
        (Role.TEACHER, Way(), timedelta(hours=12), timedelta(hours=1)),
        (Role.SCHOOL_ADMIN, Way(own_device=True), timedelta(hours=12), timedelta(hours=1)),
        # families: a day's half on a shared device, a month on their own
        (Role.GUARDIAN, Way(), timedelta(hours=12), timedelta(hours=12)),
        (Role.GUARDIAN, Way(own_device=True), timedelta(days=30), timedelta(days=30)),
        (Role.STUDENT, Way(own_device=True), timedelta(days=30), timedelta(days=30)),
        # software refreshes its tokens
        (Role.TEACHER, Way(by_token=True), timedelta(days=7), timedelta(days=7)),
    ],
)
def test_how_long_a_session_lasts(role, way, longest, idle):
    make_user(make_school(), role, username="ada")

    with clock.frozen(NOW):
        session = sign_in(Credentials(password=PASSWORD, username="ada"), way=way, circumstances=HERE).session

    assert session.expires_at - NOW == longest
    assert session.idle_seconds == idle.total_seconds()


def test_an_older_hash_is_renewed():
    ada = make_admin(make_school(), username="ada")
    User.objects.filter(pk=ada.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))

    enter(username="ada")
    ada.refresh_from_db()

    assert ada.password.startswith("argon2")
    assert enter(username="ada").user == ada


def test_signing_in_is_in_the_trail():
    school = make_school()
    ada = make_admin(school, username="ada")

    enter(username="ada")

    with in_school(school):
        entry = AuditEntry.objects.get(action="accounts.sign_in")
    assert (entry.actor_id, entry.outcome, entry.ip, entry.via) == (ada.pk, "done", "10.0.0.7", "rest")


def test_a_wrong_password_is_in_the_trail_of_the_persons_school_without_the_password():
    school = make_school()
    ada = make_admin(school, username="ada")
    make_school("Vale School")

    nobody().send(LOGIN, {"username": "ada", "password": "my other password"})

    with in_school(school):
        entry = AuditEntry.objects.get(action="accounts.sign_in")
    assert (entry.outcome, entry.target_id, entry.actor_kind) == ("refused", str(ada.pk), "public")
    assert "my other password" not in str({**vars(entry)})


def test_an_unknown_name_is_in_the_operators_trail_without_the_name():
    make_school()

    nobody().send(LOGIN, {"username": "my password, typed too early", "password": PASSWORD})

    entry = OperatorEntry.objects.get(action="accounts.sign_in")
    assert (entry.outcome, entry.target_name) == ("refused", "unknown")
    assert "typed too early" not in str({**vars(entry)})


def test_rest_answers_with_tokens_and_who_one_is():
    school = make_school()
    ada = make_admin(school, username="ada", name="Ada Head")

    answer = nobody().send(LOGIN, {"identifier": "ada", "password": PASSWORD})
    signed_in = answer.json()

    assert answer.status_code == 200
    assert signed_in.keys() == {"access", "refresh", "expires_in", "user", "roles", "school"}
    assert signed_in["user"] == {"id": str(ada.pk), "full_name": "Ada Head", "preferred_name": ""}
    assert signed_in["school"] == {"slug": "hill-school", "name": "Hill School"}
    assert (signed_in["expires_in"], signed_in["roles"]) == (900, ["school_admin"])
    assert COOKIE not in answer.cookies
    assert DEVICE_COOKIE not in answer.cookies


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"username": "ada", "password": PASSWORD, "remember": True}, 422, "invalid"),  # unknown field
        ({"username": 5, "password": PASSWORD}, 422, "invalid"),
        ({"username": "a\0b", "password": PASSWORD}, 400, "malformed"),
        ({"username": "ada", "school": "Hill School!", "password": PASSWORD}, 401, "sign_in_failed"),
    ],
)
def test_rest_refuses_what_is_no_sign_in(body, status, code):
    make_admin(make_school(), username="ada")

    answer = nobody().send(LOGIN, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_signing_in_takes_the_same_number_of_statements_for_one_role_and_for_three():
    school, other = make_school("Hill School"), make_school("Vale School")
    make_user(school, Role.TEACHER, username="one")
    three = make_user(school, Role.TEACHER, username="three")
    add_role(three, school, Role.GUARDIAN)
    add_role(three, school, Role.STUDENT)
    del other

    counts = []
    for name in ("one", "one", "three"):
        with CaptureQueriesContext(connection) as queries:
            enter(username=name)
        counts.append(len(queries))

    assert counts[1] == counts[2] <= 14
