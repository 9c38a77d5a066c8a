"""The keys: one table for the help, the pages and the script."""

import json
import re

import pytest

from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import User
from lyceum.testing.clients import browser, nobody, software
from lyceum.testing.factories import as_actor, make_admin, make_school, make_teacher, make_user
from lyceum.web.keys import heard_keys, is_single, sections_for, shortcuts_of, written
from lyceum.web.navigation import items_for


def heard_on(client, path="/account/"):
    """What the script of a page hears."""
    page = client.get(path).content.decode()
    return json.loads(re.search(r'<script id="keys" type="application/json">(.*?)</script>', page)[1])


@pytest.mark.parametrize(
    ("key", "single"),
    [("/", True), ("?", True), ("g t", True), ("Control+K", False), ("F2", False), ("ArrowDown", False)],
)
def test_single_keys(key, single):
    assert is_single(key) is single


@pytest.mark.parametrize(
    ("key", "parts"),
    [("Control+K", ["Ctrl", "K"]), ("g t", ["g", "t"]), ("/", ["/"]), ("+", ["+"]), ("ArrowUp", ["↑"])],
)
def test_a_key_is_written_as_on_the_keyboard(key, parts):
    assert written(key) == parts


@pytest.mark.django_db
def test_one_goes_only_where_one_may():
    school = make_school()
    admin, guardian = make_admin(school), make_user(school, Role.GUARDIAN)

    assert heard_on(browser(admin, school)) == {
        "Control+K": "palette",
        "Meta+K": "palette",
        "/": "palette",
        "?": "help",
        "u": "undo",
        "g t": "/today/",
        "g p": "/students/",
        "g c": "/classes/",
        "g a": "/attendance/",
        "g b": "/behaviour/",
        "g d": "/applications/",
        "g e": "/site/",
        "g k": "/calendar/",
        "g l": "/timetable/",
        "g m": "/marks/",
        "g n": "/learning/",
        "g w": "/assignments/",
        "g i": "/imports/",
        "g s": "/settings/",
    }
    assert "g p" not in heard_on(browser(guardian, school))


@pytest.mark.django_db
def test_help_button_and_script_agree():
    school = make_school()
    admin = make_admin(school)
    items = items_for(as_actor(admin, school))
    for single_keys in (True, False):
        heard = heard_keys(items, single_keys=single_keys)
        sections = [s for s in sections_for(items, single_keys=single_keys) if s.title in ("Everywhere", "Go to")]
        helped = {key for section in sections for row in section.keys for key in row.keys}

        assert helped - heard.keys() == {"Escape"}
        assert set(shortcuts_of("palette", single_keys=single_keys).split()) <= heard.keys()
        assert single_keys or not any(is_single(key) for key in heard)


@pytest.mark.django_db
def test_the_help_of_a_page_has_its_own_keys():
    school = make_school()
    client = browser(make_teacher(school), school)

    on_today = client.get("/keys/?part=dialog&at=/today/").content.decode()
    on_a_register = client.get("/keys/?part=dialog&at=/registers/1/").content.decode()

    assert "Show all codes" not in on_today
    assert "Show all codes" in on_a_register
    assert "Show all codes" in client.get("/keys/").content.decode()
    assert "<html" not in on_today
    assert nobody().get("/keys/").status_code == 302


@pytest.mark.django_db
def test_single_keys_are_turned_off_by_page_rest_and_graphql():
    school = make_school()
    tess = make_teacher(school)
    page, client = browser(tess, school), software(tess, school)

    def wants():
        return User.objects.get(pk=tess.pk).single_keys

    page.post("/account/", {"act": "profile", "single_keys": "0"})
    assert (wants(), list(heard_on(page))) == (False, ["Control+K", "Meta+K"])
    assert "turned off" in page.get("/keys/").content.decode()
    page.post("/account/", {"act": "profile", "single_keys": ["0", "1"]})
    assert wants() is True
    page.post("/account/", {"act": "profile", "theme": "dark"})
    assert wants() is True
    answer = client.send("/api/v1/profile/", {"single_keys": False}, method="patch")
    assert (answer.json()["single_keys"], wants()) == (False, False)
    query = "mutation { updateProfile(input: {singleKeys: true}) { user { singleKeys } } }"
    answer = client.send("/graphql", {"query": query})
    assert (answer.json()["data"]["updateProfile"], wants()) == ({"user": {"singleKeys": True}}, True)


@pytest.mark.django_db
@pytest.mark.parametrize("value", [None, "maybe", 7, []])
def test_a_switch_is_yes_or_no(value):
    school = make_school()
    tess = make_teacher(school)

    answer = software(tess, school).send("/api/v1/profile/", {"single_keys": value}, method="patch")

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/single_keys"]
