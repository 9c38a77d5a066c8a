"""How every page feels on a phone, measured in Chromium and written to docs/ux.md.

The phone has 9 Mbit/s, 100 ms to the server and a quarter of this machine's speed. Times are rounded up to steps,
so that a change in the table is a change of the page.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Error, sync_playwright

from bench.place import ROOT, Place
from bench.results import Result
from lyceum.domains.people.models import Student
from tests.browser.conftest import CHROMIUM, DESK, PHONE, QUIET
from tests.browser.looking import PHONE_WIDTH, SCREEN, Looker, Seen, sign_in_with
from tests.browser.samples import OFFICE, Sample, Samples, list_samples

FILE = ROOT / "docs" / "ux.md"
BYTES_A_SECOND, ROUND_TRIP_MS, SLOWER = 9_000_000 / 8, 100, 4
LCP_MS, INP_MS, PALETTE_MS = 1500, 200, 150
LCP_STEP, INP_STEP = 100, 20

# Kept by the browser itself, whenever it happens: what was painted last, and how long an answer to a touch took.
WATCH = """
window.__painted = 0; window.__slowest = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) __painted = e.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver(list => { for (const e of list.getEntries()) __slowest = Math.max(__slowest, e.duration); })
  .observe({ type: "event", buffered: true, durationThreshold: 16 });
"""
# Each word longer by two fifths: what a translation may do.
STRETCH = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), nodes = [];
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("script, style, svg, select, textarea"))
    nodes.push(walker.currentNode);
  for (const n of nodes) n.data = n.data.replace(/\\p{L}{2,}/gu, w => w + "ẅ".repeat(Math.ceil(w.length * 0.4)));
  const out = document.documentElement.scrollWidth > document.documentElement.clientWidth ? 1 : 0;
  const clipped = [...document.querySelectorAll("button, .button, label, th, h1, h2, .nav a, .tag")].filter(e =>
    e.checkVisibility() && !e.closest(".visually-hidden, .scroll") && e.scrollWidth > e.clientWidth + 1
    && getComputedStyle(e).overflowX !== "visible").length;
  return out + clipped;
}
"""
# Forms that change something: how many there are, and how many of them can be sent without scripts.
FORMS = """
() => {
  const all = [...document.querySelectorAll("main form")];
  const there = e => e.checkVisibility() || e.closest("details:not([open])")?.checkVisibility();
  const sendable = f => [...f.elements].some(e => ["submit", "image"].includes(e.type) && there(e));
  return [all.length, all.filter(sendable).length];
}
"""
# What a list of rows offers: nothing on a page that has none.
LISTS = """
() => {
  const has = s => !!document.querySelector(`main ${s}`);
  return has(".list-line") ? [has("form.search"), has("a[href*='sort=']"), has("[name=export][value=csv]"),
    has("[name=export][value=xlsx]"), has("a[href*='print=1']"), has("#bulk")] : [];
}
"""


@dataclass
class Page:
    """A page and what was measured on it."""

    sample: Sample
    seen: Seen
    lcp: int = 0
    inp: int = 0
    stretched: int = 0
    forms: tuple[int, int] = (0, 0)
    lists: list[bool] = field(default_factory=list)


def run(place: Place) -> Result:
    """Every page, then the table."""
    result = Result("ux")
    samples = list_samples()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        url = place.url.replace("127.0.0.1", "localhost")
        pages = _look_at_all(browser, url, samples, result.say)
        palette = _palette(browser, url, samples)
        browser.close()
    FILE.write_text(_document(pages, palette), encoding="utf-8")
    result.say(f"{len(pages)} pages written to {FILE.relative_to(ROOT)}")
    result.keep("pages", {str(p.sample): {"lcp": p.lcp, "inp": p.inp, "first": p.seen.first.bytes} for p in pages})
    return result


