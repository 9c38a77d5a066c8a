"""Every way that a page offers is open to its reader: links are followed from the first page of everybody's role."""

import html
import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest

from lyceum.demo.accounts import list_accounts
from lyceum.demo.tests.conftest import LoadedDemo
from lyceum.domains.accounts.models import EmailAddress
from lyceum.testing.clients import Caller, browser

_LINK = re.compile(r'<a\b(?![^>]*\shidden\b)[^>]*\shref="([^"#]+)')
_VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|=[^&]*")
"""What differs between addresses of one page: ids, days, numbers, and what is asked for."""
_HERE = "https://here"
_LEFT_ALONE = ("/sign-out/", "/api/", "/static/")
FEWEST = 20
"""Pages that whoever signs in can open; an applicant, 22."""
SAYS_WHAT_IS_MISSING = {"/learning/materials/": "application is under review"}
"""Refusals that are an answer of their own: of which page, and the words."""


def links_of(page: str, at: str) -> Iterator[str]:
    """The addresses of this site that a page leads to."""
    for found in _LINK.findall(page):
        address = urljoin(_HERE + at, html.unescape(found))
        path = address.removeprefix(_HERE)
        if address.startswith(f"{_HERE}/") and not path.startswith(_LEFT_ALONE):
            yield path


def follow(caller: Caller) -> tuple[list[str], int]:
    """The addresses that refuse, each with the page it stands on, and how many pages were opened: one of a kind."""
    waiting, seen, refused, opened = deque([("/today/", "")]), set(), [], 0
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
        opened += 1
        said = answer.content.decode() if "html" in answer.get("Content-Type", "") and not answer.streaming else ""
        if answer.status_code != 200 and SAYS_WHAT_IS_MISSING.get(urlsplit(path).path, "\0") not in said:
            refused.append(f"{answer.status_code} {path} on {stands_on}")
        waiting.extend((each, path) for each in links_of(said, path))
    return refused, opened


@pytest.mark.parametrize("role", ["Office", "Head", "Form teacher", "Guardian", "Student", "Applicant"])
def test_every_way_from_the_first_page_is_open(demo: LoadedDemo, role: str):
    account = next(each for each in list_accounts() if each.role.startswith(role))
    user = EmailAddress.objects.get(address=account.email).user

    refused, opened = follow(browser(user, demo.hillcrest))

    assert refused == []
    assert opened >= FEWEST
