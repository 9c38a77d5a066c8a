"""Persons: names in any script, ways to reach them. Many are made in a few statements, one as well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from lyceum.core.errors import FieldError, InvalidError
from lyceum.core.text import tidy
from lyceum.domains.people.models import ContactPoint, Person

EARLIEST_BIRTH = date(1900, 1, 1)
SHORTEST_PHONE, LONGEST_PHONE = 3, 20


@dataclass(frozen=True)
class NewPerson:
    """A person as a form, a file or a call gives them. One name is enough."""

    full_name: str = ""
    first_name: str = ""
    last_name: str = ""
    preferred_name: str = ""
    pronouns: str = ""
    gender: str = ""
    birth_date: date | None = None
    emails: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


_LONGEST = {
    "full_name": 200,
    "first_name": 100,
    "last_name": 100,
    "preferred_name": 200,
    "pronouns": 40,
    "gender": 40,
}


def tidied(new: NewPerson) -> dict[str, Any]:
    """The columns of a person row for what was given; the full name is built where it is missing."""
    values: dict[str, Any] = {name: tidy(getattr(new, name)) for name in _LONGEST}
    if not values["full_name"]:
        values["full_name"] = f"{values['first_name']} {values['last_name']}".strip()
    values["birth_date"] = new.birth_date
    return values


def find_faults(new: NewPerson, *, today: date, pointer: str = "") -> list[FieldError]:
    """What is wrong with a person as given."""
    faults = []
    values = tidied(new)
    if not values["full_name"]:
        faults.append(FieldError(f"{pointer}/full_name", "required", _("Give a name.")))
    for name, longest in _LONGEST.items():
        if len(values[name]) > longest:
            faults.append(
                FieldError(
                    f"{pointer}/{name}", "too_long", _("Use at most %(longest)s letters.") % {"longest": longest}
                )
            )
    if new.birth_date and not EARLIEST_BIRTH <= new.birth_date <= today:
        faults.append(FieldError(f"{pointer}/birth_date", "range", _("A birth date lies in the past, after 1900.")))
    faults += [f for address in new.emails for f in contact_faults("email", address, pointer=f"{pointer}/email")]
    for number in (*new.mobiles, *new.phones):
        faults += contact_faults("phone", number, pointer=f"{pointer}/phone")
    return faults


def contact_faults(kind: str, value: str, *, pointer: str) -> list[FieldError]:
    """What is wrong with an e-mail address or a telephone number; nothing given is not wrong."""
    plain = normal_value(kind, value)
    if not tidy(value):
        return []
    if kind != "email":
        digits = len(plain.removeprefix("+"))
        if SHORTEST_PHONE <= digits <= LONGEST_PHONE:
            return []
        return [FieldError(pointer, "phone", _("%(number)s is not a telephone number.") % {"number": tidy(value)[:60]})]
    try:
        validate_email(plain)
    except ValidationError:
        return [FieldError(pointer, "email", _("%(address)s is not an e-mail address.") % {"address": plain[:60]})]
    return []


def check_persons(new: Sequence[NewPerson], *, today: date) -> None:
    """Refuse persons as given where anything is wrong with one of them."""
    many = len(new) > 1
    faults = [f for n, each in enumerate(new) for f in find_faults(each, today=today, pointer=f"/{n}" if many else "")]
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


def insert_persons(new: Sequence[NewPerson]) -> list[Person]:
    """Make person rows and their contact points, in two statements."""
    persons = []
    for each in new:
        person = Person(**tidied(each))
        for column, value in person.name_columns().items():
            setattr(person, column, value)
        persons.append(person)
    Person.objects.bulk_create(persons)
    points = [point for person, each in zip(persons, new, strict=True) for point in contact_points(person, each)]
    if points:
        ContactPoint.objects.bulk_create(points)
    return persons


def contact_points(person: Person, new: NewPerson) -> Iterable[ContactPoint]:
    """The contact points that were given, each value once; the first of a kind is the preferred one."""
    given = (("email", new.emails), ("mobile", new.mobiles), ("phone", new.phones))
    for kind, values in given:
        normal = dict.fromkeys(filter(None, (normal_value(kind, v) for v in values)))
        for place, value in enumerate(normal):
            yield ContactPoint(person=person, kind=kind, value=value, preferred=place == 0)


def normal_value(kind: str, value: str) -> str:
    """The one form in which an address or a number is kept."""
    plain = tidy(value)
    if kind == "email":
        return plain.lower()
    digits = "".join(c for c in plain if c.isdecimal())
    return f"+{digits}" if plain.startswith("+") and digits else digits


PERSON_FIELDS = frozenset(f.name for f in fields(NewPerson)) - {"emails", "mobiles", "phones"}


@dataclass(frozen=True)
class PersonEdit:
    """New values for one person; only the fields named change."""

    person: Person
    values: dict[str, Any] = field(default_factory=dict)


def apply_person_edit(edit: PersonEdit) -> dict[str, list[Any]]:
    """Set new values on a person row, unsaved, with its derived columns; returns what changed."""
    person, changes = edit.person, {}
    values = {k: tidy(v) if isinstance(v, str) else v for k, v in edit.values.items()}
    if values.keys() & {"full_name", "first_name", "last_name"} and not values.get("full_name"):
        joined = f"{values.get('first_name', person.first_name)} {values.get('last_name', person.last_name)}".strip()
        # Taking both parts away leaves the name as it was, unless the whole was taken away as well.
        values["full_name"] = joined or ("" if "full_name" in values else person.full_name)
    for name, value in values.items():
        old = getattr(person, name)
        if old != value:
            changes[name] = [str(each) if isinstance(each, date) else each for each in (old, value)]
            setattr(person, name, value)
    for column, value in person.name_columns().items():
        setattr(person, column, value)
    return changes