def _look_at_all(browser: Browser, url: str, samples: Samples, say: Callable[[str], None]) -> list[Page]:
    pages: list[Page] = []
    for role in sorted({each.role for each in samples.pages}):
        context = sign_in_with(browser, url, samples.cookies.get(role, ""), **PHONE)
        context.add_init_script(WATCH)
        looker, guest = Looker(context), Looker(context, closely=False)
        plain = sign_in_with(browser, url, samples.cookies.get(role, ""), **PHONE, java_script_enabled=False).new_page()
        if role in samples.cookies:
            looker.come_in()
        own = [each for each in samples.pages if each.role == role]
        looker.load(own[0].path)
        feel(guest, own[0].path)  # what a browser does once, at its first touch, is no page's
        for sample in own:
            page = Page(sample, looker.look(sample.path))
            page.lists = looker.page.evaluate(LISTS)
            page.stretched = looker.page.evaluate(STRETCH)
            page.lcp, page.inp = feel(guest, sample.path)
            plain.goto(sample.path)
            page.forms = tuple(plain.evaluate(FORMS))
            say(f"{sample!s:45} {page.lcp:5} ms, {page.inp:4} ms")
            pages.append(page)
        context.close()
        plain.context.close()
    return sorted(pages, key=lambda page: (page.sample.page, page.sample.role, page.sample.variant))


def feel(guest: Looker, path: str) -> tuple[int, int]:
    """The largest paint of a first visit and the slowest answer to a touch, both as on the phone; milliseconds."""
    page, cdp = guest.page, guest.cdp
    page.set_viewport_size({"width": PHONE_WIDTH, "height": SCREEN})
    page.emulate_media(color_scheme="light")
    network = {"offline": False, "latency": ROUND_TRIP_MS, "downloadThroughput": BYTES_A_SECOND}
    cdp.send("Network.clearBrowserCache")
    cdp.send("Network.emulateNetworkConditions", {**network, "uploadThroughput": BYTES_A_SECOND})
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    try:
        guest.load(path)
        page.wait_for_timeout(150)
        painted = page.evaluate("__painted")
        for selector in (".mark", "main summary", "summary", "main input:not([type=hidden])", "main a[href]"):
            target = page.locator(selector).locator("visible=true").first
            if target.count():
                if selector == "main a[href]":
                    target.focus()
                    page.keyboard.press("Tab")
                else:
                    target.tap()
                break
        page.wait_for_timeout(200)
        slowest = page.evaluate("__slowest")
    finally:
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        cdp.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )
    return _up(painted, LCP_STEP), _up(slowest, INP_STEP)


def _up(value: float, step: int) -> int:
    return math.ceil(value / step) * step


def _palette(browser: Browser, url: str, samples: Samples) -> int | None:
    """Milliseconds from the last letter of a name to the person in the palette; None where there is no palette."""
    page = sign_in_with(browser, url, samples.cookies[OFFICE], **DESK).new_page()
    page.goto("/today/")
    page.keyboard.press("Control+k")
    try:
        page.wait_for_selector("dialog[open] input", timeout=1500)
        page.keyboard.type("ainswort")
        began = time.perf_counter()
        page.keyboard.type("h")
        page.locator("dialog[open] [role=option]", has_text="Ainsworth").first.wait_for(timeout=3000)
    except Error:
        return None
    finally:
        page.context.close()
    return _up(1000 * (time.perf_counter() - began), 10)


