"""GraphQL door of behaviour: incidents, a student's behaviour, stages, numbers."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from lyceum.core.connections import Found, Span, connection, elsewhere, find_page
from lyceum.core.graphql import Info, related, row_id, shown_as, through
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour import models, numbers
from lyceum.domains.behaviour.balances import Balance as BalanceRow
from lyceum.domains.behaviour.balances import read_balances
from lyceum.domains.behaviour.queries import IncidentFilter, list_cases
from lyceum.domains.behaviour.reading import note_reading
from lyceum.domains.behaviour.rows import (
    ROW_ORDER,
    description_of,
    is_for_staff,
    list_rows,
    place_of,
    reporter_of,
    rows_of,
    type_name_of,
)
from lyceum.domains.people.batches import read_students
from lyceum.domains.people.models import Student as StudentRow
from lyceum.domains.people.queries import get_student

Day = date
Student = elsewhere("Student", "people")
CASE_ORDER = ("-created_at", "pk")


@strawberry.type(description="One student's part in an incident. The description is the narrative for staff alone.")
class IncidentRow:
    student_id: strawberry.ID
    role: str
    points: int
    outcome: str
    contest: str
    answer: str
    polarity: str = through("incident.type.polarity")
    status: str = through("incident.state")
    date: Day = through("incident.on")
    occurred_at: datetime = through("incident.occurred_at")

    @strawberry.field
    def id(self, row: strawberry.Parent[models.Participant]) -> strawberry.ID:
        """The incident's id: every student's row of one event has the same."""
        return strawberry.ID(str(row.incident_id))

    @strawberry.field
    def type_id(self, row: strawberry.Parent[models.Participant]) -> strawberry.ID:
        """The id of its kind."""
        return strawberry.ID(str(row.incident.type_id))

    @strawberry.field
    def type_name(self, row: strawberry.Parent[models.Participant]) -> str:
        """What it is called."""
        return type_name_of(row)

    @strawberry.field
    def severity(self, row: strawberry.Parent[models.Participant]) -> int:
        """1 to 4."""
        return int(row.severity or row.incident.severity)

    @strawberry.field
    def description(self, row: strawberry.Parent[models.Participant]) -> str:
        """The narrative for staff, the summary for families."""
        return description_of(row)

    @strawberry.field
    def location(self, row: strawberry.Parent[models.Participant]) -> str:
        """Where it was."""
        return place_of(row.incident)

    @strawberry.field
    def reported_by(self, row: strawberry.Parent[models.Participant]) -> str:
        """Who reported it, unless the school hides that."""
        return reporter_of(row)

    @shown_as(Student | None)
    def student(self, row: strawberry.Parent[models.Participant], info: Info) -> StudentRow | None:
        """The student, where the caller may see more than the name."""
        actor = info.context.actor
        return related(
            row, "students", lambda rows: read_students([each.student_id for each in rows], actor=actor)
        ).get(row.student_id)


@strawberry.type(description="An incident with the parts of it that the caller may read.")
class Incident:
    id: strawberry.ID
    narrative: str | None
    summary: str
    confidential: bool | None
    version: int
    students: list[IncidentRow]


def shown_incident(rows: list[models.Participant]) -> Any:
    """An incident from the parts of it that somebody may read."""
    incident, staff = rows[0].incident, is_for_staff(rows[0])
    students: Any = rows
    return Incident(
        id=strawberry.ID(str(incident.pk)),
        narrative=incident.narrative if staff else None,
        summary=incident.summary,
        confidential=incident.confidential if staff else None,
        version=incident.version,
        students=students,
    )


@strawberry.type(description="A student's points on one scale this year; scales are never added to each other.")
class PointBalance:
    scale: str
    net: int
    positive: int
    negative: int

    @strawberry.field
    def scale_id(self, balance: strawberry.Parent[BalanceRow]) -> strawberry.ID:
        """The scale's id."""
        return strawberry.ID(str(balance.scale_id))


@strawberry.type(description="A student at a stage, with the evidence as it was counted.")
class Escalation:
    id: strawberry.ID
    student_id: strawberry.ID
    stage: int
    warned_stage: int | None
    status: str = through("state")
    policy: str = through("policy.name")
    total: int
    reached_at: datetime | None
    decided_at: datetime | None
    decided_by: str = through("decided_by_name")
    reason: str


