"""A site of 200 pages with pictures: pages a second from memory, what a phone waits for, a flood of messages."""

from __future__ import annotations

import http.client
import io
import itertools
import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from playwright.sync_api import sync_playwright

from bench.people import school
from bench.place import Place
from bench.processes import cpu_seconds, find_parts
from bench.results import Result
from bench.ux import LCP_MS, WATCH, feel
from lyceum.core.actor import Actor, system_actor
from lyceum.core.schools import school_scope
from lyceum.domains.website.models import Page
from lyceum.domains.website.rules.pages import create_page, publish_page
from lyceum.domains.website.rules.pictures import add_picture
from tests.browser.conftest import CHROMIUM, PHONE, QUIET
from tests.browser.looking import Looker, sign_in_with

PAGES, PICTURES, IN_GALLERY = 200, 20, 6
THREADS, SECONDS, POSTS = 8, 10, 500
GOAL_A_SECOND, FIRST_VISIT, HTML, REQUESTS = 200, 150_000, 25_000, 10
FIXED = ("/", "/courses/", "/events/", "/about-us/", "/team/", "/alumni/", "/reviews/", "/partners/", "/contact/")
LOOKED_AT = 12
"""So many of the written pages are looked at as on a phone, beside the fixed ones."""
_PARTS = ("ba", "che", "di", "lo", "mur", "sta", "te")
WORDS = ["".join(word) for word in itertools.product(_PARTS, _PARTS, (*_PARTS, ""))]
"""As many as a text has, so that it packs no better than one."""


@dataclass(frozen=True)
class Felt:
    """A page on a phone: what it weighs, and when its largest part was painted."""

    path: str
    kilobytes: float
    requests: int
    lcp_ms: int


def run(place: Place) -> Result:
    """Write the site, ask for all of its pages at once, look at some as on a phone, and write like a machine."""
    result, here = Result("site"), school()
    host = f"{here.slug}.localhost:{place.port}"
    with school_scope(here.pk):
        paths = _write_pages(system_actor(here.pk, name="bench"), PAGES)
    every = [*FIXED, *paths]
    cold, html = _each_once(place.port, host, every)
    result.say(f"{len(every)} pages, none of them kept yet: {cold:.0f} a second")
    result.say(f"HTML at most {html / 1000:.1f} KB on the wire (at most {HTML // 1000})")
    plain, _statuses = rate(place.port, host, ["/static/web/icon.svg"])
    parts = find_parts(place.server, place.folder)
    began = cpu_seconds(parts.web)
    warm, statuses = rate(place.port, host, every)
    cost = 1000 * (cpu_seconds(parts.web) - began) / (warm * SECONDS)
    result.keep("milliseconds_of_processor_a_page", round(cost, 2))
    result.keep("pages", len(every))
    result.keep("html_bytes_at_most", html)
    result.keep("a_second", {"cold": round(cold), "warm": round(warm), "static_file": round(plain)})
    result.say(
        f"kept: {warm:.0f} a second (at least {GOAL_A_SECOND}), {warm / plain:.2f} of a static file's {plain:.0f}, "
        f"{sorted(statuses)}; a page takes {cost:.1f} ms of processor, so one core gives {1000 / cost:.0f} a second"
    )
    felt = _on_a_phone(f"http://{host}", [*FIXED, *paths[:LOOKED_AT]])
    result.keep("on_a_phone", [asdict(each) for each in felt])
    worst = max(felt, key=lambda each: each.lcp_ms)
    heaviest = max(felt, key=lambda each: each.kilobytes)
    result.say(f"LCP at most {worst.lcp_ms} ms, at {worst.path} (at most {LCP_MS})")
    result.say(f"first visit at most {heaviest.kilobytes} KB, at {heaviest.path} (at most {FIRST_VISIT // 1000})")
    result.say(f"requests at most {max(each.requests for each in felt)} (at most {REQUESTS})")
    began = time.monotonic()
    answers = flood(place.port, host, POSTS)
    result.keep("flood", {"answers": answers, "seconds": round(time.monotonic() - began, 1)})
    result.say(f"{POSTS} messages of one sender: {answers} in {time.monotonic() - began:.0f} s")
    return result


def _write_pages(actor: Actor, count: int) -> list[str]:
    """Pages of words, pictures, a gallery, a quote, a button and a list; their addresses."""
    known = Page.objects.filter(title__startswith="Bench ").order_by("slug")
    if known.count() < count:
        chosen = random.Random(7)
        pictures = [
            str(add_picture(_photo(n), name=f"{n}.jpg", alt=f"Photograph {n}", actor=actor).pk) for n in range(PICTURES)
        ]
        for n in range(count):
            page = create_page(title=f"Bench {n:03}", blocks=_blocks(chosen, pictures), actor=actor)
            publish_page(page.pk, actor=actor)
    return [each.address for each in known]


