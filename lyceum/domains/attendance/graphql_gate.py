"""The gate and who is on site, over GraphQL."""

from datetime import date, datetime
from typing import Any

import strawberry
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.errors import invalid_field
from lyceum.core.graphql import Info, Payload, act, row_id, shown_as, through
from lyceum.domains.attendance import models
from lyceum.domains.attendance.gate import EVENT_ORDER, by_card, list_gate_events
from lyceum.domains.attendance.on_site import Present, count_present, group_name, list_present
from lyceum.domains.attendance.rules.gate import (
    OUT,
    Passed,
    pass_staff,
    sign_in_student,
    sign_in_visitor,
    sign_out_student,
    sign_out_visitor,
)

Day = date


@strawberry.type(description="Somebody came in or went out: a student, a member of staff, or a visitor.")
class GateEvent:
    id: strawberry.ID = through("pk")
    direction: str
    at: datetime
    student_id: strawberry.ID | None
    staff_id: strawberry.ID | None
    host: str
    visit_id: strawberry.ID | None
    reason: str
    by: str = through("made_by_name")

    @strawberry.field
    def name(self, event: strawberry.Parent[models.GateEvent]) -> str:
        """Who it was."""
        person = event.student or event.staff
        return str(person) if person else event.visitor_name


@strawberry.type(description="Somebody on site. `certain` is false for who came in and was absent from a lesson since.")
class PresentPerson:
    id: strawberry.ID
    kind: str
    name: str
    group: str
    place: str
    since: datetime
    source: str
    certain: bool


@strawberry.type(description="Everybody on site at an instant, and how many.")
class OnSite:
    at: datetime
    students: int
    staff: int
    visitors: int
    uncertain: int
    people: list[PresentPerson]


@strawberry.type
class Query:
    @connection(GateEvent)
    def gate_events(
        self, info: Info, span: Span, date: Day | None = None, student_id: strawberry.ID | None = None
    ) -> Found:
        """Who came in and went out on a day, the newest first."""
        student = row_id(student_id) if student_id else None
        return find_page(list_gate_events(info.context.actor, day=date, student=student), order=EVENT_ORDER, span=span)

    @shown_as(OnSite)
    def on_site(self, info: Info) -> OnSite:
        """Who is on site now. Teachers read it during an evacuation."""
        found = list_present(info.context.actor)
        counts = count_present(found)
        return OnSite(
            at=clock.now(),
            students=counts.students,
            staff=counts.staff,
            visitors=counts.visitors,
            uncertain=counts.uncertain,
            people=[_present(person) for person in found],
        )


def _present(person: Present) -> PresentPerson:
    return PresentPerson(
        id=strawberry.ID(str(person.key)),
        kind=person.kind,
        name=person.name,
        group=group_name(person.kind, person.group),
        place=person.place,
        since=person.since,
        source=person.source,
        certain=person.is_certain,
    )


@strawberry.input(description="Who passes the gate: one of student, staff, card, visitor (with host) or visit.")
class PassGateInput:
    direction: str
    student_id: strawberry.ID | None = None
    staff_id: strawberry.ID | None = None
    card: str = ""
    visitor: str = ""
    host: str = ""
    visit_id: strawberry.ID | None = None
    reason: str = ""


@strawberry.type
class GatePayload(Payload):
    event: GateEvent | None = None
    code: str = ""
    """With which the session was marked."""
    repeated: bool = False
    """It was so already: nothing was written."""


@strawberry.type
class Mutation:
    @act
    def pass_gate(self, info: Info, input: PassGateInput) -> GatePayload:
        """Sign somebody in or out. A student who comes in is marked by the clock; who leaves says why."""
        passed = _pass(input, info)
        event: Any = passed.event
        return GatePayload(event=event, code=passed.symbol, repeated=not passed.is_new)


def _pass(given: PassGateInput, info: Info) -> Passed:
    actor = info.context.actor
    named = [each for each in (given.student_id, given.staff_id, given.card, given.visitor, given.visit_id) if each]
    if len(named) != 1:
        raise invalid_field("/studentId", "one_of", _("Give one of student, staff, card, visitor or visit."))
    if given.direction not in ("in", "out"):
        raise invalid_field("/direction", "choice", _("Give in or out."))
    student = row_id(given.student_id) if given.student_id else None
    staff = row_id(given.staff_id) if given.staff_id else None
    if given.card:
        student, staff = by_card(given.card, actor=actor)
    if student and given.direction == OUT:
        return sign_out_student(student, reason=given.reason, actor=actor)
    if student:
        return sign_in_student(student, reason=given.reason, actor=actor)
    if staff:
        return pass_staff(staff, direction=given.direction, reason=given.reason, actor=actor)
    if given.visit_id:
        return sign_out_visitor(row_id(given.visit_id), actor=actor)
    return sign_in_visitor(given.visitor, host=given.host, reason=given.reason, actor=actor)
