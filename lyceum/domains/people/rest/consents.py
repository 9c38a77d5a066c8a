"""Consents over REST: what families agreed to, and what a school asks for."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.people.consents import Standing, list_consent_kinds, read_consents
from lyceum.domains.people.models import Consent, ConsentKind
from lyceum.domains.people.queries import get_student
from lyceum.domains.people.rest.router import router
from lyceum.domains.people.rules.consents import add_consent_kind, answer_consent, change_consent_kind
from lyceum.domains.tenancy.queries import today


class ConsentOut(Schema):
    """One kind of consent for one student: the newest answer, null where there is none."""

    kind: UUID
    name: str
    answer: str | None
    in_force: bool = Field(description="Given, not withdrawn, and not run out today.")
    answered_by: str | None
    answered_at: datetime | None
    evidence: str | None
    until: date | None


def _shape(kind: ConsentKind, answer: Consent | None) -> dict[str, Any]:
    return {
        "kind": kind.pk,
        "name": kind.name,
        "answer": answer.answer if answer else None,
        "in_force": Standing(kind, answer).holds(today()),
        "answered_by": answer.answered_by if answer else None,
        "answered_at": answer.answered_at if answer else None,
        "evidence": answer.evidence if answer else None,
        "until": answer.until if answer else None,
    }


@router.get("students/{student_id}/consents/", response=list[ConsentOut], operation_id="listConsents")
def consents(request: HttpRequest, student_id: UUID) -> list[dict[str, Any]]:
    """What was answered for a student, kind by kind."""
    actor = actor_of(request)
    student = get_student(student_id, actor=actor)
    return [_shape(each.kind, each.newest) for each in read_consents(student, actor=actor)]


class ConsentIn(Strict):
    """An answer. Whose it is, is said by the office; a guardian's or a student's own carries their name."""

    kind: UUID
    answer: Literal["given", "refused", "withdrawn"]
    answered_by: str = Field("", max_length=200)
    evidence: str = Field("", max_length=300)
    until: date | None = None


@router.post("students/{student_id}/consents/", response={201: ConsentOut}, operation_id="answerConsent")
def answer(request: HttpRequest, student_id: UUID, body: ConsentIn) -> Any:
    """Write down an answer; those before stay as history."""
    values = body.dict(exclude={"kind"})
    row = answer_consent(student_id, kind_id=body.kind, **values, actor=actor_of(request))
    return _shape(row.kind, row)


class ConsentKindOut(Schema):
    """Something that the school asks families to agree to."""

    id: UUID
    name: str
    explanation: str
    active: bool


@router.get("consent-kinds/", response=ListOf[ConsentKindOut], operation_id="listConsentKinds")
def kinds(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """What the school asks for, by name."""
    rows = list_consent_kinds(actor_of(request))
    page = page_of(rows, order=("name", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, page.rows)


class ConsentKindIn(Strict):
    """Something to ask for."""

    name: str = Field(max_length=120)
    explanation: str = Field("", max_length=600)


@router.post("consent-kinds/", response={201: ConsentKindOut}, operation_id="addConsentKind")
def add_kind(request: HttpRequest, body: ConsentKindIn) -> Any:
    """Ask families for one thing more."""
    return add_consent_kind(name=body.name, explanation=body.explanation, actor=actor_of(request))


class ConsentKindPatch(Strict):
    """What changes."""

    name: str = Field(left_out(), max_length=120)
    explanation: str = Field(left_out(), max_length=600)
    active: bool = left_out()


@router.patch("consent-kinds/{kind_id}/", response=ConsentKindOut, operation_id="changeConsentKind")
def change_kind(request: HttpRequest, kind_id: UUID, body: ConsentKindPatch) -> ConsentKind:
    """Call it otherwise, or ask for it no more."""
    return change_consent_kind(kind_id, **body.dict(exclude_unset=True), actor=actor_of(request))
