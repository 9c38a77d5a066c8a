"""What is sent about an application."""

from datetime import date
from uuid import UUID

from ninja import Field, Schema
from pydantic import JsonValue

from lyceum.core.rest import Strict
from lyceum.domains.admissions.rules.entering import Entered, EnteredGuardian


class ApplicationGuardianIn(Strict):
    """An adult of the family."""

    first_name: str = Field(max_length=100)
    last_name: str = Field("", max_length=100)
    relation: str = Field("", max_length=60)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    address: str = Field("", max_length=300)
    has_responsibility: bool = True
    no_contact: bool = False


class EnteredIn(Strict):
    """What is known of the applicant so far. What is left out stays as it is."""

    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)
    email: str | None = Field(None, max_length=254)
    phone: str | None = Field(None, max_length=40)
    gender: str | None = Field(None, max_length=40)
    birth_date: date | None = None
    courses: list[UUID] | None = Field(None, max_length=50)
    intake: UUID | None = None
    guardians: list[ApplicationGuardianIn] | None = Field(None, max_length=20)
    answers: dict[str, JsonValue] | None = None
    for_self: bool | None = Field(None, description="False: a guardian applies for a child")

    def as_entered(self) -> Entered:
        """As the rules take it."""
        return entered_from(self)


def entered_from(body: Schema) -> Entered:
    """What a body says of an applicant."""
    names = ("first_name", "last_name", "email", "phone", "gender", "birth_date", "courses", "intake", "for_self")
    given = {name: getattr(body, name) for name in names if name in body.model_fields_set}
    if "full_name" in body.model_fields_set and "first_name" not in given:
        given["first_name"] = body.full_name  # type: ignore[attr-defined]  # a student's body has it
    guardians: list[ApplicationGuardianIn] | None = getattr(body, "guardians", None)
    return Entered(
        **given,
        guardians=None if guardians is None else [EnteredGuardian(**each.dict()) for each in guardians],
        answers=getattr(body, "answers", None) or {},
    )
