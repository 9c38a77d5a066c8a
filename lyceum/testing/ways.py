"""Following the links that pages offer, as somebody who tries everything."""

import html
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lyceum.testing.clients import Caller

_LINK = re.compile(r'<a\b(?![^>]*\shidden\b)[^>]*\shref="([^"#]+)')
_VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|=[^&]*")
"""What differs between addresses of one page: ids, days, numbers, and what is asked for."""
_HERE = "https://here"
_LEFT_ALONE = ("/sign-out/", "/api/", "/static/")


@dataclass
class Walk:
    """What came of it."""

    opened: int = 0
    refused: list[str] = field(default_factory=list)
    """Addresses that turn away whoever follows them, each with the page it stands on."""


def links_of(page: str, at: str) -> Iterator[str]:
    """The addresses of this site that a page leads to."""
    for found in _LINK.findall(page):
        address = urljoin(_HERE + at, html.unescape(found))
        path = address.removeprefix(_HERE)
        if address.startswith(f"{_HERE}/") and not path.startswith(_LEFT_ALONE):
            yield path


def follow(caller: Caller, *, says: Mapping[str, str] | None = None) -> Walk:
    """Open one page of each kind that can be reached from the first. A refusal that says what is missing is an answer
    of its own: `says` gives the words for the paths that may do so."""
    waiting, seen, walk = deque([("/today/", "")]), set[str](), Walk()
    while waiting:
        path, stands_on = waiting.popleft()
        kind = _VARIES.sub("*", path)
        if kind in seen:
            continue
        seen.add(kind)
        answer = caller.get(path)
        if answer.status_code in (301, 302, 303):
            waiting.appendleft((urljoin(_HERE + path, answer["Location"]).removeprefix(_HERE), path))
            continue
        walk.opened += 1
        said = ""
        if answer.streaming:
            answer.close()
        elif "html" in answer.get("Content-Type", ""):
            said = answer.content.decode()
        if answer.status_code != 200 and (says or {}).get(urlsplit(path).path, "\0") not in said:
            walk.refused.append(f"{answer.status_code} {path} on {stands_on}")
        waiting.extend((each, path) for each in links_of(said, path))
    return walk
