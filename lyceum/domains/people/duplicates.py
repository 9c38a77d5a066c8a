"""Who may be somebody who is here already: likely doubles of a person to be made, and of each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core.actor import Actor
from lyceum.core.memory import SchoolMemory
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import searchable
from lyceum.domains.people.models import GuardianLink, Person, Student, ToldApart
from lyceum.domains.people.policies import ids_kept_from_work
from lyceum.domains.people.rules.persons import NewPerson, normal_value, tidied

ALIKE = 0.6
"""From this likeness of their names on, two people born on one day may be one (pg_trgm, 0 to 1)."""
MOST_CANDIDATES, MOST_PAIRS = 5, 500
MOST_ON_ONE_NUMBER = 8
"""A number of more people is a switchboard's, and tells nobody from anybody."""

_CANDIDATES = """
WITH sought AS (SELECT * FROM unnest(%(names)s::text[], %(births)s::date[]) AS s(name, birth)),
alike AS MATERIALIZED (
  SELECT p.id, 'birth' AS why, max(GREATEST(similarity(p.search_name, s.name), similarity(p.sort_name, s.name))) AS near
  FROM sought s JOIN people_person p ON p.school_id = %(school)s AND p.birth_date = s.birth
  WHERE GREATEST(similarity(p.search_name, s.name), similarity(p.sort_name, s.name)) >= %(alike)s
  GROUP BY p.id
  UNION ALL
  SELECT c.person_id, c.value, 0 FROM people_contactpoint c
  WHERE c.school_id = %(school)s AND c.value = ANY(%(phones)s) AND c.kind IN ('mobile', 'phone')
)
SELECT p.id, st.id, p.full_name, COALESCE(st.registration_number, ''), p.birth_date, p.last_name, a.why
FROM alike a
JOIN people_person p ON p.school_id = %(school)s AND p.id = a.id
LEFT JOIN people_student st ON st.school_id = %(school)s AND st.person_id = p.id
ORDER BY a.near DESC, p.sort_name, p.id LIMIT 100
"""


@dataclass(frozen=True)
class Candidate:
    """Somebody who is here and may be the person who is to be made."""

    person: UUID
    student: UUID | None
    name: str
    number: str
    birth_date: date | None
    why: str
    """`official_id`, `birth` (same day, similar name) or `phone` (same number, same family name)."""

    def as_plain(self) -> dict[str, Any]:
        """As a refusal shows it."""
        return {
            "person": str(self.person),
            "student": str(self.student) if self.student else None,
            "name": self.name,
            "number": self.number,
            "birth_date": self.birth_date.isoformat() if self.birth_date else None,
            "why": self.why,
        }


def find_candidates(new: Sequence[NewPerson], *, actor: Actor) -> list[Candidate]:
    """Whom persons to be made may be, the likeliest first: five at most, in one statement."""
    given = [tidied(each) for each in new]
    born = [(searchable(v["full_name"]), v["birth_date"]) for v in given if v["birth_date"]]
    reached = {
        (normal_value("phone", number), family_name(values["full_name"], values["last_name"]))
        for each, values in zip(new, given, strict=True)
        for number in (*each.mobiles, *each.phones)
    }
    if not born and not reached:
        return []
    values: dict[str, Any] = {
        "school": current_school(),
        "names": [name for name, _ in born],
        "births": [birth for _, birth in born],
        "phones": sorted({number for number, _ in reached}),
        "alike": ALIKE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, values)
        rows = cursor.fetchall()
    found: dict[UUID, Candidate] = {}
    for person, student, name, number, birth, last_name, why in rows:
        if why == "birth" or (why, family_name(name, last_name)) in reached:
            why = why if why == "birth" else "phone"
            found.setdefault(person, Candidate(person, student, name, number, birth, why))
    return _without_kept(found.values(), actor)[:MOST_CANDIDATES]


def _without_kept(candidates: Iterable[Candidate], actor: Actor) -> list[Candidate]:
    """Without the children whom a restriction keeps from the one who asks."""
    kept = ids_kept_from_work(actor)
    return [each for each in candidates if each.student not in kept]


