"""What the files say about a person, in the form in which it is kept, and how it differs from what is known."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lyceum.core.text import searchable, tidy
from lyceum.domains.exchange.plan.present import CONTACT_FIELDS, PERSON_FIELDS, HumanNow
from lyceum.domains.exchange.readers.records import Human, Trouble
from lyceum.domains.people.rules.persons import NewPerson, find_faults, normal_value


def wished_values(human: Human, details: tuple[str, date | None] = ("", None)) -> dict[str, Any]:
    """The values the files give a person; what they leave empty is not among them."""
    gender, birth_date = details
    first, last = tidy(human.first_name), tidy(human.last_name)
    full = tidy(human.full_name) or " ".join(filter(None, (first, tidy(human.middle_name), last)))
    values: dict[str, Any] = {
        "full_name": full,
        "first_name": first,
        "last_name": last,
        "preferred_name": tidy(human.preferred_name),
        "pronouns": tidy(human.pronouns),
        "gender": tidy(human.gender or gender),
        "birth_date": human.birth_date or birth_date,
    }
    for name, kind in CONTACT_FIELDS.items():
        given = (normal_value(kind, value) for value in getattr(human, name))
        values[name] = list(dict.fromkeys(filter(None, given)))
    return {name: value for name, value in values.items() if value}


def find_troubles(values: Mapping[str, Any], *, today: date) -> list[Trouble]:
    """What is wrong with a person as the files give them."""
    return [
        Trouble(fault.pointer.lstrip("/"), f"{fault.code}", fault.message)
        for fault in find_faults(new_person(values), today=today)
    ]


def new_person(values: Mapping[str, Any]) -> NewPerson:
    """The person that values describe; dates may be text."""
    birth = values.get("birth_date")
    given: dict[str, Any] = {name: values.get(name, "") for name in PERSON_FIELDS}
    given["birth_date"] = date.fromisoformat(birth) if isinstance(birth, str) else birth
    given |= {name: tuple(values.get(name, ())) for name in CONTACT_FIELDS}
    return NewPerson(**given)


def as_plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept in a plan."""
    return {name: str(value) if isinstance(value, date) else value for name, value in values.items()}


def differences(wished: Mapping[str, Any], now: HumanNow) -> tuple[dict[str, Any], dict[str, Any]]:
    """New and old values of the fields that differ.

    Addresses are added. Where a person has exactly one of a kind, and the file another, it takes its place.
    """
    new: dict[str, Any] = {}
    old: dict[str, Any] = {}
    for name, value in wished.items():
        known = now.values[name]
        if name in CONTACT_FIELDS:
            missing = [each for each in value if each not in known]
            if missing:
                new[name] = missing if len(known) != 1 or known[0] in value else value
                old[name] = [] if len(known) != 1 or known[0] in value else known
        elif known != value:
            new[name], old[name] = value, known
    return as_plain(new), as_plain(old)


def trigrams(text: str) -> set[str]:
    """The three-letter pieces of a name's words, as PostgreSQL's pg_trgm cuts them."""
    return {padded[n : n + 3] for word in text.split() for padded in [f"  {word} "] for n in range(len(padded) - 2)}


def likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1, without case, accents and order."""
    first, second = trigrams(searchable(one)), trigrams(searchable(other))
    return len(first & second) / len(first | second) if first | second else 0.0
