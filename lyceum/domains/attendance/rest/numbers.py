"""Attendance in numbers over REST, with what they are made of."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.rest import Instant, Strict, actor_of
from lyceum.domains.attendance.groups import Grouped, summarise_by
from lyceum.domains.attendance.numbers import Numbers, Summary, summarise
from lyceum.domains.attendance.rest.marks import span
from lyceum.domains.attendance.rest.router import router

Day = date  # several schemas have a field called date


class NumbersOut(Schema):
    """Sessions counted. `percent` is null where nothing was possible; `missing` is beside it, never in it."""

    possible: int
    attended: int
    authorised: int
    unauthorised: int
    late: int
    missing: int
    half: int
    percent: Decimal | None


class StudentNumbersOut(NumbersOut):
    """One student's numbers."""

    student: UUID


class ExplainedOut(Schema):
    """One session behind a number. `code` is empty for families: they read `why`."""

    student: UUID
    date: Day
    session: str
    code: str
    meaning: str
    counted: bool
    why: str
    rule_version: str


class GroupOut(NumbersOut):
    """The numbers of a group: a grade, a form, a weekday, a meaning, or those with a flag."""

    key: str
    label: str
    of: int
    """How many students."""


class SummaryOut(Schema):
    """Numbers in all and per student, with their inputs where asked for; and by group. Groups of fewer than five
    students with a flag are hidden.
    """

    from_: Day = Field(alias="from")
    to: Day
    total: NumbersOut
    students: list[StudentNumbersOut]
    explained: list[ExplainedOut]
    groups: list[GroupOut]
    hidden_groups: int


class SummaryFilter(Strict):
    """Whose numbers, over which days, and as known when."""

    student: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    grade: UUID | None = None
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    as_known_at: Instant | None = None
    explain: bool = False
    by: str | None = Field(None, pattern="^(grade|class|weekday|meaning|flag)$")


def shape_numbers(numbers: Numbers) -> dict[str, Any]:
    """Numbers as they are answered."""
    return {
        "possible": numbers.possible,
        "attended": numbers.attended,
        "authorised": numbers.authorised,
        "unauthorised": numbers.unauthorised,
        "late": numbers.late,
        "missing": numbers.missing,
        "half": numbers.half,
        "percent": numbers.percent,
    }


@router.get("attendance/summary/", response=SummaryOut, by_alias=True, operation_id="attendanceSummary")
def summary(request: HttpRequest, chosen: Query[SummaryFilter]) -> dict[str, Any]:
    """Attendance in numbers. `explain` lists every session that was counted, or left out and why."""
    first, last = span(chosen.from_, chosen.to)
    actor = actor_of(request)
    whose: dict[str, Any] = {"student": chosen.student, "school_class": chosen.class_id, "grade": chosen.grade}
    found = summarise(actor, first=first, last=last, as_known_at=chosen.as_known_at, explain=chosen.explain, **whose)
    grouped = Grouped([])
    if chosen.by:
        grouped = summarise_by(actor, chosen.by, first=first, last=last, as_known_at=chosen.as_known_at, **whose)
    return {"from": first, "to": last, **_summary(found), **_grouped(grouped)}


def _grouped(found: Grouped) -> dict[str, Any]:
    groups = [{"key": g.key, "label": g.label, "of": g.students, **shape_numbers(g.numbers)} for g in found.groups]
    return {"groups": groups, "hidden_groups": found.hidden}


def _summary(found: Summary) -> dict[str, Any]:
    return {
        "total": shape_numbers(found.total),
        "students": [{"student": s, **shape_numbers(n)} for s, n in found.per_student.items()],
        "explained": [
            {
                "student": e.student_id,
                "date": e.on,
                "session": e.session,
                "code": e.symbol,
                "meaning": e.meaning,
                "counted": e.counted,
                "why": e.why,
                "rule_version": e.rule_version,
            }
            for e in found.explained
        ],
    }
