"""How answers are said to people."""

from typing import Any

from django.utils.translation import gettext as _


def said_answer(value: Any) -> str:
    """An answer in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
