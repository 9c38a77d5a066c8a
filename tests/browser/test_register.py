"""The morning: a teacher on a phone, the office at a desk, the register between them."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.attendance.models import Mark, Register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.rules.setup import set_session_times
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import (
    in_school,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    make_year,
)
from tests.browser.conftest import DESK, Site


def school_day() -> tuple[School, list[str]]:
    """A school that keeps school today, whatever day it is, with a form of thirty."""
    from datetime import time, timedelta

    school = make_school()
    today = clock.today(school.time_zone)
    make_year(school, "This year", starts=today - timedelta(days=60), ends=today + timedelta(days=60))
    with in_school(school):
        AcademicYear.objects.update(weekdays=[1, 2, 3, 4, 5, 6, 7])
        actor = system_actor(school.pk)
        for session, at in (("AM", time(0, 1)), ("PM", time(23, 58))):
            closes = time(0, 2) if session == "AM" else time(23, 59)
            set_session_times(session=session, starts_at=at, closes_at=closes, starts_on=today, actor=actor)
    form = make_class(school, "7A")
    names = [f"Student {n:02}" for n in range(1, 31)]
    for name in names:
        make_student(school, form, name=name, first_day=today - timedelta(days=30))
    make_teacher(school, form, name="Tess Teacher", username="tess")
    make_manager(school, "Office", name="Olive Office", username="olive")
    with in_school(school):
        open_day(today)
    return school, names


def marks_of(school: School) -> dict[str, str]:
    with in_school(school):
        rows = Mark.objects.select_related("student__person", "code")
        return {m.student.person.full_name: m.code.symbol for m in rows}


def test_a_register_of_thirty_takes_two_taps_from_today(site: Site):
    school, names = school_day()
    page = site.sign_in("tess")

    page.get_by_role("link", name="Take register").tap()
    page.get_by_role("button", name="All present, save").tap()

    expect(page.get_by_role("status")).to_contain_text("Saved: 30 marks")
    assert marks_of(school) == dict.fromkeys(names, "/")


def test_each_exception_is_one_more_tap(site: Site):
    school, names = school_day()
    page = site.sign_in("tess")
    page.get_by_role("link", name="Take register").tap()

    page.get_by_role("button", name=re.compile("^Student 03")).tap()
    page.get_by_role("button", name=re.compile("^Student 05")).tap()
    page.get_by_role("button", name=re.compile("^Student 05")).tap()
    page.get_by_role("button", name="The rest present, save").tap()

    expect(page.get_by_role("status")).to_contain_text("Saved: 30 marks")
    assert marks_of(school) == dict.fromkeys(names, "/") | {"Student 03": "N", "Student 05": "L"}


def test_leaving_the_menu_of_codes_leaves_the_mark_as_it_is(site: Site):
    school_day()
    page = site.sign_in("tess")
    page.get_by_role("link", name="Take register").tap()
    mark = page.locator(".line").nth(0).locator(".mark")

    page.get_by_role("button", name="All codes: Student 01").tap()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(mark).to_be_focused()
    expect(mark).to_have_text("·")
    expect(page.locator(".line.changed")).to_have_count(0)


def test_a_register_by_keyboard_alone(site: Site):
    school, _names = school_day()
    page = site.sign_in("tess", **DESK)
    page.get_by_role("link", name="Take register").press("Enter")
    page.wait_for_url("**/registers/**")  # and its script

    page.get_by_role("button", name=re.compile("^Student 01")).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name=re.compile("^Student 03"))).to_be_focused()
    page.keyboard.press("/")
    page.get_by_role("button", name="The rest present, save").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Saved: 30 marks")
    assert marks_of(school)["Student 02"] == "N"
    assert marks_of(school)["Student 03"] == "/"


def test_the_office_sees_the_register_taken_without_reloading(site: Site):
    school_day()
    office = site.sign_in("olive", **DESK)
    office.goto("/attendance/")
    expect(office.locator(".tag").first).to_have_text("not taken")
    teacher = site.sign_in("tess")

    teacher.get_by_role("link", name="Take register").tap()
    teacher.get_by_role("button", name="All present, save").tap()

    expect(office.locator("tr", has_text="Morning").locator(".tag")).to_have_text("taken")


def test_a_second_browser_sees_the_mark_appear_and_keeps_its_own(site: Site):
    school, _names = school_day()
    with in_school(school):
        register = Register.objects.get(session="AM")
    first = site.sign_in("tess")
    second = site.sign_in("olive", **DESK)
    for page in (first, second):
        page.goto(f"/registers/{register.pk}/")
        page.wait_for_timeout(300)  # the socket opens beside the page
    second.locator(".line").nth(1).locator(".mark").click()

    first.locator(".line").nth(0).locator(".mark").tap()
    first.get_by_role("button", name="Save", exact=True).tap()

    expect(second.locator(".line").nth(0).locator(".mark")).to_have_text("N")
    expect(second.locator(".line").nth(1).locator(".mark")).to_have_text("N")
    assert list(marks_of(school)) == ["Student 01"]


def test_a_register_that_another_took_says_so_and_has_no_rest_to_save(site: Site):
    school, names = school_day()
    with in_school(school):
        register = Register.objects.get(session="AM")
    teacher, office = site.sign_in("tess"), site.sign_in("olive", **DESK)
    for page in (teacher, office):
        page.goto(f"/registers/{register.pk}/")
    expect(office.locator("#state")).to_have_text("not taken")
    office.wait_for_timeout(300)  # the socket opens beside the page

    teacher.get_by_role("button", name="All present, save").tap()

    expect(office.locator("#state")).to_have_text(re.compile("^taken"))
    expect(office.locator("#tally")).to_have_text(f"{len(names)} present")
    expect(office.locator(".savebar").get_by_role("button")).to_have_text(["Save"])


def test_both_values_are_shown_where_two_people_differ(site: Site):
    school, _names = school_day()
    teacher, office = site.sign_in("tess"), site.sign_in("olive", **DESK)
    with in_school(school):
        register = Register.objects.get(session="AM")
    for page in (teacher, office):
        page.route_web_socket("**/ws/", lambda _socket: None)  # neither hears of the other
        page.goto(f"/registers/{register.pk}/")
    choose(office, 0, "I")
    office.get_by_role("button", name="Save", exact=True).click()
    expect(office.get_by_role("status")).to_contain_text("Saved")

    choose(teacher, 0, "N")
    teacher.get_by_role("button", name="Save", exact=True).click()

    expect(teacher.get_by_text("changed this to I")).to_be_visible()
    assert marks_of(school)["Student 01"] == "I"
    teacher.get_by_role("button", name="Use N").click()
    expect(teacher.locator(".line").nth(0).locator(".mark")).to_have_text("N")
    teacher.get_by_role("button", name="Save", exact=True).click()
    expect(teacher.get_by_role("status")).to_contain_text("Saved: 1 mark")
    assert marks_of(school)["Student 01"] == "N"


def choose(page: Page, line: int, symbol: str) -> None:
    mark = page.locator(".line").nth(line).locator(".mark")
    mark.focus()
    mark.press("F2")
    page.get_by_role("dialog").locator(f"[value={symbol}]").click()


def test_without_javascript_the_register_is_a_plain_form(site: Site):
    school, names = school_day()
    page = site.sign_in("tess", **DESK, java_script_enabled=False)
    page.get_by_role("link", name="Take register").click()

    page.locator(".line").nth(3).locator(".code").fill("l")
    page.locator(".line").nth(3).locator(".minutes").fill("7")
    page.get_by_role("button", name="All present, save").click()

    expect(page.get_by_role("status")).to_contain_text("Saved: 30 marks")
    assert marks_of(school) == dict.fromkeys(names, "/") | {"Student 04": "L"}


def test_a_double_tap_on_save_has_one_effect(site: Site):
    school, _names = school_day()
    page = site.sign_in("tess")
    page.get_by_role("link", name="Take register").tap()
    page.get_by_role("button", name="All present, save").dblclick()

    expect(page.get_by_role("status")).to_contain_text("Saved")
    with in_school(school):
        assert Register.objects.get(session="AM").version == 1


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_clipped_at_any_width(site: Site, width: int):
    school_day()
    page = site.sign_in("tess", viewport={"width": width, "height": 800})

    for path in ("/today/", None):
        if path is None:
            page.get_by_role("link", name="Take register").click()
        too_wide = page.evaluate(
            "w => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > w + 1)"
            ".map(e => e.outerHTML.slice(0, 80))",
            width,
        )
        assert too_wide == []


def test_today_names_the_day_of_the_school(site: Site):
    school_day()
    page = site.sign_in("tess")

    today = date.fromisoformat(page.locator("time").first.get_attribute("datetime"))

    assert today == clock.today("Europe/London")
