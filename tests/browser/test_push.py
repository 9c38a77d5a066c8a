"""A notification on a phone while Lyceum is not looked at: the browser is handed what a push service would bring."""

import json

from playwright.sync_api import expect

from lyceum.core.permissions import Role
from lyceum.testing.factories import make_school, make_user
from tests.browser.conftest import Site

SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const shown = await registration.getNotifications();
  return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}"""


def test_what_a_push_service_brings_is_shown_as_it_was_meant(site: Site):
    school = make_school()
    make_user(school, Role.GUARDIAN, username="grace")
    page = site.sign_in("grace")
    page.context.grant_permissions(["notifications"], origin=site.url)
    page.goto("/notifications/settings/")

    # No push service can be reached from here: that is said, and the button stays for another try.
    page.get_by_role("button", name="Tell me on this device").tap()
    expect(page.locator("#push-here").get_by_role("status")).to_have_text(
        "This browser could not be reached. Try again later."
    )

    cdp = page.context.new_cdp_session(page)
    found: list[str] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda seen: found.extend(r["registrationId"] for r in seen["registrations"]),
    )
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    cdp.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    said = {
        "title": "Hill School",
        "body": "Attendance",
        "tag": "n1",
        "url": "/notifications/",
        "lang": "en",
        "dir": "ltr",
    }
    cdp.send(
        "ServiceWorker.deliverPushMessage", {"origin": site.url, "registrationId": found[0], "data": json.dumps(said)}
    )

    page.wait_for_function(f"({SHOWN})().then((shown) => shown.length)")
    assert page.evaluate(SHOWN) == [
        {"title": "Hill School", "body": "Attendance", "tag": "n1", "data": "/notifications/"}
    ]
