"""Looking at a page as closely as a machine can: what it weighs, whom it shuts out, what sticks out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page

from lyceum.domains.accounts.cookies import COOKIE

NARROWEST, PHONE_WIDTH, DESK_WIDTH = 320, 390, 1280
SCREEN = 844
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
STRICTER_HERE = ["target-size"]
"""Rules of axe that what is looked at here leaves nothing to: it takes 24 pixels for enough to be touched."""
WORDS = [
    "aria-command-name",
    "aria-input-field-name",
    "aria-toggle-field-name",
    "button-name",
    "document-title",
    "heading-order",
    "html-has-lang",
    "html-lang-valid",
    "input-button-name",
    "label",
    "link-name",
    "page-has-heading-one",
    "select-name",
    "summary-name",
    "valid-lang",
]
"""What another language may spoil; everything else is as it was in the first."""
TAB = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
SETTLED_MS = 1500
SMALLEST = 44
"""Pixels of a thing to be touched."""

# Runs before the page's own scripts: what the policy refuses, and where the focus goes.
BEFORE = """
window.__refused = [];
addEventListener("securitypolicyviolation", e => __refused.push(`${e.violatedDirective}: ${e.blockedURI} ${e.sample}`));
"""

TOUCH = """
smallest => {
  const shown = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const inText = e => getComputedStyle(e).display === "inline"
    && [...e.parentElement.childNodes].some(n => n !== e && n.textContent.trim() && !n.matches?.("a, button"));
  const found = {};
  const roles = ["button", "checkbox", "link", "menuitem", "option", "radio", "slider", "switch", "tab"];
  const some = ["a[href], button, input, select, textarea, summary", ...roles.map(role => `[role=${role}]`)];
  for (const e of document.querySelectorAll(some)) {
    if (!shown(e) || e.type === "hidden" || e.disabled || e.closest(".visually-hidden, .skip") || inText(e)) continue;
    const boxes = [e, e.labels && ["checkbox", "radio", "file"].includes(e.type) && e.labels[0]].filter(Boolean)
      .map(x => x.getBoundingClientRect()).filter(r => r.width && r.height);
    if (!boxes.length) continue;
    const width = Math.max(...boxes.map(r => r.width)), height = Math.max(...boxes.map(r => r.height));
    if (Math.round(width) < smallest || Math.round(height) < smallest) {
      const kind = x => [x.localName, ...x.classList].join(".");
      const said = (e.ariaLabel || e.textContent || e.name || "").trim().slice(0, 30);
      const key = `${kind(e.parentElement)} > ${kind(e)}`;
      found[key] ??= `${key} “${said}” ${Math.round(width)}×${Math.round(height)}`;
    }
  }
  return Object.values(found);
}
"""

SHAPE = """
() => {
  const root = document.documentElement, out = [];
  const wide = root.scrollWidth - root.clientWidth;
  if (wide > 0) {
    const over = [...document.body.querySelectorAll("*")].filter(e => {
      const r = e.getBoundingClientRect();
      const hides = e.closest(".scroll, .visually-hidden, .skip");
      return r.width && (r.right > root.clientWidth + 1 || r.left < -1) && !hides;
    }).slice(0, 3).map(e => `${e.localName}.${e.className}`);
    out.push(`${wide} px stick out: ${over.join(", ")}`);
  }
  return out;
}
"""

HEADS = """
() => {
  const out = [];
  const heads = document.querySelectorAll("h1").length;
  if (heads !== 1) out.push(`${heads} headings of the first rank`);
  if (document.title.trim().length < 3) out.push("no title");
  if (!document.documentElement.lang) out.push("no language");
  return out;
}
"""

# Colours are looked at as they come to rest. A sheet that is constructed is no inline style to the policy.
AT_REST = """
() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets.push(sheet);
}
"""

# Every stop of the Tab key is written down as it happens, so that the walk needs no question to the page.
WALK = """
() => {
  window.__stops = [];
  const sees = e => {
    const s = getComputedStyle(e), marked = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0;
    const box = e.getBoundingClientRect();
    return (marked || s.boxShadow !== "none") && box.width > 0 && box.height > 0;
  };
  const said = e => (e.ariaLabel || e.textContent || e.name || "").trim().slice(0, 30);
  const name = e => `${[e.localName, ...e.classList].join(".")} “${said(e)}”`;
  addEventListener("focusin", ({ target }) => __stops.push([target, sees(target), name(target)]));
  document.activeElement?.blur?.();
  scrollTo(0, 0);
  const some = "a[href], button, input, select, textarea, summary, [tabindex]";
  window.__reachable = [...document.querySelectorAll(some)].filter(e =>
    e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && e.checkVisibility({ visibilityProperty: true }));
  const group = e => e.type === "radio" ? `${e.form?.action} ${e.name}` : e;  // one stop for all of a name
  window.__group = group;
  return new Set(__reachable.map(group)).size;
}
"""
WALKED = """
() => {
  const out = new Set(), reached = new Set(__stops.map(([e]) => e).filter(e => __reachable.includes(e)).map(__group));
  for (const [, seen, name] of __stops) if (!seen) out.add(`focus cannot be seen: ${name}`);
  return { stops: reached.size, last: __stops.length ? __stops.at(-1)[2] : "", unseen: [...out] };
}
"""

# Every way in which this page draws a text, and the first one that is drawn so: a list of fifty rows has one or two.
DRAWN = """
() => {
  const grounds = new Map([[null, ""]]);
  const ground = e => {
    if (!grounds.has(e)) {
      const s = getComputedStyle(e), behind = ground(e.parentElement);
      const own = [s.backgroundColor, s.backgroundImage, s.opacity, s.filter, s.mixBlendMode].join();
      grounds.set(e, own === "rgba(0, 0, 0, 0),none,1,none,normal" ? behind : `${behind}|${own}`);
    }
    return grounds.get(e);
  };
  window.__drawn = new Map();
  for (const e of document.body.querySelectorAll("*")) {
    const says = [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (!(says || e.matches("input, select, textarea")) || !e.checkVisibility()) continue;
    const s = getComputedStyle(e), around = e.localName === "a" && getComputedStyle(e.parentElement).color;
    const way = [s.color, s.fontSize, s.fontWeight, s.textShadow, s.textDecorationLine, s.position, !!e.disabled];
    const key = [...way, around, ground(e)].join();
    if (!__drawn.has(key)) __drawn.set(key, e);
  }
  return [...__drawn.keys()];
}
"""
AXE = """
async ([rules, ways]) => {
  const options = { resultTypes: ["violations"], preload: false, ...rules };
  const include = ways ? ways.map(way => __drawn.get(way)) : [document.documentElement];
  const { violations } = await axe.run({ include }, options);
  return violations.map(v => {
    const [node] = v.nodes, why = (node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? "";
    return `${v.id} ×${v.nodes.length}: ${node.target.join(" ")}: ${why}`;
  });
}
"""


@dataclass
class Load:
    """What came over the wire for one visit."""

    bytes: int = 0
    script_bytes: int = 0
    addresses: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return len(self.addresses)

    def add(self, url: str, kind: str, size: int) -> None:
        self.addresses.append(f"{kind} {urlsplit(url).path}")
        self.bytes += size
        self.script_bytes += size if kind == "Script" else 0


@dataclass
class Seen:
    """Everything found on one page; the lists are empty where all is well."""

    first: Load
    again: Load = field(default_factory=Load)
    faults: list[str] = field(default_factory=list)
    violations: dict[str, list[str]] = field(default_factory=dict)

    def add(self, where: str, found: list[str]) -> None:
        self.faults += [f"{where}: {each}" for each in found]


class Looker:
    """One browser of one person, used for page after page."""

    def __init__(self, context: BrowserContext, *, closely: bool = True, legible: set[str] | None = None) -> None:
        """Not closely: only to go somewhere, with nothing in the page that a person's browser has not.

        `legible`: ways to draw a text that were found to be so; lookers at pages of one style may share them.
        """
        self._legible: set[str] = set() if legible is None else legible
        context.add_init_script(BEFORE)
        self.page: Page = context.new_page()
        if closely:
            self.page.add_init_script(AXE_SCRIPT)
        self.cdp: CDPSession = context.new_cdp_session(self.page)
        self.cdp.send("Network.enable")
        self.complaints: list[str] = []
        self._addresses: dict[str, str] = {}  # by the number of the request, of whatever page
        self._asked: dict[str, tuple[str, str]] = {}  # address and type, of this page
        self._loader = ""  # which of its documents the browser is at
        self._cached: set[str] = set()
        self._failed: list[str] = []
        self._sizes: dict[str, int] = {}  # on the wire, by address, when it was not yet in the cache
        self._for_good: set[str] = set()  # addresses that a browser never asks for again
        self.cdp.on("Network.requestWillBeSent", self._sent)
        self.cdp.on("Network.responseReceived", self._answered)
        self.cdp.on("Network.requestServedFromCache", lambda e: self._cached.add(e["requestId"]))
        self.cdp.on("Network.loadingFinished", self._finished)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _sent(self, event: dict[str, Any]) -> None:
        number, url, kind = event["requestId"], event["request"]["url"], event.get("type", "")
        if not url.startswith("http"):
            return
        self._addresses[number] = url
        if kind == "Document":
            self._loader = event["loaderId"]
            self._asked.clear()
        # What the page before still asks for is none of this one's.
        if event["loaderId"] == self._loader:
            self._asked[number] = (url, kind)

    def _answered(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        if answer.get("fromDiskCache") or answer.get("fromPrefetchCache"):
            self._cached.add(event["requestId"])
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        if "immutable" in headers.get("cache-control", ""):
            self._for_good.add(answer["url"])
        if answer["status"] >= 400 and event["type"] != "Document":
            self._failed.append(f"{answer['status']} for {answer['url']}")

    def _said(self, message: ConsoleMessage) -> None:
        # The browser complains of a page that says 404, as it should where nothing is.
        if message.type == "error" and message.location.get("url") != self.page.url:
            self.complaints.append(f"console: {message.text}")

    def _finished(self, event: dict[str, Any]) -> None:
        number = event["requestId"]
        if number not in self._cached and number in self._addresses:
            self._sizes[self._addresses[number]] = int(event["encodedDataLength"])

    def come_in(self) -> None:
        """The first page of all: what a browser keeps for later is fetched behind it, once."""
        self.page.goto("/today/", wait_until="load")
        self.page.wait_for_timeout(SETTLED_MS)

    def load(self, path: str) -> None:
        """Go there, and note what comes over the wire."""
        self._asked, self._failed = {}, []
        self.page.goto(path, wait_until="load")
        self.page.evaluate("document.fonts.ready.then(() => 0)")

    def weigh(self, *, again: bool) -> Load:
        """The page and its parts; or, for whoever was here before, what is not kept and what its scripts ask for."""
        weight = Load()
        for number, (url, kind) in self._asked.items():
            if url in self._for_good if again else kind == "Fetch":
                continue
            if url in self._sizes:  # else it was given up before it came
                weight.add(url, kind, self._sizes[url])
            elif number in self._cached:
                raise LookupError(f"{url} came from the cache before it was ever weighed")
        return weight

    def look(self, path: str, *, wholly: bool = True) -> Seen:
        """One visit at three widths; wholly: also in the dark, by the Tab key, and once more from right to left."""
        page = self.page
        self.complaints.clear()
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": PHONE_WIDTH, "height": SCREEN})
        self.load(path)
        page.evaluate(AT_REST)
        seen = Seen(self.weigh(again=False))
        seen.add("page", page.evaluate(HEADS))
        self.show_whole(PHONE_WIDTH)
        seen.add("phone", page.evaluate(SHAPE))
        seen.add("touch", page.evaluate(TOUCH, SMALLEST))
        seen.violations["light"] = self.axe(TAGS, but=[*COLOURS, *STRICTER_HERE]) + self.colours()
        self.show_whole(NARROWEST)
        seen.add("the narrowest phone", page.evaluate(SHAPE))
        self.show_whole(DESK_WIDTH)
        seen.add("desk", page.evaluate(SHAPE))
        seen.again = self.weigh(again=True)
        seen.add("network", self._failed)
        seen.violations |= {"dark": [], "rtl": []}
        if wholly:
            page.emulate_media(color_scheme="dark")
            seen.violations["dark"] = self.colours()
            page.emulate_media(color_scheme="light")
            seen.add("keys", self.walk())
            self.look_turned(path, seen)
        seen.add("policy", page.evaluate("__refused"))
        seen.faults += self.complaints
        return seen

    def look_turned(self, path: str, seen: Seen) -> None:
        """The same page from right to left, at both widths."""
        page = self.page
        self.go_on_in_arabic(path)
        self.show_whole(DESK_WIDTH)
        seen.add("desk, from right to left", page.evaluate(SHAPE))
        seen.violations["rtl"] = self._axe({"runOnly": {"type": "rule", "values": WORDS}})
        self.show_whole(PHONE_WIDTH)
        seen.add("phone, from right to left", page.evaluate(SHAPE))
        seen.add("touch, from right to left", page.evaluate(TOUCH, SMALLEST))

    def go_on_in_arabic(self, path: str) -> None:
        """The same page from right to left: in Arabic, unless the person has chosen a language of their own."""
        page = self.page
        refused = page.evaluate("__refused")
        page.set_extra_http_headers({"Accept-Language": "ar"})
        self.load(path)
        page.set_extra_http_headers({})
        page.evaluate("document.documentElement.dir = 'rtl'")
        page.evaluate("found => __refused.push(...found)", refused)
        page.evaluate(AT_REST)

    def show_whole(self, width: int) -> None:
        """A screen as tall as the page, so that what sticks to its edge covers nothing."""
        height = self.page.evaluate("() => Math.min(8000, document.documentElement.scrollHeight)")
        self.page.set_viewport_size({"width": width, "height": max(SCREEN, height)})

    def axe(self, tags: Sequence[str], *, but: Sequence[str] = ()) -> list[str]:
        """What axe finds, one line for each rule."""
        return self._axe(
            {"runOnly": {"type": "tag", "values": tags}, "rules": {rule: {"enabled": False} for rule in but}}
        )

    def colours(self) -> list[str]:
        """Texts that are too faint: one of each way to draw them that is not yet known to be legible."""
        ways = [way for way in self.page.evaluate(DRAWN) if way not in self._legible]
        found = self._axe({"runOnly": {"type": "rule", "values": COLOURS}}, ways) if ways else []
        if not found:
            self._legible.update(ways)
        return found

    def _axe(self, rules: dict[str, object], ways: Sequence[str] | None = None) -> list[str]:
        found: list[str] = self.page.evaluate(AXE, [rules, ways])
        return found

    def walk(self) -> list[str]:
        """The Tab key from the top of the page until everything was reached: seen at every stop, stuck at none."""
        count = self.page.evaluate(WALK)
        walked = {"stops": 0}
        for _ in range(8):  # a region that scrolls is a stop as well, a date is three
            for _ in range(max(5, count + 1 - walked["stops"])):
                self.cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **TAB})
            walked = self.page.evaluate(WALKED)
            if walked["stops"] >= count:
                return list(walked["unseen"])
        return [*walked["unseen"], f"reached {walked['stops']} of {count}, the last was {walked['last']}"]


def sign_in_with(browser: Browser, url: str, cookie: str = "", **profile: Any) -> BrowserContext:
    """A browser in which somebody is signed in by the cookie; nobody where it is empty."""
    # Without the helper that fetches the page for when there is no network: what it brings, nobody waits for.
    context = browser.new_context(base_url=url, service_workers="block", **profile)
    context.set_default_timeout(10_000)
    if cookie:
        # Chromium takes such a cookie for a safe address only, and then sends it to localhost as well.
        safe = {"url": "https://localhost/", "secure": True, "httpOnly": True}
        context.add_cookies([{"name": COOKIE, "value": cookie, **safe}])
    return context
