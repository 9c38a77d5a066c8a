"""Years, terms, closed days, grades, subjects and rooms over REST."""

from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.academics.queries import (
    list_closed_days,
    list_grades,
    list_locations,
    list_subjects,
    list_terms,
    list_years,
)
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.rules.calendar import (
    NewSubject,
    close_days,
    create_grade,
    create_subjects,
    create_term,
    create_year,
    edit_grade,
    reopen_day,
)
from lyceum.domains.academics.rules.locations import create_location


class YearOut(Schema):
    """A school year. `weekdays` are its school days, Monday = 1."""

    id: UUID
    name: str
    starts: date
    ends: date
    state: str
    weekdays: list[int]


class YearIn(Strict):
    """A school year to be made. A current one closes the one before it."""

    name: str = Field(max_length=40)
    starts: date
    ends: date
    current: bool = False
    weekdays: list[int] = Field(default_factory=lambda: [1, 2, 3, 4, 5], max_length=7)


@router.get("academic-years/", response=ListOf[YearOut], operation_id="listYears")
def years(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The school years, newest first."""
    return _page(list_years(actor_of(request)), ("-starts", "pk"), chosen, YearOut)


@router.post("academic-years/", response={201: YearOut}, operation_id="createYear")
def add_year(request: HttpRequest, body: YearIn) -> dict[str, Any]:
    """Make a school year."""
    return _shape(create_year(**body.dict(), actor=actor_of(request)), YearOut)


def _page(rows: Any, order: tuple[str, ...], chosen: Walk, shape: type[Schema]) -> dict[str, Any]:
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row, shape) for row in page.rows])


def _shape(row: Any, shape: type[Schema]) -> dict[str, Any]:
    """The columns of a row that a shape names."""
    return {name: getattr(row, name) for name in shape.model_fields}


class TermOut(Schema):
    """A part of a year in which school is kept."""

    id: UUID
    year_id: UUID
    name: str
    starts: date
    ends: date


class TermIn(Strict):
    """A term to be made."""

    year_id: UUID
    name: str = Field(max_length=80)
    starts: date
    ends: date


@router.get("terms/", response=ListOf[TermOut], operation_id="listTerms")
def terms(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The terms of all years, newest first."""
    return _page(list_terms(actor_of(request)), ("-starts", "pk"), chosen, TermOut)


@router.post("terms/", response={201: TermOut}, operation_id="createTerm")
def add_term(request: HttpRequest, body: TermIn) -> dict[str, Any]:
    """Make a term inside a year."""
    return _shape(create_term(**body.dict(), actor=actor_of(request)), TermOut)


class ClosedDayOut(Schema):
    """A day on which no school is kept."""

    id: UUID
    on: date
    name: str
    kind: str


class ClosedDaysIn(Strict):
    """Days to be closed, from one to another."""

    starts: date
    ends: date
    name: str = Field(max_length=120)
    kind: Literal["holiday", "training", "closure"] = "holiday"

    def days(self) -> list[date]:
        """Every day, both ends included; more than 1000 are too many for any rule."""
        return [self.starts + timedelta(days=n) for n in range(min((self.ends - self.starts).days + 1, 1000))]


class ClosedOut(Schema):
    """How many days are newly closed."""

    closed: int


@router.get("closed-days/", response=ListOf[ClosedDayOut], operation_id="listClosedDays")
def closed_days(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The days on which no school is kept, newest first."""
    return _page(list_closed_days(actor_of(request)), ("-on", "pk"), chosen, ClosedDayOut)


@router.post("closed-days/", response={201: ClosedOut}, operation_id="closeDays")
def add_closed_days(request: HttpRequest, body: ClosedDaysIn) -> dict[str, int]:
    """Close days. Days closed already stay as they are."""
    return {"closed": len(close_days(body.days(), name=body.name, kind=body.kind, actor=actor_of(request)))}


@router.delete("closed-days/{closed_day_id}/", response={204: None}, operation_id="reopenDay")
def delete_closed_day(request: HttpRequest, closed_day_id: UUID) -> None:
    """Keep school on a day after all."""
    reopen_day(closed_day_id, actor=actor_of(request))


class GradeOut(Schema):
    """A year group."""

    id: UUID
    code: str
    name: str
    position: int
    final: bool
    next_id: UUID | None = Field(description="Into which one goes up, where it is not the grade in the next place.")


class GradeIn(Strict):
    """A year group to be made."""

    code: str = Field(max_length=20)
    name: str = Field(max_length=80)
    position: int = Field(ge=0, le=1000)
    final: bool = False


@router.get("grades/", response=ListOf[GradeOut], operation_id="listGrades")
def grades(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The grades from first to last."""
    return _page(list_grades(actor_of(request)), ("position", "pk"), chosen, GradeOut)


@router.post("grades/", response={201: GradeOut}, operation_id="createGrade")
def add_grade(request: HttpRequest, body: GradeIn) -> dict[str, Any]:
    """Make a year group."""
    return _shape(create_grade(**body.dict(), actor=actor_of(request)), GradeOut)


class GradeChanges(Strict):
    """New values; what is left out stays."""

    name: str = Field(default_factory=left_out, max_length=80)
    final: bool = Field(default_factory=left_out)
    next_id: UUID | None = None


@router.patch("grades/{grade_id}/", response=GradeOut, operation_id="changeGrade")
def change_grade(request: HttpRequest, grade_id: UUID, body: GradeChanges) -> dict[str, Any]:
    """Change a grade: its name, whether school ends with it, into which one goes up from it."""
    return _shape(edit_grade(grade_id, values=body.dict(exclude_unset=True), actor=actor_of(request)), GradeOut)


class SubjectOut(Schema):
    """What is taught."""

    id: UUID
    code: str
    name: str
    department: str
    active: bool


class SubjectIn(Strict):
    """A subject to be made."""

    code: str = Field(max_length=40)
    name: str = Field(max_length=120)
    department: str = Field("", max_length=120)


@router.get("subjects/", response=ListOf[SubjectOut], operation_id="listSubjects")
def subjects(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The subjects by name."""
    return _page(list_subjects(actor_of(request)), ("name", "pk"), chosen, SubjectOut)


@router.post("subjects/", response={201: SubjectOut}, operation_id="createSubject")
def add_subject(request: HttpRequest, body: SubjectIn) -> dict[str, Any]:
    """Make a subject."""
    made = create_subjects([NewSubject(**body.dict())], actor=actor_of(request))[0]
    return _shape(made, SubjectOut)


class RoomOut(Schema):
    """A room or another place."""

    id: UUID
    name: str
    capacity: int | None
    active: bool


class RoomIn(Strict):
    """A room to be made."""

    name: str = Field(max_length=80)
    capacity: int | None = Field(None, ge=1, le=30_000)


@router.get("rooms/", response=ListOf[RoomOut], operation_id="listRooms")
def rooms(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The rooms by name."""
    return _page(list_locations(actor_of(request)), ("name", "pk"), chosen, RoomOut)


@router.post("rooms/", response={201: RoomOut}, operation_id="createRoom")
def add_room(request: HttpRequest, body: RoomIn) -> dict[str, Any]:
    """Make a room."""
    return _shape(create_location(**body.dict(), actor=actor_of(request)), RoomOut)
