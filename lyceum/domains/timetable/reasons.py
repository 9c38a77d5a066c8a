"""Why lessons have no place, or nothing is possible: kept as data, said in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.domains.timetable.naming import Naming
from lyceum.domains.timetable.planning import Plan
from lyceum.domains.timetable.planning.problem import Built

MOST_VIOLATED = 10
_WORDS = {
    "no_place_found": gettext_noop("No place was found in the time there was."),
    "by_hand": gettext_noop("It was changed by hand and is not part of the version any more."),
    "no_start": gettext_noop("%(who)s: none of the %(available)s places that are long enough is allowed."),
    "person_full": gettext_noop("%(who)s: %(needed)s periods of lessons, but only %(available)s periods are free."),
    "no_room": gettext_noop("%(who)s: needs a room, and none is left that it can have."),
    "rooms_full": gettext_noop("%(needed)s periods of lessons want %(who)s, which is free for %(available)s periods."),
    "no_spread": gettext_noop("%(who)s: %(needed)s lessons have to be on different days; there are %(available)s."),
    "conflict": gettext_noop("These cannot hold together: %(rules)s"),
    "too_much": gettext_noop("The lessons do not fit, even without any rule."),
    "relax": gettext_noop("The cheapest to relax: %(rules)s"),
    "violated": gettext_noop("In the way: %(rules)s"),
    "unknown": gettext_noop("It is not proven that all of it is impossible: more time may help."),
}


def as_values(found: Mapping[str, Any], built: Built, plan: Plan) -> list[dict[str, Any]]:
    """What the engine says, as it is kept: with our ids and names in place of its own."""
    if not found:
        return []
    return list(_values(found, Naming(plan, built)))


def _values(found: Mapping[str, Any], naming: Naming) -> Iterator[dict[str, Any]]:
    for count in found["counts"]:
        about_lessons = count["subject_kind"] == "activity"
        who = [naming.lesson_words(n) if about_lessons else naming.who(n) for n in count["subjects"]]
        yield {
            "code": count["kind"],
            "who": who,
            "needed": count["needed"],
            "available": count["available"],
            "rules": _rules(count["refs"], naming),
            "lessons": _lessons(count["subjects"], naming) if about_lessons else [],
        }
    conflict = found["conflict"]
    if conflict:
        yield {
            "code": "conflict" if conflict["refs"] else "too_much",
            "rules": _rules(conflict["refs"], naming),
            "lessons": _lessons(conflict["activities"], naming),
            "minimal": conflict["is_minimal"],
        }
    relaxation = found["relaxation"]
    if relaxation:
        yield {
            "code": "relax",
            "rules": _rules([relaxation["ref"]], naming),
            "units": relaxation["units"],
            "verified": relaxation["is_verified"],
        }
    if found["verdict"] == "unknown":
        yield {"code": "unknown", "lessons": _lessons(found["unplaced"], naming)}
    for each in found["most_violated"][:MOST_VIOLATED]:
        yield {
            "code": "violated",
            "rules": _rules([each["ref"] or each["kind"]], naming),
            "who": [naming.who(each["who"])] if each["who"] else [],
            "units": each["units"],
            "lessons": _lessons(each["activities"], naming),
        }


def _rules(refs: Iterable[str], naming: Naming) -> list[dict[str, str]]:
    """Rules by what they are called here, each with its words as they were then."""
    return [{"ref": ref, "words": naming.rule_words(ref)} for ref in dict.fromkeys(refs)]


def _lessons(activities: Iterable[str], naming: Naming) -> list[str]:
    return [str(lesson) for lesson in map(naming.lesson, activities) if lesson]


def say(reason: Mapping[str, Any]) -> str:
    """A reason in words."""
    words = _WORDS.get(str(reason.get("code")))
    if words is None:
        return str(reason.get("code", ""))
    said = {
        "who": ", ".join(reason.get("who", ())),
        "rules": " ".join(each["words"] for each in reason.get("rules", ())),
        "needed": reason.get("needed", ""),
        "available": reason.get("available", ""),
    }
    return _(words) % said


def say_all(reasons: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Reasons as a door shows them."""
    return [dict(each) | {"words": say(each)} for each in reasons]
