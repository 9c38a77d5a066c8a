"""How people look to software, wherever a REST operation shows or takes them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from lyceum.core.rest import Strict
from lyceum.domains.people.models import ContactPoint, Enrolment, GuardianLink
from lyceum.domains.people.rules.adults import TOLD, NewGuardian
from lyceum.domains.people.rules.persons import NewPerson

Responsibility = Literal["yes", "no", "unknown"]
Home = Literal["full", "part", "no"]
Portal = Literal["none", "view", "full"]
Channel = Literal["email", "sms", "push", "call"]
Purpose = Literal["absence", "behaviour", "reports", "fees", "general"]
Exit = Literal["graduated", "transferred", "withdrawn", "no_show", "other"]


class EnrolmentOut(Schema):
    """A span of days on roll."""

    id: UUID
    student: UUID
    kind: str
    first_day: date
    last_day: date | None
    entry: str
    exit: str
    exit_reason: str
    from_school: str
    to_school: str


def enrolment_shape(row: Enrolment) -> dict[str, Any]:
    """An enrolment."""
    names = ("kind", "first_day", "last_day", "entry", "exit", "exit_reason", "from_school", "to_school")
    return {"id": row.pk, "student": row.student_id, **{name: getattr(row, name) for name in names}}


class GuardianOut(Schema):
    """An adult who belongs to a student, in contact order."""

    id: UUID = Field(description="Of the tie between the adult and the student.")
    student: UUID
    person: UUID
    full_name: str
    relationship: str
    parental_responsibility: str
    lives_with: str
    contact_order: int
    emergency: bool
    may_collect: bool
    portal: str
    channels: list[str]
    told: list[str]
    email: str
    phone: str


def guardian_shape(link: GuardianLink, points: Sequence[ContactPoint]) -> dict[str, Any]:
    """A guardian with the contact points of that person."""
    return {
        "id": link.pk,
        "student": link.student_id,
        "person": link.guardian_id,
        "full_name": link.guardian.full_name,
        "relationship": link.relationship,
        "parental_responsibility": link.parental_responsibility,
        "lives_with": link.lives_with,
        "contact_order": link.contact_order,
        "emergency": link.emergency,
        "may_collect": link.may_collect,
        "portal": link.portal,
        "channels": link.channels,
        "told": [purpose for purpose in sorted(TOLD) if getattr(link, f"told_{purpose}")],
        "email": main_value(points, "email"),
        "phone": main_value(points, "mobile", "phone"),
    }


def main_value(points: Iterable[ContactPoint], *kinds: str) -> str:
    """The preferred address or number among contact points of these kinds, earlier kinds first; or nothing."""
    mine = sorted((p for p in points if p.kind in kinds), key=lambda p: (not p.preferred, kinds.index(p.kind), p.pk))
    return mine[0].value if mine else ""


class PersonIn(Strict):
    """A person. One name is enough: `full_name` as it is written, or its parts."""

    full_name: str = Field("", max_length=200)
    first_name: str = Field("", max_length=100)
    last_name: str = Field("", max_length=100)
    preferred_name: str = Field("", max_length=200)
    pronouns: str = Field("", max_length=40)
    gender: str = Field("", max_length=40)
    birth_date: date | None = None
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)

    def as_new(self) -> NewPerson:
        """The person as the rules take it."""
        names = {name: getattr(self, name) for name in PersonIn.model_fields if name not in ("email", "phone")}
        return NewPerson(
            **names,
            emails=(self.email,) if self.email else (),
            mobiles=(self.phone,) if self.phone else (),
        )


class GuardianIn(Strict):
    """An adult to be tied to a student: a new person, or the id of one who is known."""

    relationship: str = Field("", max_length=60)
    person: PersonIn | None = None
    person_id: UUID | None = None
    parental_responsibility: Responsibility = "unknown"
    lives_with: Home = "no"
    emergency: bool = False
    may_collect: bool = False
    portal: Portal = "none"
    portal_reason: str = Field("", max_length=300)
    confirm_new: bool = Field(False, description="It is another person than those of a `possible_duplicate`.")
    channels: list[Channel] = Field(default_factory=list, max_length=4)
    told: list[Purpose] = Field(["absence", "behaviour", "reports", "general"], max_length=5)

    def as_new(self, student_id: UUID) -> NewGuardian:
        """The guardian as the rules take it."""
        return NewGuardian(
            student_id,
            self.relationship,
            person=self.person.as_new() if self.person else None,
            person_id=self.person_id,
            parental_responsibility=self.parental_responsibility,
            lives_with=self.lives_with,
            emergency=self.emergency,
            may_collect=self.may_collect,
            portal=self.portal,
            portal_reason=self.portal_reason,
            confirm_new=self.confirm_new,
            channels=tuple(self.channels),
            told=frozenset(self.told),
        )


class ReachOut(Schema):
    """Whom a message reaches, whom it does not, and what its texts cost."""

    reached: int
    by_channel: dict[str, int]
    unreachable: dict[str, int] = Field(description="How many people by why.")
    blocked: int = Field(description="How many a restriction keeps away.")
    segments: int
    cost: str | None = Field(description="In the school's currency; null where nobody said what a text costs.")
    used: int = Field(description="Texts that went this month, or are about to; counted where there is a cap.")
    cap: int | None
