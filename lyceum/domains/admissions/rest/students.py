"""The collection of students: listing students and applicants, applying, and making a student in the office."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from pydantic import JsonValue

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError
from lyceum.core.etags import with_etag
from lyceum.core.paging import page_of
from lyceum.core.permissions import STAFF_ROLES, Permission
from lyceum.core.rest import ListOf, Walk, actor_of, listed
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.queries import get_class, get_grade_named, in_class, in_grade
from lyceum.domains.academics.rules.placements import Admission, admit_student
from lyceum.domains.academics.shapes import StudentOut, WholeStudentOut, student_shapes, whole_student
from lyceum.domains.admissions.queries import find_own_application, get_application, refuse_nobody, standing_of
from lyceum.domains.admissions.rest.bodies import ApplicationGuardianIn, entered_from
from lyceum.domains.admissions.rest.router import router
from lyceum.domains.admissions.rules.entering import Entered
from lyceum.domains.admissions.rules.refusals import ReadOnlyFieldError, UseApplicationsError
from lyceum.domains.admissions.rules.sending import apply
from lyceum.domains.admissions.shapes import ApplicationOut, StatusOut, application_shape, status_shape
from lyceum.domains.people.queries import list_students
from lyceum.domains.people.rules.students import NewStudent
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
        rows = rows.filter(in_grade(get_grade_named(chosen.grade).pk, day))
    if chosen.class_id:
        rows = rows.filter(in_class(chosen.class_id, day))
    page = page_of(rows, order=ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, student_shapes(page.rows, actor=actor, day=day))


class StudentIn(PersonIn):
    """An application; or, from the office, a student without one.

    An application names courses or an intake and answers its questions. A student of the office has an admission date
    to be on roll from it, and a grade or a class to be placed from it.
    """

    courses: list[UUID] | None = Field(None, max_length=50, description="Of an application.")
    intake: UUID | None = Field(None, description="Of an application; needed where several are open.")
    guardians: list[ApplicationGuardianIn] | None = Field(None, max_length=20, description="Of an application.")
    answers: dict[str, JsonValue] | None = Field(None, description="Of an application.")
    for_self: bool | None = Field(None, description="Of an application; false: a guardian applies for a child.")
    registration_number: str = Field("", max_length=40, description="Drawn from the school's pattern if not given.")
    official_ids: dict[str, str] = Field(default_factory=dict, description="Kind and value, as in a pupil number.")
    admission_date: date | None = None
    entry: Literal["new", "transfer", "re_entry", "returning"] = "new"
    from_school: str = Field("", max_length=200)
    confirm_new: bool = Field(False, description="It is another person than those of a `possible_duplicate`.")
    grade: str = Field("", max_length=40, description="Id or code.")
    class_id: UUID | None = Field(None, alias="class")


APPLYING = frozenset({"courses", "intake", "guardians", "answers", "for_self"})
OFFICE = frozenset({
    "registration_number", "official_ids", "admission_date", "entry", "from_school", "confirm_new", "grade", "class_id",
})  # fmt: skip


@router.post("students/", response={201: WholeStudentOut | ApplicationOut}, by_alias=True, operation_id="createStudent")
def create(request: HttpRequest, response: HttpResponse, body: StudentIn) -> Any:
    """Apply: person, number, application, steps, documents and the mail, in one act. From the office: a student."""
    actor = actor_of(request)
    if not actor.may(Permission.APPLY):
        return _student(request, response, body, actor)
    application = apply(_applied(body, actor), actor=actor)
    response["Location"] = f"/api/v1/applications/{application.pk}/"
    return application_shape(standing_of(get_application(application.pk, actor=actor), actor=actor))


def _applied(body: StudentIn, actor: Actor) -> Entered:
    """The application in a body. Who works here too does not apply by it, and nobody numbers or enrols themselves."""
    if actor.reaches_all(Permission.STUDENTS_EDIT):
        raise _use_applications()
    strange = sorted(body.model_fields_set & (OFFICE | {"preferred_name", "pronouns"}))
    if strange:
        field = "class" if strange[0] == "class_id" else strange[0]
        message = _("The school says this, not the application.")
        raise ReadOnlyFieldError(message, errors=[FieldError(f"/{field}", "read_only_field", message)])
    return entered_from(body)


def _use_applications() -> UseApplicationsError:
    return UseApplicationsError(_("Staff enter an application for a family under Applications."))


def _student(request: HttpRequest, response: HttpResponse, body: StudentIn, actor: Actor) -> Any:
    if body.model_fields_set & APPLYING and (actor.roles & STAFF_ROLES or actor.reaches_all(Permission.STUDENTS_EDIT)):
        raise _use_applications()
    actor.require_all(Permission.STUDENTS_EDIT)
    grade = get_grade_named(body.grade) if body.grade else None
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


@router.get("students/me/application-status/", response=StatusOut, operation_id="getOwnApplicationStatus")
def own_status(request: HttpRequest) -> dict[str, Any]:
    """Where one's own application stands, and what comes next."""
    actor = actor_of(request)
    refuse_nobody(actor)
    found = find_own_application(actor)
    return status_shape(standing_of(found, actor=actor) if found else None)
