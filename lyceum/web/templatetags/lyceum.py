"""Tags that every template has."""

import re
from collections.abc import Iterable

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from lyceum.core.actor import Actor
from lyceum.core.dates import days_in_words
from lyceum.core.errors import FieldError, RuleError
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.roles import role_name
from lyceum.domains.attendance.glyphs import MEANING_WORDS
from lyceum.domains.attendance.meanings import Meaning
from lyceum.web.keys import written

register = template.Library()


@register.simple_tag
def idempotency() -> SafeString:
    """The hidden key of a form: a double click or a lost answer never doubles the act."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', new_id())


@register.filter
def about(errors: Iterable[FieldError] | None, name: str) -> str:
    """What is wrong with the field of that name, if anything."""
    return next((said(error) for error in errors or () if getattr(error, "pointer", "") == f"/{name}"), "")


@register.filter
def said(error: FieldError) -> str:
    """What is wrong, with days in words; how a day is typed is said as it is typed."""
    return error.message if getattr(error, "code", "") == "date" else days_in_words(error.message)


register.filter("days_in_words", days_in_words)


@register.filter
def in_words(error: RuleError) -> str:
    """A refusal as a person reads it: with days in words, and without the code of the permission."""
    code = re.escape(str(error.extra.get("permission", "")))
    return re.sub(rf" \(\W?{code}\W?\)", "", days_in_words(error.detail))  # from right to left it is set apart


@register.filter
def may(actor: Actor, permission: str) -> bool:
    """Whether somebody may do something to anything at all: a way is shown to those whom it does not turn away."""
    return actor.may(Permission(permission))


@register.filter
def starts(text: str, beginning: str) -> bool:
    """Whether a text begins with another."""
    return str(text).startswith(str(beginning))


register.filter("role_name", role_name)


@register.filter
def own_name(code: str) -> str:
    """The name of a language in that language, as in `français`; its code where nobody has told us."""
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


@register.filter
def key_parts(key: str) -> list[str]:
    """A key as it is printed on a keyboard, part by part."""
    return written(key)


@register.filter
def meaning(word: str) -> object:
    """What an attendance code means, as people say it."""
    return MEANING_WORDS[Meaning(word)] if word else ""


@register.filter
def initials(name: str) -> str:
    """One or two letters for a person's or a school's crest."""
    words = [word for word in str(name).split() if word[:1].isalnum()]
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"
