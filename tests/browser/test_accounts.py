"""Coming in, inviting, and the settings: in a browser, by keyboard, on a phone, in light and dark, without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lyceum.domains.accounts.models import Invitation, Membership
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import PASSWORD, make_admin, make_manager, make_school, make_teacher
from tests.browser.conftest import DESK, PHONE, Site

GOOD = "three grey geese grazing"
NARROW = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def school(site: Site) -> School:
    school = make_school()
    make_admin(school, username="ada", name="Ada Head")
    make_manager(school, "Office", name="Olive Office")
    return school


def faults(page: Page) -> dict[str, list[str]]:
    """What axe finds wrong with a page: the rule, and where."""
    found = Axe().run(page).response["violations"]
    return {rule["id"]: [str(node["target"]) for node in rule["nodes"]] for rule in found}


def pages(school: School) -> list[str]:
    teacher = make_teacher(school, name="Tess Teacher")
    return [
        "/account/",
        "/settings/",
        "/settings/school/",
        "/settings/users/",
        f"/settings/users/{teacher.pk}/",
        "/settings/keys/",
        "/settings/trail/",
        "/settings/policy/",
    ]


def test_signing_in_by_keyboard_alone(site: Site, school: School) -> None:
    page = site.browser(**DESK)
    page.goto("/sign-in/")
    page.locator("body").press("Tab")  # the link past the navigation
    page.keyboard.press("Tab")
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong horse battery")
    page.keyboard.press("Enter")

    expect(page.locator("#problem")).to_be_focused()
    expect(page.locator("#problem")).to_contain_text("Check your name and password.")
    expect(page.locator("#identifier")).to_have_value("ada")
    assert page.title().startswith("Error:")

    page.locator("#password").press_sequentially(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")


def test_an_admin_invites_and_the_invited_comes_in_without_scripts(site: Site, school: School) -> None:
    office = site.browser(**PHONE, java_script_enabled=False)
    office.goto("/sign-in/?next=/settings/users/")
    office.fill("[name=identifier]", "ada")
    office.fill("[name=password]", PASSWORD)
    office.click("text=Sign in >> nth=-1")
    office.fill("#full_name", "Tess Teacher")
    office.fill("#email", "tess@hill.example")
    office.click("button:text-is('Invite')")
    link = re.search(r"/invitation/[\w-]+/", office.inner_text(".secret")).group(0)

    guest = site.browser(**PHONE, java_script_enabled=False)
    guest.goto(link)
    expect(guest.locator("h1")).to_have_text("Welcome, Tess Teacher")
    guest.fill("#password", GOOD)
    guest.click("text=Come in")
    guest.wait_for_url("**/today/")

    assert Invitation.objects.get().state == "accepted"
    assert Membership.objects.get(user__full_name="Tess Teacher").state == "active"


def test_the_first_run_makes_a_school(site: Site) -> None:
    page = site.browser(**PHONE)
    page.goto("/")
    page.wait_for_url("**/set-up/")
    assert faults(page) == {}
    for name, value in (
        ("institutionName", "Hill School"),
        ("name", "Ada Head"),
        ("username", "ada"),
        ("password", GOOD),
    ):
        page.fill(f"[name={name}]", value)
    page.click("text=Make the school >> nth=-1")
    page.wait_for_url("**/set-up-school/")

    assert School.objects.get().name == "Hill School"
    expect(page.locator("main")).to_contain_text("The school year")


def test_a_copied_password_can_be_pasted(site: Site, school: School) -> None:
    page = site.browser(**DESK)
    page.goto("/sign-in/")
    page.fill("#identifier", PASSWORD)
    page.press("#identifier", "Control+A")
    page.press("#identifier", "Control+C")
    page.press("#password", "Control+V")

    expect(page.locator("#password")).to_have_value(PASSWORD)
