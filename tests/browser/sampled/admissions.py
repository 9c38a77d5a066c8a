"""Registration, applications and admission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lyceum.core.actor import system_actor
from lyceum.core.schools import current_school
from lyceum.domains.accounts.models import EmailAddress
from lyceum.domains.accounts.rules.registration import verify_link
from lyceum.domains.admissions.models import Application, Intake
from lyceum.domains.admissions.rules.many import ask_to_decide
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import start_session

if TYPE_CHECKING:
    from tests.browser.samples import Samples

HEAD, NOBODY, APPLICANT = "head", "nobody", "applicant"
NO_PAGES: dict[str, str] = {
    "application-document": "a file",
    "application-pdf": "a file",
    "interviews": "a file",
    "apply-resume": "leads on to where the draft was left",
}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    year_group = Intake.objects.get(kind="year_group")
    draft = Application.objects.filter(status="draft").order_by("pk")[0]
    own = Application.objects.get(filled_in_by=draft.filled_in_by, status="under_review")
    school = School.objects.get(pk=current_school())
    samples.cookies[APPLICANT] = start_session(draft.filled_in_by, school)[1]
    address = EmailAddress.objects.filter(user=draft.filled_in_by)[0]
    samples.add("register", NOBODY, "/register/")
    samples.add("verify-email", NOBODY, verify_link(address, school_id=current_school()))
    samples.add("verify-email", NOBODY, "/verify-email/of-long-ago/", "expired")
    samples.add("apply", NOBODY, "/apply/")
    samples.add("apply", APPLICANT, "/apply/", "begun")
    samples.add("apply-for", APPLICANT, f"/apply/for/{year_group.pk}/")
    for section in ("person", "family", "choices", "check"):
        samples.add("apply-section", APPLICANT, f"/apply/{draft.pk}/{section}/", section)
    samples.add("applications", HEAD, "/applications/")
    samples.add("applications", APPLICANT, "/applications/", "own")
    samples.add("application", APPLICANT, f"/applications/{own.pk}/", "own")
    for status in ("under_review", "offered", "waitlisted", "rejected"):
        row = Application.objects.filter(status=status, intake=year_group).order_by("pk")[0]
        samples.add("application", HEAD, f"/applications/{row.pk}/", status)
    taken = Application.objects.filter(status="approved", intake=year_group).order_by("pk")[0]
    samples.add("admit", HEAD, f"/applications/{taken.pk}/admit/")
    job = ask_to_decide([taken.pk], act="approve", actor=system_actor(school.pk))
    samples.add("decisions", HEAD, f"/applications/decisions/{job.pk}/")
    samples.add("student-documents", HEAD, f"/students/{taken.student_id}/documents/")
    form = year_group.form_id
    samples.add("settings-admissions", HEAD, "/settings/admissions/")
    samples.add("settings-application-forms", HEAD, "/settings/intakes/forms/")
    samples.add("settings-application-form", HEAD, f"/settings/intakes/forms/{form}/")
    samples.add("settings-intakes", HEAD, "/settings/intakes/")
    samples.add("settings-intake", HEAD, f"/settings/intakes/{year_group.pk}/")
