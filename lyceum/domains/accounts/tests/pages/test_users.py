"""The pages of people and their invitations, as a browser without scripts uses them."""

import re

import pytest

from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import Invitation, Membership, PermissionSet, User
from lyceum.domains.accounts.tests.pages.reader import Page, opened, posted
from lyceum.testing.clients import browser, nobody, statements_for
from lyceum.testing.factories import (
    PASSWORD,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
GOOD = "three grey geese grazing"


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
