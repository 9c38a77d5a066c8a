"""The language of an answer: a person's own, else what their device asks for, else the school's first."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

LANGUAGE_COOKIE = "lyceum_language"
"""What somebody chose before signing in."""


def known_language(code: str) -> str:
    """The language of ours that a code means, as in `fr` for `fr-CA`; nothing where we have none."""
    try:
        return translation.get_supported_language_variant(code) if code else ""
    except LookupError:
        return ""


def language_asked(*, cookie: str, accept: str) -> str:
    """What a browser asks for: chosen by hand, else by its settings; nothing where neither names one of ours."""
    wishes = [cookie, *(code for code, _weight in parse_accept_lang_header(accept))]
    return first_known(*wishes)


def first_known(*wishes: str) -> str:
    """The first of some codes that means one of our languages, or nothing."""
    return next((found for wish in wishes if (found := known_language(wish))), "")


@contextmanager
def speaking(*wishes: str) -> Iterator[None]:
    """Everything inside speaks the first language of these that we have; English where we have none."""
    with translation.override(first_known(*wishes) or settings.LANGUAGE_CODE):
        yield


def speak(*wishes: str) -> None:
    """Speak the first language of these that we have, to the end of what `speaking` began; else go on as before."""
    found = first_known(*wishes)
    if found:
        translation.activate(found)


def list_languages() -> list[tuple[str, str]]:
    """Code and own name of every language there is, as in `fr` and `Français`."""
    return [(code, str(name)) for code, name in settings.LANGUAGES]
