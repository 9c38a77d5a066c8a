"""The end of an application to a course: its first enrolment in a run."""

from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.domains.admissions.models import Application, Intake
from lyceum.domains.admissions.rules.states import acting_for, whole_applications
from lyceum.domains.admissions.rules.verdicts import set_state


def note_first_enrolment(student_id: UUID, *, actor: Actor) -> int:
    """Approved applications of a student to courses are enrolled from now on. Returns how many."""
    rows = whole_applications().filter(
        student=student_id, status=Application.Status.APPROVED, intake__kind=Intake.Kind.COURSE
    )
    found = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for application in found:
        announced = application.announced_at
        set_state(application, Application.Status.ENROLLED, "enrol", acting_for(actor), decision="approved")
        Application.objects.filter(pk=application.pk).update(announced_at=announced)
    return len(found)
