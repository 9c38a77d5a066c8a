"""Whom to reach about a student, in order, with every way to reach them. One statement."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.people.contacts_for import Choice, contacts_for
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import family_of, visible_as_family, visible_students
from lyceum.domains.people.queries import get_student

_CONTACTS = """
SELECT l.student_id, l.contact_order, p.full_name, l.relationship, l.parental_responsibility = 'yes', l.emergency,
  array_agg(c.kind || ':' || c.value ORDER BY c.preferred DESC, c.kind) FILTER (WHERE c.id IS NOT NULL),
  EXISTS (SELECT 1 FROM people_contactrestriction r
    WHERE r.school_id = %(school)s AND r.student_id = l.student_id AND r.person_id = l.guardian_id
      AND r.ended_reason = '' AND r.starts_on <= %(day)s AND (r.ends_on IS NULL OR r.ends_on >= %(day)s)
      AND r.kinds && ARRAY['no_contact', 'no_information']::varchar[]),
  p.user_id
FROM people_guardianlink l
JOIN people_person p ON p.school_id = %(school)s AND p.id = l.guardian_id
LEFT JOIN people_contactpoint c ON c.school_id = %(school)s AND c.person_id = p.id
WHERE l.school_id = %(school)s AND l.student_id = ANY(%(students)s)
  AND l.starts_on <= %(day)s AND (l.ends_on IS NULL OR l.ends_on >= %(day)s)
GROUP BY l.id, l.school_id, l.student_id, l.guardian_id, l.contact_order, p.full_name, l.relationship,
  l.parental_responsibility, l.emergency, p.user_id
ORDER BY l.student_id, l.contact_order
"""


@dataclass(frozen=True)
class Contact:
    """An adult and how to reach them."""

    student: UUID
    order: int
    name: str
    relationship: str
    responsible: bool
    emergency: bool
    ways: tuple[tuple[str, str], ...]
    """Kind and value, the preferred one first."""
    is_kept_away: bool
    """A restriction forbids to contact or inform them; only those who may know of restrictions meet them at all."""
    user: UUID | None

    def __str__(self) -> str:
        told = f"{self.name} ({self.relationship})" if self.relationship else self.name
        return ", ".join([told, *(value for kind, value in self.ways if kind != "post")])


def read_contacts(student: Student, *, actor: Actor, day: date) -> list[Contact]:
    """A student's contacts: all of them for those who may see contacts, one's own row for everybody else."""
    if not actor.may(Permission.CONTACTS_VIEW):
        return []
    sees_all = _sees_all(student.pk, actor)
    knows = actor.reaches_all(Permission.RESTRICTIONS_EDIT)
    found = [each for each in _read([student.pk], day) if knows or not each.is_kept_away]
    return [each for each in found if sees_all or (actor.user_id is not None and each.user == actor.user_id)]


def _sees_all(student_id: UUID, actor: Actor) -> bool:
    """Whether somebody sees every contact of a student. Who works here sees of their own child what a guardian sees."""
    if student_id in family_of(actor):
        seen = visible_as_family(actor, Permission.CONTACTS_VIEW)
    elif actor.reaches_all(Permission.CONTACTS_VIEW):
        return True
    else:
        seen = visible_students(actor, Permission.CONTACTS_VIEW)
    return Student.objects.filter(seen, pk=student_id).exists()


def choices_about(student_id: UUID, *, purpose: str, channel: str = "", day: date, actor: Actor) -> list[Choice]:
    """Whom the school would tell about a student, for those who may see contacts; one's own row for a guardian."""
    actor.require(Permission.CONTACTS_VIEW)
    student = get_student(student_id, actor=actor)
    found = contacts_for(student.pk, purpose=purpose, channel=channel, day=day, actor=actor)
    if _sees_all(student.pk, actor):
        return found
    return [each for each in found if actor.user_id is not None and each.user == actor.user_id]


def contacts_to_list(students: Collection[UUID], *, actor: Actor, day: date) -> dict[UUID, list[Contact]]:
    """The contacts of several students, as they stand in lists and files; nobody who is kept away. One statement."""
    if not actor.reaches_all(Permission.CONTACTS_VIEW):
        return {}
    found: dict[UUID, list[Contact]] = defaultdict(list)
    for each in _read(students, day):
        if not each.is_kept_away:
            found[each.student].append(each)
    return found


def _read(students: Collection[UUID], day: date) -> list[Contact]:
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, {"school": current_school(), "students": list(students), "day": day})
        return [_contact(row) for row in cursor.fetchall()]


def _contact(row: tuple[Any, ...]) -> Contact:
    student, order, name, relationship, responsible, emergency, ways, is_kept_away, user = row
    split = tuple(tuple(way.split(":", 1)) for way in ways or ())
    return Contact(student, order, name, relationship, responsible, emergency, split, is_kept_away, user)


_FIRST = """
SELECT DISTINCT ON (l.student_id) l.student_id, p.full_name, l.relationship, c.value
FROM people_guardianlink l
JOIN people_person p ON p.school_id = %(school)s AND p.id = l.guardian_id
JOIN people_contactpoint c ON c.school_id = %(school)s AND c.person_id = p.id AND c.kind IN ('mobile', 'phone')
WHERE l.school_id = %(school)s AND l.student_id = ANY(%(students)s)
  AND l.starts_on <= %(day)s AND (l.ends_on IS NULL OR l.ends_on >= %(day)s) AND l.told_absence
  AND NOT EXISTS (SELECT 1 FROM people_contactrestriction r
    WHERE r.school_id = %(school)s AND r.student_id = l.student_id AND r.person_id = l.guardian_id
      AND r.ended_reason = '' AND r.starts_on <= %(day)s AND (r.ends_on IS NULL OR r.ends_on >= %(day)s)
      AND r.kinds && ARRAY['no_contact', 'no_information']::varchar[])
ORDER BY l.student_id, l.contact_order, c.preferred DESC, c.kind
"""


@dataclass(frozen=True)
class FirstContact:
    """Whom to call first about an absence."""

    name: str
    relationship: str
    number: str


def first_contacts(students: Sequence[UUID], *, actor: Actor, day: date) -> dict[UUID, FirstContact]:
    """Whom to call first about each student's absence, for those who may see every contact. One statement.

    Somebody who must not be told is never among them, nor whoever else is told of one's own child.
    """
    if not actor.reaches_all(Permission.CONTACTS_VIEW):
        return {}
    family = family_of(actor)
    students = [student for student in students if student not in family]
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, {"school": current_school(), "students": list(students), "day": day})
        return {row[0]: FirstContact(*row[1:]) for row in cursor.fetchall()}
