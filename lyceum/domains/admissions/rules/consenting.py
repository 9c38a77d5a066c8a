"""Consents that a form asks for: once the applicant is a student, their answers are the student's consents."""

from lyceum.core.actor import Actor
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.forms import fields_of, schema_of
from lyceum.domains.people.models import Consent, ConsentKind
from lyceum.domains.people.rules.consents import answer_consent


def read_answers(application: Application) -> list[tuple[ConsentKind, bool]]:
    """What the school still asks families to agree to, and what this application says to it."""
    said = {
        str(field["consent"]): application.answers[field["key"]]
        for field in fields_of(schema_of(application.intake))
        if field.get("type") == "consent" and field["key"] in application.answers
    }
    kinds = ConsentKind.objects.filter(pk__in=said, active=True).order_by("name", "pk") if said else ()
    return [(kind, bool(said[str(kind.pk)])) for kind in kinds]


def bring_consents(application: Application, *, actor: Actor) -> None:
    """Write the answers into the student's record, in the name of whoever gave them."""
    if application.student is None:
        return
    for kind, agrees in read_answers(application):
        answer_consent(
            application.student.pk,
            kind_id=kind.pk,
            answer=Consent.Answer.GIVEN if agrees else Consent.Answer.REFUSED,
            answered_by=_who_answered(application),
            evidence=f"{application.intake.name}, {application.submitted_at:%Y-%m-%d}",
            actor=actor,
        )


def _who_answered(application: Application) -> str:
    """Whoever applied; where the office typed it in, the first guardian with responsibility, else the applicant."""
    if not application.entered.get("office"):
        return application.filled_in_by.full_name
    guardians = application.guardians.filter(has_responsibility=True, no_contact=False).order_by("order")
    return str(guardians.first() or application.student)
