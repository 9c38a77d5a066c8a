"""What the school holds now, in the words of a file: read in batches, compared field by field."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core.schools import current_school
from lyceum.domains.academics.models import Placement
from lyceum.domains.exchange.models import Crosswalk
from lyceum.domains.people.models import ContactPoint, Enrolment, OfficialId, Person, Staff, Student


class Known:
    """Our rows by the ids of one system: those it is known to mean, and those that this import finds it means."""

    def __init__(self, system: str) -> None:
        self.system = system
        self._linked: dict[tuple[str, str], UUID] = {}

    def link(self, kind: str, foreign_id: str, own_id: UUID) -> None:
        """Take a foreign id to mean one of our rows from here on."""
        self._linked[kind, foreign_id] = own_id

    def own_ids(self, kind: str, foreign_ids: Collection[str]) -> dict[str, UUID]:
        """Our rows by foreign id."""
        linked = {key: self._linked[kind, key] for key in foreign_ids if (kind, key) in self._linked}
        return find_own_ids(self.system, kind, foreign_ids) | linked

    def foreign_ids(self, kind: str, own_ids: Collection[UUID]) -> dict[UUID, str]:
        """Foreign ids by our rows."""
        linked = {own: key for (of, key), own in self._linked.items() if of == kind and own in own_ids}
        return find_foreign_ids(self.system, kind, own_ids) | linked

    def own_persons(self, foreign_ids: Collection[str]) -> dict[str, UUID]:
        """Our persons by foreign id: adults, and staff who are guardians too."""
        staff = self.own_ids("staff", foreign_ids)
        persons = dict(Staff.objects.filter(pk__in=staff.values()).values_list("pk", "person_id"))
        found = {foreign: persons[own] for foreign, own in staff.items() if own in persons}
        return self.own_ids("adult", set(foreign_ids) - found.keys()) | found


PERSON_FIELDS = ("full_name", "first_name", "last_name", "preferred_name", "pronouns", "gender", "birth_date")
CONTACT_FIELDS = {"emails": "email", "mobiles": "mobile", "phones": "phone"}


# The ids as one array: 500 parameters of an IN cost more to write than to look up.
_OWN_IDS = """
SELECT foreign_id, own_id FROM exchange_crosswalk
WHERE school_id = %s AND system = %s AND kind = %s AND foreign_id = ANY(%s)
"""


def find_own_ids(system: str, kind: str, foreign_ids: Collection[str]) -> dict[str, UUID]:
    """Our rows by the ids under which the other system knows them."""
    if not foreign_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OWN_IDS, [current_school(), system, kind, list(foreign_ids)])
        return {row[0]: row[1] for row in cursor.fetchall()}


def find_foreign_ids(system: str, kind: str, own_ids: Collection[UUID]) -> dict[UUID, str]:
    """The ids under which the other system knows our rows."""
    rows = Crosswalk.objects.filter(system=system, kind=kind, own_id__in=list(own_ids))
    return dict(rows.values_list("own_id", "foreign_id"))


@dataclass
class HumanNow:
    """A person as they are known here."""

    id: UUID
    """Of the student, the staff member, or the person, as asked."""
    person_id: UUID
    values: dict[str, Any]
    """Person fields, and the contact points by kind."""
    number: str = ""
    job: str = ""
    official_ids: dict[str, str] = field(default_factory=dict)
    enrolments: list[Enrolment] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)


def load_students(ids: Collection[UUID]) -> dict[UUID, HumanNow]:
    """Students as they are now, in five statements."""
    rows = Student.objects.filter(pk__in=list(ids)).select_related("person")
    found = {row.pk: _human(row.pk, row.person, number=row.registration_number) for row in rows}
    _add_contacts(found.values())
    for student, kind, value in OfficialId.objects.filter(student__in=found).values_list("student_id", "kind", "value"):
        found[student].official_ids[kind] = value
    for enrolment in Enrolment.objects.filter(student__in=found, kind__in=("main", "dual_main")).exclude(
        exit="no_show"
    ):
        found[enrolment.student_id].enrolments.append(enrolment)
    for placement in Placement.objects.filter(student__in=found).select_related("grade"):
        found[placement.student_id].placements.append(placement)
    return found


def load_staff(ids: Collection[UUID]) -> dict[UUID, HumanNow]:
    """Staff as they are now."""
    rows = Staff.objects.filter(pk__in=list(ids)).select_related("person")
    found = {row.pk: _human(row.pk, row.person, number=row.staff_code, job=row.job) for row in rows}
    _add_contacts(found.values())
    return found


def load_adults(ids: Collection[UUID]) -> dict[UUID, HumanNow]:
    """Persons as they are now."""
    found = {row.pk: _human(row.pk, row) for row in Person.objects.filter(pk__in=list(ids))}
    _add_contacts(found.values())
    return found


def _human(key: UUID, person: Person, *, number: str = "", job: str = "") -> HumanNow:
    values: dict[str, Any] = {name: getattr(person, name) for name in PERSON_FIELDS}
    values |= {name: [] for name in CONTACT_FIELDS}
    return HumanNow(key, person.pk, values, number=number, job=job)


def _add_contacts(humans: Iterable[HumanNow]) -> None:
    by_person = {human.person_id: human for human in humans}
    names = {kind: name for name, kind in CONTACT_FIELDS.items()}
    rows = ContactPoint.objects.filter(person__in=by_person, kind__in=names).order_by("pk")
    for person, kind, value in rows.values_list("person_id", "kind", "value"):
        by_person[person].values[names[kind]].append(value)


@dataclass(frozen=True)
class Lookalike:
    """Somebody who is here already and may be meant."""

    id: UUID
    name: str
    number: str
    search_name: str
    birth_date: date | None


def find_students_by_number(numbers: Collection[str]) -> dict[str, UUID]:
    """Students by their registration numbers."""
    rows = Student.objects.filter(registration_number__in=list(numbers))
    return dict(rows.values_list("registration_number", "pk"))


def find_students_by_official_id(values: Collection[str]) -> dict[tuple[str, str], UUID]:
    """Students by the numbers that authorities gave them, as (kind, value)."""
    rows = OfficialId.objects.filter(value__in=list(values)).values_list("kind", "value", "student_id")
    return {(kind, value): student for kind, value, student in rows}


def find_students_by_birth(dates: Collection[date]) -> dict[date, list[Lookalike]]:
    """Students by birth date."""
    found: dict[date, list[Lookalike]] = {}
    rows = Student.objects.filter(person__birth_date__in=list(dates)).values_list(
        "pk", "person__full_name", "registration_number", "person__search_name", "person__birth_date"
    )
    for row in rows:
        if row[4]:
            found.setdefault(row[4], []).append(Lookalike(*row))
    return found


def find_staff_by_code(codes: Collection[str]) -> dict[str, UUID]:
    """Staff by their codes."""
    return dict(Staff.objects.filter(staff_code__in=list(codes)).values_list("staff_code", "pk"))


def find_persons_by_email(addresses: Collection[str]) -> dict[str, list[tuple[UUID, str]]]:
    """Persons and their names by e-mail address."""
    found: dict[str, list[tuple[UUID, str]]] = {}
    rows = ContactPoint.objects.filter(kind="email", value__in=list(addresses))
    for value, person, name in rows.values_list("value", "person_id", "person__full_name"):
        found.setdefault(value, []).append((person, name))
    return found


def find_staff_of_persons(persons: Collection[UUID]) -> dict[UUID, UUID]:
    """Staff rows by person."""
    return dict(Staff.objects.filter(person__in=list(persons)).values_list("person_id", "pk"))
