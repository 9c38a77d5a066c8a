"""One person's way from visitor to alumnus by pages alone, with a mail that really travels.

On the narrowest phone; from the catalogue to the certificate by keys alone.
"""

import re
import socket
import urllib.request
from collections.abc import Iterator
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from openbadgeslib.ob3.verifier import OB3Verifier
from playwright.sync_api import Locator, Page, expect

from lyceum.domains.academics.tests.rolling import work
from lyceum.domains.learning.tests.certificates.test_verifying import verify_outside
from lyceum.domains.notifications.tests.conftest import MailServer
from lyceum.domains.reports.tests.making import PASSWORD, PDF, OpenSchool, make_open_school
from tests.browser.conftest import DESK, PHONE, Site

NARROW = {**PHONE, "viewport": {"width": 320, "height": 640}}
MOST_TABS = 80
HAS_FOCUS = "each => each === document.activeElement"
BADGE = "async address => (await fetch(address)).text()"


@pytest.fixture(autouse=True)
def _patiently() -> Iterator[None]:
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def mails(settings) -> Iterator[MailServer]:
    """A mail server that keeps what it got, and the installation that hands its mails over there."""
    server = MailServer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    settings.CARRIERS = {
        "email": {"kind": "smtp", "sender": "office@hill.example", "host": "127.0.0.1", "port": server.port}
    }
    yield server
    controller.stop()


@pytest.fixture
def place(site: Site, settings) -> OpenSchool:
    settings.PUBLIC_URL = site.url
    return make_open_school()


def link_in(mail: Message) -> str:
    """The address that a mail's text leads to."""
    text = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    found = re.search(r"https?://\S+/verify-email/\S+", text.get_payload(decode=True).decode())
    assert found
    return found.group(0)


def at_step(page: Page, step: str) -> None:
    """The page of the journey says at which step its reader is."""
    page.goto("/journey/")
    expect(page.locator("[aria-current=step] .grow > span").first).to_have_text(step)


def go_on(page: Page) -> None:
    """Where the journey leads."""
    page.locator(".now a.button.big").first.tap()


def button(page: Page, name: str, *, exact: bool = True) -> None:
    page.get_by_role("button", name=name, exact=exact).click()


def link(page: Page, name: str, *, exact: bool = False) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=exact).first.click()


def tab_to(page: Page, wanted: Locator) -> None:
    """With the Tab key alone, to something that is then in sight; and nothing hangs out of the narrow page."""
    wanted.wait_for()
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate(HAS_FOCUS):
            break
    expect(wanted).to_be_focused()
    expect(wanted).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["viewport"]["width"]


def key_link(page: Page, name: str) -> None:
    """Follow a link of the page by keys."""
    tab_to(page, page.get_by_role("main").get_by_role("link", name=name).first)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def key_button(page: Page, name: str) -> None:
    """Press a button by keys."""
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def read_of_a_course_and_register(page: Page) -> None:
    page.goto("/courses/")
    link(page, "Welding")
    assert page.context.cookies() == []
    link(page, "Apply")
    link(page, "Autumn")
    page.fill("#first_name", "Nell")
    page.fill("#last_name", "New")
    page.fill("#email", "nell@example.org")
    page.fill("#password", PASSWORD)
    button(page, "Register")
    page.wait_for_url("**/apply/for/**")


