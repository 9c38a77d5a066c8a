"""Classes over REST."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema, Status

from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.academics.models import AcademicYear, Class
from lyceum.domains.academics.queries import (
    Seats,
    count_seats,
    find_year,
    get_class,
    get_grade_named,
    list_classes,
    list_grades,
    list_own_classes,
    list_subjects,
    list_years,
)
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.rules.class_details import (
    NewClass,
    create_class,
    edit_class,
    get_class_for_edit,
    remove_class,
)
from lyceum.domains.academics.shapes import ClassRef, GradeRef
from lyceum.domains.tenancy.queries import today

ORDER = ("kind", "name", "pk")
Kind = Literal["form", "teaching"]
Registers = Literal["daily", "lesson", "both", "none"]


class SubjectRef(Schema):
    """A subject, as other things mention it."""

    id: UUID
    code: str
    name: str


class TeacherRef(Schema):
    """Who teaches a class, from when to when."""

    id: UUID = Field(description="Of the assignment.")
    staff: UUID
    name: str
    role: str
    starts_on: date
    ends_on: date | None


class ClassOut(Schema):
    """A class. `size` is that of the day asked about."""

    id: UUID
    name: str
    kind: str
    state: str = Field(description="planned, active or ended, by its dates.")
    year: ClassRef
    term: UUID | None
    grades: list[GradeRef]
    section: str
    subjects: list[SubjectRef]
    teachers: list[TeacherRef]
    capacity: int
    size: int
    room: ClassRef | None
    starts: date
    ends: date
    registers: str


def class_shapes(rows: Sequence[Class], *, actor: Actor, day: date) -> list[dict[str, Any]]:
    """Classes with their grades, subjects and teachers; in two statements more than the classes take."""
    grades = {grade.pk: grade for grade in list_grades(actor)}
    subjects = {subject.pk: subject for subject in list_subjects(actor)}
    return [_class_shape(row, grades, subjects, day) for row in rows]


def _class_shape(row: Any, grades: dict[UUID, Any], subjects: dict[UUID, Any], day: date) -> dict[str, Any]:
    taught = [row.subject_id] if row.subject_id else row.subjects
    state = "planned" if day < row.starts else "active" if day <= row.ends else "ended"
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "state": state,
        "year": {"id": row.year_id, "name": row.year.name},
        "term": row.term_id,
        "grades": [_coded(grades[pk]) for pk in row.grades if pk in grades],
        "section": row.section,
        "subjects": [_coded(subjects[pk]) for pk in taught if pk in subjects],
        "teachers": [teacher_shape(each) for each in row.current_teachers],
        "capacity": row.capacity,
        "size": row.size,
        "room": {"id": row.room_id, "name": row.room.name} if row.room else None,
        "starts": row.starts,
        "ends": row.ends,
        "registers": row.registers,
    }


def _coded(row: Any) -> dict[str, Any]:
    return {"id": row.pk, "code": row.code, "name": row.name}


def teacher_shape(row: Any) -> dict[str, Any]:
    """Who teaches a class."""
    return {
        "id": row.pk,
        "staff": row.staff_id,
        "name": row.staff.person.full_name,
        "role": row.role,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }


class ClassFilter(Walk):
    """Which classes: those that run today or later, unless a day or a year is named."""

    grade: str = Field("", max_length=40, description="Id or code.")
    section: str = Field("", max_length=20)
    teacher: UUID | None = Field(None, description="Id of a member of staff.")
    year: UUID | None = None
    on: date | None = None


@router.get("classes/", response=ListOf[ClassOut], operation_id="listClasses")
def classes(request: HttpRequest, chosen: Query[ClassFilter]) -> dict[str, Any]:
    """The classes that the caller may see."""
    actor, day = actor_of(request), chosen.on or today()
    rows = list_classes(
        actor,
        day=day,
        grade=get_grade_named(chosen.grade).pk if chosen.grade else None,
        section=chosen.section,
        teacher=chosen.teacher,
        year=chosen.year,
        coming=chosen.on is None,
    )
    page = page_of(rows, order=ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, class_shapes(page.rows, actor=actor, day=day))


@router.get("my-classes/", response=ListOf[ClassOut], operation_id="listOwnClasses")
def own_classes(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The classes that the caller teaches now."""
    actor, day = actor_of(request), today()
    rows = list_own_classes(actor, day=day)
    page = page_of(rows, order=ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, class_shapes(page.rows, actor=actor, day=day))


