"""Planned absences over GraphQL: ask, decide, read."""

from datetime import date, datetime
from typing import Any

import strawberry
from django.utils.translation import gettext as _

from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.errors import invalid_field
from lyceum.core.graphql import Info, Node, Payload, act, row_id, row_ids, shown_as, through
from lyceum.domains.attendance import models
from lyceum.domains.attendance.planned import get_planned, list_planned, read_code
from lyceum.domains.attendance.rules.planned import (
    NewAbsence,
    approve_absence,
    ask_absence,
    cancel_absence,
    refuse_absence,
)

Day = date
PLANNED_ORDER = ("starts_on", "pk")


@strawberry.type(description="A student of a planned absence, and until when it still holds for them.")
class PlannedStudent:
    student_id: strawberry.ID
    name: str = through("student.person.full_name")
    to: Day = through("ends_on")
    arrived_on: Day | None


def _first_day(root: Any) -> Day:
    found: Day = root.starts_on
    return found


@strawberry.type(description="An absence that was asked for. Families see the words of its code, not the code.")
class PlannedAbsence(Node):
    from_: Day = strawberry.field(resolver=_first_day, name="from")
    to: Day = through("ends_on")
    what: str
    reason: str
    origin: str
    asked_by: str = through("asked_by_name")
    asked_at: datetime
    state: str
    answer: str

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.PlannedAbsence)

    @strawberry.field
    def from_session(self, row: strawberry.Parent[models.PlannedAbsence]) -> str:
        """AM or PM of the first day."""
        return ("AM", "PM")[row.starts_half]

    @strawberry.field
    def to_session(self, row: strawberry.Parent[models.PlannedAbsence]) -> str:
        """AM or PM of the last day."""
        return ("AM", "PM")[row.ends_half]

    @strawberry.field
    def code(self, row: strawberry.Parent[models.PlannedAbsence]) -> str | None:
        """What it is marked as, for those who work here."""
        return read_code(row).symbol

    @strawberry.field
    def label(self, row: strawberry.Parent[models.PlannedAbsence]) -> str | None:
        """What it is marked as, in words; for families once it is approved."""
        words = read_code(row).words
        return words and _(words)

    @shown_as(list[PlannedStudent])
    def students(self, row: strawberry.Parent[models.PlannedAbsence]) -> list[models.PlannedStudent]:
        """Those of its students whom the caller may ask for."""
        seen: list[models.PlannedStudent] = row.seen  # type: ignore[attr-defined]  # prefetched
        return seen


@strawberry.type
class Query:
    @connection(PlannedAbsence)
    def planned_absences(
        self, info: Info, span: Span, state: str = "", student_id: strawberry.ID | None = None
    ) -> Found:
        """Planned absences of the students the caller may ask for, the earliest first."""
        student = row_id(student_id) if student_id else None
        return find_page(list_planned(info.context.actor, state=state, student=student), order=PLANNED_ORDER, span=span)


@strawberry.input(description="An absence that is asked for. Whoever decides may give the code and approve it at once.")
class RequestAbsenceInput:
    student_ids: list[strawberry.ID]
    from_: Day = strawberry.field(name="from")
    to: Day | None = None
    from_session: str = "AM"
    to_session: str = "PM"
    what: str = "other"
    reason: str = ""
    evidence: str = ""
    code: str = ""
    approve: bool = False


@strawberry.input(description="What becomes of a planned absence: approved, refused or cancelled.")
class DecideAbsenceInput:
    planned_id: strawberry.ID
    state: str
    code: str = ""
    answer: str = ""


@strawberry.type
class PlannedPayload(Payload):
    planned_absence: PlannedAbsence | None = None


@strawberry.type
class Mutation:
    @act
    def request_absence(self, info: Info, input: RequestAbsenceInput) -> PlannedPayload:
        """Ask for an absence: a guardian for their child, staff for their students, a student of age for themselves."""
        actor = info.context.actor
        new = NewAbsence(
            students=row_ids(input.student_ids),
            starts_on=input.from_,
            ends_on=input.to or input.from_,
            starts_half=_half(input.from_session, "/from_session"),
            ends_half=_half(input.to_session, "/to_session"),
            what=input.what,
            reason=input.reason,
            evidence=input.evidence,
            symbol=input.code,
        )
        made = ask_absence(new, approve=input.approve, actor=actor)
        row: Any = get_planned(made.pk, actor=actor)
        return PlannedPayload(planned_absence=row)

    @act
    def decide_absence(self, info: Info, input: DecideAbsenceInput) -> PlannedPayload:
        """Approve, refuse or take back a planned absence."""
        actor, planned_id = info.context.actor, row_id(input.planned_id)
        if input.state == "approved":
            approve_absence(planned_id, symbol=input.code, answer=input.answer, actor=actor)
        elif input.state == "refused":
            refuse_absence(planned_id, answer=input.answer, actor=actor)
        elif input.state == "cancelled":
            cancel_absence(planned_id, answer=input.answer, actor=actor)
        else:
            choices = "approved, refused, cancelled"
            raise invalid_field("/state", "choice", _("Choose one of: %(choices)s.") % {"choices": choices})
        row: Any = get_planned(planned_id, actor=actor)
        return PlannedPayload(planned_absence=row)


def _half(session: str, pointer: str) -> int:
    if session not in ("AM", "PM"):
        raise invalid_field(pointer, "choice", _("Choose one of: %(choices)s.") % {"choices": "AM, PM"})
    return int(session == "PM")
