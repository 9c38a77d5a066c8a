"""What an assignment must be like, whoever writes it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lyceum.core.errors import InvalidError, invalid_field
from lyceum.core.richtext import to_html
from lyceum.core.text import tidy
from lyceum.domains.learning.models import Assignment

LONGEST_TITLE, LONGEST_DESCRIPTION, MOST_CRITERIA, MOST_ATTEMPTS = 200, 50_000, 12, 99
CHOICES = {"grading": Assignment.Grading.values, "release": Assignment.Release.values}


def checked(values: Mapping[str, Any], row: Assignment | None = None) -> dict[str, Any]:
    """The values as they are kept. `row`: what is changed, for what belongs together."""
    given = dict(values)
    if "title" in given:
        given["title"] = _text("/title", tidy(given["title"]), LONGEST_TITLE)
    if "description" in given:
        given["description"] = _text("/description", given["description"].strip(), LONGEST_DESCRIPTION)
        given["description_html"] = to_html(given["description"])
    for name, allowed in CHOICES.items():
        if name in given and given[name] not in allowed:
            raise invalid_field(f"/{name}", "choice", _("Choose one of the list."))
    attempts = given.get("max_attempts")
    if attempts is not None and not 1 <= attempts <= MOST_ATTEMPTS:
        raise invalid_field("/max_attempts", "range", _("Give a number from 1 to 99, or nothing."))
    if "rubric" in given:
        given["rubric"] = _rubric(given["rubric"])
    due = given.get("due_at", row.due_at if row else None)
    closes = given.get("closes_at", row.closes_at if row else None)
    if closes and due and closes < due:
        raise invalid_field("/closes_at", "order", _("It closes when it is due, or later."))
    return given


def _text(pointer: str, text: str, longest: int) -> str:
    if not text:
        raise invalid_field(pointer, "required", _("Write something here."))
    if len(text) > longest:
        raise invalid_field(pointer, "length", _("Give at most %(n)s letters.") % {"n": longest})
    return text


def _rubric(criteria: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(criteria) > MOST_CRITERIA:
        raise invalid_field("/rubric", "length", _("Give at most %(n)s criteria.") % {"n": MOST_CRITERIA})
    return [
        {"title": _text("/rubric", tidy(each["title"]), 120), "points": str(_points(each["points"]))}
        for each in criteria
    ]


def _points(given: object) -> Decimal:
    try:
        points = Decimal(str(given))
    except InvalidOperation:
        raise _wrong_points() from None
    if not points.is_finite() or not 0 < points <= 100 or points != points.quantize(Decimal("0.01")):
        raise _wrong_points()
    return points


def _wrong_points() -> InvalidError:
    return invalid_field("/rubric", "points", _("Each criterion has more than 0 and at most 100 points."))