def family_name(full_name: str, last_name: str) -> str:
    """The name that a family shares, folded: the last name, or the last word of the whole name."""
    words = searchable(last_name or full_name).split()
    return " ".join(words) if last_name else " ".join(words[-1:])


_PAIRS = """
WITH born AS MATERIALIZED (
  SELECT array_agg(p.id ORDER BY p.id) AS ids, array_agg(p.search_name ORDER BY p.id) AS names,
    array_agg(p.sort_name ORDER BY p.id) AS sorts
  FROM people_person p WHERE p.school_id = %(school)s AND p.birth_date IS NOT NULL
  GROUP BY p.birth_date HAVING count(*) > 1
), shared AS MATERIALIZED (
  SELECT array_agg(DISTINCT c.person_id ORDER BY c.person_id) AS ids FROM people_contactpoint c
  WHERE c.school_id = %(school)s AND c.kind IN ('mobile', 'phone')
  GROUP BY c.value HAVING count(DISTINCT c.person_id) BETWEEN 2 AND %(household)s
)
SELECT ids[i], ids[j], 'birth' FROM born, generate_subscripts(ids, 1) i, generate_subscripts(ids, 1) j
WHERE i < j AND GREATEST(similarity(names[i], names[j]), similarity(sorts[i], sorts[j])) >= %(alike)s
UNION ALL
SELECT ids[i], ids[j], 'phone' FROM shared, generate_subscripts(ids, 1) i, generate_subscripts(ids, 1) j WHERE i < j
LIMIT 5000
"""
"""Groups and not joins: however little the planner knows of a table, it takes one pass over it."""


@dataclass(frozen=True)
class Pair:
    """Two who may be one."""

    one: UUID
    other: UUID
    why: str
    """`birth` or `phone`."""
    one_name: str
    other_name: str


def list_pairs(actor: Actor) -> list[Pair]:
    """Everybody who may be in the records twice, for those who may merge: by name, bounded.

    A child and an adult share a number without being one; so do parents, and whoever is born on another day.
    """
    actor.require_all(Permission.PEOPLE_MERGE)
    return _read_pairs()


def _read_pairs() -> list[Pair]:
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"school": current_school(), "alike": ALIKE, "household": MOST_ON_ONE_NUMBER})
        found: dict[tuple[UUID, UUID], str] = {}
        for one, other, why in cursor.fetchall():
            found.setdefault((one, other), why)
    if not found:
        return []
    people = Person.objects.in_bulk({person for pair in found for person in pair})
    apart = set(ToldApart.objects.values_list("one", "other"))
    are_two = _Twosome(people)
    pairs = [
        Pair(one, other, why, people[one].full_name, people[other].full_name)
        for (one, other), why in found.items()
        if (one, other) not in apart and (why == "birth" or not are_two.holds(people[one], people[other]))
    ]
    return sorted(pairs, key=lambda pair: (people[pair.one].sort_name, pair.one, pair.other))[:MOST_PAIRS]


class _Twosome:
    """Tells whether two who share a number are surely two."""

    def __init__(self, people: Iterable[UUID]) -> None:
        ids = list(people)
        self._students = set(Student.objects.filter(person__in=ids).values_list("person_id", flat=True))
        self._children: dict[UUID, set[UUID]] = {}
        for guardian, student in GuardianLink.objects.filter(guardian__in=ids).values_list("guardian_id", "student_id"):
            self._children.setdefault(guardian, set()).add(student)

    def holds(self, one: Person, other: Person) -> bool:
        """By their names, their birth dates, or what they are to a child."""
        if family_name(one.full_name, one.last_name) != family_name(other.full_name, other.last_name):
            return True
        if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
            return True
        if (one.pk in self._students) != (other.pk in self._students):
            return True
        return bool(self._children.get(one.pk, set()) & self._children.get(other.pk, set()))


_count = SchoolMemory(lambda: len(_read_pairs()), seconds=60)  # of a whole school, on a page that many keep open


def count_pairs(actor: Actor) -> int:
    """How many pairs wait to be looked at, a minute old at most."""
    actor.require_all(Permission.PEOPLE_MERGE)
    return _count.get()


def forget_count() -> None:
    """Count anew at the next question."""
    _count.forget()
