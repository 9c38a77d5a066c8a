"""What is typed into learning, checked in words: names, texts, addresses, numbers."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.text import slugify
from django.utils.translation import gettext as _

from lyceum.core.errors import invalid_field
from lyceum.core.text import tidy

LONGEST_SUMMARY, LONGEST_TEXT, LONGEST_URL = 500, 100_000, 500


def line(values: Mapping[str, Any], name: str, longest: int, *, needed: bool = False) -> str:
    """A text of one line."""
    text = tidy(values.get(name) or "")
    if needed and not text:
        raise invalid_field(f"/{name}", "required", _("Write something here."))
    if len(text) > longest:
        raise invalid_field(f"/{name}", "length", _("Give at most %(n)s letters.") % {"n": longest})
    return text


def long_text(values: Mapping[str, Any], name: str, longest: int) -> str:
    """A text in Markdown, with its line ends."""
    text: str = (values.get(name) or "").replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise invalid_field(f"/{name}", "length", _("Give at most %(n)s letters.") % {"n": longest})
    return text


def number(values: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    """A whole number between two, or nothing."""
    given: int | None = values.get(name)
    if given is not None and not least <= given <= most:
        raise invalid_field(
            f"/{name}", "range", _("Give a number from %(least)s to %(most)s.") % {"least": least, "most": most}
        )
    return given


def choice(values: Mapping[str, Any], name: str, choices: Collection[str]) -> str:
    """One of a list."""
    given = str(values[name])
    if given not in choices:
        raise invalid_field(f"/{name}", "choice", _("Choose one of: %(all)s.") % {"all": ", ".join(choices)})
    return given


def slug_of(text: str, pointer: str = "/slug") -> str:
    """The form of a name in an address."""
    slug = slugify(text, allow_unicode=True)[:70]
    if not slug:
        raise invalid_field(pointer, "slug", _("Use letters or digits."))
    return slug


def free_slug(wish: str, taken: Collection[str]) -> str:
    """The wish, or the wish with -2, -3 … where it is taken."""
    slug, n = wish, 1
    while slug in taken:
        n += 1
        slug = f"{wish}-{n}"
    return slug


def secure_url(given: str, pointer: str = "/url") -> str:
    """An address that begins with https."""
    url = given.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:  # a host in brackets that is none, a port of letters
        raise invalid_field(pointer, "url", _("Give an address that begins with https://.")) from None
    plain = url.isprintable() and not any(c.isspace() or c in '\\"<>' for c in url)
    if parts.scheme != "https" or not host or parts.username or not port_is_fine or not plain:
        raise invalid_field(pointer, "url", _("Give an address that begins with https://."))
    if len(url) > LONGEST_URL:
        raise invalid_field(pointer, "length", _("Give at most %(n)s letters.") % {"n": LONGEST_URL})
    return url
