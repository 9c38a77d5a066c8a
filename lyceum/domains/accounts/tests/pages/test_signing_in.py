"""The pages of signing in and of one's own account, as a browser without scripts uses them."""

from urllib.parse import urlsplit

import pytest

from lyceum.core.permissions import Role
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.domains.accounts.models import SignInSession
from lyceum.domains.accounts.tests.pages.reader import Page, opened, posted
from lyceum.testing.clients import Caller, browser, nobody
from lyceum.testing.factories import (
    PASSWORD,
    add_role,
    make_admin,
    make_school,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
GOOD = "three grey geese grazing"


def pages(school):
    """Every page that an admin can open."""
    person = make_teacher(school)
    return [
        "/account/",
        "/settings/",
        "/settings/school/",
        "/settings/users/",
        f"/settings/users/{person.pk}/",
        "/settings/keys/",
        "/settings/trail/",
        "/settings/policy/",
    ]


def test_every_page_is_whole(school, admin):
    """Unique ids, a label for every field, a key and a token in every form that writes."""
    for path in pages(school):
        page = opened(admin, path)
        doubled = {each for each in page.ids if page.ids.count(each) > 1}
        assert not doubled, (path, doubled)
        for name, field in page.fields.items():
            shown = field.get("type") not in ("hidden", "checkbox")
            assert not shown or field.get("id") in page.labelled, (path, name)
        for form in page.forms:
            if form["method"] == "post" and form["names"] != ["csrfmiddlewaretoken"]:
                assert "csrfmiddlewaretoken" in form["names"], (path, form)


def test_a_stranger_is_led_to_the_form_and_back(school):
    make_admin(school, username="ada")
    stranger = nobody()

    away = stranger.get("/settings/users/")
    back = posted(stranger, away["Location"], next="/settings/users/", identifier="ada", password=PASSWORD)

    assert away.status_code == 302
    assert urlsplit(away["Location"]).path == "/sign-in/"
    assert back["Location"] == "/settings/users/"
    assert opened(stranger, back["Location"])


@pytest.mark.parametrize(
    ("wish", "onward"),
    [
        ("/classes/", "/classes/"),
        ("/classes/?q=7A", "/classes/?q=7A"),
        ("", "/today/"),
        ("https://evil.example/", "/today/"),
        ("//evil.example/", "/today/"),
        ("/\\evil.example/", "/today/"),
        ("\\\\evil.example", "/today/"),
        ("javascript:alert(1)", "/today/"),
        ("/sign-out/", "/today/"),
        ("/sign-in/?next=/sign-in/", "/today/"),
        ("/\n/evil.example", "/today/"),
    ],
)
def test_after_signing_in_one_goes_on_within_the_site_only(school, wish, onward):
    make_admin(school, username="ada")

    answer = posted(nobody(), "/sign-in/", identifier="ada", password=PASSWORD, next=wish)

    assert answer["Location"] == onward


def test_the_sign_in_form_helps_password_managers():
    fields = opened(nobody(), "/sign-in/").fields

    assert fields["identifier"]["autocomplete"] == "username"
    assert fields["password"]["autocomplete"] == "current-password"
    assert fields["password"]["type"] == "password"
    assert not any(name.startswith("on") for field in fields.values() for name in field), "pasting is never hindered"


@pytest.mark.parametrize("identifier", ["ada", "nobody", "<b>x</b>"])
def test_a_failure_keeps_the_name_and_says_nothing_more(school, identifier):
    make_admin(school, username="ada")

    answer = posted(nobody(), "/sign-in/", 401, identifier=identifier, password="wrong horse battery")
    page = Page(answer)

    assert "There is a problem Check your name and password." in page.text
    assert "Error: Sign in" in page.text
    assert page.fields["identifier"]["value"] == identifier
    assert page.fields["password"]["value"] == ""
    assert COOKIE not in answer.cookies
    assert b"wrong horse" not in answer.content


def test_a_wait_says_how_long(school):
    client = nobody()
    for _ in range(5):
        posted(client, "/sign-in/", 401, identifier="ada", password="x")

    answer = posted(client, "/sign-in/", 429, identifier="ada", password="x")

    assert 25 < int(answer["Retry-After"]) <= 31
    assert "Too many tries. Wait" in Page(answer).text


def test_a_family_says_whose_device_it_is(school):
    make_user(school, Role.GUARDIAN, username="gus")
    client = nobody()

    posted(client, "/sign-in/", identifier="gus", password=PASSWORD, own_device="1")

    assert int(client.cookies[COOKIE]["max-age"]) > 29 * 24 * 3600


def test_a_double_click_signs_in_once_and_with_a_cookie(school):
    make_admin(school, username="ada")
    form = {"identifier": "ada", "password": PASSWORD, "idempotency_key": "one"}

    first, second = nobody().post("/sign-in/", form), nobody().post("/sign-in/", form)

    assert second["Idempotency-Replayed"] == "true"
    assert second.cookies[COOKIE].value == first.cookies[COOKIE].value
    assert second.cookies[COOKIE]["httponly"]
    assert SignInSession.objects.count() == 1


def test_a_form_from_elsewhere_signs_nobody_in(school):
    make_admin(school, username="ada")

    answer = posted(Caller(enforce_csrf_checks=True), "/sign-in/", 403, identifier="ada", password=PASSWORD)

    assert "Open the form again" in Page(answer).text
    assert COOKIE not in answer.cookies


def test_signing_out_takes_everything_from_the_browser(school, admin):
    answer = admin.post("/sign-out/")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert answer.cookies[COOKIE].value == ""
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert admin.get("/api/v1/profile/").status_code == 401


def test_signing_out_leaves_marks_that_could_not_be_sent(school, admin):
    answer = admin.post("/sign-out/", {"marks_wait": "1"})

    assert answer["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize("path", ["/sign-out/", "/switch/"])
def test_nothing_is_done_by_looking(admin, path):
    assert admin.get(path).status_code == 405
    assert admin.get("/account/").status_code == 200


def test_one_goes_on_in_another_school_with_two_presses(school):
    other = make_school("Vale School")
    ada = make_admin(school)
    add_role(ada, other, Role.TEACHER)
    client = browser(ada, school)

    page = opened(client, "/account/")
    answer = posted(client, "/switch/", school="vale-school")

    assert "My other schools Vale School Go there" in page.text
    assert answer["Location"] == "/today/"
    assert client.get("/api/v1/profile/").json()["school"]["slug"] == "vale-school"


def test_ones_own_names_are_changed(school):
    tess = make_teacher(school, name="Tess Teacher")
    client = browser(tess, school)

    answer = posted(
        client, "/account/", act="profile", full_name="Tess T", preferred_name="", pronouns="", theme="dark"
    )
    refused = posted(client, "/account/", 422, act="profile", full_name=" ", theme="dark")

    tess.refresh_from_db()
    assert (answer["Location"], tess.full_name, tess.theme) == ("/account/?saved=profile", "Tess T", "dark")
    assert "Saved" in opened(client, answer["Location"]).text
    assert Page(refused).fields["full_name"]["aria-invalid"] == "true"


def test_the_password_is_changed_by_form(school):
    tess = make_teacher(school, username="tess")
    client, phone = browser(tess, school), browser(tess, school)

    wrong = posted(client, "/account/", 422, act="password", current_password="x", new_password=GOOD)
    answer = posted(client, "/account/", act="password", current_password=PASSWORD, new_password=GOOD)

    assert "This is not your present password." in Page(wrong).text
    assert "signed out" in opened(client, answer["Location"]).text
    assert phone.get("/api/v1/profile/").status_code == 401
    assert posted(nobody(), "/sign-in/", identifier="tess", password=GOOD)


def test_devices_are_signed_out_by_form(school):
    tess = make_teacher(school)
    client, phone = browser(tess, school), browser(tess, school)
    other = SignInSession.objects.order_by("-created_at").first()

    posted(client, "/account/", act="end", session=str(other.pk))
    ended = phone.get("/api/v1/profile/").status_code
    missing = client.post("/account/", {"act": "end", "session": str(other.pk)}).status_code
    everywhere = posted(client, "/account/", act="everywhere")

    assert (ended, missing, everywhere["Location"]) == (401, 404, "/sign-in/")
    assert client.get("/account/").status_code == 302


def test_an_unknown_act_is_no_page(admin):
    for path in ("/account/", "/settings/keys/"):
        assert admin.post(path, {"act": "explode"}).status_code == 404
