"""Imports as the page tells of them: kinds, actions, states, and what a row changes."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazily
from django.utils.translation import pgettext_lazy

from lyceum.domains.exchange.models import ImportRow, ImportRun
from lyceum.domains.exchange.readers.formats import ONEROSTER, SDS, STUDENTS

Word = str | Promise
STATE_WORDS: dict[str, Word] = {
    "uploaded": _lazily("Uploaded"),
    "mapped": _lazily("Questions are open"),
    "previewed": _lazily("Looked at"),
    "applying": _lazily("Being brought in"),
    "applied": _lazily("Brought in"),
    "failed": _lazily("Failed"),
    "cancelled": _lazily("Stopped"),
    "rolled_back": pgettext_lazy("import", "Taken back"),
    "partly_rolled_back": _lazily("Taken back in part"),
}
ACTION_WORDS: dict[str, Word] = {
    "error": _lazily("Wrong"),
    "create": _lazily("New"),
    "update": _lazily("Changed"),
    "end": _lazily("Ends"),
    "skip": _lazily("As it is"),
}
"""What becomes of a row, in the order in which they are looked at."""
KIND_WORDS: dict[str, tuple[Word, Word]] = {
    "school": (_lazily("School"), _lazily("School")),
    "year": (_lazily("School year"), _lazily("Years")),
    "term": (_lazily("Term"), _lazily("Terms")),
    "grade": (_lazily("Grade"), _lazily("Grades")),
    "subject": (_lazily("Subject"), _lazily("Subjects")),
    "class": (_lazily("Class"), _lazily("Classes")),
    "staff": (_lazily("Staff"), _lazily("Staff")),
    "student": (_lazily("Student"), _lazily("Students")),
    "adult": (_lazily("Adult"), _lazily("Adults")),
    "guardian": (_lazily("Guardian"), _lazily("Guardian links")),
    "teacher": (_lazily("Class teacher"), _lazily("Class teachers")),
    "member": (_lazily("Class member"), _lazily("Class members")),
    "line": (_lazily("Line"), _lazily("Other lines")),
}
"""One, and several, in the order in which they are brought in."""
FILE_WORDS: dict[str, Word] = {
    ONEROSTER: "OneRoster",
    SDS: "School Data Sync",
    STUDENTS: _lazily("List of students"),
}
_FIELD_WORDS: dict[str, Word] = {
    "full_name": _lazily("Full name"),
    "first_name": _lazily("First name"),
    "middle_name": _lazily("Middle name"),
    "last_name": _lazily("Last name"),
    "preferred_name": _lazily("Called"),
    "name": _lazily("Name"),
    "code": _lazily("Code"),
    "kind": _lazily("Kind"),
    "role": _lazily("Role"),
    "relationship": _lazily("Relationship"),
    "student": _lazily("Student"),
    "adult": _lazily("Adult"),
    "staff": _lazily("Staff"),
    "class": _lazily("Class"),
    "subject": _lazily("Subject"),
    "grade": _lazily("Grade"),
    "grades": _lazily("Grades"),
    "form": _lazily("Class"),
    "year": _lazily("School year"),
    "term": _lazily("Term"),
    "birth_date": _lazily("Date of birth"),
    "gender": _lazily("Gender"),
    "pronouns": _lazily("Pronouns"),
    "number": _lazily("Number"),
    "official_ids": _lazily("Number given by an authority"),
    "emails": _lazily("E-mail"),
    "mobiles": _lazily("Mobile"),
    "phones": _lazily("Phone"),
    "joined_on": _lazily("Joined"),
    "starts": _lazily("Starts"),
    "starts_on": _lazily("Starts"),
    "first_day": _lazily("First day"),
    "ends": _lazily("Ends"),
    "ends_on": _lazily("Ends"),
    "last_day": _lazily("Last day"),
    "capacity": _lazily("Seats"),
}
"""In the order in which they are told."""
_PLACES = {name: place for place, name in enumerate(_FIELD_WORDS)}
_CODED: dict[str, dict[str, Word]] = {
    "kind": {"form": _lazily("Form"), "teaching": _lazily("Teaching class")},
    "role": {
        "lead": _lazily("leads the class"),
        "co_teacher": _lazily("teaches with others"),
        "assistant": _lazily("assists"),
    },
}
_PARTS_OF_A_NAME = frozenset({"first_name", "middle_name", "last_name"})


def state_word(run: ImportRun) -> str:
    """How far an import is."""
    return str(STATE_WORDS[run.state])


def file_word(run: ImportRun) -> str:
    """What kind of file it is of."""
    return str(FILE_WORDS.get(run.kind, run.kind))


def kind_word(row: ImportRow) -> str:
    """What one row is about."""
    return str(KIND_WORDS[row.kind][0])


def counts_told(run: ImportRun) -> list[tuple[str, list[int]]]:
    """How many of each kind meet with each action."""
    told = [(several, run.counts.get(kind, {})) for kind, (_one, several) in KIND_WORDS.items()]
    return [(str(several), [counts.get(action, 0) for action in ACTION_WORDS]) for several, counts in told if counts]


def title_of(row: ImportRow, names: Mapping[UUID, str]) -> str:
    """The name of what a row is about: as the row tells it, or as the school has it; empty where neither does."""
    told = row.values.get("full_name") or row.values.get("name")
    return str(told or (names.get(row.target, "") if row.target else ""))


def changes_of(row: ImportRow) -> Iterator[tuple[str, str, str]]:
    """Field by field: what it is called, what it says now, and what it will say. Of a new row what it will say."""
    is_change = row.action == "update"
    for name, value in sorted(row.values.items(), key=lambda each: _PLACES.get(each[0], len(_PLACES))):
        if not is_change and (name in ("full_name", "name") or name not in _FIELD_WORDS):
            continue
        if name in _PARTS_OF_A_NAME and "full_name" in row.values:
            continue
        was, will_be = _told(name, row.before.get(name)), _told(name, value)
        if is_change or will_be:
            yield _field(name), was or "–", will_be or "–"


def _field(name: str) -> str:
    if name.startswith("official_ids."):
        system = name.removeprefix("official_ids.")
        return _("Number in %(system)s") % {"system": FILE_WORDS.get(system, system)}
    return str(_FIELD_WORDS.get(name, name))


def _told(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(_told(name, each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_told(name, each)}" for key, each in value.items())
    if value is None or value == "":
        return ""
    if name in _CODED:
        return str(_CODED[name].get(value, value))
    day = _day(str(value))
    return date_format(day, "SHORT_DATE_FORMAT") if day else str(value)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
