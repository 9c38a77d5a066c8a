"""Other languages in a real browser: longer words, other letters, and lines that run from right to left."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta

import pytest
from playwright.sync_api import Page, expect

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.accounts.models import User
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.rules.setup import set_session_times
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import (
    guardian_of,
    in_school,
    make_admin,
    make_class,
    make_school,
    make_student,
    make_teacher,
    make_year,
)
from tests.browser.conftest import DESK, PHONE, Site

# A person's name is shortened with an ellipsis where a line has no room for it; nothing else is.
CLIPPED = """() => [...document.querySelectorAll(
    'a, button, label, h1, h2, legend, summary, th, .tag, .hint, .kicker')]
  .filter(e => e.checkVisibility() && !e.closest('.visually-hidden, .skip, .line .who, .row .grow:has(> a)'))
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .map(e => `${e.tagName} ${e.textContent.trim().slice(0, 60)} ${e.scrollWidth} > ${e.clientWidth}`)"""
STICKS_OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
WORDS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode, box = text.parentElement;
    if (!box.closest('script, style, [data-own], option[lang], button[lang]')) found.push(text.textContent.trim());
  }
  for (const e of document.querySelectorAll('[aria-label], [placeholder], [title]'))
    for (const name of ['aria-label', 'placeholder', 'title']) found.push(e.getAttribute(name) || '');
  return found.filter(t => t);
}"""


@dataclass
class World:
    """A school that keeps school today, whatever day it is."""

    school: School
    student: Student
    register: Register


@pytest.fixture
def world(site: Site) -> World:
    del site
    school = make_school("Hillcrest School")
    today = clock.today(school.time_zone)
    make_year(school, "2026/27", starts=today - timedelta(days=60), ends=today + timedelta(days=200))
    with in_school(school):
        AcademicYear.objects.update(weekdays=[1, 2, 3, 4, 5, 6, 7])
        actor = system_actor(school.pk)
        for session, at, closes in (("AM", time(0, 1), time(0, 2)), ("PM", time(23, 58), time(23, 59))):
            set_session_times(session=session, starts_at=at, closes_at=closes, starts_on=today, actor=actor)
    form = make_class(school, "7A")
    first = today - timedelta(days=30)
    student = make_student(school, form, name="Anna Smith", first_day=first)
    make_student(school, form, name="محمد علي", first_day=first)
    make_student(school, form, name="Jean-Baptiste Emmanuel Zorg", first_day=first)
    make_teacher(school, form, name="Tess Teacher", username="tess")
    make_admin(school, name="Ada Head", username="ada")
    with in_school(school):
        open_day(today)
        register = Register.objects.get(session="AM")
    return World(school, student, register)


def speak(locale: str) -> None:
    User.objects.update(locale=locale)


def faults_of(page: Page) -> list[str]:
    """What is cut off, and whether the page sticks out at the side."""
    out = page.evaluate(STICKS_OUT)
    return page.evaluate(CLIPPED) + ([f"the page is {out} px too wide"] if out > 0 else [])


def paths(world: World) -> list[str]:
    student = f"/students/{world.student.pk}/"
    return [
        "/today/",
        "/students/",
        "/students/?q=nobody",
        student,
        f"{student}edit/",
        f"{student}move/",
        f"{student}leave/",
        f"{student}guardians/new/",
        "/students/new/",
        "/classes/",
        f"/classes/{world.register.school_class_id}/",
        f"/classes/{world.register.school_class_id}/edit/",
        f"/classes/{world.register.school_class_id}/lessons/",
        "/attendance/",
        f"/registers/{world.register.pk}/",
        f"/registers/{world.register.pk}/history/",
        "/imports/",
        "/account/",
        "/settings/",
        "/settings/school/",
        "/settings/years/",
        "/settings/subjects/",
        "/settings/rooms/",
        "/settings/attendance/",
        "/settings/users/",
        "/settings/keys/",
        "/settings/policy/",
        "/nothing-here/",
    ]


