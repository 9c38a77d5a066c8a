"""A phone in a building without network: marks wait on it, arrive once, and overwrite nothing."""

import json
import re
import time
from pathlib import Path
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lyceum.core.actor import Via
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.attendance.models import Conflict, DeviceBatch, Mark, MarkChange, Register
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import start_session
from lyceum.testing.factories import PASSWORD, in_school
from tests.browser.conftest import CHROMIUM, PHONE, QUIET, Site
from tests.browser.looking import AT_REST
from tests.browser.test_register import marks_of, school_day

DUMP = """async () => {
  const found = {local: {...localStorage}, session: {...sessionStorage}, caches: {}, databases: {}};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found.caches[request.url] = await (await cache.match(request)).text();
    }
  }
  for (const {name} of await indexedDB.databases()) {
    const database = await new Promise((done) => { indexedDB.open(name).onsuccess = (e) => done(e.target.result); });
    for (const store of database.objectStoreNames) {
      const of = database.transaction(store).objectStore(store);
      const read = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
      const rows = await read(of.getAll()), keys = await read(of.getAllKeys());
      const text = (v) => (v instanceof ArrayBuffer ? String.fromCharCode(...new Uint8Array(v)) : v);
      found.databases[store] = rows.map((row, n) => [keys[n],
        row instanceof CryptoKey ? `key ${row.extractable}` : JSON.stringify(row, (_, v) => text(v))]);
    }
    database.close();
  }
  return found;
}"""
"""Everything that the site keeps in the browser."""


def phone(site: Site, username: str = "tess") -> Page:
    """A phone on which somebody has signed in and opened today's page with a network."""
    page = site.sign_in(username)
    page.evaluate("() => navigator.serviceWorker.ready")
    wait_for_day(page)
    return page


def kept_by(page: Page, store: str = "own") -> list[str]:
    """The keys of what the phone keeps."""
    return [str(key) for key, _ in page.evaluate(DUMP)["databases"].get(store, [])]


def wait_for_day(page: Page) -> None:
    """Wait until today's registers are on the phone and the worker answers for the network."""
    for _ in range(100):
        if "day" in kept_by(page):
            break
        page.wait_for_timeout(50)
    assert "day" in kept_by(page)
    page.wait_for_function("() => Boolean(navigator.serviceWorker.controller)")


def morning_of(school: School) -> Register:
    with in_school(school):
        return Register.objects.get(session="AM")


def mark(page: Page, name: str, taps: int = 1) -> None:
    for _ in range(taps):
        page.get_by_role("button", name=re.compile(f"^{name}")).tap()


def office_marks(school: School, register: Register, name: str, symbol: str) -> None:
    with in_school(school):
        olive = User.objects.get(logins__username="olive")
        student = Student.objects.get(person__full_name=name)
        actor = actor_for_user(olive, school.pk, via=Via.PAGE)
        take_register(register.pk, marks=[GivenMark(student.pk, symbol)], reason="phoned", actor=actor)


def secrets_of(school: School) -> list[str]:
    """Names and ids of the children."""
    with in_school(school):
        ids = [str(pk) for pk in Student.objects.values_list("pk", flat=True)]
        return [*Student.objects.values_list("person__full_name", flat=True), *ids, *(i.replace("-", "") for i in ids)]


def told_by(page: Page, school: School) -> list[str]:
    """What the browser's stores say of any child."""
    dump = json.dumps(page.evaluate(DUMP))
    return [secret for secret in secrets_of(school) if secret in dump]


def changes_of(school: School) -> int:
    with in_school(school):
        return MarkChange.objects.count()


def reopen(page: Page, path: str) -> Page:
    """Close the tab and open the app anew."""
    context: BrowserContext = page.context
    page.close()
    page = context.new_page()
    page.goto(path)
    return page


