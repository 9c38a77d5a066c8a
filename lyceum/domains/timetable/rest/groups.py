"""Groups of classes over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import Shown, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.timetable.groups import GROUP_ORDER, get_group, list_groups
from lyceum.domains.timetable.models import Group
from lyceum.domains.timetable.rest.router import Named, named, router
from lyceum.domains.timetable.rules.groups import (
    MOST_CLASSES,
    MOST_MEMBERS,
    NewGroup,
    create_groups,
    delete_group,
    edit_group,
)


class TimetableGroupOut(Schema):
    """A part of a class that is taught by itself."""

    id: UUID
    class_: Named = Field(alias="class")
    name: str
    division: str
    taught_as: Named | None = Field(description="The teaching class whose members are the group's.")
    students: list[Named]


class TimetableGroupIn(Strict):
    """A group as it is to be. A student is in one group of a division."""

    name: str = Field(min_length=1, max_length=60)
    division: str = Field("", max_length=60)
    students: list[UUID] = Field(default_factory=list, max_length=MOST_MEMBERS)
    taught_as: UUID | None = Field(None, description="A teaching class; its members are the group's.")


class NewTimetableGroupIn(TimetableGroupIn):
    """A group of a class; of several, one of that name in each, with those of the students who are in it."""

    classes: list[UUID] = Field(min_length=1, max_length=MOST_CLASSES)


def _shape(row: Group) -> dict[str, Any]:
    return {
        "id": row.pk,
        "class": named(row.school_class),
        "name": row.name,
        "division": row.division,
        "taught_as": named(row.taught_as),
        "students": [named(each.student) for each in row.members.all()],
    }


def _new(body: TimetableGroupIn) -> NewGroup:
    return NewGroup(body.name, body.division, body.students, body.taught_as)


class TimetableGroupFilter(Walk):
    """Which groups."""

    year: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")


@router.get("timetable/groups/", response=ListOf[TimetableGroupOut], by_alias=True, operation_id="listTimetableGroups")
def groups(request: HttpRequest, chosen: Query[TimetableGroupFilter]) -> dict[str, Any]:
    """Groups of classes, by class."""
    rows = list_groups(actor_of(request), year=chosen.year, school_class=chosen.class_id)
    page = page_of(rows, order=GROUP_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


@router.post(
    "timetable/groups/",
    response={201: list[TimetableGroupOut]},
    by_alias=True,
    operation_id="createTimetableGroups",
)
def create(request: HttpRequest, body: NewTimetableGroupIn) -> Status[list[dict[str, Any]]]:
    """Make a group of a class, or of the same name in several."""
    actor = actor_of(request)
    made = create_groups(body.classes, _new(body), actor=actor)
    return Status(201, [_shape(row) for row in list_groups(actor).filter(pk__in=[each.pk for each in made])])


@router.get(
    "timetable/groups/{uuid:timetable_group_id}/",
    response=TimetableGroupOut,
    by_alias=True,
    operation_id="getTimetableGroup",
)
def group(request: HttpRequest, response: HttpResponse, timetable_group_id: UUID) -> Shown | HttpResponse:
    """One group."""
    return with_etag(request, response, _shape(get_group(timetable_group_id, actor=actor_of(request))))


@router.put(
    "timetable/groups/{uuid:timetable_group_id}/",
    response=TimetableGroupOut,
    by_alias=True,
    operation_id="replaceTimetableGroup",
)
def replace(
    request: HttpRequest, response: HttpResponse, timetable_group_id: UUID, body: TimetableGroupIn
) -> Shown | HttpResponse:
    """Replace a group. Refused where somebody would be in two lessons of the published timetable at once."""
    actor = actor_of(request)
    refuse_stale(request, _shape(get_group(timetable_group_id, actor=actor)))
    edit_group(timetable_group_id, _new(body), actor=actor)
    return with_etag(request, response, _shape(get_group(timetable_group_id, actor=actor)))


@router.delete("timetable/groups/{uuid:timetable_group_id}/", response={204: None}, operation_id="deleteTimetableGroup")
def delete(request: HttpRequest, timetable_group_id: UUID) -> Status[None]:
    """Take a group away that nothing is taught to."""
    delete_group(timetable_group_id, actor=actor_of(request))
    return Status(204, None)
