"""The site in a stranger's browser: no cookie, nobody else's bytes, readable by everybody, without scripts too."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from lyceum.core.actor import system_actor
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.rules.about import add_team_member
from lyceum.domains.website.rules.pictures import add_picture
from lyceum.domains.website.rules.site import edit_site
from lyceum.domains.website.tests.conftest import photo
from lyceum.domains.website.tests.making import WORDS, make_page, make_site
from lyceum.testing.factories import in_school, make_school
from tests.browser.conftest import Site
from tests.browser.looking import AXE_SCRIPT, TAGS

PAGES = (
    "/",
    "/about-us/",
    "/team/",
    "/reviews/",
    "/contact/",
    "/reviews/write/",
    "/pages/our-house/",
    "/find/?q=house",
)
AXE = """async tags => (await axe.run(document, { runOnly: { type: "tag", values: tags } }))
  .violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " " + n.failureSummary))"""


@pytest.fixture
def school(site: Site) -> School:
    school = make_school("Hill School")
    School.objects.filter(pk=school.pk).update(locales=["en", "ar"])
    actor = system_actor(school.pk)
    with in_school(school):
        hero = add_picture(photo(1600, 700), name="a.jpg", alt="The hall", actor=actor)
        edit_site(values={"hero": hero.pk, "banner": "Closed on Friday"}, actor=actor)
        add_team_member(values={"name": "Ada Lovelace", "role": "Head", "bio": "Counts. " * 20}, actor=actor)
    make_site(school, WORDS, {"kind": "list", "of": "team"}, {"kind": "quote", "text": "Good.", "by": "Bob"})
    make_page(school, "Our house")
    make_page(school, "مدرسة التل", {"kind": "text", "text": "## أهلا\\n\\nمدرسة صغيرة"}, kind="home", language="ar")
    return school


def sideways(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def faults(page: Page) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(AXE, TAGS)
    return found


def test_strangers_read_the_site_by_day_in_the_dark_from_right_to_left_and_on_the_narrowest_screen(site: Site, school):
    page = site.browser(viewport={"width": 390, "height": 844}, color_scheme="light", bypass_csp=True)
    page.set_default_timeout(60_000)
    asked: list[str] = []
    sizes: list[int] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: sizes.append(int(response.headers.get("content-length", "0"))))
    page.goto("/", wait_until="networkidle")
    assert len(asked) <= 10
    assert 0 < sum(sizes) <= 150_000
    for path in PAGES:
        page.goto(path)
        assert faults(page) == [], path
        assert sideways(page) == 0, path
    page.set_viewport_size({"width": 320, "height": 700})
    page.emulate_media(color_scheme="dark")
    for path in (*PAGES, "/ar/", "/ar/about-us/"):
        page.goto(path)
        assert faults(page) == [], (path, "dark")
        assert sideways(page) == 0, (path, 320)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/ar/team/")
    assert page.evaluate("document.dir") == "rtl"
    assert (faults(page), sideways(page)) == ([], 0)
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(site.url).netloc}
    assert page.context.cookies() == []


def test_a_message_is_sent_by_the_keyboard_alone_and_without_scripts(site: Site, school):
    page = site.browser(java_script_enabled=False)
    page.set_default_timeout(60_000)
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="Contact").press("Enter")
    page.get_by_label("Your name").fill("Ann Other")
    page.get_by_label("E-mail address").fill("ann@mail.example")
    page.get_by_label("What is it about?").fill("A place")
    page.get_by_label("Your message").fill("Is there a place for us?")
    page.wait_for_timeout(3100)

    page.get_by_role("button", name="Send").press("Enter")

    assert page.get_by_role("heading", level=1).text_content() == "Thank you"
    assert page.context.cookies() == []
