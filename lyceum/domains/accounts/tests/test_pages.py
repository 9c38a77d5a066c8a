"""The pages of accounts, as a browser without scripts uses them."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.domains.accounts.models import ApiKey, Invitation, Membership, PermissionSet, SignInSession, User
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, bearer, browser, nobody, statements_for
from lyceum.testing.factories import (
    PASSWORD,
    add_role,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
GOOD = "three grey geese grazing"


class Page(HTMLParser):
    """What a reader of a page meets: forms, links, text, ids."""

    def __init__(self, answer):
        super().__init__()
        self.text, self.links, self.ids, self.fields, self.forms = "", [], [], {}, []
        self.labelled, self.silent = set(), False
        self.feed(answer.content.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.silent = tag in ("style", "script")
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a":
            self.links.append(attrs["href"])
        if tag == "form":
            self.forms.append({"method": attrs.get("method", "get"), "names": []})
        if tag == "label" and "for" in attrs:
            self.labelled.add(attrs["for"])
        if tag in ("input", "select", "textarea"):
            self.fields.setdefault(attrs.get("name"), attrs)
            if self.forms:
                self.forms[-1]["names"].append(attrs.get("name"))

    def handle_data(self, data):
        if not self.silent:
            self.text += f" {data.strip()}" if data.strip() else ""


def opened(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return Page(answer)


def posted(client, path, status=302, **form):
    answer = client.post(path, form)
    assert answer.status_code == status, Page(answer).text
    return answer


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def admin(school):
    return browser(make_admin(school, name="Ada Head", username="ada"), school)


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


def link(text):
    return re.search(r"https?://[^\s<]*(/invitation/[\w-]+/)", text).group(1)


def test_one_person_is_invited_and_comes_in(school, admin):
    sent = admin.post(
        "/settings/users/", {"act": "one", "full_name": "Tess", "email": "t@hill.example", "role": "teacher"}
    )
    path = link(sent.content.decode())
    guest = nobody()

    asked = opened(guest, path)
    weak = posted(guest, path, 422, password="short")
    answer = posted(guest, path, password=GOOD)
    again = opened(nobody(), path, 410)

    assert "Hill School invites you as teacher." in asked.text
    assert asked.fields["password"]["autocomplete"] == "new-password"
    assert "Use at least 12 characters" in Page(weak).text
    assert answer["Location"] == "/today/"
    assert guest.get("/api/v1/profile/").json()["roles"] == ["teacher"]
    assert "This link no longer works" in again.text
    assert "/sign-in/" in again.links


def test_somebody_with_an_account_is_asked_for_its_password(school, admin):
    make_user(make_school("Vale School"), Role.TEACHER, email="t@hill.example")
    sent = admin.post(
        "/settings/users/", {"act": "one", "full_name": "Tess", "email": "t@hill.example", "role": "guardian"}
    )
    path = link(sent.content.decode())

    asked = opened(nobody(), path)
    answer = posted(nobody(), path, password=PASSWORD)

    assert asked.fields["password"]["autocomplete"] == "current-password"
    assert "You have an account with t@hill.example already" in asked.text
    assert answer["Location"] == "/today/"


def test_without_an_address_one_chooses_a_user_name(school, admin):
    sent = admin.post("/settings/users/", {"act": "one", "full_name": "Sam Small", "role": "student"})
    path = link(sent.content.decode())

    missing = posted(nobody(), path, 422, password=GOOD)
    answer = posted(nobody(), path, password=GOOD, username="sam")

    assert "Choose a user name to sign in with." in Page(missing).text
    assert "Code" in Page(sent).text
    assert answer["Location"] == "/today/"


def test_a_pasted_list_is_invited(school, admin):
    people = "Tess Teacher, tess@hill.example, teacher\n\nGus\tgus@hill.example\tParent\nSam Small\n"

    sent = admin.post("/settings/users/", {"act": "list", "people": people, "role": "student"})

    assert sent.status_code == 200
    assert "3 people invited" in Page(sent).text
    rows = Invitation.objects.order_by("created_at").values_list("full_name", "address", "role")
    assert sorted(rows) == [
        ("Gus", "gus@hill.example", "guardian"),
        ("Sam Small", "", "student"),
        ("Tess Teacher", "tess@hill.example", "teacher"),
    ]


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("", "Paste at least one line"),
        ("Tess, tess@hill.example, pupil", "Tess, tess@hill.example, pupil: Choose one of"),
        ("Good, good@hill.example\nTess, tess@, teacher", "Tess, tess@, teacher: tess@ is not an e-mail address."),
        ("tess@hill.example", "tess@hill.example: Give the person's name."),
        ("Max, m@hill.example, manager", "A manager needs at least one permission set."),
    ],
)
def test_a_wrong_line_is_named_and_nobody_is_invited(school, admin, people, said):
    answer = posted(admin, "/settings/users/", 422, act="list", people=people, role="teacher")

    assert said in Page(answer).text
    assert not Invitation.objects.exists()
    assert people.split("\n")[0] in answer.content.decode()


def test_reloading_the_page_of_links_invites_nobody_twice(school, admin):
    form = {"act": "one", "full_name": "Tess", "email": "t@hill.example", "role": "teacher", "idempotency_key": "one"}

    first, second = admin.post("/settings/users/", form), admin.post("/settings/users/", form)

    assert first.content == second.content
    assert Invitation.objects.count() == 1


def test_people_are_filtered(school, admin):
    make_teacher(school, name="Tom Tutor")
    make_user(school, Role.STUDENT, name="Sam Small")

    teachers = opened(admin, "/settings/users/?role=teacher").text
    found = opened(admin, "/settings/users/?q=sam").text
    none = opened(admin, "/settings/users/?q=xyz").text

    assert ("Tom Tutor" in teachers, "Sam Small" in teachers) == (True, False)
    assert ("Tom Tutor" in found, "Sam Small" in found) == (False, True)
    assert "Nobody found" in none
    assert opened(admin, "/settings/users/?role=pupil&state=odd")


def test_the_list_of_people_takes_the_same_statements_for_one_and_for_three(school, admin):
    for_one = statements_for(admin, "/settings/users/")
    for _ in range(3):
        make_teacher(school)

    assert statements_for(admin, "/settings/users/") == for_one


def test_a_persons_page_does_what_it_says(school, admin):
    tess = make_teacher(school, name="Tes Teacher", username="tess")
    client = browser(tess, school)
    path = f"/settings/users/{tess.pk}/"
    membership = Membership.objects.get(user=tess)

    posted(admin, path, act="rename", full_name="Tess Teacher")
    posted(admin, path, act="suspend", reason="Lost phone")
    suspended = (client.get("/api/v1/profile/").status_code, "kept out" in opened(admin, path).text)
    posted(admin, path, act="readmit")
    posted(admin, path, act="add", role="guardian")
    unreasoned = posted(admin, path, 422, act="end", membership=str(membership.pk), reason="")
    posted(admin, path, act="end", membership=str(membership.pk), reason="Changed jobs")

    assert suspended == (401, True)
    assert "Say why." in Page(unreasoned).text
    assert User.objects.get(pk=tess.pk).full_name == "Tess Teacher"
    states = dict(Membership.objects.filter(user=tess).values_list("role", "state"))
    assert states == {"teacher": "ended", "guardian": "active"}


def test_an_invitation_is_renewed_and_taken_back_on_the_persons_page(school, admin):
    sent = admin.post(
        "/settings/users/", {"act": "one", "full_name": "Tess", "email": "t@hill.example", "role": "teacher"}
    )
    old, path = link(sent.content.decode()), f"/settings/users/{Invitation.objects.get().user_id}/"

    renewed = admin.post(path, {"act": "renew"})
    new = link(renewed.content.decode())
    statuses = [nobody().get(each).status_code for each in (old, new)]
    posted(admin, path, act="revoke")

    assert statuses == [410, 200]
    assert nobody().get(new).status_code == 410
    assert admin.get(path).status_code == 404


def test_ones_own_page_offers_no_way_to_shut_oneself_out(school):
    ada = make_admin(school)
    page = opened(browser(ada, school), f"/settings/users/{ada.pk}/")

    assert "Keep out" not in page.text
    assert "Add a role" not in page.text


def test_the_office_sees_admins_and_cannot_change_them(school):
    ada = make_admin(school)
    office = browser(make_manager(school, "Office"), school)

    page = opened(office, f"/settings/users/{ada.pk}/")
    answer = office.post(f"/settings/users/{ada.pk}/", {"act": "suspend"})

    assert "Keep out" not in page.text
    assert answer.status_code == 403


def test_a_manager_is_invited_with_permission_sets(school, admin):
    with in_school(school):
        office = str(PermissionSet.objects.get(name="Office").pk)
    form = {"act": "one", "full_name": "Max", "role": "manager"}

    refused = posted(admin, "/settings/users/", 422, **form)
    sent = admin.post("/settings/users/", form | {"permission_sets": [office]})

    assert "A manager needs at least one permission set." in Page(refused).text
    assert sent.status_code == 200


def test_another_schools_person_has_no_page(school, admin):
    theirs = make_teacher(make_school("Vale School"))

    assert admin.get(f"/settings/users/{theirs.pk}/").status_code == 404
    assert admin.post(f"/settings/users/{theirs.pk}/", {"act": "suspend"}).status_code == 404


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
