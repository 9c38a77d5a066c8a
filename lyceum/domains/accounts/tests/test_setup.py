"""The first school of an installation, and those after it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from lyceum.core import clock
from lyceum.core.permissions import BUILT_IN_SETS, Permission, Role
from lyceum.domains.accounts.models import EmailAddress, Membership, PermissionSet, User
from lyceum.domains.accounts.rules.users import renew_built_in_sets
from lyceum.domains.journal.models import AuditEntry, OperatorEntry
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, bearer, browser, key_holder, nobody, software
from lyceum.testing.factories import (
    NOW,
    PASSWORD,
    as_actor,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_user,
)

SETUP, LOGIN = "/api/v1/setup/admin/", "/api/v1/auth/login/"
FOUR = {"username": "ada", "password": PASSWORD, "name": "Ada Head", "institutionName": "Hill School"}
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}
db = pytest.mark.django_db


@db
def test_four_fields_make_a_school_whose_token_lists_users():
    answer = nobody().send(SETUP, FOUR)
    made = answer.json()
    users = bearer(made["access"]).get("/api/v1/users/").json()["items"]

    assert answer.status_code == 201
    assert made.keys() == {"message", "school", "user", "access", "refresh", "expires_in", "roles"}
    assert made["school"] == {"slug": "hill-school", "name": "Hill School"}
    assert made["message"] == "Hill School is ready. You are its first admin."
    assert set(made["roles"]) == {"school_admin", "super_admin"}
    assert [(u["full_name"], u["username"], u["roles"]) for u in users] == [("Ada Head", "ada", ["school_admin"])]
    assert nobody().send(LOGIN, {"username": "ada", "password": PASSWORD}).status_code == 200


@db
def test_everything_a_school_needs_is_made_with_it():
    nobody().send(SETUP, FOUR | {"country": "us", "email": "ada@hill.example"})
    school = School.objects.get()

    with in_school(school):
        sets = set(PermissionSet.objects.values_list("name", flat=True))
        actions = list(AuditEntry.objects.values_list("action", flat=True))
    assert (school.status, school.country, school.time_zone, school.currency) == (
        "active",
        "US",
        "America/New_York",
        "USD",
    )
    assert sets == set(BUILT_IN_SETS)
    assert {"tenancy.school.provision", "accounts.user.create", "accounts.membership.start"} <= set(actions)
    assert OperatorEntry.objects.get(action="tenancy.school.provision").school_id == school.pk
    assert EmailAddress.objects.get().verified_at is not None


@db
@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"username": ""}, ["/username"]),
        ({"username": " ", "name": "", "institutionName": "\t"}, ["/username", "/name", "/institutionName"]),
        ({"username": "a b"}, ["/username"]),
        ({"password": "short"}, ["/password"]),
        ({"password": "hill school 2026"}, ["/password"]),
        ({"institutionName": "x"}, ["/name"]),
        ({"slug": "No Slug"}, ["/slug"]),
        ({"country": "GBR", "kind": "zoo", "currency": "pounds"}, ["/kind", "/country", "/currency"]),
        ({"time_zone": "Hogwarts"}, ["/time_zone"]),
        ({"locale": "klingon language"}, ["/locales"]),
        ({"email": "nobody"}, ["/email"]),
        ({"admin": True}, ["/admin"]),
    ],
)
def test_a_wrong_set_up_makes_nothing(fields, pointers):
    answer = nobody().send(SETUP, FOUR | fields)

    assert answer.status_code == 422, answer.content
    assert [e["pointer"] for e in answer.json()["errors"]] == pointers
    assert not School.objects.exists()
    assert not User.objects.exists()


@db
@pytest.mark.parametrize("field", FOUR)
def test_each_of_the_four_fields_is_needed(field):
    answer = nobody().send(SETUP, {name: value for name, value in FOUR.items() if name != field})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}")


@db
@pytest.mark.parametrize(
    ("caller", "code", "status"),
    [
        ({}, "", 201),  # on the machine itself
        ({"REMOTE_ADDR": "::1"}, "", 201),
        (ELSEWHERE, "", 403),
        (ELSEWHERE, "right-code", 201),
        (ELSEWHERE, "wrong-code", 403),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, "", 403),  # a proxy on the machine speaks for somebody elsewhere
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, "right-code", 201),
    ],
)
def test_who_may_make_the_first_school(settings, caller, code, status):
    settings.SETUP_CODE = "right-code"

    answer = Caller(**caller).send(SETUP, FOUR | {"setup_code": code})

    assert answer.status_code == status
    assert School.objects.count() == (1 if status == 201 else 0)


@db
def test_no_code_opens_an_installation_that_has_none(settings):
    settings.SETUP_CODE = ""

    assert Caller(**ELSEWHERE).send(SETUP, FOUR | {"setup_code": ""}).status_code == 403


SECOND = FOUR | {"username": "bea", "name": "Bea Head"}


@db
@pytest.mark.parametrize(("signup", "status"), [("closed", 403), ("open", 201)])
def test_later_schools_follow_the_setting(settings, signup, status):
    make_school("Old School")
    settings.SIGNUP = signup

    answer = nobody().send(SETUP, SECOND)

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "signup_closed"


@db
def test_a_super_admin_makes_later_schools_from_within_a_school_and_stays_in_it():
    first = bearer(nobody().send(SETUP, FOUR).json()["access"])

    answer = first.send(SETUP, SECOND | {"email": "bea@hill.example"})

    assert answer.status_code == 201
    assert (answer.json()["school"]["slug"], answer.json()["roles"]) == ("hill-school-2", ["school_admin"])
    assert [u["full_name"] for u in first.get("/api/v1/users/").json()["items"]] == ["Ada Head"]
    assert EmailAddress.objects.get().verified_at is None, "nobody has shown that the address is theirs"


@db
@pytest.mark.parametrize(
    "client",
    [
        lambda school: software(make_admin(school), school),
        lambda school: browser(make_user(school, Role.GUARDIAN), school),
        lambda school: key_holder(school, "school:write", "users:write"),
        lambda school: nobody(),
    ],
)
def test_nobody_else_makes_later_schools(client):
    school = make_school("Old School")

    assert client(school).send(SETUP, SECOND).status_code == 403
    assert School.objects.count() == 1


@db
def test_only_the_first_admin_runs_the_installation(settings):
    settings.SIGNUP = "open"
    nobody().send(SETUP, FOUR)
    nobody().send(SETUP, SECOND)

    assert Membership.objects.filter(role="super_admin").count() == 1
    assert Membership.objects.filter(role="school_admin").count() == 2


@db
def test_the_same_key_makes_no_second_school(settings):
    settings.SIGNUP = "open"
    key = str(uuid4())

    answers = [nobody().send(SETUP, FOUR, key=key) for _ in range(3)]

    assert [a.status_code for a in answers] == [201] * 3
    assert answers[1].content == answers[0].content
    assert answers[2]["Idempotency-Replayed"] == "true"
    assert School.objects.count() == 1


@db
def test_the_tokens_of_a_set_up_end_like_all_others():
    with clock.frozen(NOW):
        made = nobody().send(SETUP, FOUR).json()
    with clock.frozen(NOW + timedelta(minutes=16)):
        statuses = [
            bearer(made["access"]).get("/api/v1/profile/").status_code,
            nobody().send("/api/v1/auth/refresh/", {"refresh": made["refresh"]}).status_code,
        ]

    assert statuses == [401, 200]


def together(count, act):
    """What so many threads get who do the same at the same moment."""
    start = threading.Barrier(count)

    def run(number):
        try:
            start.wait(30)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_fifty_set_ups_at_once_with_one_key_make_one_school(fresh_database):
    key = str(uuid4())

    answers = together(50, lambda _number: nobody().send(SETUP, FOUR, key=key).status_code)

    assert School.objects.count() == 1
    assert Membership.objects.filter(role="super_admin").count() == 1
    assert set(answers) <= {201, 409}, answers
    assert 201 in answers
    assert nobody().send(SETUP, FOUR, key=key)["Idempotency-Replayed"] == "true"


def test_of_ten_first_schools_at_once_one_is_made(fresh_database):
    answers = together(10, lambda n: nobody().send(SETUP, FOUR | {"username": f"ada{n}"}).status_code)

    assert sorted(answers) == [201] + [403] * 9
    assert School.objects.count() == 1


def test_schools_of_one_name_made_at_once_get_slugs_of_their_own(fresh_database, settings):
    settings.SIGNUP = "open"
    make_school("Old School")

    answers = together(5, lambda n: nobody().send(SETUP, FOUR | {"username": f"ada{n}"}).json()["school"]["slug"])

    assert sorted(answers) == ["hill-school", *(f"hill-school-{n}" for n in range(2, 6))]


@db
def test_a_school_of_an_older_version_gets_what_is_new_in_its_built_in_sets():
    school = make_school()
    office = make_manager(school, "Office")
    with in_school(school):
        PermissionSet.objects.filter(name="Office").update(permissions=["students.list"])
        Membership.objects.filter(user=office).update(granted=["students.list"])
        PermissionSet.objects.filter(name="Cover").delete()
        PermissionSet.objects.create(name="Our own", permissions=["students.list"])

        renew_built_in_sets()

        found = {row.name: set(row.permissions) for row in PermissionSet.objects.all()}
    assert as_actor(office, school).reaches_all(Permission.CASES_SETTLE)
    assert found.pop("Our own") == {"students.list"}
    assert found == {name: {p.value for p in permissions} for name, permissions in BUILT_IN_SETS.items()}