def test_a_register_is_taken_without_network_survives_closing_the_tab_and_arrives_once(site: Site):
    school, names = school_day()
    register = morning_of(school)
    page = phone(site)
    page.context.set_offline(True)

    page.goto("/today/")
    expect(page.get_by_role("heading", name="Your registers today")).to_be_visible()
    page.get_by_role("link", name=re.compile("Morning register")).tap()
    mark(page, "Student 03")
    mark(page, "Student 05", taps=2)
    page.get_by_role("button", name="The rest present, save").tap()

    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    expect(page.locator("#unsent")).to_contain_text("Not sent yet: 30")
    assert marks_of(school) == {}
    page = reopen(page, f"/registers/{register.pk}/")
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    expect(page.get_by_role("button", name=re.compile("^Student 05")).first).to_have_text("L")
    expect(page.get_by_role("button", name=re.compile("^Student 06")).first).to_have_text("/")

    page.context.set_offline(False)

    expect(page.locator("#off-status")).to_have_text("Sent")
    expect(page.locator("#unsent")).to_contain_text("Sent")
    assert marks_of(school) == dict.fromkeys(names, "/") | {"Student 03": "N", "Student 05": "L"}
    assert changes_of(school) == 30
    page.reload()
    expect(page.locator(".tag")).to_contain_text("taken")
    page.wait_for_timeout(500)
    assert changes_of(school) == 30


def test_a_mark_that_the_office_changed_meanwhile_shows_both_values_and_is_not_overwritten(site: Site):
    school, _names = school_day()
    register = morning_of(school)
    page = phone(site)
    page.context.set_offline(True)
    page.goto(f"/registers/{register.pk}/")
    mark(page, "Student 01")
    mark(page, "Student 02")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    office_marks(school, register, "Student 01", "I")

    page.context.set_offline(False)

    expect(page.get_by_role("link", name="To decide: 1")).to_be_visible()
    assert marks_of(school) == {"Student 01": "I", "Student 02": "N"}
    page.goto(f"/registers/{register.pk}/")
    decision = page.locator(".decision")
    expect(decision).to_contain_text("Olive Office")
    expect(decision).to_contain_text("Tess Teacher")
    expect(decision.locator(".value-mark i")).to_have_text(["I", "N"])
    decision.get_by_role("button", name="Use N").tap()
    expect(page.locator(".decision")).to_have_count(0)
    assert marks_of(school) == {"Student 01": "N", "Student 02": "N"}
    with in_school(school):
        assert Conflict.objects.get().decided_by_name == "Tess Teacher"


def test_a_register_that_was_open_as_the_network_went_is_not_lost(site: Site):
    school, names = school_day()
    page = phone(site)
    page.get_by_role("link", name="Take register").tap()
    mark(page, "Student 07")
    page.context.set_offline(True)

    page.get_by_role("button", name="The rest present, save").tap()

    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    expect(page.get_by_role("button", name=re.compile("^Student 07")).first).to_have_text("N")
    page.context.set_offline(False)
    expect(page.locator("#off-status")).to_have_text("Sent")
    assert marks_of(school) == dict.fromkeys(names, "/") | {"Student 07": "N"}


def test_a_second_save_without_network_is_the_one_that_counts(site: Site):
    school, _names = school_day()
    register = morning_of(school)
    page = phone(site)
    page.context.set_offline(True)
    page.goto(f"/registers/{register.pk}/")
    mark(page, "Student 01")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")

    mark(page, "Student 01")
    page.get_by_role("button", name="Save", exact=True).tap()
    page.context.set_offline(False)

    expect(page.locator("#off-status")).to_have_text("Sent")
    assert marks_of(school) == {"Student 01": "L"}
    assert changes_of(school) == 1
    mark(page, "Student 01")
    page.get_by_role("button", name="Save", exact=True).tap()  # the page is still there, the network is back
    page.wait_for_function("() => !document.querySelector('.line.changed')")
    expect(page.locator("#off-status")).to_have_text("Sent")
    wait_for_marks(page, school, {"Student 01": "/"})  # "Sent" was said of the first already
    with in_school(school):
        assert Conflict.objects.count() == 0


def test_what_the_phone_keeps_is_sealed_and_gone_after_signing_out(site: Site):
    school, _names = school_day()
    register = morning_of(school)
    page = phone(site)
    page.context.set_offline(True)
    page.goto(f"/registers/{register.pk}/")
    mark(page, "Student 01")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    kept = page.evaluate(DUMP)["databases"]
    assert told_by(page, school) == []  # sealed: neither names nor ids can be read
    assert [row for row in kept["own"] if row[0] == "key"] == [["key", "key false"]]
    assert len(kept["marks"]) == 1
    page.context.set_offline(False)
    expect(page.locator("#off-status")).to_have_text("Sent")
    page.goto("/today/")
    wait_for_day(page)

    page.locator(".me summary").tap()
    page.get_by_role("button", name="Sign out").tap()
    page.wait_for_url("**/sign-in/")

    page.wait_for_load_state("networkidle")
    assert told_by(page, school) == []
    assert [kept_by(page, store) for store in ("own", "marks", "batches")] == [[], [], []]


