"""An application as PDF: what its reader may know of it."""

from collections.abc import Iterable
from importlib.resources import files
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.documents import letterhead, print_document
from lyceum.domains.admissions.models import Application, ApplicationDocument, ApplicationStep
from lyceum.domains.admissions.queries import Standing, get_application, standing_of
from lyceum.domains.admissions.rules.forms import fields_of, schema_of
from lyceum.domains.admissions.words import said_answer
from lyceum.domains.journal.rules import Target, record


def answer_application(application_id: UUID, *, actor: Actor) -> HttpResponse:
    """The application as a file. That it was taken out is recorded."""
    standing = standing_of(get_application(application_id, actor=actor), actor=actor)
    record("admissions.application.print", target=Target.of(standing.application), actor=actor)
    response = HttpResponse(print_application(standing), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="application-{_number(standing) or "draft"}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def print_application(standing: Standing) -> bytes:
    """Who applies for what, what was answered and handed in, and how far it is."""
    template = (files(__package__) / "application.typ").read_bytes()
    return print_document(template, {"school": letterhead().school, **_said(standing)})


def _number(standing: Standing) -> str:
    student = standing.application.student
    return student.registration_number if student else ""


def _said(standing: Standing) -> dict[str, Any]:
    application = standing.application
    state = Application.Status(standing.visible_status).label
    return {
        "title": standing.name,
        "about": " · ".join(filter(None, (application.intake.name, _number(standing), str(state)))),
        "made": _("Printed on %(day)s") % {"day": _day(clock.now())},
        "sections": [
            {"title": title, "rows": rows}
            for title, rows in (
                (_("The applicant"), _person(standing)),
                (_("Guardians"), [] if standing.is_review else _guardians(application)),
                (_("Answers"), list(_answers(application))),
                (_("Steps"), [[each.step_name, _step(each)] for each in standing.steps]),
                (_("Documents"), [[each.type, _document(each)] for each in standing.documents]),
            )
            if rows
        ],
    }


def _person(standing: Standing) -> list[list[str]]:
    application, rows = standing.application, []
    if application.student and not standing.is_blind:
        person = application.student.person
        rows += [[_("Name"), person.full_name]]
        rows += [[_("Date of birth"), date_format(person.birth_date, _("j F Y"))]] if person.birth_date else []
    wanted = ", ".join(each.course.name for each in application.wanted.all())
    rows += [[_("Courses"), wanted]] if wanted else []
    rows += [[_("Sent"), _day(application.submitted_at)]] if application.submitted_at else []
    return rows


def _guardians(application: Application) -> list[list[str]]:
    rows = sorted(application.guardians.all(), key=lambda each: each.order)
    return [
        [each.relation or _("Guardian"), ", ".join(filter(None, (str(each), each.email, each.phone)))] for each in rows
    ]


def _answers(application: Application) -> Iterable[list[str]]:
    labels = {field["key"]: str(field["label"]) for field in fields_of(schema_of(application.intake))}
    for key, value in application.answers.items():
        yield [labels.get(key, key), said_answer(value)]


def _step(step: ApplicationStep) -> str:
    when = _day(step.appointment) if step.appointment else ""
    return " · ".join(filter(None, (str(ApplicationStep.Status(step.status).label), when, step.message)))


def _document(document: ApplicationDocument) -> str:
    state = str(ApplicationDocument.Status(document.status).label)
    return " · ".join(filter(None, (state, document.file_name, document.remark)))


def _day(instant: Any) -> str:
    return date_format(localtime(instant), _("j F Y, H:i"))
