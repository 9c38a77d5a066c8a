"""The palette: what is found, by whom, and at what cost."""

import re
from html import unescape

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.testing.clients import browser, nobody, statements_for
from lyceum.testing.factories import (
    NOW,
    account_for,
    add_role,
    make_admin,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_staff,
    make_student,
    make_teacher,
    make_user,
    set_times,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _friday():
    with clock.frozen(NOW):
        yield


def find(client, text, path="/palette/"):
    """Label and address of what is found, by kind."""
    answer = client.get(path, {"q": text})
    assert answer.status_code == 200, answer.content
    assert len(answer.content) <= 8 * 1024 or path != "/palette/"
    found = {}
    for kind, hits in re.findall(r'<div role="group" aria-label="([^"]*)">(.*?)</div>', answer.content.decode(), re.S):
        found[kind] = [
            (unescape(label), href)
            for href, label in re.findall(r'<a [^>]*href="([^"]*)"[^>]*><span>(.*?)</span>', hits)
        ]
    return found


def names(client, text, kind="People"):
    return [label for label, _href in find(client, text).get(kind, [])]


@pytest.mark.parametrize("typed", ["Żółć", "zolc", "ZOLC", "zolx", "zolcc", "olga zolc", "zocl"])
def test_a_person_is_found_without_accents_and_with_an_error(typed):
    school = make_school()
    student = make_student(school, make_class(school), name="Olga Żółć")
    make_student(school, name="Peter Jones")

    found = find(browser(make_manager(school, "Office"), school), typed)

    assert found["People"] == [("Olga Żółć", f"/students/{student.pk}/")]


def test_a_number_finds_a_student():
    school = make_school()
    student, _other = make_student(school, name="Olga"), make_student(school, name="Peter")

    assert names(browser(make_manager(school, "Office"), school), student.registration_number) == ["Olga"]


def test_a_guardian_finds_their_own_children_and_nobody_else():
    school = make_school()
    child, other = make_student(school, name="Olga Smith"), make_student(school, name="Olive Smith")
    make_guardian(other, name="Oscar Smith")
    make_staff(school, name="Oona Smith")
    link = make_guardian(child, name="Osman Smith")

    client = browser(account_for(link.guardian, Role.GUARDIAN), school)

    assert names(client, "smith") == ["Olga Smith"]
    assert names(client, "olive") == []
    assert names(client, other.registration_number) == []


def test_a_teacher_finds_the_students_of_their_classes_and_colleagues():
    school = make_school()
    form, other_form = make_class(school, "7A"), make_class(school, "7B")
    make_student(school, form, name="Olga Smith")
    make_student(school, other_form, name="Olive Smith")
    make_teacher(school, other_form, name="Oona Smith")
    client = browser(make_teacher(school, form, name="Tess"), school)

    assert find(client, "smith")["People"] == [
        ("Olga Smith", find(client, "olga")["People"][0][1]),
        ("Oona Smith", f"/classes/{other_form.pk}/"),
    ]


def test_the_office_finds_guardians_by_their_children_and_staff_by_their_accounts():
    school = make_school()
    child = make_student(school, name="Olga Smith")
    make_guardian(child, name="Gudrun Ashgrove")
    teacher = make_teacher(school, make_class(school), name="Tamsin Ashgrove")

    found = find(browser(make_manager(school, "Office"), school), "ashgrove")

    assert sorted(found["People"]) == [
        ("Gudrun Ashgrove", f"/students/{child.pk}/"),
        ("Tamsin Ashgrove", f"/settings/users/{teacher.pk}/"),
    ]


def test_another_school_is_never_found():
    school, other = make_school("Hill School"), make_school("Vale School")
    form = make_class(other, "9Z")
    make_student(other, form, name="Olga Smith")
    make_teacher(other, form, name="Oona Smith")
    client = browser(make_admin(school), school)

    assert find(client, "smith") == {}
    assert find(client, "9Z") == {}


def test_who_left_comes_last_and_says_so():
    school = make_school()
    make_student(school, name="Olga Smith", first_day=NOW.date().replace(year=2027))
    make_student(school, name="Olga Smithson")
    client = browser(make_manager(school, "Office"), school)

    assert names(client, "olga") == ["Olga Smithson", "Olga Smith"]
    assert b"not on roll" in client.get("/palette/?q=olga").content


@pytest.mark.parametrize(
    ("typed", "act", "href"),
    [
        ("add student", "Add a student", "/students/new/"),
        ("new pupil", "Add a student", "/students/new/"),
        ("import", "Import a list", "/imports/"),
        ("impotr", "Import a list", "/imports/"),
        ("language", "Change language", "/account/"),
        ("sign out", "Sign out", "/sign-out/"),
        ("holiday", "Close a day", "/settings/years/"),
    ],
)
def test_an_act_is_found_by_its_words_and_by_others(typed, act, href):
    school = make_school()

    assert find(browser(make_admin(school), school), typed)["Acts"][0] == (act, href)


def test_an_act_or_a_page_without_permission_is_missing():
    school = make_school()
    teacher, guardian = make_teacher(school), make_user(school, Role.GUARDIAN)

    for user in (teacher, guardian):
        client = browser(user, school)
        for typed in ("add student", "import", "keys of software", "invite", "close a day", "trail"):
            hrefs = {href for hits in find(client, typed).values() for _label, href in hits}
            assert hrefs <= {"/keys/", "/account/", "/settings/policy/"}, typed
    assert names(browser(make_admin(school), school), "trail", "Pages") == ["Trail"]


def test_pages_of_navigation_and_settings_are_found():
    school = make_school()
    client = browser(make_admin(school), school)

    assert find(client, "people")["Pages"][0] == ("People", "/students/")
    assert find(client, "years")["Pages"][0] == ("Years and terms", "/settings/years/")
    assert find(client, "my account")["Pages"] == [("My account", "/account/")]


def test_a_register_of_today_is_an_act_for_who_takes_it():
    school = make_school()
    set_times(school)
    form, other = make_class(school, "8B"), make_class(school, "8C")
    for each in (form, other):
        make_student(school, each)
    teacher = browser(make_teacher(school, form), school)
    office = browser(make_manager(school, "Office"), school)
    child = make_user(school, Role.GUARDIAN)

    for typed in ("8b", "register 8b", "take register of 8B", "regsiter 8b"):
        assert names(office, typed, "Acts")[:2] == ["Take register of 8B", "Take register of 8B"], typed
    assert names(teacher, "8c", "Acts") == []
    assert names(teacher, "register", "Acts") == ["Take register of 8B", "Take register of 8B"]
    assert names(teacher, "", "Acts")[:2] == ["Take register of 8B", "Take register of 8B"]
    assert names(browser(child, school), "8b", "Acts") == []
    assert names(office, "8b", "Classes") == ["8B"]


def test_change_school_is_for_people_of_several():
    school, other = make_school("Hill School"), make_school("Vale School")
    user = make_admin(school)
    client = browser(user, school)
    assert names(client, "change school", "Acts") == []
    add_role(user, other, Role.GUARDIAN)

    assert names(client, "change school", "Acts") == ["Change school"]


def test_nothing_is_said_in_words_and_what_was_typed_is_escaped():
    school = make_school()
    client = browser(make_admin(school), school)

    for path in ("/palette/", "/search/"):
        page = client.get(path, {"q": "<script>x"}).content.decode()
        assert "Nothing here is called “&lt;script&gt;x”." in page
        assert "<script>x" not in page


@pytest.mark.parametrize("text", ["", "%", "...", "x" * 5000, "\x00", "'; --", "😀", "a", "ق", "1" * 40])
def test_whatever_is_typed_is_answered(text):
    school = make_school()

    find(browser(make_admin(school), school), text)


def test_long_names_stay_within_eight_kilobytes():
    school = make_school()
    for n in range(9):
        make_student(school, name=f"{'محمد ' * 38}{n}")
    client = browser(make_admin(school), school)

    assert len(names(client, "محمد")) == 8


@pytest.mark.parametrize("role", ["office", "teacher", "guardian"])
def test_it_takes_the_same_statements_for_one_and_for_three(role):
    school = make_school()
    set_times(school)
    form = make_class(school, "8B")
    child = make_student(school, form, name="Olga Smith")
    link = make_guardian(child, name="Osman Smith")
    make_teacher(school, make_class(school, "9A"), name="Oprah Smith")
    user = {
        "office": lambda: make_manager(school, "Office"),
        "teacher": lambda: make_teacher(school, form, name="Oona Smith"),
        "guardian": lambda: account_for(link.guardian, Role.GUARDIAN),
    }[role]()
    client = browser(user, school)
    paths = ("/palette/?q=smith", "/palette/?q=8b", "/palette/", "/search/?q=smith")
    for_one = [statements_for(client, path) for path in paths]
    for n in range(2):
        more = make_class(school, f"8B{n}")
        other = make_student(school, more, name=f"Olga Smith {n}")
        make_guardian(other, name=f"Ossian Smith {n}")
        make_teacher(school, more, name=f"Otto Smith {n}")

    assert [statements_for(client, path) for path in paths] == for_one


def test_the_search_page_finds_the_same_and_signs_out_by_a_button():
    school = make_school()
    student = make_student(school, name="Olga Żółć")
    client = browser(make_manager(school, "Office"), school)

    page = client.get("/search/?q=zolc").content.decode()
    acts = client.get("/search/?q=sign out").content.decode()

    assert f'href="/students/{student.pk}/"' in page
    assert '<form class="row" method="post" action="/sign-out/">' in acts


def test_nobody_in_particular_signs_in_first():
    for path in ("/palette/?q=x", "/search/?q=x"):
        assert nobody().get(path)["Location"].startswith("/sign-in/?next=")


def test_somebody_without_a_school_finds_pages():
    school = make_school()
    operator = make_user(school)
    operator.memberships.create(role="super_admin", starts="2020-01-01")

    assert find(browser(operator, None), "account")["Pages"] == [("My account", "/account/")]
