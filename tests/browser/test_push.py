"""A notification on a phone while Lyceum is not looked at: the browser is handed what a push service would bring."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from lyceum.core.permissions import Role
from lyceum.testing.factories import make_school, make_user
from tests.browser.conftest import QUIET, WITH_WINDOWS, Site

TURNS = 100
"""Of a tenth of a second, in which what the browser knows of its workers arrives."""
IS_READY = """() => Promise.race([
  navigator.serviceWorker.ready.then(() => true),
  new Promise(late => setTimeout(() => late(false), 20_000)),
])"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready, until = performance.now() + 10_000;
  for (;;) {
    const shown = await registration.getNotifications();
    if (shown.length || performance.now() > until)
      return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
    await new Promise(again => setTimeout(again, 20));
  }
}"""


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Only a browser that has windows shows notifications."""
    browser = playwright.chromium.launch(executable_path=WITH_WINDOWS, args=QUIET)
    yield browser
    browser.close()


def test_what_a_push_service_brings_is_shown_as_it_was_meant(site: Site):
    school = make_school()
    make_user(school, Role.GUARDIAN, username="grace")
    page = site.sign_in("grace")
    page.context.grant_permissions(["notifications"], origin=site.url)
    page.goto("/notifications/settings/")

    # No push service can be reached from here: that is said, and the button stays for another try.
    page.get_by_role("button", name="Tell me on this device").tap()
    told = page.locator("#push-here").get_by_role("status")
    expect(told).to_have_text("This browser could not be reached. Try again later.")

    assert page.evaluate(IS_READY)
    _deliver(page, site.url, {"title": "Hill School", "body": "Attendance", "tag": "n1", "url": "/notifications/"})

    shown = {"title": "Hill School", "body": "Attendance", "tag": "n1", "data": "/notifications/"}
    assert page.evaluate(SHOWN) == [shown]


def _deliver(page: Page, origin: str, said: dict[str, str]) -> None:
    """Hand the page's worker what a push service would bring it."""
    cdp = page.context.new_cdp_session(page)
    known: list[str] = []

    def note(seen: dict[str, list[dict[str, str]]]) -> None:
        known.extend(each["registrationId"] for each in seen["registrations"])

    cdp.on("ServiceWorker.workerRegistrationUpdated", note)
    cdp.send("ServiceWorker.enable")
    for _turn in range(TURNS):
        if known:
            break
        page.wait_for_timeout(100)
    message = {"origin": origin, "registrationId": known[0], "data": json.dumps(said)}
    cdp.send("ServiceWorker.deliverPushMessage", message)
