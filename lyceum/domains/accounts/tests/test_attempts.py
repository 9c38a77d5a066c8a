"""Failures slow a stranger down and never lock an owner out."""

from datetime import timedelta
from uuid import UUID

import pytest

from lyceum.core import clock
from lyceum.core.actor import Via
from lyceum.core.permissions import Role
from lyceum.domains.accounts.cookies import DEVICE_COOKIE
from lyceum.domains.accounts.models import SignInAttempt
from lyceum.domains.accounts.queries import Circumstances
from lyceum.domains.accounts.rules.attempts import (
    ADDRESS_FAILURES,
    WaitError,
    count_failure,
    counters_of,
    forget_old_attempts,
    refuse_while_waiting,
)
from lyceum.domains.accounts.rules.devices import MOST_PEOPLE, find_device, marked_for
from lyceum.domains.accounts.rules.sign_in import Credentials, SignInFailedError, sign_in
from lyceum.testing.clients import nobody
from lyceum.testing.factories import NOW, PASSWORD, make_admin, make_school, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/api/v1/auth/login/"
RIGHT = {"username": "ada", "password": PASSWORD}
WRONG = {"username": "ada", "password": "wrong horse battery"}


def test_after_five_failures_even_the_right_password_waits():
    make_admin(make_school(), username="ada")
    client = nobody()

    with clock.frozen(NOW):
        statuses = [client.send(LOGIN, WRONG).status_code for _ in range(5)]
        waiting = client.send(LOGIN, RIGHT)
    with clock.frozen(NOW + timedelta(seconds=31)):
        after = client.send(LOGIN, RIGHT)

    assert statuses == [401] * 5
    assert (waiting.status_code, waiting.json()["code"], waiting["Retry-After"]) == (429, "wait", "31")
    assert after.status_code == 200


def failing(moments):
    """The waits that failures at these moments lead to, in seconds."""
    counters, waits = counters_of("ada", school="", device="", ip="10.0.0.7"), []
    for moment in moments:
        with clock.frozen(NOW + timedelta(seconds=moment)):
            count_failure(counters)
        row = SignInAttempt.objects.get(pk=counters.account)
        waits.append((row.wait_until - NOW).total_seconds() - moment if row.wait_until else 0)
    return waits


@pytest.mark.parametrize(
    ("moments", "waits"),
    [
        # five at once, then each after its wait: 30 s, doubling to a quarter of an hour and no further
        (
            [0, 0, 0, 0, 0, 31, 95, 220, 470, 960, 1900, 2900],
            [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900],
        ),
        # four in five minutes are free, again and again
        ([0, 10, 20, 30, 301, 302, 303, 304], [0] * 8),
        # a quarter of an hour in peace after a wait forgets
        ([0, 0, 0, 0, 0, 931], [0, 0, 0, 0, 30, 0]),
        # but less does not
        ([0, 0, 0, 0, 0, 929], [0, 0, 0, 0, 30, 60]),
    ],
)
def test_waits_double_and_end(moments, waits):
    assert failing(moments) == waits


def test_the_owner_comes_in_on_a_device_that_knows_them_while_a_stranger_makes_it_wait():
    make_admin(make_school(), username="ada")
    stranger, owner = nobody(REMOTE_ADDR="203.0.113.9"), nobody()

    with clock.frozen(NOW):
        owner.post("/sign-in/", {"identifier": "ada", "password": PASSWORD})
        for _ in range(20):
            stranger.send(LOGIN, WRONG)
        known, unknown = owner.send(LOGIN, RIGHT), nobody().send(LOGIN, RIGHT)

    assert DEVICE_COOKIE in owner.cookies
    assert (known.status_code, unknown.status_code) == (200, 429)


def test_a_known_device_has_its_own_five_failures():
    make_admin(make_school(), username="ada")
    owner = nobody()

    with clock.frozen(NOW):
        owner.post("/sign-in/", {"identifier": "ada", "password": PASSWORD})
        statuses = [owner.send(LOGIN, WRONG).status_code for _ in range(6)]

    assert statuses == [401] * 5 + [429]


def test_a_device_known_to_somebody_else_is_not_known():
    school = make_school()
    make_admin(school, username="ada")
    make_user(school, Role.TEACHER, username="bob")
    bobs = nobody()

    with clock.frozen(NOW):
        bobs.post("/sign-in/", {"identifier": "bob", "password": PASSWORD})
        for _ in range(5):
            nobody().send(LOGIN, WRONG)
        answer = bobs.send(LOGIN, RIGHT)

    assert answer.status_code == 429


@pytest.mark.parametrize("mark", ["", "made up", "WyJhIiwgWyJiIl1d:1abcde:c2lnbmF0dXJl"])
def test_a_mark_that_is_not_ours_is_no_device(mark):
    user = make_admin(make_school())

    assert find_device(mark, user.pk) == ""


def test_a_device_remembers_the_last_people_only():
    first, *others = [UUID(int=number) for number in range(MOST_PEOPLE + 1)]
    mark = marked_for("", first)
    device = find_device(mark, first)

    for person in others:
        mark = marked_for(mark, person)

    assert device
    assert find_device(mark, first) == ""
    assert find_device(mark, others[0]) == device


def test_a_success_forgets_the_accounts_failures():
    make_admin(make_school(), username="ada")
    client = nobody()

    with clock.frozen(NOW):
        for _ in range(3):
            statuses = [client.send(LOGIN, WRONG).status_code for _ in range(4)]
            statuses.append(client.send(LOGIN, RIGHT).status_code)

    assert statuses == [401, 401, 401, 401, 200]


def test_one_address_has_three_hundred_failures_and_successes_never_count():
    make_admin(make_school(), username="ada")
    here = Circumstances(via=Via.REST, ip="10.0.0.7")

    with clock.frozen(NOW):
        for number in range(ADDRESS_FAILURES - 1):
            count_failure(counters_of(f"pupil{number}", school="", device="", ip="10.0.0.7"))
        for _ in range(3):
            sign_in(Credentials(**RIGHT), circumstances=here)
        with pytest.raises(SignInFailedError):
            sign_in(Credentials(**WRONG), circumstances=here)
        with pytest.raises(WaitError) as refused:
            sign_in(Credentials(**RIGHT), circumstances=here)
        elsewhere = sign_in(Credentials(**RIGHT), circumstances=Circumstances(via=Via.REST, ip="10.0.0.8"))
    with clock.frozen(NOW + timedelta(minutes=10, seconds=1)):
        later = sign_in(Credentials(**RIGHT), circumstances=here)

    assert refused.value.extra["retry_after"] == 601
    assert elsewhere.user == later.user


def test_unknown_names_wait_like_known_ones():
    make_admin(make_school(), username="ada")

    with clock.frozen(NOW):
        answers = [
            [nobody().send(LOGIN, {"username": name, "password": "x"}).status_code for _ in range(6)]
            for name in ("ada", "nobody")
        ]

    assert answers[0] == answers[1] == [401] * 5 + [429]


def test_old_counters_are_forgotten_and_waits_are_kept():
    counters = counters_of("ada", school="", device="", ip="10.0.0.7")
    with clock.frozen(NOW):
        count_failure(counters)

    with clock.frozen(NOW + timedelta(hours=25)):
        count_failure(counters_of("bob", school="", device="", ip="10.0.0.8"))
        forgotten = forget_old_attempts()
        refuse_while_waiting(counters)

    assert forgotten == 2
    assert SignInAttempt.objects.count() == 2
