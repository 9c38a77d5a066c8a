"""Families over REST: who belongs together. A family opens nothing to anybody."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.people.models import Family
from lyceum.domains.people.queries import get_family, list_families
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.rules.families import MOST_TOGETHER, change_family, create_family, delete_family


class InFamily(Schema):
    """Somebody of a family: the id of the student, or of the adult's person."""

    id: UUID
    full_name: str


class FamilyOut(Schema):
    """Students and adults who belong together."""

    id: UUID
    name: str
    students: list[InFamily]
    guardians: list[InFamily]


def _shape(family: Family) -> dict[str, Any]:
    return {
        "id": family.pk,
        "name": family.name,
        "students": [{"id": s.pk, "full_name": s.person.full_name} for s in family.students.all()],
        "guardians": [{"id": a.person_id, "full_name": a.person.full_name} for a in family.adults.all()],
    }


class FamilyFilter(Walk):
    """Which families."""

    q: str = Field("", max_length=100, description="Part of the name.")


@router.get("families/", response=ListOf[FamilyOut], operation_id="listFamilies")
def families(request: HttpRequest, chosen: Query[FamilyFilter]) -> dict[str, Any]:
    """Families by name."""
    rows = list_families(actor_of(request), text=chosen.q)
    page = page_of(rows, order=("name", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


class FamilyIn(Strict):
    """Who belongs together: students, and adults by the id of their person."""

    name: str = Field(max_length=200)
    students: list[UUID] = Field(max_length=MOST_TOGETHER)
    guardians: list[UUID] = Field(default_factory=list, max_length=MOST_TOGETHER)


@router.post("families/", response={201: FamilyOut}, operation_id="createFamily")
def create(request: HttpRequest, body: FamilyIn) -> Any:
    """Say who belongs together. A student is in one family at a time."""
    actor = actor_of(request)
    family = create_family(name=body.name, students=body.students, guardians=body.guardians, actor=actor)
    return _shape(get_family(family.pk, actor=actor))


@router.get("families/{family_id}/", response=FamilyOut, operation_id="getFamily")
def family(request: HttpRequest, family_id: UUID) -> dict[str, Any]:
    """One family."""
    return _shape(get_family(family_id, actor=actor_of(request)))


class FamilyPatch(Strict):
    """What changes; a list takes the place of the one before."""

    name: str = Field(left_out(), max_length=200)
    students: list[UUID] = Field(left_out(), max_length=MOST_TOGETHER)
    guardians: list[UUID] = Field(left_out(), max_length=MOST_TOGETHER)


@router.patch("families/{family_id}/", response=FamilyOut, operation_id="changeFamily")
def change(request: HttpRequest, family_id: UUID, body: FamilyPatch) -> dict[str, Any]:
    """Say anew what the family is called and who is in it."""
    actor = actor_of(request)
    change_family(family_id, **body.dict(exclude_unset=True), actor=actor)
    return _shape(get_family(family_id, actor=actor))


@router.delete("families/{family_id}/", response={204: None}, operation_id="deleteFamily")
def delete(request: HttpRequest, family_id: UUID) -> None:
    """They no longer belong together; nothing of theirs goes."""
    delete_family(family_id, actor=actor_of(request))
