"""The palette, the keys and the toasts in a real browser: by keyboard alone, on a phone, and without scripts."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import (
    account_for,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    make_year,
)
from tests.browser.conftest import DESK, Site

RULES = {"resultTypes": ["violations"]}


def a_school() -> School:
    """A student whose name nobody types right, another one, a guardian of the first, a teacher, the office."""
    school = make_school()
    today = clock.today(school.time_zone)
    year = make_year(school, "This year", starts=today - timedelta(days=60), ends=today + timedelta(days=200))
    form = make_class(school, "8B", year=year)
    child = make_student(school, form, name="Olga Żółć", first_day=today - timedelta(days=30))
    make_student(school, name="Olga Zolnay", first_day=today - timedelta(days=30))
    link = make_guardian(child, name="Gerda Żółć")
    account_for(link.guardian, Role.GUARDIAN, username="gerda")
    make_teacher(school, form, name="Tess Teacher", username="tess")
    make_manager(school, "Office", name="Olive Office", username="olive")
    return school


def signed_in(site: Site, username: str, **profile: object) -> Page:
    """A page that has somebody signed in and hears keys."""
    page = site.sign_in(username, **profile)
    page.wait_for_load_state()
    return page


def labels(page: Page) -> list[str]:
    """What the open palette offers."""
    return page.locator("#palette [role=option] > span:first-child").all_inner_texts()


def axe_violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


@pytest.mark.parametrize("typed", ["zolc", "zolx", "zocl", "Żółć"])
def test_control_k_finds_a_name_with_accents_and_with_an_error_by_keyboard_alone(site: Site, typed):
    a_school()
    page = signed_in(site, "olive", **DESK)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.insert_text(typed)
    expect(page.locator("#palette [role=option]").first).to_contain_text("Olga Żółć")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Olga Żółć")


def test_arrows_walk_enter_goes_and_escape_closes(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK)
    page.keyboard.press("/")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.insert_text("olga")
    options = page.locator("#palette [role=option]")
    expect(options).to_have_count(2)
    first, second = options.nth(0).get_attribute("id"), options.nth(1).get_attribute("id")

    assert field.get_attribute("aria-activedescendant") == first
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == second
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == first
    page.keyboard.press("ArrowUp")
    assert page.locator("#palette [aria-selected=true]").get_attribute("id") == second
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#palette")).to_be_visible()


def test_enter_before_the_answer_waits_for_it(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    page.keyboard.insert_text("add student")
    page.keyboard.press("Enter")

    page.wait_for_url("**/students/new/")


def test_a_guardian_finds_only_their_own_child(site: Site):
    a_school()
    page = signed_in(site, "gerda")
    page.get_by_role("link", name="Search").tap()
    page.get_by_role("combobox").fill("olga")

    expect(page.locator("#palette [role=option]")).to_have_count(1)
    expect(page.locator("#palette [role=option]")).to_contain_text("Olga Żółć")
    page.locator("#palette [role=option]").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Olga Żółć")


def test_an_act_is_missing_without_permission(site: Site):
    a_school()
    found = {}
    for username in ("olive", "tess"):
        page = signed_in(site, username, **DESK)
        page.keyboard.press("Control+k")
        page.get_by_role("combobox").fill("add a student")
        expect(page.locator("#palette [role=status]")).to_have_text(re.compile("result"))
        found[username] = labels(page)

    assert found["olive"][0] == "Add a student"
    assert "Add a student" not in found["tess"]


def test_signing_out_from_the_palette(site: Site):
    a_school()
    page = signed_in(site, "tess", **DESK)
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("sign out")
    expect(page.locator("#palette [role=option]").first).to_contain_text("Sign out")
    page.keyboard.press("Enter")

    page.wait_for_url("**/sign-in/")


def test_without_scripts_the_button_leads_to_a_page_that_finds_the_same(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK, java_script_enabled=False)
    page.get_by_role("link", name="Search").click()
    page.locator("#q").fill("zolc")
    page.get_by_role("button", name="Find").click()

    page.get_by_role("link", name=re.compile("^Olga Żółć")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Olga Żółć")


def test_the_question_mark_shows_the_keys_of_the_page(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK)
    page.keyboard.press("?")
    help = page.get_by_role("dialog", name="Keys")

    expect(help).to_contain_text("Search people, pages and acts")
    expect(help).to_contain_text("Attendance")
    expect(help).not_to_contain_text("Show all codes")
    page.keyboard.press("Escape")
    expect(help).to_be_hidden()


def test_chords_go_places_but_never_while_typing(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK)
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/students/")
    page.get_by_label("Name, number").focus()
    page.keyboard.type("gt?/")
    expect(page.get_by_label("Name, number")).to_have_value("gt?/")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("x")
    page.keyboard.press("t")
    page.wait_for_timeout(100)
    assert page.url.endswith("/students/")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/today/")


def test_a_mark_of_the_register_keeps_its_keys(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK)
    page.evaluate(
        """() => {
          const mark = document.createElement("button");
          mark.className = "mark";
          mark.textContent = "N";
          document.getElementById("content").append(mark);
          mark.focus();
        }"""
    )
    for key in ("?", "/", "g", "p"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)

    assert page.url.endswith("/today/")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_single_keys_can_be_turned_off(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK)
    page.goto("/account/")
    page.get_by_label("Single keys do things").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    page.get_by_role("heading", level=1).click()
    for key in ("/", "?", "g", "p"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)

    assert "/account/" in page.url
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.get_by_label("Single keys do things")).not_to_be_checked()
    expect(page.locator("#palette-button")).to_have_attribute("aria-keyshortcuts", "Control+K Meta+K")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_palette_and_help_have_no_axe_violations_and_fit(site: Site, scheme):
    a_school()
    for profile in (DESK, {"viewport": {"width": 320, "height": 640}}):
        page = signed_in(site, "olive", **profile, color_scheme=scheme)
        page.keyboard.press("Control+k")
        page.keyboard.insert_text("olga")
        expect(page.locator("#palette [role=option]")).to_have_count(2)
        assert axe_violations(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.locator("#keys-help")).to_be_visible()
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.context.close()


def close_a_day(page: Page) -> None:
    """Close the day after tomorrow on the page of years."""
    page.goto("/settings/years/")
    page.get_by_text("Close a day or several").click()
    form = page.locator("form", has=page.locator("[name=act][value=closed]"))
    form.locator("[name=name]").fill("Snow")
    form.locator("[name=starts]").fill((clock.today("UTC") + timedelta(days=2)).isoformat())
    form.locator("button").last.click()
    page.wait_for_load_state()


def test_a_toast_offers_undo_by_key_and_says_what_undo_did(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK)
    close_a_day(page)
    toast = page.locator(".toast")
    expect(page.get_by_role("status").filter(has_text="1 day is closed.")).to_be_visible()
    page.wait_for_timeout(300)
    assert axe_violations(page) == []
    page.keyboard.press("u")

    expect(toast).to_contain_text("1 day is open again.")
    expect(toast.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_toast_stays_while_somebody_is_in_it_and_leaves_by_escape(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK)
    page.clock.install()
    close_a_day(page)
    toast = page.locator(".toast")
    page.clock.run_for(200)
    expect(toast).to_be_visible()
    page.clock.run_for(6_500)
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Undo").focus()
    page.clock.run_for(60_000)
    expect(toast).to_be_visible()
    page.keyboard.press("Escape")
    expect(toast).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "content"
    page.reload()
    expect(toast).to_have_count(0)


def test_a_toast_leaves_by_itself(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK)
    page.clock.install()
    close_a_day(page)
    page.clock.run_for(200)
    expect(page.locator(".toast")).to_be_visible()
    page.clock.run_for(15_000)
    expect(page.locator(".toast")).to_have_count(0)


def test_without_scripts_a_toast_is_a_banner_with_undo(site: Site):
    a_school()
    page = signed_in(site, "olive", **DESK, java_script_enabled=False)
    close_a_day(page)
    expect(page.locator(".toast")).to_be_in_viewport()
    page.locator(".toast").get_by_role("button", name="Undo").click()

    expect(page.locator(".toast")).to_contain_text("1 day is open again.")