def _document(pages: Sequence[Page], palette: int | None) -> str:
    """The whole file."""
    lines = [
        "# How every page feels",
        "",
        "Made by `python -m bench ux`; do not edit. Chromium as a phone of 390 × 844: 9 Mbit/s, 100 ms round trip, the",
        f"processor {SLOWER} times slower. The goals are those of U2 to U11.",
        "",
        "| # | goal | on these pages |",
        "| --- | --- | --- |",
        *_goals(pages, palette),
        "",
        "## Page by page",
        "",
        "First, again: KB on the wire and requests of a first visit and of the next. JS: KB of scripts. LCP, INP:",
        f"milliseconds, rounded up to {LCP_STEP} and {INP_STEP}. Axe: violations in light, dark, right to left. Other:",
        "touch targets below 44 px, what sticks out, focus that cannot be seen, headings, refusals of the policy.",
        "+40 %: what no longer fits with longer words. Forms: those that can be sent without scripts, of all.",
        "",
        "| page | first | again | JS | LCP | INP | axe | other | +40 % | forms |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_row(page) for page in pages),
    ]
    lists = [page for page in pages if page.lists]
    lines += [
        "",
        "## Lists",
        "",
        "| page | filter | sort | CSV | XLSX | print | several at once |",
        "| --- | - | - | - | - | - | - |",
    ]
    lines += [f"| {p.sample} | " + " | ".join("yes" if has else "–" for has in p.lists) + " |" for p in lists]
    faults = [f"- {page.sample}: {fault}" for page in pages for fault in _all_faults(page)]
    lines += ["", "## Not as it should be", "", *(faults or ["Nothing was found."])]
    return "\n".join(lines) + "\n"


def _goals(pages: Sequence[Page], palette: int | None) -> list[str]:
    def most(what: Callable[[Page], int]) -> int:
        return max(what(page) for page in pages)

    violations = sum(len(found) for page in pages for found in page.seen.violations.values())
    others = sum(len(page.seen.faults) for page in pages)
    forms, sendable = sum(page.forms[0] for page in pages), sum(page.forms[1] for page in pages)
    first = f"{_kb(most(lambda p: p.seen.first.bytes))} KB, {most(lambda p: p.seen.first.requests)} requests"
    again = f"{_kb(most(lambda p: p.seen.again.bytes))} KB, {most(lambda p: p.seen.again.requests)} requests"
    scripts = _kb(most(lambda p: p.seen.first.script_bytes))
    found = "not there yet" if palette is None else f"{palette} ms among {_students()} students (at most {PALETTE_MS})"
    rows = [
        ("U2", "first visit ≤ 150 KB, ≤ 10 requests", f"at most {first}"),
        ("U2", "repeat page ≤ 25 KB, ≤ 3 requests", f"at most {again}"),
        ("U2", "JavaScript ≤ 60 KB", f"at most {scripts} KB"),
        ("U3", f"LCP ≤ {LCP_MS} ms", f"at most {most(lambda p: p.lcp)} ms"),
        ("U3", f"INP ≤ {INP_MS} ms", f"at most {most(lambda p: p.inp)} ms"),
        ("U4", "0 axe violations in light, dark, right to left", f"{violations} on {len(pages)} pages"),
        ("U4", "touch targets ≥ 44 px, focus seen, no trap", f"{others} findings"),
        ("U6", "forms work without scripts", f"{sendable} of {forms} can be sent"),
        ("U8", "palette ≤ 150 ms", found),
        ("U9", "lists: filter in the URL, sort, export, several at once", "see Lists"),
        ("U11", "words longer by 40 % never clip", f"{sum(page.stretched for page in pages)} do"),
    ]
    return [f"| {number} | {goal} | {what} |" for number, goal, what in rows]


def _students() -> str:
    from bench.people import school
    from lyceum.core.schools import school_scope

    with school_scope(school().pk):
        return f"{Student.objects.count():,}"


def _row(page: Page) -> str:
    first, again = page.seen.first, page.seen.again
    axe = " / ".join(str(len(page.seen.violations[scheme])) for scheme in ("light", "dark", "rtl"))
    cells = [
        str(page.sample),
        f"{_kb(first.bytes)} in {first.requests}",
        f"{_kb(again.bytes)} in {again.requests}",
        str(_kb(first.script_bytes)),
        str(page.lcp),
        str(page.inp),
        axe,
        str(len(page.seen.faults)),
        str(page.stretched),
        f"{page.forms[1]} of {page.forms[0]}",
    ]
    return f"| {' | '.join(cells)} |"


def _kb(size: int) -> int:
    return math.ceil(size / 1000)


def _all_faults(page: Page) -> list[str]:
    schemes = page.seen.violations.items()
    return [*page.seen.faults, *(f"{scheme}: {each}" for scheme, found in schemes for each in found)]
