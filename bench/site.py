"""Public pages a second from memory, beside a static file; and a contact form under a flood.

    python -m bench.site http://hillcrest.localhost:4115 [--flood 10000]

Needs a running server whose site is published (the demo's is). Prints a line for each measure.
"""

from __future__ import annotations

import argparse
import http.client
import json
import threading
import time
from urllib.parse import urlsplit

THREADS, SECONDS = 8, 10


def rate(url: str, path: str, *, seconds: float = SECONDS) -> tuple[float, set[int]]:
    """Answers a second over connections that stay open, and the statuses that came."""
    parts, until = urlsplit(url), time.monotonic() + seconds
    counts, statuses = [0] * THREADS, set()

    def ask(n: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=30)
        while time.monotonic() < until:
            line.request("GET", path, headers={"Host": parts.netloc, "Accept-Encoding": "gzip"})
            answer = line.getresponse()
            answer.read()
            statuses.add(answer.status)
            counts[n] += 1
        line.close()

    asking = [threading.Thread(target=ask, args=(n,)) for n in range(THREADS)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    return sum(counts) / seconds, statuses


def flood(url: str, posts: int) -> dict[int, int]:
    """How many messages of one sender were answered how."""
    parts = urlsplit(url)
    found: dict[int, int] = {}
    line = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=30)
    for n in range(posts):
        body = {"name": "Bot", "email": f"bot{n}@x.example", "subject": "Casino", "message": f"Best casino no. {n}"}
        head = {"Host": parts.netloc, "Content-Type": "application/json"}
        line.request("POST", "/api/v1/contact-us/", json.dumps(body), head)
        answer = line.getresponse()
        answer.read()
        found[answer.status] = found.get(answer.status, 0) + 1
    line.close()
    return found


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--flood", type=int, default=0)
    asked = parser.parse_args()
    plain, _statuses = rate(asked.url, "/static/web/icon.svg")
    for path in ("/", "/about-us/", "/reviews/", "/sitemap.xml"):
        found, statuses = rate(asked.url, path)
        print(f"{path}: {found:.0f} a second ({found / plain:.2f} of a static file's {plain:.0f}), {sorted(statuses)}")
    if asked.flood:
        began = time.monotonic()
        print(f"{asked.flood} posts: {flood(asked.url, asked.flood)} in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
