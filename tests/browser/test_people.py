"""The office keeps people and classes: at a desk, on a phone, by keyboard, and without scripts."""

import time
from datetime import timedelta

from playwright.sync_api import Page, expect

from lyceum.core import clock
from lyceum.domains.academics.models import ClassMembership, Grade
from lyceum.domains.people.models import GuardianLink, Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import in_school, make_class, make_manager, make_school, make_student, make_year
from tests.browser.conftest import DESK, Site


def a_school() -> School:
    """Two forms of grade 7 this year, somebody in one of them, and the office."""
    school = make_school()
    today = clock.today(school.time_zone)
    year = make_year(school, "This year", starts=today - timedelta(days=60), ends=today + timedelta(days=200))
    with in_school(school):
        seven = Grade.objects.get(code="7").pk
    form = make_class(school, "7A", year=year, grades=[seven])
    make_class(school, "7B", year=year, grades=[seven], capacity=1)
    make_student(school, form, name="Anna Smith", first_day=today - timedelta(days=30))
    make_manager(school, "Office", name="Olive Office", username="olive")
    return school


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def forms_of(school: School) -> dict[str, list[str]]:
    with in_school(school):
        rows = ClassMembership.objects.select_related("student__person", "school_class").order_by("starts_on")
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row.student.person.full_name, []).append(row.school_class.name)
        return found


def test_a_student_of_one_name_in_arabic_is_added_found_and_shown_on_a_phone(site: Site):
    school = a_school()
    page = site.sign_in("olive")
    page.goto("/students/")
    page.get_by_role("link", name="Add a student").tap()
    page.get_by_label("Full name").fill("محمد")
    page.get_by_label("Form").select_option(label="7B (0/1)")
    page.get_by_role("button", name="Add").tap()

    expect(page.get_by_role("heading", level=1)).to_have_text("محمد")
    assert fits(page)
    page.goto("/students/")
    page.get_by_label("Name, number").fill("محمد")
    page.get_by_role("button", name="Find").tap()
    expect(page.locator(".table.rows tbody tr")).to_have_count(1)
    expect(page.locator(".table.rows tbody tr")).to_contain_text("7B")
    assert fits(page)
    assert forms_of(school)["محمد"] == ["7B"]


def test_a_name_typed_with_an_error_finds_the_student_by_keyboard(site: Site):
    a_school()
    page = site.sign_in("olive", **DESK)
    page.goto("/students/")
    page.get_by_label("Name, number").focus()
    page.keyboard.type("smiht")
    page.keyboard.press("Enter")

    page.get_by_role("link", name="Anna Smith").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna Smith")


def test_a_guardian_is_added_well_inside_45_seconds(site: Site):
    school = a_school()
    page = site.sign_in("olive", **DESK)
    page.goto("/students/")
    begun = time.monotonic()
    page.get_by_role("link", name="Anna Smith").click()
    page.get_by_role("link", name="Add a guardian").click()
    page.get_by_label("Yes").check()
    page.get_by_label("Relationship").fill("mother")
    page.get_by_label("Full name").fill("Amy Smith")
    page.get_by_label("Mobile").fill("07700 900111")
    page.get_by_role("button", name="Add").click()

    expect(page.locator("ol.list")).to_contain_text("Amy Smith")
    assert time.monotonic() - begun < 20
    with in_school(school):
        assert GuardianLink.objects.get().parental_responsibility == "yes"


def test_a_move_without_scripts_and_a_full_class_in_words(site: Site):
    school = a_school()
    page = site.sign_in("olive", **DESK, java_script_enabled=False)
    page.goto("/classes/")
    page.get_by_role("link", name="7A").click()
    page.get_by_role("link", name="Move").click()
    page.get_by_label("Into").select_option(label="7B (0/1)")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna Smith")
    page.goto("/students/new/")
    page.get_by_label("Full name").fill("One Too Many")
    page.get_by_label("Form").select_option(label="7B (1/1)")
    page.get_by_role("button", name="Add").click()

    expect(page.get_by_role("alert")).to_contain_text("7B has 1 seats; 2 would be needed.")
    expect(page.get_by_label("Full name")).to_have_value("One Too Many")
    assert forms_of(school) == {"Anna Smith": ["7A", "7B"]}
    with in_school(school):
        assert Student.objects.count() == 1


def test_a_double_click_adds_one_student(site: Site):
    school = a_school()
    page = site.sign_in("olive", **DESK)
    page.goto("/students/new/")
    page.get_by_label("Full name").fill("Only Once")
    page.get_by_role("button", name="Add").dblclick()
    page.wait_for_url("**/students/*-*/")

    with in_school(school):
        assert Student.objects.filter(person__full_name="Only Once").count() == 1
