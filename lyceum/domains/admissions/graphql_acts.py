"""Applying, deciding and answering over GraphQL, and following an application as it goes on."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from lyceum.core.actor import Actor
from lyceum.core.graphql import Info, Payload, act, followed_as, row_id, row_ids
from lyceum.core.live import Followed, Hears
from lyceum.domains.admissions import facts
from lyceum.domains.admissions.graphql import Application
from lyceum.domains.admissions.live import application_topic, follow_application
from lyceum.domains.admissions.queries import get_application
from lyceum.domains.admissions.rules.admitting import admit
from lyceum.domains.admissions.rules.answering import accept_offer, decline_offer
from lyceum.domains.admissions.rules.deciding import (
    approve,
    offer_place,
    reject,
    rescind,
    start_review,
    waitlist,
    withdraw,
)
from lyceum.domains.admissions.rules.entering import Entered, EnteredGuardian
from lyceum.domains.admissions.rules.sending import apply, submit_application
from lyceum.domains.admissions.rules.steps import set_step
from lyceum.domains.admissions.rules.verdicts import Verdict


@strawberry.input(description="An adult of the family.")
class ApplicationGuardianInput:
    first_name: str
    last_name: str = ""
    relation: str = ""
    email: str = ""
    phone: str = ""
    has_responsibility: bool = True
    no_contact: bool = False


@strawberry.input(description="A whole application. Names and address are the account's where they are left out.")
class ApplyInput:
    birth_date: date
    courses: list[strawberry.ID] | None = None
    intake_id: strawberry.ID | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    gender: str | None = None
    for_self: bool | None = None
    guardians: list[ApplicationGuardianInput] | None = None
    answers: JSON | None = None


@strawberry.input(description="One application.")
class ApplicationInput:
    application_id: strawberry.ID
    reason: str = ""


@strawberry.input(description="A decision: approve, offer, waitlist or reject, with its reason code.")
class DecideApplicationInput:
    application_id: strawberry.ID
    act: str
    reason_code: str = ""
    message: str = ""
    internal_note: str = ""
    reason: str = ""
    complete_open_steps: bool = False


@strawberry.input(description="Where an applicant is in a step.")
class SetApplicationStepInput:
    application_id: strawberry.ID
    step_id: strawberry.ID
    status: str
    reason: str = ""
    message: str | None = strawberry.UNSET


@strawberry.input(description="The first day, and the class where it is known.")
class AdmitInput:
    application_id: strawberry.ID
    start_on: date | None = None
    class_id: strawberry.ID | None = None


@strawberry.type
class ApplicationPayload(Payload):
    application: Application | None = None


def _shown(application_id: UUID, actor: Actor) -> ApplicationPayload:
    row: Any = get_application(application_id, actor=actor)
    return ApplicationPayload(application=row)


@strawberry.type
class Mutation:
    @act
    def apply(self, info: Info, input: ApplyInput) -> ApplicationPayload:
        """Apply: person, number, application, steps and documents in one act."""
        guardians = input.guardians
        given = {name: getattr(input, name) for name in ("first_name", "last_name", "email", "phone", "gender")}
        answers: Any = input.answers or {}
        entered = Entered(
            **given,
            birth_date=input.birth_date,
            courses=None if input.courses is None else row_ids(input.courses),
            intake=row_id(input.intake_id) if input.intake_id else None,
            for_self=input.for_self,
            guardians=None if guardians is None else [EnteredGuardian(**vars(each)) for each in guardians],
            answers=answers if isinstance(answers, dict) else {},
        )
        actor = info.context.actor
        return _shown(apply(entered, actor=actor).pk, actor)

    @act
    def submit_application(self, info: Info, input: ApplicationInput) -> ApplicationPayload:
        """Send a draft."""
        actor = info.context.actor
        return _shown(submit_application(row_id(input.application_id), actor=actor).pk, actor)

    @act
    def start_application_review(self, info: Info, input: ApplicationInput) -> ApplicationPayload:
        """Take it in hand."""
        actor = info.context.actor
        return _shown(start_review(row_id(input.application_id), reason=input.reason, actor=actor).pk, actor)

    @act
    def decide_application(self, info: Info, input: DecideApplicationInput) -> ApplicationPayload:
        """Approve, offer, waitlist or reject."""
        actor, pk = info.context.actor, row_id(input.application_id)
        verdict = Verdict(
            message=input.message,
            internal_note=input.internal_note,
            reason=input.reason,
            complete_open_steps=input.complete_open_steps,
        )
        if input.act in _DECISIONS:
            _DECISIONS[input.act](pk, verdict=verdict, actor=actor)
        else:
            reject(pk, reason_code=input.reason_code, verdict=verdict, actor=actor)
        return _shown(pk, actor)

    @act
    def rescind_offer(self, info: Info, input: ApplicationInput) -> ApplicationPayload:
        """Take an open offer back."""
        actor = info.context.actor
        return _shown(rescind(row_id(input.application_id), reason=input.reason, actor=actor).pk, actor)

    @act
    def accept_offer(self, info: Info, input: ApplicationInput) -> ApplicationPayload:
        """Take the place that is offered."""
        actor = info.context.actor
        return _shown(accept_offer(row_id(input.application_id), actor=actor).pk, actor)

    @act
    def decline_offer(self, info: Info, input: ApplicationInput) -> ApplicationPayload:
        """Leave the place to somebody else."""
        actor = info.context.actor
        return _shown(decline_offer(row_id(input.application_id), actor=actor).pk, actor)

    @act
    def withdraw_application(self, info: Info, input: ApplicationInput) -> ApplicationPayload:
        """The place is not wanted any more."""
        actor = info.context.actor
        return _shown(withdraw(row_id(input.application_id), reason=input.reason, actor=actor).pk, actor)

    @act
    def set_application_step(self, info: Info, input: SetApplicationStepInput) -> ApplicationPayload:
        """Move an applicant on in a step."""
        actor, pk = info.context.actor, row_id(input.application_id)
        values = {} if input.message is strawberry.UNSET else {"message": input.message}
        set_step(pk, row_id(input.step_id), status=input.status, reason=input.reason, values=values, actor=actor)
        return _shown(pk, actor)

    @act
    def admit_applicant(self, info: Info, input: AdmitInput) -> ApplicationPayload:
        """Make the applicant a student."""
        actor, pk = info.context.actor, row_id(input.application_id)
        class_id = row_id(input.class_id) if input.class_id else None
        return _shown(admit(pk, start_on=input.start_on, class_id=class_id, actor=actor).pk, actor)


_DECISIONS: dict[str, Any] = {"approve": approve, "offer": offer_place, "waitlist": waitlist}


@strawberry.type(description="An application went on.")
class ApplicationChanged:
    @strawberry.field
    def application_id(self, fact: strawberry.Parent[facts.ApplicationFact]) -> strawberry.ID:
        """Which one."""
        return strawberry.ID(str(fact.application))

    @strawberry.field
    def what(self, fact: strawberry.Parent[facts.ApplicationFact]) -> str:
        """What happened, as in admissions.offered."""
        return fact.type


@strawberry.type
class Subscription:
    @followed_as(ApplicationChanged)
    def application_changed(self, id: strawberry.ID) -> Followed:
        """One application, as it goes on."""
        wanted = row_id(id)

        def follows(actor: Actor) -> tuple[str, Hears]:
            return application_topic(wanted), follow_application(wanted, actor=actor)

        return Followed(follows)