def test_signing_out_while_nothing_can_be_sent_leaves_the_marks_sealed_and_nothing_else(site: Site):
    school, _names = school_day()
    register = morning_of(school)
    page = phone(site)
    page.context.set_offline(True)
    page.goto(f"/registers/{register.pk}/")
    mark(page, "Student 01")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    page.context.route("**/attendance/batches/", lambda route: route.fulfill(status=503))
    page.context.set_offline(False)
    page.goto("/today/")
    expect(page.locator("#unsent")).to_contain_text("Not sent yet: 1")

    page.locator(".me summary").tap()
    page.get_by_role("button", name="Sign out").tap()
    page.wait_for_url("**/sign-in/")

    assert told_by(page, school) == []
    assert kept_by(page) == ["device", "key"]
    page.context.unroute("**/attendance/batches/")
    page.fill("[name=identifier]", "tess")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("#unsent")).to_contain_text("Sent")
    assert marks_of(school) == {"Student 01": "N"}


def test_who_is_turned_away_keeps_no_names_but_their_unsent_marks(site: Site):
    school, _names = school_day()
    register = morning_of(school)
    page = phone(site)
    page.context.set_offline(True)
    page.goto(f"/registers/{register.pk}/")
    mark(page, "Student 01")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    page.context.clear_cookies()

    page.context.set_offline(False)

    page.wait_for_url(re.compile("/sign-in/"))
    assert "day" not in kept_by(page)
    assert marks_of(school) == {}
    page.fill("[name=identifier]", "tess")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("#unsent")).to_contain_text("Sent")
    assert marks_of(school) == {"Student 01": "N"}


def test_the_store_ends_after_twelve_hours(site: Site):
    school_day()
    page = phone(site)
    page.context.set_offline(True)
    page.clock.install()
    page.clock.fast_forward("13:00:00")

    page.goto("/today/")

    expect(page.get_by_role("heading", name="Nothing is kept on this phone")).to_be_visible()
    assert "day" not in kept_by(page)


def test_two_phones_on_one_class_lose_nothing(site: Site):
    school, _names = school_day()
    register = morning_of(school)
    first, second = phone(site), phone(site)
    for page, name, taps in ((first, "Student 01", 1), (second, "Student 02", 2)):
        page.context.set_offline(True)
        page.goto(f"/registers/{register.pk}/")
        mark(page, name, taps)
        mark(page, "Student 03", taps)
        page.get_by_role("button", name="Save", exact=True).tap()
        expect(page.locator("#off-status")).to_have_text("Saved on this phone")

    for page in (first, second):
        page.context.set_offline(False)
        expect(page.locator("#off-status")).to_have_text("Sent")

    assert marks_of(school) == {"Student 01": "N", "Student 02": "L", "Student 03": "N"}
    with in_school(school):
        [conflict] = Conflict.objects.all()
        assert (conflict.symbol, conflict.server_symbol) == ("L", "N")
    expect(second.get_by_role("link", name="To decide: 1")).to_be_visible()


