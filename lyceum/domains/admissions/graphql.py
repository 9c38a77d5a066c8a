"""GraphQL door of admissions: intakes and applications, read as the caller may know them now."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.graphql import Info, row_id, shown_as, together
from lyceum.domains.admissions import models
from lyceum.domains.admissions.queries import (
    NEWEST_FIRST,
    ApplicationFilter,
    Standing,
    get_application,
    list_applications,
    list_intakes,
    list_own_applications,
    standings_of,
    whole,
)
from lyceum.domains.admissions.shapes import next_act, offer_shape


@strawberry.type(description="Something that one can apply for.")
class Intake:
    id: strawberry.ID
    name: str
    kind: str
    status: str
    places: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    age_from: int | None
    age_to: int | None
    needs_acceptance: bool

    @strawberry.field
    def is_open(self, intake: strawberry.Parent[models.Intake]) -> bool:
        """Whether one can apply now."""
        return intake.is_open(clock.now())


@strawberry.type(description="A step with the applicant's status in it.")
class ApplicationStep:
    id: strawberry.ID
    step_name: str
    description: str
    order: int
    status: str
    due_on: date | None
    appointment: datetime | None
    message: str


@strawberry.type(description="Something to hand in.")
class ApplicationDocument:
    id: strawberry.ID
    type: str
    is_required: bool
    status: str
    remark: str


@strawberry.type(description="A place offered until the end of a day.")
class PlaceOffer:
    state: str
    expires_at: datetime
    conditions: str


@strawberry.type(description="A place on the waiting list, as in 4 of 17.")
class WaitingPlace:
    place: int
    of: int


@strawberry.type(description="What the applicant does next.")
class NextAct:
    key: str
    label: str
    link: str


def _standing(application: models.Application, actor: Actor) -> Standing:
    """How it stands, found for all that were read with it."""

    def read(rows: list[models.Application]) -> dict[UUID, Standing]:
        return {each.application.pk: each for each in standings_of(rows, actor=actor)}

    return together(application, "standings", read)[application.pk]


@strawberry.type(description="An application; what is held back is under review to its family.")
class Application:
    id: strawberry.ID
    submitted_at: datetime | None
    for_self: bool
    awaiting: str

    @shown_as(Intake)
    def intake(self, application: strawberry.Parent[models.Application]) -> Any:
        """What it is for."""
        return application.intake

    @strawberry.field
    def student_id(self, application: strawberry.Parent[models.Application]) -> strawberry.ID | None:
        """The applicant's record; none while it is a draft."""
        return strawberry.ID(str(application.student_id)) if application.student_id else None

    @strawberry.field
    def registration_number(self, application: strawberry.Parent[models.Application]) -> str | None:
        """The number from here to the certificate."""
        return application.student.registration_number if application.student else None

    @strawberry.field
    def name(self, application: strawberry.Parent[models.Application], info: Info) -> str:
        """The applicant's name; the number, for who is not to know it."""
        return _standing(application, info.context.actor).name

    @strawberry.field
    def status(self, application: strawberry.Parent[models.Application], info: Info) -> str:
        """Where it stands."""
        return _standing(application, info.context.actor).visible_status

    @strawberry.field
    def decision(self, application: strawberry.Parent[models.Application], info: Info) -> str | None:
        """approved or rejected, once there is one to be seen."""
        return _standing(application, info.context.actor).decision or None

    @strawberry.field
    def message(self, application: strawberry.Parent[models.Application], info: Info) -> str:
        """What the school says to it."""
        return _standing(application, info.context.actor).message

    @shown_as(list[ApplicationStep])
    def steps(self, application: strawberry.Parent[models.Application], info: Info) -> list[models.ApplicationStep]:
        """The steps that the caller may see, in their order."""
        return list(_standing(application, info.context.actor).steps)

    @shown_as(list[ApplicationDocument])
    def documents(
        self, application: strawberry.Parent[models.Application], info: Info
    ) -> list[models.ApplicationDocument]:
        """What has to be handed in."""
        return list(_standing(application, info.context.actor).documents)

    @strawberry.field
    def offer(self, application: strawberry.Parent[models.Application], info: Info) -> PlaceOffer | None:
        """The newest offer."""
        shape = offer_shape(_standing(application, info.context.actor).offer)
        if shape is None:
            return None
        return PlaceOffer(state=shape["state"], expires_at=shape["expires_at"], conditions=shape["conditions"])

    @strawberry.field
    def waiting(self, application: strawberry.Parent[models.Application], info: Info) -> WaitingPlace | None:
        """Which place of how many."""
        waiting = _standing(application, info.context.actor).waiting
        return WaitingPlace(place=waiting[0], of=waiting[1]) if waiting else None

    @strawberry.field
    def next_act(self, application: strawberry.Parent[models.Application], info: Info) -> NextAct | None:
        """What the applicant does next."""
        standing = _standing(application, info.context.actor)
        found = None if standing.is_review else next_act(standing)
        return NextAct(**found) if found else None


def _id(given: strawberry.ID | None) -> UUID | None:
    return row_id(given) if given else None


@strawberry.type
class Query:
    @connection(Intake)
    def intakes(self, info: Info, span: Span, status: str = "") -> Found:
        """What one can apply for, by name; drafts for the office alone."""
        return find_page(list_intakes(info.context.actor, status=status), order=("name", "pk"), span=span)

    @connection(Application)
    def applications(
        self,
        info: Info,
        span: Span,
        intake_id: strawberry.ID | None = None,
        status: str = "",
        step: str = "",
        text: str = "",
    ) -> Found:
        """Applications, the newest first: all that were sent for the office, one's own for families."""
        chosen = ApplicationFilter(intake=_id(intake_id), status=status, step=step, text=text)
        return find_page(whole(list_applications(info.context.actor, chosen=chosen)), order=NEWEST_FIRST, span=span)

    @connection(Application)
    def my_applications(self, info: Info, span: Span) -> Found:
        """What one filled in, and what is about oneself or one's children; the newest first."""
        return find_page(list_own_applications(info.context.actor), order=NEWEST_FIRST, span=span)

    @shown_as(Application | None)
    def application(self, info: Info, id: strawberry.ID) -> Any:
        """One application."""
        return get_application(row_id(id), actor=info.context.actor)
