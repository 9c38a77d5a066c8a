"""A student's marks over REST."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.rest import actor_of
from lyceum.domains.assessment.calculation.trace import Total
from lyceum.domains.assessment.queries import StudentMarks, read_own_marks, read_student_marks
from lyceum.domains.assessment.rest.cells import Explain
from lyceum.domains.assessment.rest.router import router
from lyceum.domains.assessment.rest.shapes import MarkTotalOut
from lyceum.domains.assessment.shapes import list_marks, total_shape


class StudentMarkOut(Schema):
    """One mark of a student: what was given, and what counts of it."""

    column_id: UUID
    title: str
    category: str
    points: Decimal
    due_at: datetime | None
    state: str
    score: Decimal | None
    percent: Decimal | None = Field(description="What counts, after deductions; null where nothing does.")
    says: str
    assignment_id: UUID | None


class MarkedClassOut(Schema):
    """A class's gradebook, as far as it is about the student."""

    gradebook_id: UUID
    class_id: UUID
    class_name: str
    subject: str | None
    term_id: UUID
    term_name: str
    current: MarkTotalOut
    final: MarkTotalOut
    marks: list[StudentMarkOut]


class StudentMarksOut(Schema):
    """A student's marks of a year. Their family sees what is released and not hidden."""

    student_id: UUID
    gradebooks: list[MarkedClassOut]


class MarksSpan(Explain):
    """Of which year, and how much is said."""

    year: UUID | None = Field(None, description="Left out: the present one.")


@router.get("students/me/marks/", response=StudentMarksOut, operation_id="getOwnMarks")
def own_marks(request: HttpRequest, chosen: Query[MarksSpan]) -> dict[str, Any]:
    """The caller's own marks, as a student."""
    return _shape(read_own_marks(actor=actor_of(request), year=chosen.year), explain=chosen.explain)


@router.get("students/{uuid:student_id}/marks/", response=StudentMarksOut, operation_id="getStudentMarks")
def marks(request: HttpRequest, student_id: UUID, chosen: Query[MarksSpan]) -> dict[str, Any]:
    """A student's marks, as far as the caller may know of them."""
    found = read_student_marks(student_id, actor=actor_of(request), year=chosen.year)
    return _shape(found, explain=chosen.explain)


def _shape(found: StudentMarks, *, explain: bool) -> dict[str, Any]:
    student = found.student.pk
    return {
        "student_id": student,
        "gradebooks": [
            {
                "gradebook_id": book.row.pk,
                "class_id": book.row.school_class_id,
                "class_name": book.row.school_class.name,
                "subject": book.row.school_class.subject.name if book.row.school_class.subject else None,
                "term_id": book.row.term_id,
                "term_name": book.row.term.name,
                "current": total_shape(book, student, Total.CURRENT, explain=explain),
                "final": total_shape(book, student, Total.FINAL, explain=explain),
                "marks": list_marks(book, student),
            }
            for book in found.books
        ],
    }