class SeatsOut(Schema):
    """Classes, students and seats."""

    classes: int
    students: int
    seats: int


class GradeSeatsOut(SeatsOut):
    """Classes, students and seats of one grade."""

    grade: GradeRef


class StatisticsOut(Schema):
    """Classes, students and seats of today, in all and per grade."""

    total: SeatsOut
    grades: list[GradeSeatsOut]


class StatisticsFilter(Strict):
    """Of one teacher's classes, or of all."""

    teacher: UUID | None = None


@router.get("classes/statistics/", response=StatisticsOut, operation_id="classStatistics")
def statistics(request: HttpRequest, chosen: Query[StatisticsFilter]) -> dict[str, Any]:
    """How many classes, students and seats there are today. A student in two classes counts once."""
    found = count_seats(actor_of(request), day=today(), teacher=chosen.teacher)
    return {
        "total": _seats(found[0]),
        "grades": [_seats(seats) | {"grade": _coded(seats.grade)} for seats in found if seats.grade],
    }


def _seats(seats: Seats) -> dict[str, Any]:
    return {"classes": seats.classes, "students": seats.students, "seats": seats.seats}


class ClassIn(Strict):
    """A class. A form lists the subjects it is taught; a teaching class has exactly one."""

    name: str = Field(max_length=120)
    kind: Kind = "form"
    year: UUID | None = Field(None, description="The year that holds today, unless named.")
    term: UUID | None = None
    grade: str = Field("", max_length=40, description="Id or code; the same as `grades` with one.")
    grades: list[str] = Field(default_factory=list, max_length=20)
    section: str = Field("", max_length=20)
    subjects: list[UUID] = Field(default_factory=list, max_length=60)
    teacher: UUID | None = Field(None, description="The lead: id of a member of staff.")
    capacity: int = Field(40, ge=1, le=500)
    room: UUID | None = None
    starts: date | None = None
    ends: date | None = None
    registers: Registers | None = None


@router.post("classes/", response={201: ClassOut}, operation_id="createClass")
def create(request: HttpRequest, response: HttpResponse, body: ClassIn) -> Any:
    """Make a class with its lead teacher."""
    actor = actor_of(request)
    teaching = body.kind == "teaching"
    new = NewClass(
        year=_year(body.year, actor),
        name=body.name,
        kind=body.kind,
        grades=_grades(body.grade, body.grades),
        section=body.section,
        subject_id=body.subjects[0] if teaching and len(body.subjects) == 1 else None,
        subjects=() if teaching and len(body.subjects) == 1 else tuple(body.subjects),
        capacity=body.capacity,
        room_id=body.room,
        starts=body.starts,
        ends=body.ends,
        registers=body.registers or "",
        term_id=body.term,
    )
    row = create_class(new, lead_id=body.teacher, actor=actor)
    response["Location"] = f"/api/v1/classes/{row.pk}/"
    return _shown(request, response, row.pk)


class NoYearError(RuleError):
    """A class lies in a school year, and there is none."""

    code = "no_year"


def _year(year_id: UUID | None, actor: Actor) -> AcademicYear:
    found = list_years(actor).filter(pk=year_id).first() if year_id else find_year(today())
    if found is None:
        raise NoYearError(_("There is no such school year. Make it first."), link="/settings/years/")
    return found


def _grades(grade: str, grades: Sequence[str]) -> tuple[UUID, ...]:
    return tuple(get_grade_named(text).pk for text in (*grades, *([grade] if grade else [])))


