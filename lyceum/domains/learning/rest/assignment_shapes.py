"""Assignments and work as REST shows them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Field, Schema
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from lyceum.core.errors import InvalidError
from lyceum.domains.learning.assignment_queries import Counts
from lyceum.domains.learning.assignment_shown import Shown, ShownAttempt
from lyceum.domains.learning.models import Assignment
from lyceum.domains.learning.models.assignments import KeptFile
from lyceum.domains.learning.rules.assignments.lateness import due_instant


def _read_due(given: object) -> object:
    """A date is the end of that day at the school; an instant has its offset, or is the school's clocks'."""
    if not isinstance(given, str):
        raise PydanticCustomError("date_or_instant", _("Give a date as 2026-11-20, or an instant."))
    try:
        parsed = date.fromisoformat(given) if len(given) == len("2026-11-20") else datetime.fromisoformat(given)
        return due_instant(parsed)
    except ValueError:
        raise PydanticCustomError("date_or_instant", _("Give a date as 2026-11-20, or an instant.")) from None
    except InvalidError as error:
        raise PydanticCustomError("range", error.detail) from None


Due = Annotated[
    datetime,
    BeforeValidator(_read_due),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}),
]
"""When something is due: an instant, or a date, which means 23:59:59 at the school."""


class FileOut(Schema):
    """A file: what it really is, how large, and where it is fetched."""

    id: UUID
    name: str
    kind: str
    size: int
    digest: str
    href: str


class CriterionOut(Schema):
    """One line of a rubric."""

    title: str
    points: Decimal


class CountsOut(Schema):
    """How far a class is."""

    learners: int
    handed_in: int
    to_mark: int
    marked: int
    unreleased: int


class AttemptOut(Schema):
    """One time that work was handed in."""

    number: int
    text: str
    files: list[FileOut]
    submitted_at: datetime | None
    is_late: bool
    late_minutes: int
    grade: Decimal | None
    feedback: str
    rubric_points: list[Decimal]


class SubmissionOut(Schema):
    """A learner's work, as the caller may know of it."""

    id: UUID
    assignment_id: UUID
    student_id: UUID
    student_name: str
    status: str = Field(description="pending, submitted, graded or reassigned.")
    submitted_at: datetime | None
    due_at: datetime
    files: list[FileOut] = Field(description="Of the newest attempt.")
    text: str
    grade: Decimal | None
    feedback: str
    is_accepted: bool
    is_late: bool
    late_minutes: int
    is_excused: bool
    is_missing: bool
    resubmit_by: datetime | None
    received_on_paper: bool
    released: bool | None = Field(description="Whether the family may know the mark; null for the family.")
    version: int | None = Field(description="For staff: give it back with a mark.")
    attempts: list[AttemptOut]
    draft: AttemptOut | None = Field(description="What its learner still writes; for nobody else.")


class AssignmentOut(Schema):
    """An assignment."""

    id: UUID
    title: str
    description: str
    description_html: str
    teacher_id: UUID | None
    teacher_name: str
    class_ids: list[UUID]
    schedule_id: UUID | None
    subject_id: UUID | None
    due_date: datetime
    publish_at: datetime | None
    closes_at: datetime | None
    grading: str
    rubric: list[CriterionOut]
    max_attempts: int | None
    release: str
    is_required: bool
    status: str
    published_at: datetime | None
    version: int
    attachments: list[FileOut]
    counts: CountsOut | None = Field(description="For those who mark it.")
    submission: SubmissionOut | None = Field(description="The caller's own work.")
    submissions: list[SubmissionOut] = Field(description="The work of the caller's children.")
    marked_unchanged: list[UUID] = Field(
        default_factory=list, description="Marked work that a new due date would make late or on time, and did not."
    )


def file_shape(row: KeptFile, href: str) -> dict[str, Any]:
    """A file with its address."""
    shown = {name: getattr(row, name) for name in ("name", "kind", "size", "digest")}
    return {"id": row.pk, "href": f"{href}{row.pk}/", **shown}


def _attempt_shape(each: ShownAttempt, submission: UUID) -> dict[str, Any]:
    row = each.row
    return {
        "number": row.number,
        "text": row.text,
        "files": [file_shape(file, f"/api/v1/submissions/{submission}/files/") for file in each.files],
        "submitted_at": row.submitted_at,
        "is_late": row.is_late,
        "late_minutes": row.late_minutes,
        "grade": each.grade,
        "feedback": each.feedback,
        "rubric_points": list(each.rubric_points),
    }


def submission_shape(each: Shown) -> dict[str, Any]:
    """A learner's work."""
    row, newest = each.row, each.newest
    attempts = [_attempt_shape(attempt, row.pk) for attempt in each.attempts]
    return {
        "id": row.pk,
        "assignment_id": row.assignment_id,
        "student_id": row.student_id,
        "student_name": row.student.person.full_name,
        "status": each.status,
        "submitted_at": row.submitted_at,
        "due_at": each.due_at,
        "files": attempts[-1]["files"] if attempts else [],
        "text": newest.row.text if newest else "",
        "grade": each.grade,
        "feedback": each.feedback,
        "is_accepted": each.is_accepted,
        "is_late": row.is_late,
        "late_minutes": newest.row.late_minutes if newest else 0,
        "is_excused": row.is_excused,
        "is_missing": each.is_missing,
        "resubmit_by": row.resubmit_by,
        "received_on_paper": row.received_on_paper,
        "released": each.is_let_out if each.for_staff else None,
        "version": row.version if each.for_staff else None,
        "attempts": attempts,
        "draft": _attempt_shape(each.draft, row.pk) if each.draft else None,
    }


def assignment_shape(
    row: Assignment, *, counts: Counts | None = None, own: Shown | None = None, children: Sequence[Shown] = ()
) -> dict[str, Any]:
    """An assignment with what belongs to the caller."""
    names = (
        "title", "description", "description_html", "teacher_id", "schedule_id", "subject_id", "publish_at",
        "closes_at", "grading", "rubric", "max_attempts", "release", "is_required", "status", "published_at", "version",
    )  # fmt: skip
    shown: Mapping[str, Any] = {name: getattr(row, name) for name in names}
    return {
        "id": row.pk,
        **shown,
        "teacher_name": row.teacher.person.full_name if row.teacher else "",
        "class_ids": [each.school_class_id for each in row.classes.all()],
        "due_date": row.due_at,
        "attachments": [
            file_shape(each, f"/api/v1/assignments/{row.pk}/attachments/") for each in row.attachments.all()
        ],
        "counts": None if counts is None else {name: getattr(counts, name) for name in CountsOut.model_fields},
        "submission": submission_shape(own) if own else None,
        "submissions": [submission_shape(each) for each in children],
    }
