"""Every attempt as a gradebook counts it: grade, minutes late, excused, extension. Who may know is decided there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F

from lyceum.core import clock
from lyceum.domains.learning.models import Submission

Status = Submission.Status


@dataclass(frozen=True)
class MarkedAttempt:
    """An attempt that has a mark."""

    number: int
    grade: Decimal
    """0 to 100, as the teacher gave it."""
    late_minutes: int
    """After it was due to this learner; 0 within learning's own grace."""
    submitted_at: datetime | None
    """None: it came on paper."""
    is_let_out: bool
    """Whether the family may know."""


@dataclass(frozen=True)
class Work:
    """One learner's work for an assignment."""

    submission_id: UUID
    assignment_id: UUID
    student_id: UUID
    status: str
    is_excused: bool
    is_missing: bool
    is_void: bool
    due_at: datetime
    """To this learner."""
    extended_due_at: datetime | None
    attempts: tuple[MarkedAttempt, ...] = field(default_factory=tuple)

    @property
    def is_handed_in(self) -> bool:
        """Whether something was handed in, be it marked or not."""
        return self.status != Status.PENDING


def read_work(assignments: Iterable[UUID], *, students: Iterable[UUID] | None = None) -> list[Work]:
    """The work of all learners, or of some, for assignments: one statement, whatever the number."""
    rows = Submission.objects.filter(assignment__in=list(assignments))
    if students is not None:
        rows = rows.filter(student__in=list(students))
    found: dict[UUID, Work] = {}
    attempts: dict[UUID, list[MarkedAttempt]] = {}
    for row in rows.order_by("pk", "attempts__number").values(
        "pk", "assignment_id", "student_id", "status", "is_excused", "is_void", "grade", "graded_at", "released_at",
        "due_at_override", "resubmit_by", "received_on_paper", assignment_due_at=F("assignment__due_at"),
        attempt_number=F("attempts__number"), attempt_grade=F("attempts__grade"),
        attempt_graded_at=F("attempts__graded_at"), late_minutes=F("attempts__late_minutes"),
        handed_in_at=F("attempts__submitted_at"),
    ):  # fmt: skip
        key = row["pk"]
        if key not in found:
            found[key] = _work(row)
            attempts[key] = [*_on_paper(row)]
        if row["handed_in_at"] and row["attempt_graded_at"] and row["attempt_grade"] is not None:
            attempts[key].append(
                MarkedAttempt(
                    row["attempt_number"],
                    row["attempt_grade"],
                    row["late_minutes"],
                    row["handed_in_at"],
                    _is_let_out(row["released_at"], row["attempt_graded_at"]),
                )
            )
    return [_with(work, attempts[key]) for key, work in found.items()]


_Row = Mapping[str, Any]
"""Any: the values of a row by name."""


def _work(row: _Row) -> Work:
    usual = row["due_at_override"] or row["assignment_due_at"]
    due = max(usual, row["resubmit_by"]) if row["resubmit_by"] else usual
    is_missing = row["status"] == Status.PENDING and not row["is_excused"] and clock.now() > due
    return Work(
        submission_id=row["pk"],
        assignment_id=row["assignment_id"],
        student_id=row["student_id"],
        status=row["status"],
        is_excused=row["is_excused"],
        is_missing=is_missing,
        is_void=row["is_void"],
        due_at=due,
        extended_due_at=row["due_at_override"],
    )


def _on_paper(row: _Row) -> list[MarkedAttempt]:
    """Work that came on paper has its mark without an attempt; it is the newest."""
    if not row["received_on_paper"] or row["status"] != Status.GRADED or row["grade"] is None:
        return []
    return [MarkedAttempt(0, row["grade"], 0, None, _is_let_out(row["released_at"], row["graded_at"]))]


def _with(work: Work, attempts: list[MarkedAttempt]) -> Work:
    last = max((each.number for each in attempts), default=0)
    numbered = [replace(each, number=last + 1) if each.number == 0 else each for each in attempts]
    return replace(work, attempts=tuple(sorted(numbered, key=lambda each: each.number)))


def _is_let_out(released_at: datetime | None, graded_at: datetime | None) -> bool:
    return bool(released_at and graded_at and graded_at <= released_at)
