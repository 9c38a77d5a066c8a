"""One student over REST. The collection, to which applicants belong, is a door of admissions."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field

from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.rest import Strict, actor_of
from lyceum.domains.academics.rest.own import merged
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.shapes import WholeStudentOut, whole_student
from lyceum.domains.people.queries import get_student
from lyceum.domains.people.rules.deletions import delete_student, restore_student
from lyceum.domains.people.rules.students import (
    edit_student,
    get_student_for_edit,
    open_student_record,
)
from lyceum.domains.tenancy.queries import today


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
