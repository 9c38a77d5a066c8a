"""Why lessons have no place, kept as data and said in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.domains.timetable.engine import Explained
from lyceum.domains.timetable.planning import Plan
from lyceum.domains.timetable.planning.problem import Built

_WORDS = {
    "no_place_found": gettext_noop("No place was found in the time there was."),
    "by_hand": gettext_noop("It was changed by hand and is not part of the version any more."),
}


def as_values(explained: Explained, built: Built, plan: Plan) -> list[dict[str, Any]]:
    """What the engine says, as it is kept: with our ids and names in place of its own."""
    del built, plan
    return [dict(each) for each in explained.reasons]


def say(reason: Mapping[str, Any]) -> str:
    """A reason in words."""
    words = _WORDS.get(str(reason.get("code")))
    return _(words) % reason if words else str(reason.get("words", ""))


def say_all(reasons: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Reasons as a door shows them."""
    return [dict(each) | {"words": say(each)} for each in reasons]
