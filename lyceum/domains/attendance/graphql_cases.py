"""Absence cases over GraphQL."""

from datetime import date, datetime
from typing import Any

import strawberry

from lyceum.core.actor import Actor
from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.graphql import Info, Payload, act, followed_as, row_id, shown_as, through
from lyceum.core.live import Followed, Hears
from lyceum.domains.attendance import models
from lyceum.domains.attendance.cases import get_case, list_cases
from lyceum.domains.attendance.live import follow_cases
from lyceum.domains.attendance.rules.cases.settling import confirm_case
from lyceum.domains.people.graphql import Student
from lyceum.domains.people.models import Student as StudentRow

Day = date
CASE_ORDER = ("opened_on", "pk")


@strawberry.type(description="One session of a case.")
class CaseSession:
    on: Day
    session: str


@strawberry.type(description="The unexplained absence of one student, until it is settled.")
class AbsenceCase:
    id: strawberry.ID = through("pk")
    state: str
    opened_on: Day
    ask_next_at: datetime | None

    @shown_as(list[CaseSession])
    def sessions(self, case: strawberry.Parent[models.AbsenceCase]) -> list[models.CaseSession]:
        """The sessions it is about."""
        return list(case.sessions.all())

    @shown_as(Student)
    def student(self, case: strawberry.Parent[models.AbsenceCase]) -> StudentRow:
        """Who is absent."""
        student: StudentRow = case.student
        return student


@strawberry.type
class Query:
    @connection(AbsenceCase)
    def absence_cases(self, info: Info, span: Span, state: str = "") -> Found:
        """Absences that nobody has explained yet, or those in a state; the oldest first."""
        states = [state] if state else models.AbsenceCase.OPEN_STATES
        return find_page(list_cases(info.context.actor, states=states), order=CASE_ORDER, span=span)


@strawberry.input(description="A case, and a code instead of the one that was proposed.")
class ConfirmCaseInput:
    case_id: strawberry.ID
    code: str = ""
    reason: str = ""


@strawberry.type
class CasePayload(Payload):
    case: AbsenceCase | None = None


@strawberry.type
class Mutation:
    @act
    def confirm_case(self, info: Info, input: ConfirmCaseInput) -> CasePayload:
        """Settle a case: the marks of its sessions get the code."""
        actor, case_id = info.context.actor, row_id(input.case_id)
        confirm_case(case_id, symbol=input.code, reason=input.reason, actor=actor)
        case: Any = get_case(case_id, actor=actor)
        return CasePayload(case=case)


@strawberry.type(description="A case was opened, answered or settled.")
class CaseChanged:
    case_id: strawberry.ID = through("case")
    student_id: strawberry.ID = through("student")


@strawberry.type
class Subscription:
    @followed_as(CaseChanged)
    def absence_case_changed(self) -> Followed:
        """Cases as they are opened, answered and settled, for those who see all of them."""

        def follows(actor: Actor) -> tuple[str, Hears]:
            return "cases:open", follow_cases("open", actor=actor)

        return Followed(follows)
