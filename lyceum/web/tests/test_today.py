"""The families' first page: the children of all their schools, each seen from inside its own."""

import pytest

from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import Membership, User
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, browser, statements_for
from lyceum.testing.factories import (
    add_role,
    guardian_of,
    in_school,
    make_class,
    make_guardian,
    make_school,
    make_student,
    make_teacher,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def hill() -> School:
    return make_school("Hillcrest School")


@pytest.fixture
def oak() -> School:
    return make_school("Little Oak Primary")


def today(client: Caller) -> str:
    return client.get("/today/").content.decode()


def test_a_guardian_with_two_children_in_two_schools_sees_both(hill: School, oak: School):
    anna = make_student(hill, make_class(hill, "7A"), name="Anna Smith")
    ben = make_student(oak, make_class(oak, "Oak 2"), name="Ben Smith")
    grace = guardian_of(anna, ben)

    page = today(browser(grace, hill))

    assert f'<a href="/students/{anna.pk}/">Anna Smith</a>' in page
    assert "<bdi>Hillcrest School</bdi> · <bdi>7A</bdi>" in page
    assert "<bdi>Little Oak Primary</bdi> · <bdi>Oak 2</bdi>" in page
    assert "Open Ben Smith at Little Oak Primary" in page


def test_one_press_opens_the_child_in_the_other_school(hill: School, oak: School):
    anna, ben = make_student(hill, name="Anna Smith"), make_student(oak, name="Ben Smith")
    client = browser(guardian_of(anna, ben), hill)

    page = client.post("/switch/", {"school": oak.slug, "next": f"/students/{ben.pk}/"}, follow=True)

    assert page.redirect_chain == [(f"/students/{ben.pk}/", 302)]
    assert "Ben Smith" in page.content.decode()
    assert "Open Anna Smith at Hillcrest School" in today(client)


def test_nobody_elses_child_of_the_other_school_is_shown(hill: School, oak: School):
    anna, ben = make_student(hill, name="Anna Smith"), make_student(oak, name="Ben Smith")
    make_guardian(make_student(oak, name="Otto Other"))
    make_student(hill, name="Hugo Here")

    page = today(browser(guardian_of(anna, ben), hill))

    assert "Otto Other" not in page
    assert "Hugo Here" not in page


def test_who_is_no_guardian_in_the_other_school_sees_none_of_its_students(hill: School, oak: School):
    """A teacher there, with a class there: that is for their work in that school."""
    anna = make_student(hill, name="Anna Smith")
    form = make_class(oak, "Oak 2")
    make_student(oak, form, name="Ben Smith")
    grace = guardian_of(anna)
    add_role(grace, oak, Role.TEACHER)

    assert "Ben Smith" not in today(browser(grace, hill))


def test_a_teacher_sees_their_own_children_of_another_school(hill: School, oak: School):
    ben = make_student(oak, name="Ben Smith")
    grace = guardian_of(ben)
    add_role(grace, hill, Role.TEACHER)

    assert "Open Ben Smith at Little Oak Primary" in today(browser(grace, hill))


@pytest.mark.parametrize("end", ["role", "school"])
def test_a_school_that_is_left_or_closed_shows_nothing(hill: School, oak: School, end: str):
    anna, ben = make_student(hill, name="Anna Smith"), make_student(oak, name="Ben Smith")
    grace = guardian_of(anna, ben)
    if end == "role":
        Membership.objects.filter(user=grace, school=oak).update(state="ended")
    else:
        School.objects.filter(pk=oak.pk).update(status="suspended")

    page = today(browser(grace, hill))

    assert "Anna Smith" in page
    assert "Ben Smith" not in page


def test_the_page_goes_on_in_its_own_school_after_looking_into_the_other(hill: School, oak: School):
    anna, ben = make_student(hill, name="Anna Smith"), make_student(oak, name="Ben Smith")
    client = browser(guardian_of(anna, ben), hill)

    today(client)
    with in_school(hill):
        assert client.get(f"/students/{anna.pk}/").status_code == 200
    assert client.get(f"/students/{ben.pk}/").status_code == 404


def test_both_are_shown_in_arabic_from_right_to_left(hill: School, oak: School):
    grace = guardian_of(make_student(hill, name="Anna Smith"), make_student(oak, name="Ben Smith"))
    User.objects.filter(pk=grace.pk).update(locale="ar")

    page = today(browser(grace, hill))

    assert 'dir="rtl"' in page
    assert "فتح \u2068Ben Smith\u2069 في \u2068Little Oak Primary\u2069" in page


def test_somebody_of_one_school_pays_nothing_for_it(hill: School):
    """What it takes to look for other schools is asked of those who have any."""
    anna = make_student(hill, name="Anna Smith")
    teacher = make_teacher(hill)
    add_role(teacher, hill, Role.GUARDIAN)

    alone = statements_for(browser(guardian_of(anna), hill), "/today/")

    assert alone <= 13