def test_an_answer_that_is_lost_leads_to_no_second_effect(site: Site):
    school, _names = school_day()
    register = morning_of(school)
    page = phone(site)
    page.context.set_offline(True)
    page.goto(f"/registers/{register.pk}/")
    mark(page, "Student 01")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    lost = []

    def lose(route):
        route.fetch()  # the server has it, the phone never hears
        route.abort()
        lost.append(route.request.headers["idempotency-key"])

    page.context.route("**/attendance/batches/", lose)
    page.context.set_offline(False)
    page.wait_for_function("() => document.getElementById('unsent').textContent.includes('1')")
    wait_for_marks(page, school, {"Student 01": "N"})
    for _ in range(100):
        if lost:
            break
        page.wait_for_timeout(50)
    assert len(set(lost)) == 1
    office_marks(school, register, "Student 01", "I")  # the office corrects it before the phone asks again
    page.context.unroute("**/attendance/batches/")

    page = reopen(page, "/today/")

    expect(page.locator("#unsent")).to_contain_text("Sent")
    assert marks_of(school) == {"Student 01": "I"}
    with in_school(school):
        assert [UUID(batch.key) for batch in DeviceBatch.objects.all()] == [UUID(lost[0])]
        assert Conflict.objects.count() == 0
        assert Mark.objects.get().version == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_without_network_are_for_everybody_and_fit_a_narrow_phone(site: Site, scheme: str):
    school, _names = school_day()
    register = morning_of(school)
    page = phone(site)
    office_marks(school, register, "Student 01", "I")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 800})
    page.context.set_offline(True)
    faults = []
    for path in ("/today/", f"/registers/{register.pk}/", "/students/"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        faults += faults_of(page)
    page.goto(f"/registers/{register.pk}/")
    mark(page, "Student 01")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#unsent")).to_contain_text("Not sent yet: 1")
    faults += faults_of(page)
    page.context.set_offline(False)
    expect(page.get_by_role("link", name="To decide: 1")).to_be_visible()
    for path in ("/attendance/conflicts/", f"/registers/{register.pk}/"):
        page.goto(path)
        expect(page.locator(".decision")).to_be_visible()
        faults += faults_of(page)

    assert faults == []


def wait_for_marks(page: Page, school: School, marks: dict[str, str]) -> None:
    """Until what the phone sent is written."""
    for _ in range(100):
        if marks_of(school) == marks:
            return
        page.wait_for_timeout(50)
    assert marks_of(school) == marks


def faults_of(page: Page) -> list[str]:
    """What keeps somebody from using a page, and what lies outside it."""
    page.evaluate(AT_REST)
    found = [
        f"{page.url} {each['id']}: {each['nodes'][0]['html'][:120]}" for each in Axe().run(page).response["violations"]
    ]
    outside = page.evaluate(
        "() => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    return [*found, *outside]


class Handset:
    """A phone with a disk: what the browser keeps is there again after it was switched off and on."""

    def __init__(self, chromium: Browser, folder: Path, url: str) -> None:
        self.chromium, self.folder, self.url = chromium, folder, url

    def on(self, *, cookie: str = "", has_network: bool = True) -> Page:
        """Switch it on, with or without a network; signed in where a cookie is given."""
        context = self.chromium.browser_type.launch_persistent_context(
            self.folder, executable_path=CHROMIUM, args=QUIET, base_url=self.url, offline=not has_network, **PHONE
        )
        context.set_default_timeout(10_000)
        if cookie:
            kept = {"url": "https://localhost/", "secure": True, "httpOnly": True, "expires": time.time() + 86_400}
            context.add_cookies([{"name": COOKIE, "value": cookie, **kept}])
        return context.pages[0]


def test_marks_survive_a_restart_of_the_phone_and_meet_what_the_office_changed_meanwhile(
    site: Site, chromium: Browser, tmp_path: Path
):
    school, _names = school_day()
    register = morning_of(school)
    handset = Handset(chromium, tmp_path, site.url)
    page = handset.on(cookie=start_session(User.objects.get(logins__username="tess"), school)[1])
    page.goto("/today/")
    page.evaluate("() => navigator.serviceWorker.ready")
    wait_for_day(page)
    page.context.set_offline(True)
    page.goto(f"/registers/{register.pk}/")
    mark(page, "Student 01")
    mark(page, "Student 02")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    page.context.close()
    office_marks(school, register, "Student 01", "I")

    page = handset.on(has_network=False)
    page.goto(f"/registers/{register.pk}/")
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    expect(page.get_by_role("button", name=re.compile("^Student 02")).first).to_have_text("N")
    page.context.set_offline(False)

    expect(page.get_by_role("link", name="To decide: 1")).to_be_visible()
    expect(page.locator("#off-status")).to_have_text("Sent")
    assert marks_of(school) == {"Student 01": "I", "Student 02": "N"}
    assert changes_of(school) == 2
    page.goto(f"/registers/{register.pk}/")
    expect(page.locator(".decision .value-mark i")).to_have_text(["I", "N"])
    page.context.close()