def test_a_guardian_with_two_children_in_two_schools_sees_both_in_arabic(site: Site, world: World) -> None:
    oak = make_school("Little Oak Primary")
    ben = make_student(oak, make_class(oak, "Oak 2"), name="Ben Smith")
    guardian_of(world.student, ben, username="grace")
    speak("ar")

    page = site.sign_in("grace")

    assert page.evaluate("document.documentElement.dir") == "rtl"
    for words in ("Anna Smith", "Ben Smith", "Hillcrest School", "Little Oak Primary"):
        expect(page.locator("main").get_by_text(words).first).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Ben Smith").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ben Smith")
    assert faults_of(page) == []


def test_no_page_cuts_anything_off_in_arabic(site: Site, world: World) -> None:
    speak("ar")
    page = site.sign_in("ada")
    found = {}
    for path in paths(world):
        page.goto(path)
        found[path] = faults_of(page)

    assert {path: faults for path, faults in found.items() if faults} == {}


# What a page says besides its own words: names, codes, addresses, units, and the product's name.
OWN = re.compile(
    r"Hillcrest School|Anna Smith|Jean-Baptiste Emmanuel Zorg|Tess Teacher|Ada Head|Lyceum|Linux|2026/27|Year \d+|7A|"
    r"\b(ada|tess|hillcrest-school|nobody|csv|xlsx|GB|GBP|UTC|API)\b|[\w.]+@[\w.]+|https?://\S+|[\w-]+(/[\w-]+)+|\w+:\w+|"
    r"\b[a-z_]+\.[a-z_.]+\b|[\d.,:/–—+%()·×•✓⋮→←-]+|\b[A-Z]{1,2}\d?\b|\b(en|cy|dfe)\b"
)


def english_in(page: Page) -> Iterator[str]:
    """The words of a page that are not the pseudo-language's: outside its brackets, and nobody's data."""
    for text in page.evaluate(WORDS):
        bare = text
        while (shorter := re.sub(r"\[[^\[\]]*\]", "", bare)) != bare:
            bare = shorter
        bare = re.sub(r"\w*[áçéîñöüýÁÇÉÎÑÖÜÝ]\w*", "", bare)  # a link inside a sentence is in no brackets of its own
        if re.search("[A-Za-z]{2}", OWN.sub("", bare)):
            yield text


def test_every_word_of_every_page_can_be_translated_and_longer_ones_are_not_cut_off(site: Site, world: World) -> None:
    speak("en-xa")
    page = site.sign_in("ada", **DESK)
    words, faults = {}, {}
    for path in paths(world):
        page.set_viewport_size(DESK["viewport"])
        page.goto(path)
        words[path] = sorted(set(english_in(page)))
        faults[path] = faults_of(page)
        page.set_viewport_size(PHONE["viewport"])
        faults[f"{path} on a phone"] = faults_of(page)

    assert {path: found for path, found in words.items() if found} == {}
    assert {path: found for path, found in faults.items() if found} == {}


def test_the_sign_in_page_changes_its_language_without_scripts(site: Site, world: World) -> None:
    page = site.browser(**PHONE, java_script_enabled=False)
    page.goto("/sign-in/")

    page.get_by_role("button", name="العربية").tap()

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("heading", level=1)).to_have_text("تسجيل الدخول")
    page.get_by_role("button", name="Français").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")


def test_a_register_is_taken_in_arabic(site: Site, world: World) -> None:
    speak("ar")
    page = site.sign_in("tess")
    page.get_by_role("link", name="أخذ الحضور").tap()
    page.wait_for_url("**/registers/**")  # and its script

    page.get_by_role("button", name=re.compile("^Anna Smith")).tap()
    page.get_by_role("button", name="البقية حاضرون، حفظ").tap()

    expect(page.get_by_text("حُفظت \u20683\u2069 قيود.")).to_be_visible()
    assert faults_of(page) == []