def _blocks(chosen: random.Random, pictures: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"kind": "text", "text": f"## {_sentence(chosen, 4)}\n\n{_prose(chosen)}"},
        {"kind": "image", "picture": chosen.choice(pictures), "caption": _sentence(chosen, 6)},
        {"kind": "text", "text": f"### {_sentence(chosen, 4)}\n\n{_prose(chosen)}"},
        {"kind": "gallery", "pictures": chosen.sample(pictures, IN_GALLERY)},
        {"kind": "quote", "text": _sentence(chosen, 14), "by": "A parent"},
        {"kind": "list", "of": chosen.choice(("courses", "events", "team", "reviews"))},
        {"kind": "button", "label": "Apply for a place", "target": "/apply/"},
    ]


def _prose(chosen: random.Random) -> str:
    return "\n\n".join(" ".join(_sentence(chosen, chosen.randint(8, 16)) for _ in range(5)) for _ in range(3))


def _sentence(chosen: random.Random, words: int) -> str:
    return " ".join(chosen.choices(WORDS, k=words)).capitalize() + "."


def _photo(seed: int) -> io.BytesIO:
    """As heavy as a photograph: large soft shapes under fine grain."""
    from PIL import Image, ImageFilter

    coarse = Image.frombytes("RGB", (40, 25), random.Random(seed).randbytes(3000)).resize((1600, 1000))
    grain = Image.effect_noise((1600, 1000), 40).convert("RGB").filter(ImageFilter.GaussianBlur(1))
    out = io.BytesIO()
    Image.blend(coarse, grain, 0.25).save(out, format="JPEG", quality=88)
    out.seek(0)
    return out


def _each_once(port: int, host: str, paths: Sequence[str]) -> tuple[float, int]:
    """Each page for the first time, one after the other: pages a second, and the bytes of the heaviest."""
    line, began = http.client.HTTPConnection("127.0.0.1", port, timeout=30), time.monotonic()
    heaviest = max(_ask(line, host, path)[1] for path in paths)
    line.close()
    return len(paths) / (time.monotonic() - began), heaviest


def rate(port: int, host: str, paths: Sequence[str], *, seconds: float = SECONDS) -> tuple[float, set[int]]:
    """Answers a second over connections that stay open, each going round all the pages; and the statuses that came."""
    until = time.monotonic() + seconds
    counts, statuses = [0] * THREADS, set()

    def ask(n: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        mixed = random.Random(n).sample(list(paths), len(paths))
        for path in itertools.cycle(mixed):
            if time.monotonic() >= until:
                break
            statuses.add(_ask(line, host, path)[0])
            counts[n] += 1
        line.close()

    asking = [threading.Thread(target=ask, args=(n,)) for n in range(THREADS)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    return sum(counts) / seconds, statuses


def _ask(line: http.client.HTTPConnection, host: str, path: str) -> tuple[int, int]:
    """The status of an answer, and how many bytes it has on the wire."""
    line.request("GET", path, headers={"Host": host, "Accept-Encoding": "gzip"})
    answer = line.getresponse()
    return answer.status, len(answer.read())


def _on_a_phone(url: str, paths: Sequence[str]) -> list[Felt]:
    """Each page as a stranger's phone gets it on the first visit."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = sign_in_with(browser, url, **PHONE)
        context.set_default_timeout(60_000)
        context.add_init_script(WATCH)
        guest = Looker(context, closely=False)
        guest.load(paths[0])
        feel(guest, paths[0])  # what a browser does once, at its first touch, is no page's
        found = [_felt(guest, path) for path in paths]
        browser.close()
    return found


def _felt(guest: Looker, path: str) -> Felt:
    lcp, _inp = feel(guest, path)
    first = guest.weigh(again=False)
    return Felt(path, round(first.bytes / 1000, 1), first.requests, lcp)


def flood(port: int, host: str, posts: int) -> dict[int, int]:
    """How many messages of one sender were answered how."""
    found: dict[int, int] = {}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for n in range(posts):
        body = {"name": "Bot", "email": f"bot{n}@x.example", "subject": "Casino", "message": f"Best casino no. {n}"}
        head = {"Host": host, "Content-Type": "application/json"}
        line.request("POST", "/api/v1/contact-us/", json.dumps(body), head)
        answer = line.getresponse()
        answer.read()
        found[answer.status] = found.get(answer.status, 0) + 1
    line.close()
    return found
