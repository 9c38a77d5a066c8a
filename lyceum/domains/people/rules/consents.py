"""Consents: given, refused, withdrawn; and what a school asks for."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.people.facts import ConsentAnswered
from lyceum.domains.people.models import Consent, ConsentKind
from lyceum.domains.people.queries import get_student
from lyceum.domains.tenancy.queries import today

PUBLIC_PHOTOGRAPHS = "Photographs in public"
STARTING_KINDS = ("Photographs in school", PUBLIC_PHOTOGRAPHS, "Outings nearby", "First aid")
"""What a new school asks for; it changes them as it likes."""


class ConsentKindTakenError(RuleError):
    """The school asks for something of that name already."""

    code = "consent_kind_taken"


class NothingToWithdrawError(RuleError):
    """Only what was given can be withdrawn."""

    code = "nothing_to_withdraw"


@transaction.atomic
def answer_consent(
    student_id: UUID,
    *,
    kind_id: UUID,
    answer: str,
    answered_by: str = "",
    evidence: str = "",
    until: date | None = None,
    actor: Actor,
) -> Consent:
    """Write down an answer. The office says whose it is; a guardian's or a student's own carries their name."""
    actor.require(Permission.CONSENTS_ANSWER)
    student = get_student(student_id, actor=actor, permission=Permission.CONSENTS_ANSWER)
    kind = ConsentKind.objects.filter(pk=kind_id, active=True).first()
    if kind is None:
        raise invalid_field("/kind", "choice", _("There is no such consent here."))
    is_office = actor.reaches_all(Permission.CONSENTS_ANSWER)
    name = tidy(answered_by) if is_office else actor.name
    _check(answer, name, evidence, until)
    newest = Consent.objects.filter(student=student, kind=kind).order_by("-answered_at", "-pk").first()
    if answer == Consent.Answer.WITHDRAWN and (newest is None or newest.answer != Consent.Answer.GIVEN):
        raise NothingToWithdrawError(_("%(kind)s was not given, so it cannot be withdrawn.") % {"kind": kind})
    row = Consent.objects.create(
        student=student,
        kind=kind,
        answer=answer,
        answered_by=name,
        written_by=actor.user_id,
        answered_at=clock.now(),
        evidence=tidy(evidence),
        until=until,
    )
    changes = {kind.name: [newest.answer if newest else None, answer], "by": [None, name]}
    told = ConsentAnswered(student=student.pk, kind=kind.pk, answer=answer)
    record("people.consent.answer", target=Target.of(student), changes=changes, facts=[told], actor=actor)
    return row


def _check(answer: str, name: str, evidence: str, until: date | None) -> None:
    faults = []
    if answer not in Consent.Answer.values:
        choices = ", ".join(Consent.Answer.values)
        faults.append(FieldError("/answer", "choice", _("Choose one of: %(choices)s.") % {"choices": choices}))
    if not 0 < len(name) <= 200:
        faults.append(FieldError("/answered_by", "required", _("Say whose answer it is.")))
    if len(tidy(evidence)) > 300:
        faults.append(FieldError("/evidence", "too_long", _("Use at most 300 letters.")))
    if until and until < today():
        faults.append(FieldError("/until", "order", _("That day is over.")))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


@transaction.atomic
def add_consent_kind(*, name: str, explanation: str = "", actor: Actor) -> ConsentKind:
    """Ask families for one thing more."""
    actor.require_all(Permission.SCHOOL_EDIT)
    chosen = _named(name, explanation)
    with refusing(
        consent_kind_once=lambda: ConsentKindTakenError(_("%(name)s is asked for already.") % {"name": chosen})
    ):
        kind = ConsentKind.objects.create(name=chosen, explanation=tidy(explanation))
    record("people.consent_kind.add", target=Target.of(kind), actor=actor)
    return kind


@transaction.atomic
def change_consent_kind(
    kind_id: UUID, *, name: str | None = None, explanation: str | None = None, active: bool | None = None, actor: Actor
) -> ConsentKind:
    """Call it otherwise, or ask for it no more. Answers stay."""
    actor.require_all(Permission.SCHOOL_EDIT)
    kind = ConsentKind.objects.select_for_update().filter(pk=kind_id).first()
    if kind is None:
        raise NotFoundError
    chosen = _named(kind.name if name is None else name, explanation or "")
    values = {
        "name": chosen,
        "explanation": kind.explanation if explanation is None else tidy(explanation),
        "active": kind.active if active is None else active,
    }
    changes = changed_fields(kind, values)
    if changes:
        with refusing(
            consent_kind_once=lambda: ConsentKindTakenError(_("%(name)s is asked for already.") % {"name": chosen})
        ):
            kind.save()
        record("people.consent_kind.change", target=Target.of(kind), changes=changes, actor=actor)
    return kind


def _named(name: str, explanation: str) -> str:
    chosen = tidy(name)
    if not 0 < len(chosen) <= 120:
        raise invalid_field("/name", "length", _("Say it in 1 to 120 letters."))
    if len(tidy(explanation)) > 600:
        raise invalid_field("/explanation", "too_long", _("Use at most 600 letters."))
    return chosen
