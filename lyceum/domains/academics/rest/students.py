"""Students over REST."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.academics.models import Class, Grade
from lyceum.domains.academics.queries import find_grade, get_class, in_class, in_grade
from lyceum.domains.academics.rest.own import merged
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.rest.shapes import StudentOut, WholeStudentOut, student_shapes, whole_student
from lyceum.domains.academics.rules.placements import Admission, admit_student
from lyceum.domains.people.queries import get_student, list_students
from lyceum.domains.people.rules.deletions import delete_student, restore_student
from lyceum.domains.people.rules.students import (
    NewStudent,
    edit_student,
    get_student_for_edit,
    open_student_record,
)
from lyceum.domains.people.shapes import PersonIn
from lyceum.domains.tenancy.queries import today

ORDER = ("person__sort_name", "pk")


class StudentFilter(Walk):
    """Which students. `status`, `grade` and `class` are as on the day `on`, today unless told otherwise."""

    q: str = Field("", max_length=100, description="A name, a number, an official id, a guardian or a phone.")
    grade: str = Field("", max_length=40, description="Id or code.")
    class_id: UUID | None = Field(None, alias="class")
    status: Literal["", "none", "expected", "on_roll", "left", "graduated", "no_show", "deleted"] = Field(
        "", description="`deleted`: those who can be brought back."
    )
    on: date | None = None


@router.get("students/", response=ListOf[StudentOut], by_alias=True, operation_id="listStudents")
def students(request: HttpRequest, chosen: Query[StudentFilter]) -> dict[str, Any]:
    """Students by name, applicants included: for those who may see all of them."""
    actor, day = actor_of(request), chosen.on or today()
    rows = list_students(actor, text=chosen.q, status=chosen.status, day=day)
    if chosen.grade:
        rows = rows.filter(in_grade(grade_named(chosen.grade).pk, day))
    if chosen.class_id:
        rows = rows.filter(in_class(chosen.class_id, day))
    page = page_of(rows, order=ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, student_shapes(page.rows, actor=actor, day=day))


def grade_named(text: str) -> Grade:
    """The grade of that id or code."""
    grade = find_grade(text)
    if grade is None:
        raise invalid_field("/grade", "grade_unknown", _("There is no such grade here."))
    return grade


class StudentIn(PersonIn):
    """A student. With an admission date the student is on roll from it; with a grade or a class, placed from it."""

    registration_number: str = Field("", max_length=40, description="Drawn from the school's pattern if not given.")
    official_ids: dict[str, str] = Field(default_factory=dict, description="Kind and value, as in a pupil number.")
    admission_date: date | None = None
    entry: Literal["new", "transfer", "re_entry", "returning"] = "new"
    from_school: str = Field("", max_length=200)
    confirm_new: bool = Field(False, description="It is another person than those of a `possible_duplicate`.")
    grade: str = Field("", max_length=40, description="Id or code.")
    class_id: UUID | None = Field(None, alias="class")


@router.post("students/", response={201: WholeStudentOut}, by_alias=True, operation_id="createStudent")
def create(request: HttpRequest, response: HttpResponse, body: StudentIn) -> Any:
    """Make a student: person, registration number and, where given, enrolment, grade and class, in one act."""
    actor = actor_of(request)
    grade = grade_named(body.grade) if body.grade else None
    new = NewStudent(
        body.as_new(),
        registration_number=body.registration_number,
        official_ids=body.official_ids,
        first_day=body.admission_date,
        entry=body.entry,
        from_school=body.from_school,
        confirm_new=body.confirm_new,
        grade_code=grade.code if grade else "",
    )
    student = admit_student(Admission(new, grade=grade, form=_class(body.class_id, actor)), actor=actor)
    response["Location"] = f"/api/v1/students/{student.pk}/"
    return with_etag(request, response, whole_student(student, actor=actor, day=today()))


def _class(class_id: UUID | None, actor: Actor) -> Class | None:
    return get_class(class_id, actor=actor, day=today()) if class_id else None


@router.get("students/{student_id}/", response=WholeStudentOut, by_alias=True, operation_id="getStudent")
def student(request: HttpRequest, response: HttpResponse, student_id: UUID) -> Shown | HttpResponse:
    """One student, for those who may see all of them. That it was read is recorded."""
    actor = actor_of(request)
    row = open_student_record(student_id, actor=actor)
    return with_etag(request, response, whole_student(row, actor=actor, day=today()))


class StudentPut(Strict):
    """All of a student's personal data. Statuses, grade and class are changed by their acts."""

    full_name: str = Field(max_length=200)
    first_name: str = Field(max_length=100)
    last_name: str = Field(max_length=100)
    preferred_name: str = Field(max_length=200)
    pronouns: str = Field(max_length=40)
    gender: str = Field(max_length=40)
    birth_date: date | None
    email: str = Field(max_length=254)
    phone: str = Field(max_length=40)
    registration_number: str | None = Field(None, max_length=40)


class StudentPatch(Strict):
    """Some of a student's personal data. Null takes a text away."""

    full_name: str | None = Field(None, max_length=200)
    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)
    preferred_name: str | None = Field(None, max_length=200)
    pronouns: str | None = Field(None, max_length=40)
    gender: str | None = Field(None, max_length=40)
    birth_date: date | None = None
    email: str | None = Field(None, max_length=254)
    phone: str | None = Field(None, max_length=40)
    registration_number: str | None = Field(None, max_length=40)


@router.put("students/{student_id}/", response=WholeStudentOut, by_alias=True, operation_id="replaceStudent")
def replace(request: HttpRequest, response: HttpResponse, student_id: UUID, body: StudentPut) -> Any:
    """Replace a student's personal data."""
    return _changed(request, response, student_id, body.dict(exclude_unset=True))


@router.patch("students/{student_id}/", response=WholeStudentOut, by_alias=True, operation_id="changeStudent")
def change(request: HttpRequest, response: HttpResponse, student_id: UUID, body: StudentPatch) -> Any:
    """Change some of a student's personal data."""
    return _changed(request, response, student_id, merged(body))


def _changed(request: HttpRequest, response: HttpResponse, student_id: UUID, values: dict[str, Any]) -> Any:
    actor, day = actor_of(request), today()
    _refuse_stale(request, student_id)
    edit_student(student_id, values=values, actor=actor)
    row = get_student(student_id, actor=actor)
    return with_etag(request, response, whole_student(row, actor=actor, day=day))


def _refuse_stale(request: HttpRequest, student_id: UUID) -> None:
    if is_conditional(request):
        actor = actor_of(request)
        row = get_student_for_edit(student_id, actor=actor)
        refuse_stale(request, whole_student(row, actor=actor, day=today()))


@router.delete("students/{student_id}/", response={204: None}, operation_id="deleteStudent")
def delete(request: HttpRequest, student_id: UUID) -> None:
    """Delete a student whom nothing holds, for 30 days until it is final; anybody ever on roll is recorded as left."""
    _refuse_stale(request, student_id)
    delete_student(student_id, actor=actor_of(request))


@router.post("students/{student_id}/restore/", response=WholeStudentOut, by_alias=True, operation_id="restoreStudent")
def restore(request: HttpRequest, response: HttpResponse, student_id: UUID) -> Any:
    """Take a deletion of the last 30 days back: the student is as they were."""
    actor = actor_of(request)
    row = restore_student(student_id, actor=actor)
    return with_etag(request, response, whole_student(row, actor=actor, day=today()))
