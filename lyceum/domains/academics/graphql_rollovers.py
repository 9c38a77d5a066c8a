"""Going over into the next year, over GraphQL."""

from datetime import datetime
from typing import Any

import strawberry

from lyceum.core.connections import Found, Span, connection, find_page, find_pages
from lyceum.core.graphql import Info, Payload, act, row_id, row_ids, shown_as, through, together
from lyceum.domains.academics import models, tasks
from lyceum.domains.academics.graphql import AcademicYear
from lyceum.domains.academics.rollovers import ORDER, Tally, get_rollover, list_decisions_of, list_rollovers, tallies
from lyceum.domains.academics.rules.rollover.applying import apply_rollover
from lyceum.domains.academics.rules.rollover.decisions import Decided, decide
from lyceum.domains.academics.rules.rollover.looking import preview_rollover
from lyceum.domains.academics.rules.rollover.undoing import undo_rollover

NEWEST_FIRST = ("-created_at", "pk")


@strawberry.type(description="What becomes of one student: from where, to where, and what came of it.")
class RolloverDecision:
    student_id: strawberry.ID
    full_name: str = through("student.person.full_name")
    form_now: str
    decision: str
    by_hand: bool
    form: str
    note: str
    problem: str
    result: str
    reason: str

    @strawberry.field
    def grade_now(self, row: strawberry.Parent[models.RolloverDecision]) -> str:
        """The name of the grade before."""
        return row.grade_now.name if row.grade_now else ""

    @strawberry.field
    def grade(self, row: strawberry.Parent[models.RolloverDecision]) -> str:
        """The name of the grade after."""
        return row.grade.name if row.grade else ""


@strawberry.type(description="How many students: by a decision, a problem or a result.")
class RolloverCount:
    code: str
    students: int


@strawberry.type(description="How a school year goes over into the next.")
class Rollover:
    id: strawberry.ID
    from_year: AcademicYear
    to_year: AcademicYear
    state: str
    trouble: str
    job_id: strawberry.ID | None
    applied_at: datetime | None
    undone_at: datetime | None

    @shown_as(list[RolloverCount])
    def problems(self, plan: strawberry.Parent[models.RolloverPlan]) -> list[RolloverCount]:
        """What stands in the way."""
        return _counts(_tally(plan).problems)

    @shown_as(list[RolloverCount])
    def results(self, plan: strawberry.Parent[models.RolloverPlan]) -> list[RolloverCount]:
        """What the last run did."""
        return _counts(_tally(plan).results)

    @connection(RolloverDecision)
    def decisions(
        self, plan: strawberry.Parent[models.RolloverPlan], info: Info, span: Span, show: str = "", q: str = ""
    ) -> Found:
        """Every student of the year, those in the way first; `show`: exceptions, a decision, a result or a problem."""
        actor = info.context.actor

        def read(rows: list[models.RolloverPlan]) -> Any:
            decided = list_decisions_of([row.pk for row in rows], actor=actor, show=show, text=q)
            return find_pages(decided, parent="plan_id", order=ORDER, span=span)

        found: Found = together(plan, ("decisions", show, q, span), read)[plan.pk]
        return found


def _tally(plan: models.RolloverPlan) -> Tally:
    return together(plan, "tally", lambda rows: tallies(row.pk for row in rows))[plan.pk]


def _counts(counted: dict[str, int]) -> list[RolloverCount]:
    return [RolloverCount(code=code, students=students) for code, students in counted.items()]


@strawberry.type
class Query:
    @shown_as(Rollover)
    def rollover(self, info: Info, id: strawberry.ID) -> models.RolloverPlan:
        """One rollover."""
        return get_rollover(row_id(id), actor=info.context.actor)

    @connection(Rollover)
    def rollovers(self, info: Info, span: Span) -> Found:
        """The school's rollovers, newest first."""
        return find_page(list_rollovers(info.context.actor), order=NEWEST_FIRST, span=span)


@strawberry.input(description="One rollover.")
class RolloverInput:
    rollover_id: strawberry.ID


@strawberry.input(description="A rollover that was previewed.")
class ApplyRolloverInput(RolloverInput):
    pass


@strawberry.input(description="What becomes of some students. Without grade and form it is the usual ones.")
class DecideRolloverInput(RolloverInput):
    student_ids: list[strawberry.ID]
    decision: str
    grade_id: strawberry.ID | None = None
    form: str = ""
    note: str = ""


@strawberry.type
class RolloverPayload(Payload):
    rollover: Any = strawberry.field(graphql_type=Rollover | None, default=None)


@strawberry.type
class Mutation:
    @act
    def decide_rollover(self, info: Info, input: DecideRolloverInput) -> RolloverPayload:
        """Decide what becomes of some students. A plan that was previewed has to be looked at again."""
        decided = Decided(input.decision, row_id(input.grade_id) if input.grade_id else None, input.form, input.note)
        students = row_ids(input.student_ids)
        return RolloverPayload(rollover=decide(row_id(input.rollover_id), students, decided, actor=info.context.actor))

    @act
    def preview_rollover(self, info: Info, input: RolloverInput) -> RolloverPayload:
        """Look at what would happen: the state is `previewed` where nothing stands in the way."""
        return RolloverPayload(rollover=preview_rollover(row_id(input.rollover_id), actor=info.context.actor))

    @act
    def apply_rollover(self, info: Info, input: ApplyRolloverInput) -> RolloverPayload:
        """Apply a rollover by job, all of it or nothing."""
        actor, enqueue = info.context.actor, tasks.enqueue(tasks.apply, info.context.actor)
        return RolloverPayload(rollover=apply_rollover(row_id(input.rollover_id), actor=actor, enqueue=enqueue))

    @act
    def undo_rollover(self, info: Info, input: RolloverInput) -> RolloverPayload:
        """Undo it by job, until the first register of the new year is taken."""
        actor, enqueue = info.context.actor, tasks.enqueue(tasks.undo, info.context.actor)
        return RolloverPayload(rollover=undo_rollover(row_id(input.rollover_id), actor=actor, enqueue=enqueue))