def apply(page: Page) -> None:
    link(page, "Autumn")
    page.fill("#birth_date", "1990-05-01")
    button(page, "Go on")
    page.get_by_label("Welding").check()
    button(page, "Go on")
    button(page, "Send the application")
    page.locator("input[type=file]").set_input_files(
        {"name": "passport.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    button(page, "Hand in", exact=False)
    expect(page.get_by_text("passport.pdf")).to_be_visible()


def take_in_hand(office: Page) -> None:
    office.goto("/more/")
    link(office, "Admissions")
    link(office, "Nell New")
    button(office, "Take in hand")
    office.get_by_text("Set Interview").click()
    office.locator("form", has=office.locator("[name=act][value=step]")).locator("select").select_option("completed")
    office.locator("form", has=office.locator("[name=act][value=step]")).get_by_role("button").click()
    office.get_by_text("Set Passport").click()
    button(office, "In order")


def open_first_lesson(page: Page) -> None:
    """That it was opened is noted by the page itself."""
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/lessons/" in answer.url):
        key_link(page, "Go on: Sparks")


def work_is_accepted(page: Page, teacher: Page) -> None:
    key_button(page, "Done, go on")
    key_link(page, "Open the assignment")
    tab_to(page, page.locator("#text"))
    page.keyboard.type("Straight")
    key_button(page, "Hand in")
    expect(page.get_by_text(", on time")).to_be_visible()
    teacher.goto("/assignments/")
    link(teacher, "A seam")
    link(teacher, "Mark")
    teacher.fill("#grade", "90")
    button(teacher, "Mark", exact=False)
    button(teacher, "Accept: it is done")
    expect(teacher.get_by_role("button", name="Undo accepting")).to_be_visible()


def check_certificate(page: Page, site: Site) -> None:
    """By a library that is not ours, and by a stranger."""
    key_link(page, "Welding")
    tab_to(page, page.get_by_role("link", name="Download PDF"))
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.path().read_bytes().startswith(b"%PDF-")
    svg = page.evaluate(BADGE, page.get_by_role("link", name="Badge (SVG)").get_attribute("href"))
    token = OB3Verifier.extract_token_from_svg(svg.encode())
    found = verify_outside(token, lambda address: urllib.request.urlopen(address, timeout=60).read())
    assert found.achievement.name == "Welding"
    address = page.locator("a.secret").get_attribute("href")
    stranger = site.browser()
    stranger.goto(address or "")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("This certificate is valid")


def write_of_oneself(page: Page) -> None:
    page.fill("#headline", "Welder")
    page.get_by_label("I agree that my name").check()
    button(page, "Hand it to the school")
    page.get_by_text("Tell a story").click()
    page.fill("#title", "My first seam")
    page.fill("#body", "It held, to my surprise.")
    button(page, "Hand it in")
    expect(page.get_by_text("with the school")).to_be_visible()


def publish(office: Page) -> None:
    office.goto("/site/")
    link(office, "Alumni profiles to publish")
    link(office, "Nell New")
    button(office, "Publish")
    link(office, "Nell New")
    office.select_option("[name=state]", "published")
    button(office, "Save")


def test_somebody_comes_from_visitor_to_alumnus_by_pages_alone(site: Site, place: OpenSchool, mails: MailServer):
    me, office = site.browser(**NARROW), site.sign_in("ada", **DESK)

    read_of_a_course_and_register(me)
    at_step(me, "Registered")
    go_on(me)
    button(me, "Send the link again")
    expect(me.get_by_text("The link is on its way to you.")).to_be_visible()
    work()
    assert [mail["To"] for mail in mails.got] == ["nell@example.org"] * 2
    me.goto(link_in(mails.got[1]))
    button(me, "This is my address")
    at_step(me, "Applied")
    go_on(me)
    apply(me)
    at_step(me, "Reviewed")
    take_in_hand(office)
    at_step(me, "Reviewed")
    go_on(me)
    expect(me.get_by_text("Under review").first).to_be_visible()
    button(office, "Approve")
    expect(office.get_by_text("Approved").first).to_be_visible()
    at_step(me, "Enrolled")
    me.goto("/today/")
    go_on(me)  # the first of three taps
    key_link(me, "Welding")
    key_button(me, "Join this run")
    at_step(me, "Learning")
    go_on(me)
    key_link(me, "Welding")
    open_first_lesson(me)
    at_step(me, "Taking part")
    go_on(me)
    link(me, "Fair")
    button(me, "Take part")
    at_step(me, "Completed")
    go_on(me)
    key_link(me, "Welding")
    key_link(me, "Go on: Sparks")
    teacher = site.sign_in(place.teacher.logins.get().username, **DESK)
    work_is_accepted(me, teacher)
    at_step(me, "Alumni")
    assert "learning.issue_certificate" in work()
    me.goto("/certificates/mine/")
    check_certificate(me, site)
    me.goto("/journey/")
    go_on(me)
    write_of_oneself(me)
    at_step(me, "Alumni")
    publish(office)
    stranger = site.browser()
    stranger.goto("/alumni/")
    link(stranger, "Nell New")
    expect(stranger.get_by_text("It held, to my surprise.")).to_be_visible()
    assert stranger.context.cookies() == []
    me.goto("/journey/")
    expect(me.locator("[aria-current=step]")).to_have_count(0)
    expect(me.get_by_role("heading", name="You are among our alumni.")).to_be_visible()