def _shown(request: HttpRequest, response: HttpResponse, class_id: UUID) -> Shown | HttpResponse:
    return with_etag(request, response, _one(class_id, actor_of(request)))


def _one(class_id: UUID, actor: Actor) -> dict[str, Any]:
    day = today()
    return class_shapes([get_class(class_id, actor=actor, day=day)], actor=actor, day=day)[0]


@router.get("classes/{class_id}/", response=ClassOut, operation_id="getClass")
def one(request: HttpRequest, response: HttpResponse, class_id: UUID) -> Shown | HttpResponse:
    """One class with its teachers; its students are at classes/{id}/students/."""
    return _shown(request, response, class_id)


class ClassPut(Strict):
    """A class, whole. What is optional here stays as it is when it is not sent."""

    name: str = Field(max_length=120)
    grades: list[str] = Field(max_length=20)
    section: str = Field(max_length=20)
    subjects: list[UUID] = Field(max_length=60)
    teacher: UUID | None
    capacity: int = Field(ge=1, le=500)
    term: UUID | None = None
    room: UUID | None = None
    starts: date = Field(default_factory=left_out)
    ends: date = Field(default_factory=left_out)
    registers: Registers = Field(default_factory=left_out)


class ClassPatch(Strict):
    """Some of a class. Memberships are dated, and changed by their own acts."""

    name: str = Field(default_factory=left_out, max_length=120)
    grades: list[str] = Field(default_factory=left_out, max_length=20)
    section: str = Field(default_factory=left_out, max_length=20)
    subjects: list[UUID] = Field(default_factory=left_out, max_length=60)
    teacher: UUID | None = None
    capacity: int = Field(default_factory=left_out, ge=1, le=500)
    term: UUID | None = None
    room: UUID | None = None
    starts: date = Field(default_factory=left_out)
    ends: date = Field(default_factory=left_out)
    registers: Registers = Field(default_factory=left_out)


@router.put("classes/{class_id}/", response=ClassOut, operation_id="replaceClass")
def replace(request: HttpRequest, response: HttpResponse, class_id: UUID, body: ClassPut) -> Any:
    """Replace a class's own data."""
    return _changed(request, response, class_id, body)


@router.patch("classes/{class_id}/", response=ClassOut, operation_id="changeClass")
def change(request: HttpRequest, response: HttpResponse, class_id: UUID, body: ClassPatch) -> Any:
    """Change some of a class."""
    return _changed(request, response, class_id, body)


_COLUMNS = {"room": "room_id", "term": "term_id", "teacher": "lead_id"}


def _changed(request: HttpRequest, response: HttpResponse, class_id: UUID, body: Strict) -> Any:
    actor = actor_of(request)
    row = get_class_for_edit(class_id, actor=actor)
    if is_conditional(request):
        refuse_stale(request, _one(class_id, actor))
    values = {_COLUMNS.get(name, name): value for name, value in body.dict(exclude_unset=True).items()}
    if "grades" in values:
        values["grades"] = list(_grades("", values["grades"]))
    if "subjects" in values and row.kind == Class.Kind.TEACHING and len(values["subjects"]) == 1:
        values["subject_id"] = values.pop("subjects")[0]
    edit_class(class_id, values=values, actor=actor)
    return _shown(request, response, class_id)


@router.delete("classes/{class_id}/", response={200: ClassOut, 204: None}, operation_id="deleteClass")
def delete(request: HttpRequest, response: HttpResponse, class_id: UUID) -> Any:
    """Delete a class that was never used (204); any other is ended with yesterday (200)."""
    actor = actor_of(request)
    if is_conditional(request):
        get_class_for_edit(class_id, actor=actor)
        refuse_stale(request, _one(class_id, actor))
    if remove_class(class_id, actor=actor) is None:
        return Status(204, None)
    return _shown(request, response, class_id)
