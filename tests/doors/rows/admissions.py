"""Registration, applications and admission."""

from datetime import date
from io import BytesIO
from uuid import UUID

from lyceum.core.actor import system_actor
from lyceum.domains.accounts.models import EmailAddress
from lyceum.domains.accounts.rules.registration import verify_link
from lyceum.domains.admissions.rules.entering import Entered, begin_application
from lyceum.domains.admissions.rules.forms import create_form
from lyceum.domains.admissions.rules.intakes import create_intake, create_step, publish_intake
from lyceum.domains.admissions.rules.many import ask_to_decide
from lyceum.domains.admissions.rules.sending import apply
from lyceum.domains.admissions.rules.steps import hand_in_document
from lyceum.domains.learning.models import Course
from lyceum.testing.factories import as_actor
from tests.doors.rows.cast import Cast

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def add(cast: Cast) -> dict[str, UUID]:
    """An intake for a course, and the applicant's application to it; a draft for another."""
    actor, user = system_actor(cast.school.pk), cast.users["applicant"]
    course = Course.objects.create(name="Pottery", slug="pottery-by-application", status="published")
    intakes = []
    for name in ("Spring", "Summer"):
        values = {"courses": [course.pk], "documents": [{"type": "Passport", "required": False}]}
        intakes.append(create_intake(kind="course", name=name, values=values, actor=actor))
    step = create_step(intakes[0].pk, values={"step_name": "Talk", "is_required": False}, actor=actor)
    for intake in intakes:
        publish_intake(intake.pk, actor=actor)
    applicant = as_actor(user, cast.school)
    entered = Entered(first_name="Nia", birth_date=date(1990, 1, 1), courses=[course.pk], intake=intakes[0].pk)
    application = apply(entered, actor=applicant)
    other = Entered(first_name="Nia", birth_date=date(1990, 1, 1), courses=[course.pk], intake=intakes[1].pk)
    document = application.documents.get()
    hand_in_document(application.pk, document.pk, file=BytesIO(PDF), name="passport.pdf", actor=applicant)
    address = EmailAddress.objects.create(user=user, address="nia@x.example")
    cast.words["apply_section"] = "person"
    cast.words["verify_token"] = verify_link(address, school_id=cast.school.pk).split("/")[2]
    schema = {"sections": [{"title": "A", "fields": [{"key": "why", "label": "Why?"}]}]}
    return {
        "intake_id": intakes[0].pk,
        "other_intake": intakes[1].pk,
        "wanted_course": course.pk,
        "application_id": application.pk,
        "decisions_id": ask_to_decide([application.pk], act="approve", actor=actor).pk,
        "draft_application": begin_application(other, actor=applicant).pk,
        "application_step_id": application.steps.get().pk,
        "application_document_id": document.pk,
        "selection_step_id": step.pk,
        "application_form_id": create_form(name="Questions", schema=schema, actor=actor).pk,
    }
