"""Doubles are asked about, merged and parted: on a phone, and without scripts."""

from datetime import date

from playwright.sync_api import expect

from lyceum.domains.people.models import Person, Student
from lyceum.testing.factories import in_school, make_manager, make_school, make_student
from tests.browser.conftest import DESK, Site

BORN = date(2014, 3, 7)


def test_somebody_who_is_here_is_added_again_only_after_a_look_then_merged_and_parted(site: Site):
    school = make_school()
    make_student(school, name="Anna Smith", birth_date=BORN)
    make_manager(school, "Office", name="Olive Office", username="olive")
    page = site.sign_in("olive")
    page.goto("/students/new/")
    page.get_by_label("Full name").fill("Ana Smith")
    page.get_by_label("Date of birth").fill("2014-03-07")
    page.get_by_role("button", name="Add").tap()

    expect(page.get_by_role("alert")).to_contain_text("This may be Anna Smith")
    expect(page.get_by_label("Full name")).to_have_value("Ana Smith")
    page.get_by_role("button", name="It is another person").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Smith")

    page.goto("/people/duplicates/")
    page.get_by_role("link", name="Anna Smith").first.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("One person or two?")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Make one record").tap()
    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Smith")
    with in_school(school):
        assert Student.objects.count() == 2


def test_a_guardian_who_is_known_is_taken_without_scripts(site: Site):
    school = make_school()
    first, second = make_student(school, name="Ben Smith"), make_student(school, name="Ann Smith")
    make_manager(school, "Office", name="Olive Office", username="olive")
    page = site.sign_in("olive", **DESK, java_script_enabled=False)
    for student, button in ((first, "Add"), (second, "It is this person")):
        page.goto(f"/students/{student.pk}/guardians/new/")
        page.get_by_label("Relationship").fill("mother")
        page.get_by_label("Full name").fill("Amy Smith")
        page.get_by_label("Mobile").fill("07700 900111")
        page.get_by_role("button", name="Add").click()
        if button != "Add":
            page.get_by_role("button", name=button).click()
        expect(page.locator("ol.list")).to_contain_text("Amy Smith")

    with in_school(school):
        assert Person.objects.filter(full_name="Amy Smith").count() == 1
