"""What is asked of every text that somebody writes for the site."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from lyceum.core.errors import invalid_field
from lyceum.core.text import tidy
from lyceum.domains.website.models import Picture

LONGEST_LINK, MOST_LINKS = 500, 6
LONGEST_EMAIL = 254


Check = Callable[[str, Any], Any]
"""What makes of a given value the one that is kept, or refuses it by the name of its field."""


def checked(values: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    """Values as they are kept, each by the check of its name; one that has none stays as it is."""
    return {name: checks[name](name, given) if name in checks else given for name, given in values.items()}


def a_line(longest: int, *, needed: bool = False) -> Check:
    """A check for one line of text."""
    return lambda name, given: line(name, given, longest, needed=needed)


def some_lines(longest: int) -> Check:
    """A check for a text of several lines."""
    return lambda name, given: lines(name, given, longest)


def line(name: str, given: str, longest: int, *, needed: bool = False) -> str:
    """One line of text, tidied."""
    text = tidy(given)
    if needed and not text:
        raise invalid_field(f"/{name}", "required", _("Fill this in."))
    if len(text) > longest:
        raise invalid_field(f"/{name}", "length", _("Give at most %(n)s letters.") % {"n": longest})
    return text


def header_line(name: str, given: str, longest: int) -> str:
    """One line that stands in the head of a mail: a line break there would begin another head."""
    if any(c in given.strip() for c in "\r\n\x00"):
        raise invalid_field(f"/{name}", "line_break", _("This cannot have more than one line."))
    return line(name, given, longest, needed=True)


def lines(name: str, given: str, longest: int, *, shortest: int = 0) -> str:
    """A text of several lines; its line breaks stay."""
    kept = "".join(c if c.isprintable() or c in "\n\u200c\u200d" else " " for c in given.replace("\r\n", "\n"))
    text = unicodedata.normalize("NFC", kept).strip()
    if len(text) < shortest:
        raise invalid_field(f"/{name}", "length", _("Write at least %(n)s letters.") % {"n": shortest})
    if len(text) > longest:
        raise invalid_field(f"/{name}", "length", _("Write at most %(n)s letters.") % {"n": longest})
    return text


def mail_address(name: str, given: str) -> str:
    """An e-mail address."""
    address = header_line(name, given, LONGEST_EMAIL)
    try:
        validate_email(address)
    except ValidationError:
        raise invalid_field(f"/{name}", "email", _("Give an e-mail address, as in name@example.org.")) from None
    return address


def web_link(name: str, given: str) -> str:
    """An address of elsewhere, over TLS; nothing where nothing was given."""
    link = given.strip()
    if not link:
        return ""
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:  # a host in brackets that is none
        parts, host = urlsplit(""), None
    if parts.scheme != "https" or not host or len(link) > LONGEST_LINK or any(c.isspace() for c in link):
        raise invalid_field(f"/{name}", "link", _("Give an address that begins with https://."))
    return link


def web_links(name: str, given: Iterable[str]) -> list[str]:
    """Some addresses of elsewhere."""
    links = [link for each in given if (link := web_link(name, each))]
    if len(links) > MOST_LINKS:
        raise invalid_field(f"/{name}", "length", _("Give at most %(n)s links.") % {"n": MOST_LINKS})
    return links


def target(name: str, given: str) -> str:
    """Where a link of the site leads: a path of the site itself, or an address of elsewhere."""
    wanted = given.strip()
    if wanted.startswith(("mailto:", "tel:")) and len(wanted) <= LONGEST_LINK and not any(c.isspace() for c in wanted):
        return wanted
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    if is_path and len(wanted) <= LONGEST_LINK and not any(c.isspace() or c in '\\"<>' for c in wanted):
        return wanted
    link = web_link(name, wanted)
    if not link:
        raise invalid_field(f"/{name}", "link", _("Give a path such as /about-us/, or an address with https://."))
    return link


def place_in_order(name: str, given: int) -> int:
    """A place in a list."""
    if not 0 <= given <= 30_000:
        raise invalid_field(f"/{name}", "range", _("Give a number from 0 to 30,000."))
    return given


def picture(name: str, given: UUID | None) -> Picture | None:
    """A picture of the school, or none."""
    if given is None:
        return None
    found = Picture.objects.filter(pk=given).first()
    if found is None:
        raise invalid_field(f"/{name}", "unknown", _("There is no such picture."))
    return found
