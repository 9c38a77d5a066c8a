"""A real browser before a real server: Chromium from the system, uvicorn in a thread, rows that are committed."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, sync_playwright

from lyceum.config.testing.databases import TestDatabase
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.domains.accounts.models import SchoolLogin
from lyceum.testing.clients import start_session
from lyceum.testing.factories import PASSWORD

WITH_WINDOWS = shutil.which("chromium") or "/usr/bin/chromium"
# The same browser takes a quarter less of the processor where it has none.
CHROMIUM = shutil.which("chromium-headless-shell") or WITH_WINDOWS
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNPAINTED = "--disable-threaded-compositing"
"""No frame is ever drawn, which saves a quarter: enough to ask where things are and what colour they have, while who
clicks waits for a frame for ever."""
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
    # The longest first, each to a worker of its own; a worker is given two tests to begin with. The second half of the
    # pages comes behind a test that takes as long as the demo's loading, for which it would wait.
    order = ("test_every_page[0]", "test_palette_and_help", "test_journey", "test_every_page[1]")
    ranks = {name: rank for rank, name in enumerate(order)}
    items.sort(key=lambda item: next((ranks[name] for name in order if name in item.nodeid), len(order)))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    with sync_playwright() as started, pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread; the tests' own questions to the database are still plain.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        act_once_scripts_ran(patch)
        yield started


def act_once_scripts_ran(patch: pytest.MonkeyPatch) -> None:
    """A person is slower than a page's deferred scripts, a driver may be faster: let it wait for them."""

    def waiting(act: Callable[..., object]) -> Callable[..., object]:
        @wraps(act)
        def wait_and_act(locator: Locator, *args: object, **options: object) -> object:
            locator.first.wait_for(state="attached")  # on the page that the act before led to
            locator.page.wait_for_load_state("domcontentloaded")
            return act(locator, *args, **options)

        return wait_and_act

    for name in ("tap", "click", "fill", "press", "check", "select_option", "drag_to"):
        patch.setattr(Locator, name, waiting(getattr(Locator, name)))
    keyboard = Page.keyboard.fget  # type: ignore[attr-defined]

    def ready_keyboard(page: Page) -> object:
        page.wait_for_load_state("domcontentloaded")
        return keyboard(page)

    patch.setattr(Page, "keyboard", property(ready_keyboard))


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests; each has its own profile."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def unpainted(playwright: Playwright) -> Iterator[Browser]:
    """One more, for those who only look."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, UNPAINTED])
    yield browser
    browser.close()


@dataclass
class Site:
    """The running server, and browsers that look at it."""

    url: str
    new_context: Callable[..., BrowserContext]

    def browser(self, **profile: object) -> Page:
        """A fresh browser: a phone, unless told otherwise."""
        context = self.new_context(base_url=self.url, **(profile or PHONE))
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        return page

    def sign_in(self, username: str, **profile: object) -> Page:
        """A browser in which somebody has signed in; by the form only where the name does not say to which school.

        The form itself is tried in test_accounts.
        """
        page = self.browser(**profile)
        logins = list(SchoolLogin.objects.filter(username=username).select_related("user", "school"))
        if len(logins) == 1 and logins[0].user.memberships.count() == 1:
            _session, secret = start_session(logins[0].user, logins[0].school)
            # Chromium takes such a cookie for a safe address only, and then sends it to localhost as well.
            safe = {"url": "https://localhost/", "secure": True, "httpOnly": True}
            page.context.add_cookies([{"name": COOKIE, "value": secret, **safe}])
            page.goto("/today/")
            return page
        page.goto("/sign-in/")
        page.fill("[name=identifier]", username)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/today/")
        return page


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """The tests keep theirs."""


@pytest.fixture
def site(chromium: Browser, fresh_database: TestDatabase) -> Iterator[Site]:
    """The whole application on a free port, over a database of the test's own."""
    from lyceum.config.asgi import application

    listener = socket.create_server(("127.0.0.1", 0))  # handed on open, lest somebody else takes the port
    port = listener.getsockname()[1]
    server = _Server(uvicorn.Config(application, log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    _wait(lambda: server.started, "the server to start")
    contexts: list[BrowserContext] = []

    def new_context(**options: object) -> BrowserContext:
        context = chromium.new_context(**options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        return context

    yield Site(f"http://localhost:{port}", new_context)
    for context in contexts:
        context.close()
    server.should_exit = True
    thread.join(timeout=15)
    listener.close()


def _wait(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 15
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.02)
