"""Guardians, staff and numbers over REST."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.people.batches import list_contact_points, points_by_person
from lyceum.domains.people.models import ContactPoint, Staff
from lyceum.domains.people.queries import (
    get_number_scheme,
    get_student,
    list_guardians,
    list_staff,
)
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.rules.adults import NewStaff, add_guardians, create_staff
from lyceum.domains.people.rules.guardians import change_guardian
from lyceum.domains.people.rules.numbers import change_number_scheme, preview_numbers
from lyceum.domains.people.shapes import (
    Channel,
    GuardianIn,
    GuardianOut,
    Home,
    PersonIn,
    Portal,
    Purpose,
    Responsibility,
    guardian_shape,
    main_value,
)
from lyceum.domains.tenancy.queries import today


class NewGuardianIn(GuardianIn):
    """An adult to be tied to a student."""

    student: UUID


@router.post("guardians/", response={201: GuardianOut}, operation_id="createGuardian")
def add_guardian(request: HttpRequest, body: NewGuardianIn) -> dict[str, Any]:
    """Tie an adult to a student, last in the contact order."""
    actor = actor_of(request)
    made = add_guardians([body.as_new(body.student)], actor=actor)[0]
    student = get_student(body.student, actor=actor)
    link = list_guardians(student, actor=actor, day=today()).get(pk=made.pk)
    return guardian_shape(link, link.guardian.contact_points.all())


class GuardianPatch(Strict):
    """What changes."""

    relationship: str = Field(left_out(), max_length=60)
    parental_responsibility: Responsibility = left_out()
    lives_with: Home = left_out()
    emergency: bool = left_out()
    may_collect: bool = left_out()
    told: list[Purpose] = Field(left_out(), max_length=5)
    channels: list[Channel] = Field(left_out(), max_length=4)
    portal: Portal = left_out()
    portal_reason: str = Field("", max_length=300)
    ends_on: date | None = Field(None, description="The last day; null takes it away.")


@router.patch("guardians/{link_id}/", response=GuardianOut, operation_id="changeGuardian")
def change(request: HttpRequest, link_id: UUID, body: GuardianPatch) -> dict[str, Any]:
    """Change what an adult is to a student, what they are told and see, or say when it ends."""
    actor = actor_of(request)
    link = change_guardian(link_id, values=body.dict(exclude_unset=True), actor=actor)
    shown = actor.reaches_all(Permission.CONTACTS_VIEW)
    return guardian_shape(link, list(list_contact_points([link.guardian_id])) if shown else [])


class StaffOut(Schema):
    """Somebody who works here. Ways to reach them are null for those who may not see contacts."""

    id: UUID
    person: UUID
    full_name: str
    preferred_name: str
    staff_code: str
    job: str
    teaching: bool
    kind: str
    joined_on: date
    leaves_on: date | None
    email: str | None
    phone: str | None


class StaffFilter(Walk):
    """Which staff."""

    teaching: bool | None = None


@router.get("staff/", response=ListOf[StaffOut], operation_id="listStaff")
def staff(request: HttpRequest, chosen: Query[StaffFilter]) -> dict[str, Any]:
    """Everybody who works here, by name, for those who work here too."""
    actor = actor_of(request)
    rows = list_staff(actor)
    if chosen.teaching is not None:
        rows = rows.filter(teaching=chosen.teaching)
    order = ("person__sort_name", "pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    if not actor.reaches_all(Permission.CONTACTS_VIEW):
        return listed(page, [_staff(row, None) for row in page.rows])
    points = points_by_person(row.person_id for row in page.rows)
    return listed(page, [_staff(row, points.get(row.person_id, [])) for row in page.rows])


def _staff(row: Staff, points: list[ContactPoint] | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "person": row.person_id,
        "full_name": row.person.full_name,
        "preferred_name": row.person.preferred_name,
        "staff_code": row.staff_code,
        "job": row.job,
        "teaching": row.teaching,
        "kind": row.kind,
        "joined_on": row.joined_on,
        "leaves_on": row.leaves_on,
        "email": None if points is None else main_value(points, "email"),
        "phone": None if points is None else main_value(points, "mobile", "phone"),
    }


class StaffIn(PersonIn):
    """Somebody who is to work here."""

    staff_code: str = Field("", max_length=40, description="Drawn from the school's pattern if not given.")
    job: str = Field("", max_length=100)
    teaching: bool = True
    kind: Literal["permanent", "fixed_term", "agency", "trainee", "volunteer"] = "permanent"
    joined_on: date | None = None
    confirm_new: bool = Field(False, description="It is another person than those of a `possible_duplicate`.")


@router.post("staff/", response={201: StaffOut}, operation_id="createStaff")
def add_staff(request: HttpRequest, body: StaffIn) -> dict[str, Any]:
    """Make a member of staff. An account is given by invitation."""
    actor = actor_of(request)
    work = body.dict(include={"staff_code", "job", "teaching", "kind", "joined_on", "confirm_new"})
    row = create_staff([NewStaff(body.as_new(), **work)], actor=actor)[0]
    return _staff(row, list(list_contact_points([row.person_id])))


class SchemeOut(Schema):
    """How numbers of one kind are written."""

    kind: str
    pattern: str


class SchemeIn(Strict):
    """A pattern of {year}, {yy}, {school}, {grade}, {seq:05} and {check}."""

    pattern: str = Field(max_length=80)


class PreviewFilter(Strict):
    """A pattern that is not yet in use, or the present one."""

    kind: Literal["student", "staff"] = "student"
    pattern: str = Field("", max_length=80)


class PreviewOut(Schema):
    """The numbers that would be drawn next."""

    kind: str
    next: list[str]


@router.get("number-schemes/preview/", response=PreviewOut, operation_id="previewNumbers")
def preview(request: HttpRequest, chosen: Query[PreviewFilter]) -> dict[str, Any]:
    """The numbers that would be drawn next. None is drawn."""
    found = preview_numbers(chosen.kind, pattern=chosen.pattern, day=today(), actor=actor_of(request))
    return {"kind": chosen.kind, "next": found}


@router.get("number-schemes/{kind}/", response=SchemeOut, operation_id="getNumberScheme")
def scheme(request: HttpRequest, kind: Literal["student", "staff"]) -> dict[str, str]:
    """How numbers of one kind are written."""
    return {"kind": kind, "pattern": get_number_scheme(kind, actor=actor_of(request)).pattern}


@router.put("number-schemes/{kind}/", response=SchemeOut, operation_id="setNumberScheme")
def set_scheme(request: HttpRequest, kind: Literal["student", "staff"], body: SchemeIn) -> dict[str, str]:
    """Write numbers in another way from now on. Nobody gets another number."""
    return {"kind": kind, "pattern": change_number_scheme(kind, pattern=body.pattern, actor=actor_of(request)).pattern}
