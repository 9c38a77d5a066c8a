"""The pages of a school's settings and of its first set-up, as a browser without scripts uses them."""

import re

import pytest

from lyceum.core import clock
from lyceum.domains.accounts.models import ApiKey
from lyceum.domains.accounts.tests.pages.reader import Page, opened, posted
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, bearer, browser, nobody
from lyceum.testing.factories import (
    PASSWORD,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_teacher,
)

pytestmark = pytest.mark.django_db


def test_a_key_is_shown_once_and_ended(school, admin):
    made = admin.post("/settings/keys/", {"act": "make", "name": "Canteen", "scopes": ["users:read"], "days": "30"})
    secret = re.search(r"lyc_[\w-]+", made.content.decode()).group(0)
    key = ApiKey.objects.get()
    before = bearer(secret).get("/api/v1/users/").status_code
    listed = admin.get("/settings/keys/").content.decode()

    rotated = admin.post("/settings/keys/", {"act": "rotate", "key": str(key.pk)})
    posted(admin, "/settings/keys/", act="revoke", key=str(key.pk))

    assert (before, secret in listed, "Canteen" in listed) == (200, False, True)
    assert (key.expires_at - clock.now()).days in (29, 30)
    assert "lyc_" in rotated.content.decode()
    assert bearer(secret).get("/api/v1/users/").status_code == 401


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "scopes": ["users:read"]}, "Give the key a name"),
        ({"name": "Canteen"}, "Choose scopes from"),
        ({"name": "Canteen", "scopes": ["users:read"], "networks": "home"}, "home is not a network"),
    ],
)
def test_a_key_that_is_none_keeps_what_was_typed(admin, form, said):
    answer = posted(admin, "/settings/keys/", 422, act="make", **form)

    assert said in Page(answer).text
    assert Page(answer).fields["name"]["value"] == form["name"]
    assert not ApiKey.objects.exists()


def test_the_school_is_edited(school, admin):
    page = opened(admin, "/settings/school/")
    form = {
        "name": "Hill Academy",
        "address": "1 Hill Road",
        "time_zone": "Europe/London",
        "currency": "GBP",
        "locales": "en, cy",
        "first_weekday": "7",
        "official_ids": "dfe: 10001\nurn: 5",
    }

    answer = posted(admin, "/settings/school/", **form)
    wrong = posted(admin, "/settings/school/", 422, **form | {"time_zone": "Hogwarts", "name": "New"})

    school.refresh_from_db()
    assert page.fields["name"]["value"] == "Hill School"
    assert (school.name, school.locales, school.first_weekday) == ("Hill Academy", ["en", "cy"], 7)
    assert school.official_ids == {"dfe": "10001", "urn": "5"}
    assert "Saved" in opened(admin, answer["Location"]).text
    assert (Page(wrong).fields["name"]["value"], Page(wrong).fields["time_zone"]["value"]) == ("New", "Hogwarts")


def test_settings_lists_what_one_may_open_and_nothing_else(school, admin):
    of_admin = opened(admin, "/settings/").links
    of_office = opened(browser(make_manager(school, "Office"), school), "/settings/").links
    of_teacher = opened(browser(make_teacher(school), school), "/settings/").links

    assert {"/settings/school/", "/settings/keys/", "/settings/trail/", "/settings/users/"} <= set(of_admin)
    assert "/settings/users/" in of_office
    assert not {"/settings/keys/", "/settings/trail/", "/settings/school/"} & set(of_office)
    assert [each for each in of_teacher if each.startswith(("/settings/p", "/settings/s", "/imports/"))] == [
        "/settings/policy/"
    ]


@pytest.mark.parametrize("path", ["/settings/school/", "/settings/users/", "/settings/keys/", "/settings/trail/"])
def test_a_teacher_is_told_no_and_it_is_recorded(school, path):
    page = opened(browser(make_teacher(school), school), path, 403)

    assert "Not allowed" in page.text
    with in_school(school):
        assert AuditEntry.objects.filter(action="access.refuse", via="page").count() == 1


def test_the_trail_shows_who_changed_what(school, admin):
    posted(admin, "/account/", act="profile", full_name="Ada Lovelace", theme="dark")
    browser(make_teacher(school), school).get("/settings/keys/")

    everything = opened(admin, "/settings/trail/").text
    refusals = opened(admin, "/settings/trail/?outcome=refused").text
    long_ago = opened(admin, "/settings/trail/?until=2020-01-01").text

    assert "accounts · profile · edit" in everything
    assert "theme: system → dark" in everything
    assert ("keys.edit" in refusals or "API keys" in refusals, "accounts · profile · edit" in refusals) == (True, False)
    assert "Nothing found" in long_ago
    assert admin.get("/settings/trail/?since=yesterday").status_code == 422


@pytest.mark.parametrize("asked", ["since=0001-01-01", "until=9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_refused(asked):
    tokyo = make_school(time_zone="Asia/Tokyo")  # its first midnight lies a year before the first in UTC

    assert browser(make_admin(tokyo), tokyo).get(f"/settings/trail/?{asked}").status_code == 422


def test_the_policy_is_for_everybody(school, admin):
    page = opened(nobody(), "/settings/policy/")

    assert "take a register" in page.text
    assert "their own children" in page.text
    assert opened(admin, "/settings/policy/")


FIRST = {
    "institutionName": "Hill School",
    "name": "Ada Head",
    "username": "ada",
    "password": PASSWORD,
    "country": "GB",
    "email": "",
}


def test_the_first_school_is_made_by_form(settings):
    settings.SETUP_CODE = "right-code"
    here, elsewhere = nobody(), Caller(REMOTE_ADDR="203.0.113.9")

    asked, asked_elsewhere = opened(here, "/set-up/"), opened(elsewhere, "/set-up/")
    wrong = posted(here, "/set-up/", 422, **FIRST | {"password": "short"})
    refused = posted(elsewhere, "/set-up/", 403, **FIRST | {"setup_code": "wrong"})
    answer = posted(elsewhere, "/set-up/", **FIRST | {"setup_code": "right-code"})

    assert ("setup_code" in asked.fields, "setup_code" in asked_elsewhere.fields) == (False, True)
    assert Page(wrong).fields["institutionName"]["value"] == "Hill School"
    assert "with the set-up code it printed" in Page(refused).text
    assert answer["Location"] == "/set-up-school/"
    assert School.objects.get().name == "Hill School"
    assert "Years and terms" in opened(elsewhere, "/settings/").text


def test_later_the_set_up_leads_to_signing_in(school):
    answer = nobody().get("/set-up/")
    refused = posted(nobody(), "/set-up/", 403, **FIRST)

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert "New schools are made by the operator here." in Page(refused).text