@strawberry.type(description="A student's behaviour, as the caller may read it.")
class StudentBehaviour:
    student_id: strawberry.ID

    @shown_as(list[PointBalance])
    def balances(self, student: strawberry.Parent[StudentRow]) -> list[BalanceRow]:
        """The points of this year."""
        return read_balances([student.pk])[student.pk]

    @connection(IncidentRow)
    def incidents(self, student: strawberry.Parent[StudentRow], info: Info, span: Span) -> Found:
        """What was recorded, newest first."""
        rows = list_rows(info.context.actor, IncidentFilter(student=student.pk))
        return find_page(rows, order=ROW_ORDER, span=span)

    @connection(Escalation)
    def escalations(self, student: strawberry.Parent[StudentRow], info: Info, span: Span) -> Found:
        """The stages it came to."""
        return find_page(list_cases(info.context.actor, student=student.pk), order=CASE_ORDER, span=span)


@strawberry.type(description="One group of a dashboard; the numbers of groups of fewer than five students are null.")
class BehaviourCount:
    key: str
    label: str

    @strawberry.field
    def praise(self, count: strawberry.Parent[numbers.Counted]) -> int | None:
        """Times of praise."""
        return None if count.is_hidden else count.praise

    @strawberry.field
    def concerns(self, count: strawberry.Parent[numbers.Counted]) -> int | None:
        """Times of concern."""
        return None if count.is_hidden else count.concerns

    per_hundred: float | None


@strawberry.type(description="Behaviour in numbers.")
class BehaviourDashboard:
    praise: int
    concerns: int
    students: int
    on_roll: int
    school_days: int
    ratio: float | None
    per_day: float | None
    per_hundred: float | None

    @strawberry.field
    def by(self, found: strawberry.Parent[numbers.Dashboard], group: str) -> list[BehaviourCount]:
        """Counted by type, severity, place, grade, class, reporter or week."""
        counts: Any = found.by.get(group, [])
        return list(counts)


@strawberry.type
class Query:
    @connection(IncidentRow)
    def incidents(
        self,
        info: Info,
        span: Span,
        student_id: strawberry.ID | None = None,
        type_id: strawberry.ID | None = None,
        severity: int | None = None,
        polarity: str = "",
        from_: Annotated[date | None, strawberry.argument(name="from")] = None,
        to: date | None = None,
        status: str = "",
    ) -> Found:
        """A row for each student of an incident, newest first."""
        chosen = IncidentFilter(
            student=_id(student_id),
            type=_id(type_id),
            severity=severity,
            polarity=polarity,
            first=from_,
            last=to,
            status=status,
        )
        page = find_page(list_rows(info.context.actor, chosen), order=ROW_ORDER, span=span)
        note_reading([edge.node for edge in page.edges], surface="list", actor=info.context.actor)
        return page

    @shown_as(Incident | None)
    def incident(self, info: Info, id: strawberry.ID) -> Any:
        """One incident with the students of whom the caller may read."""
        rows = rows_of(row_id(id), actor=info.context.actor)
        note_reading(rows, actor=info.context.actor)
        return shown_incident(rows)

    @shown_as(StudentBehaviour | None)
    def student_behaviour(self, info: Info, student_id: strawberry.ID) -> Any:
        """A student's points, incidents and stages."""
        actor = info.context.actor
        return _Behaviour(get_student(row_id(student_id), actor=actor, permission=Permission.BEHAVIOUR_VIEW))

    @connection(Escalation)
    def escalations(self, info: Info, span: Span, student_id: strawberry.ID | None = None, status: str = "") -> Found:
        """Stages that students came to, newest first."""
        rows = list_cases(info.context.actor, states=[status] if status else (), student=_id(student_id))
        return find_page(rows, order=CASE_ORDER, span=span)

    @shown_as(BehaviourDashboard | None)
    def behaviour_dashboard(
        self,
        info: Info,
        from_: Annotated[date | None, strawberry.argument(name="from")] = None,
        to: date | None = None,
        grade_id: strawberry.ID | None = None,
        class_id: strawberry.ID | None = None,
        mine: bool = False,
    ) -> numbers.Dashboard:
        """Behaviour in numbers among the students that the caller may see; by default this school year."""
        first, last = numbers.usual_span(from_, to)
        chosen = IncidentFilter(grade=_id(grade_id), school_class=_id(class_id), mine=mine)
        return numbers.read_dashboard(info.context.actor, first=first, last=last, chosen=chosen)


class _Behaviour:
    """A student whose behaviour is asked about."""

    def __init__(self, student: StudentRow) -> None:
        self.pk = student.pk
        self.student_id = student.pk


def _id(given: strawberry.ID | None) -> UUID | None:
    return row_id(given) if given else None
