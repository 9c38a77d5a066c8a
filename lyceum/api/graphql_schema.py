"""GraphQL: the types and operations of all domains as one schema."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

import strawberry
from django.utils.translation import gettext as _
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.graphql import SCALARS, Group, Info, Node, grow, row_id, row_ids, shown_as
from lyceum.domains.academics import graphql as academics
from lyceum.domains.academics import graphql_acts as academics_acts
from lyceum.domains.academics import graphql_rollovers as rollovers
from lyceum.domains.academics.batches import read_classes
from lyceum.domains.accounts import graphql as accounts
from lyceum.domains.admissions import graphql as admissions
from lyceum.domains.admissions import graphql_acts as admissions_acts
from lyceum.domains.assessment import graphql as assessment
from lyceum.domains.attendance import graphql as attendance
from lyceum.domains.attendance import graphql_acts as attendance_acts
from lyceum.domains.attendance import graphql_cases as attendance_cases
from lyceum.domains.attendance import graphql_gate as gate
from lyceum.domains.attendance import graphql_planned as planned
from lyceum.domains.attendance.batches import read_registers
from lyceum.domains.behaviour import graphql as behaviour
from lyceum.domains.behaviour import graphql_acts as behaviour_acts
from lyceum.domains.behaviour import graphql_detentions as detentions
from lyceum.domains.calendars import graphql as calendars
from lyceum.domains.fees import graphql as fees
from lyceum.domains.learning import graphql as learning
from lyceum.domains.learning import graphql_acts as learning_acts
from lyceum.domains.learning import graphql_assignment_acts as assignment_acts
from lyceum.domains.learning import graphql_assignments as assignments
from lyceum.domains.learning import graphql_certificates as certificates
from lyceum.domains.notifications import graphql as notifications
from lyceum.domains.people import graphql as people
from lyceum.domains.people import graphql_records as records
from lyceum.domains.people.batches import read_staff, read_students
from lyceum.domains.reports import graphql as reports
from lyceum.domains.tenancy import graphql as tenancy
from lyceum.domains.timetable import graphql as timetable
from lyceum.domains.website import graphql as website

MOST_NODES = 100
Reader = Callable[[Iterable[UUID], Actor], dict[UUID, Any]]
_READERS: tuple[Reader, ...] = (
    lambda ids, actor: read_students(ids, actor=actor),
    lambda ids, actor: read_classes(ids, actor=actor),
    lambda ids, actor: read_registers(ids, actor=actor),
    lambda ids, actor: read_staff(ids, actor=actor),
)


def read_nodes(ids: list[UUID], actor: Actor) -> list[Any]:
    """What has those ids, as far as the actor may see it: one statement for each kind, whatever the number."""
    found: dict[UUID, Any] = {}
    for read in _READERS:
        missing = [each for each in ids if each not in found]
        if missing:
            rows = read(missing, actor)
            Group(rows.values())
            found |= rows
    return [found.get(each) for each in ids]


@strawberry.type
class Query(
    tenancy.Query,
    accounts.Query,
    notifications.Query,
    people.Query,
    records.Query,
    academics.Query,
    rollovers.Query,
    timetable.Query,
    attendance.Query,
    attendance_cases.Query,
    gate.Query,
    planned.Query,
    behaviour.Query,
    detentions.Query,
    assignments.Query,
    assignment_acts.Query,
    certificates.Query,
    assessment.Query,
    fees.Query,
    calendars.Query,
    reports.Query,
    admissions.Query,
    learning.Query,
    website.Query,
):
    @shown_as(Node | None)
    def node(self, info: Info, id: strawberry.ID) -> Any:
        """Whatever has this id: a student, a class, a register, a member of staff."""
        (found,) = read_nodes([row_id(id)], info.context.actor)
        if found is None:
            raise NotFoundError
        return found

    @shown_as(list[Node | None] | None)
    def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Any]:
        """Whatever has these ids, in their order; null for what is not there."""
        if len(ids) > MOST_NODES:
            raise invalid_field(
                "/ids", "range", _("Ask for at most %(most_nodes)s at a time.") % {"most_nodes": MOST_NODES}
            )
        return read_nodes(row_ids(ids), info.context.actor)


@strawberry.type
class Mutation(
    accounts.Mutation,
    notifications.Mutation,
    people.Mutation,
    records.Mutation,
    academics_acts.Mutation,
    rollovers.Mutation,
    timetable.Mutation,
    attendance_acts.Mutation,
    attendance_cases.Mutation,
    gate.Mutation,
    planned.Mutation,
    behaviour_acts.Mutation,
    detentions.Mutation,
    assignments.Mutation,
    assignment_acts.Mutation,
    assessment.Mutation,
    fees.Mutation,
    calendars.Mutation,
    admissions_acts.Mutation,
    learning_acts.Mutation,
    website.Mutation,
):
    pass


@strawberry.type
class Subscription(
    notifications.Subscription,
    academics_acts.Subscription,
    timetable.Subscription,
    attendance_acts.Subscription,
    attendance_cases.Subscription,
    behaviour_acts.Subscription,
    detentions.Subscription,
    assignments.Subscription,
    admissions_acts.Subscription,
    learning_acts.Subscription,
):
    pass


def _compose() -> strawberry.Schema:
    grow(people.Student, academics.Class)
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[people.Student, people.Staff, academics.Class, attendance.Register],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


composed = _compose()


@lru_cache(maxsize=1)
def sdl() -> str:
    """The schema as text."""
    return composed.as_str()


schema: GraphQLSchema = composed._schema
"""As the execution takes it."""
