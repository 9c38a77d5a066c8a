"""What Lyceum says of its own accord: the texts of every kind of message, in every language of the catalogues.

A text names its placeholders in braces. A school may put its own words in place of ours (`models/templates.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.core.errors import InvalidError, invalid_field
from lyceum.core.language import speaking
from lyceum.domains.notifications.words import Channel

_PLACEHOLDER = re.compile(r"{\s*([a-z_]+)\s*}")
_BRACE = re.compile(r"[{}]")


@dataclass(frozen=True)
class Text:
    """The words of one kind of message."""

    subject: str | Promise
    """Of an e-mail: never with a child's data."""
    message: str | Promise
    """In the app, and the body of an e-mail."""
    short: str | Promise
    """A text message; the link stands at its end."""
    placeholders: tuple[str, ...] = ()

    def of(self, channel: str) -> tuple[str | Promise, str | Promise]:
        """Subject and body for a channel."""
        return (self.subject, self.short if channel == Channel.SMS else self.message)


TEXTS: dict[str, Text] = {}
"""Every kind of message by its key. A domain above adds its own."""


def declare(key: str, text: Text) -> None:
    """Add a kind of message."""
    TEXTS[key] = text


@dataclass(frozen=True)
class Words:
    """A text with its placeholders filled in."""

    subject: str
    message: str


def fill(text: str | Promise, values: Mapping[str, str]) -> str:
    """Put the values in the place of their names."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), str(text))


def default_words(key: str, channel: str, values: Mapping[str, str], *, languages: tuple[str, ...]) -> Words:
    """Our own words in the first of some languages that we have."""
    with speaking(*languages):
        subject, body = TEXTS[key].of(channel)
        return Words(fill(subject, values), fill(body, values))


def check_placeholders(key: str, **texts: str) -> None:
    """Refuse words that name what this kind of message does not have. Found here, and never as it is sent."""
    known = TEXTS[key].placeholders
    for field, text in texts.items():
        unknown = [name for name in _PLACEHOLDER.findall(text) if name not in known]
        if unknown or _BRACE.search(_PLACEHOLDER.sub("", text)):
            said = ", ".join(f"{{{name}}}" for name in known)
            raise invalid_field(
                f"/{field}", "placeholder", str(_("Only these stand in braces here: %(known)s.")) % {"known": said}
            )


def text_of(key: str) -> Text:
    """The text of a key that somebody named."""
    if key not in TEXTS:
        raise InvalidError(str(_("There is no such kind of message.")))
    return TEXTS[key]


declare(
    "test",
    Text(
        subject=_("A test from {school}"),
        message=_("This is a test from {school}. Whoever reads it knows that messages arrive."),
        short=_("This is a test from {school}."),
        placeholders=("school",),
    ),
)
declare(
    "digest",
    Text(
        subject=_("News from {school}"),
        message="{items}",
        short=_("News from {school}"),
        placeholders=("school", "items"),
    ),
)
