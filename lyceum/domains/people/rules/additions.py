"""What a file adds to many people at once: adults, addresses, numbers given by authorities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.facts import StudentChanged
from lyceum.domains.people.models import ContactPoint, OfficialId, Person
from lyceum.domains.people.rules.persons import (
    PERSON_FIELDS,
    NewPerson,
    PersonEdit,
    apply_person_edit,
    check_persons,
    find_faults,
    insert_persons,
)
from lyceum.domains.tenancy.queries import today


@transaction.atomic
def create_adults(new: Sequence[NewPerson], *, actor: Actor) -> list[Person]:
    """Make persons who are to be linked to students."""
    actor.require_all(Permission.PEOPLE_EDIT)
    check_persons(new, today=today())
    persons = insert_persons(new)
    record_all([Entry("people.person.create", Target.of(person)) for person in persons], actor=actor)
    return persons


@transaction.atomic
def edit_adults(edits: Sequence[PersonEdit], *, actor: Actor) -> int:
    """Change the own data of staff and guardians; returns how many changed."""
    actor.require_all(Permission.PEOPLE_EDIT)
    entries, persons, day = [], [], today()
    for edit in edits:
        changes = apply_person_edit(edit)
        faults = find_faults(NewPerson(**{name: getattr(edit.person, name) for name in PERSON_FIELDS}), today=day)
        if faults:
            raise InvalidError(faults[0].message, errors=faults)
        if changes:
            edit.person.updated_at = clock.now()
            persons.append(edit.person)
            entries.append(Entry("people.person.edit", Target.of(edit.person), changes))
    if entries:
        Person.objects.bulk_update(persons, [*sorted(PERSON_FIELDS), "sort_name", "search_name", "updated_at"])
        record_all(entries, actor=actor)
    return len(entries)


@dataclass(frozen=True)
class NewContacts:
    """Ways to reach a person: by kind, in the normal form; each may take the place of another."""

    person: Person
    given: Mapping[str, Sequence[str]]
    replaced: Mapping[str, Sequence[str]]


@transaction.atomic
def add_contacts(new: Sequence[NewContacts], *, actor: Actor) -> None:
    """Give people more ways to be reached. A value that is replaced loses what was known of it."""
    actor.require_all(Permission.PEOPLE_EDIT)
    known = ContactPoint.objects.filter(person__in=[each.person.pk for each in new])
    points = {(point.person_id, point.kind, point.value): point for point in known}
    made, gone, entries = [], [], []
    for each in new:
        for kind, values in each.given.items():
            old = [points[key] for v in each.replaced.get(kind, ()) if (key := (each.person.pk, kind, v)) in points]
            fresh = [value for value in values if (each.person.pk, kind, value) not in points]
            gone += [point.pk for point in old]
            first = not any(k[0] == each.person.pk and k[1] == kind for k in points) or any(p.preferred for p in old)
            made += [
                ContactPoint(person=each.person, kind=kind, value=value, preferred=first and n == 0)
                for n, value in enumerate(fresh)
            ]
            changes = {kind: [[point.value for point in old], list(fresh)]}
            entries.append(Entry("people.contacts.change", Target.of(each.person), changes))
    ContactPoint.objects.filter(pk__in=gone).delete()
    ContactPoint.objects.bulk_create(made)
    if entries:
        record_all(entries, actor=actor)


@transaction.atomic
def add_official_ids(new: Mapping[UUID, Mapping[str, str]], *, actor: Actor) -> None:
    """Write down numbers that authorities gave students, by student, kind and value."""
    actor.require_all(Permission.STUDENTS_EDIT)
    rows = [OfficialId(student_id=pk, kind=kind, value=v) for pk, ids in new.items() for kind, v in ids.items()]
    OfficialId.objects.bulk_create(rows)
    entries = [_id_entry(student, ids) for student, ids in new.items()]
    if entries:
        record_all(entries, actor=actor)


def _id_entry(student: UUID, ids: Mapping[str, str]) -> Entry:
    changes: dict[str, list[Any]] = {kind: [None, value] for kind, value in ids.items()}
    facts = [StudentChanged(student=student)]
    return Entry("people.student.edit", Target("people.student", student), changes, facts=facts)
