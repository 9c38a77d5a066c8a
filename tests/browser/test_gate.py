"""At the gate, on the assembly point without network, and with a pass instead of an account."""

import re
from datetime import time, timedelta

from playwright.sync_api import Page, expect

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import Class
from lyceum.domains.attendance.models import EvacuationPerson, MarkChange, Register
from lyceum.domains.attendance.rules.cover_passes import create_pass
from lyceum.domains.attendance.rules.evacuations import start_evacuation
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.testing.factories import in_school
from tests.browser.conftest import DESK, Site
from tests.browser.test_offline import kept_by, told_by
from tests.browser.test_register import school_day


def test_a_late_student_signs_in_at_the_gate_and_the_open_register_shows_it(site: Site):
    school, _names = school_day()
    teacher = site.sign_in("tess")
    teacher.get_by_role("link", name="Take register").tap()
    gate = site.sign_in("olive")

    gate.goto("/gate/")
    gate.locator("input:focus").wait_for()
    gate.keyboard.type("studnet 03")
    gate.keyboard.press("Enter")
    gate.get_by_role("button", name="Sign in Student 03").tap()

    expect(gate.locator(".toast")).to_contain_text("Student 03 is signed in")
    expect(teacher.get_by_role("button", name=re.compile("^Student 03: (?!no mark)"))).to_be_visible()
    with in_school(school):
        assert list(MarkChange.objects.values_list("origin", "marked_by_name")) == [("gate", "Olive Office")]


def keep_roll(page: Page) -> None:
    """Wait until who is on site lies on the device, and the worker answers for the network."""
    page.evaluate("() => navigator.serviceWorker.ready")
    page.wait_for_function("() => Boolean(navigator.serviceWorker.controller)")
    for _ in range(100):
        page.evaluate("() => dispatchEvent(new Event('online'))")  # else it waits for the page to be read
        page.wait_for_timeout(50)
        if "roll" in kept_by(page):
            return
    raise AssertionError("nothing was kept")


def test_the_roll_opens_without_network_and_its_ticks_arrive(site: Site):
    school, _names = school_day()
    actor = system_actor(school.pk, name="Olive Office")
    with in_school(school):
        take_register(Register.objects.get(session="AM").pk, marks=[], rest="present", actor=actor)
    page = site.sign_in("olive", **DESK)
    keep_roll(page)
    assert told_by(page, school) == []
    page.context.set_offline(True)

    page.goto("/on-site/")
    expect(page.get_by_role("heading", name="7A (30)")).to_be_visible()
    page.get_by_role("button", name="Student 07").click()
    expect(page.locator("#off-missing")).to_have_text(re.compile("29 missing, 1 of 30 found"))
    page.reload()
    expect(page.get_by_role("button", name="Student 07")).to_have_attribute("aria-pressed", "true")
    assert told_by(page, school) == []

    with in_school(school):
        start_evacuation(actor=actor)
    page.context.set_offline(False)
    page.goto("/today/")
    for _ in range(100):
        page.evaluate("() => dispatchEvent(new Event('online'))")
        page.wait_for_timeout(50)
        with in_school(school):
            found = EvacuationPerson.objects.filter(accounted_at__isnull=False).values_list("name", "accounted_by_name")
            if list(found) == [("Student 07", "Olive Office")]:
                break
    else:
        raise AssertionError("the tick did not arrive")


def lesson_now(school: School) -> None:
    """A lesson that begins within the hour, whatever the hour."""
    form = Class.objects.get(name="7A")
    Class.objects.filter(pk=form.pk).update(registers="both")
    today = clock.today(school.time_zone)
    new = NewLesson(form, today.isoweekday(), "2", time(0, 5), time(0, 50), starts_on=today - timedelta(days=30))
    create_lessons([new], actor=system_actor(school.pk))
    open_day(today)


def test_somebody_with_a_pass_takes_the_register_on_a_phone(site: Site):
    school, _names = school_day()
    with in_school(school):
        lesson_now(school)
        register = Register.objects.get(kind="lesson")
        assert register.lesson_id
        given = create_pass(
            holder_name="Ada Agency", on=register.on, lessons=[register.lesson_id], actor=system_actor(school.pk)
        )
    page = site.browser()

    page.goto(f"/pass/{given.link}/")
    page.get_by_label("PIN on your sheet").fill(given.pin)
    page.get_by_role("button", name="Open").tap()
    page.get_by_role("link", name=re.compile("7A")).tap()
    page.get_by_role("button", name=re.compile("^Student 03")).tap()
    page.get_by_role("button", name="The rest present, save").tap()

    expect(page.get_by_role("status")).to_contain_text("Saved: 30 marks.")
    with in_school(school):
        assert set(MarkChange.objects.values_list("marked_by_name", flat=True)) == {"Ada Agency"}
