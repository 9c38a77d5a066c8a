"""Days as people read them."""

import re
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def days_in_words(text: object) -> str:
    """A text whose days are as the language writes them, and not as software does."""
    return _DAY.sub(_in_words, str(text))


def instant_in_words(instant: datetime) -> str:
    """An instant as the clock of its own zone shows it."""
    return date_format(instant, _("j M Y, H:i"))


def _in_words(found: re.Match[str]) -> str:
    try:
        return date_format(date.fromisoformat(found[0]), _("j M Y"))
    except ValueError:  # it only looks like a day
        return found[0]
