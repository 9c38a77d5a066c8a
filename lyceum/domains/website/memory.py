"""What a process remembers of sites, so that a page that was asked for a moment ago asks the database nothing.

A page is kept by school, language and address, with the version of the site that it was made from. The version is read
anew after a few seconds, because another process may have raised it; here it is forgotten as it rises.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from lyceum.core.memory import also_forget

TRUSTED_SECONDS, KEPT_SECONDS, HOST_SECONDS = 5.0, 45.0, 10.0
"""How long the version, a page and the meaning of a host are believed without being looked at again."""
MAKING_SECONDS = 5.0
"""For so long whoever makes an old page anew is waited for."""
MOST_PAGES, MOST_HOSTS = 4_000, 10_000


@dataclass(frozen=True)
class Rendered:
    """An answer to a stranger, ready to go."""

    content: bytes
    kind: str
    etag: str
    status: int = 200
    location: str = ""
    language: str = "en"
    seconds: int = 60
    """How long others may keep it."""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SiteHost:
    """What a host means."""

    school_id: int
    primary: str
    """The host that search engines are to know; empty where it is the installation's own."""
    closed: str = ""
    """The school's name, where the school is closed."""


Key = tuple[int, str, str]
"""School, language, path."""


@dataclass
class _Kept:
    version: int
    at: float
    page: Rendered


@dataclass
class _Memory:
    pages: OrderedDict[Key, _Kept] = field(default_factory=OrderedDict)
    versions: dict[int, tuple[float, int]] = field(default_factory=dict)
    hosts: dict[str, tuple[float, SiteHost | None]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_memory = _Memory()


def find_page(key: Key, read_version: Callable[[int], int]) -> Rendered | None:
    """The page as it was made last, if nothing changed since. Once it is old one caller makes it anew, and meanwhile
    the others get the old one."""
    kept, now = _memory.pages.get(key), monotonic()
    if kept is None or kept.version != version_of(key[0], read_version):
        return None
    with _memory.lock:
        if now - kept.at > KEPT_SECONDS:
            kept.at = now - KEPT_SECONDS + MAKING_SECONDS
            return None
    return kept.page


def version_of(school_id: int, read_version: Callable[[int], int]) -> int:
    """The version of a school's site, at most some seconds old."""
    known, now = _memory.versions.get(school_id), monotonic()
    if known is None or now - known[0] > TRUSTED_SECONDS:
        known = _memory.versions[school_id] = (now, read_version(school_id))
    return known[1]


def keep_page(key: Key, version: int, page: Rendered) -> None:
    """Keep a page that was made from a version."""
    with _memory.lock:
        _memory.pages[key] = _Kept(version, monotonic(), page)
        _memory.pages.move_to_end(key)
        while len(_memory.pages) > MOST_PAGES:
            _memory.pages.popitem(last=False)


def forget_site(school_id: int) -> None:
    """Read the version of a site anew at the next question."""
    _memory.versions.pop(school_id, None)


def host_of(name: str, read: Callable[[str], SiteHost | None]) -> SiteHost | None:
    """What a host means, at most some seconds old."""
    known, now = _memory.hosts.get(name), monotonic()
    if known is None or now - known[0] > HOST_SECONDS:
        if len(_memory.hosts) > MOST_HOSTS:  # somebody tries names
            _memory.hosts.clear()
        known = _memory.hosts[name] = (now, read(name))
    return known[1]


def forget_hosts() -> None:
    """Read the meaning of every host anew."""
    _memory.hosts.clear()


def forget_all() -> None:
    """Everything."""
    _memory.pages.clear()
    _memory.versions.clear()
    _memory.hosts.clear()


also_forget(forget_all)
