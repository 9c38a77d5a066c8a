"""How people are reached: the address and the number that a form shows, changed for one or for many."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from lyceum.core import clock
from lyceum.core.errors import InvalidError
from lyceum.domains.people.models import ContactPoint, Person
from lyceum.domains.people.rules.persons import contact_faults, normal_value

MAIN_CONTACTS: Mapping[str, tuple[str, ...]] = {"email": ("email",), "phone": ("mobile", "phone")}
"""What a form calls `email` and `phone`, and the kinds of contact point each stands for."""

ContactChanges = dict[str, list[str]]


def replace_main_contacts(
    wanted: Sequence[tuple[Person, Mapping[str, str]]],
) -> dict[UUID, ContactChanges]:
    """Give people another main `email` or `phone`; an empty one is taken away. Returns what changed, by person."""
    faults = [f for _, given in wanted for k, v in given.items() for f in contact_faults(k, v, pointer=f"/{k}")]
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    wanted = [(person, given) for person, given in wanted if given]
    if not wanted:
        return {}
    known: dict[UUID, list[ContactPoint]] = {}
    points = ContactPoint.objects.filter(person__in=[person.pk for person, _ in wanted])
    for point in points.order_by("-preferred", "pk"):
        known.setdefault(point.person_id, []).append(point)
    changes: dict[UUID, ContactChanges] = {}
    for person, given in wanted:
        for name, value in given.items():
            mine = [p for p in known.get(person.pk, ()) if p.kind in MAIN_CONTACTS[name]]
            old, new = mine[0].value if mine else "", normal_value(name, value)
            if old != new:
                _replace(person, name, mine, new)
                changes.setdefault(person.pk, {})[name] = [old, new]
    return changes


def _replace(person: Person, name: str, mine: list[ContactPoint], new: str) -> None:
    """Put one value in the place of the main one. A value the person has already becomes the main one."""
    now = clock.now()
    same = next((point for point in mine if point.value == new), None)
    if not new:
        ContactPoint.objects.filter(pk=mine[0].pk).delete()
    elif same:
        ContactPoint.objects.filter(pk__in=[p.pk for p in mine]).update(preferred=False, updated_at=now)
        ContactPoint.objects.filter(pk=same.pk).update(preferred=True, updated_at=now)
    elif mine:
        ContactPoint.objects.filter(pk=mine[0].pk).update(
            value=new, preferred=True, verified_at=None, failing_since=None, updated_at=now
        )
    else:
        ContactPoint.objects.create(person=person, kind=MAIN_CONTACTS[name][0], value=new, preferred=True)
