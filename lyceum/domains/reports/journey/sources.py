"""What the journey asks of those who keep applications and alumni."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.domains.admissions.queries import find_application_of
from lyceum.domains.calendars.queries import list_events
from lyceum.domains.tenancy.queries import today
from lyceum.domains.website.models import AlumniProfile


@dataclass(frozen=True)
class SeenApplication:
    """The newest application of a student, as the actor may know it at this moment."""

    status: str
    """As its reader may see it: a decision that is held back is `under_review`."""
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    """Only of a decision that can be seen."""
    link: str = ""
    """The page on which it is read and answered."""


@dataclass(frozen=True)
class SeenAlumniProfile:
    """Somebody's profile among the alumni."""

    state: str
    published_at: datetime | None = None
    link: str = ""


def application_of(student_id: UUID, actor: Actor) -> SeenApplication | None:
    """The newest application of a student."""
    standing = find_application_of(student_id, actor=actor)
    if standing is None:
        return None
    application = standing.application
    return SeenApplication(
        status=standing.visible_status,
        submitted_at=application.submitted_at,
        decided_at=application.decided_at if standing.decision_visible else None,
        link=f"/applications/{application.pk}/",
    )


def alumni_profile_of(student_id: UUID, actor: Actor) -> SeenAlumniProfile | None:
    """The alumni profile of a student; who may know of the student may know of it."""
    del actor
    row = AlumniProfile.objects.filter(student=student_id).first()
    return SeenAlumniProfile(row.state, row.published_at, "/alumni/me/") if row else None


LINKS = {
    "registration": "/account/",
    "application": "/apply/",
    "review": "/apply/",
    "approval": "/apply/",
    "enrolment": "/learning/",
    "learning": "/learning/",
    "engagement": "/calendar/?view=month",
    "completion": "/learning/",
    "alumni": "/alumni/me/",
}
"""Where each step is done."""


def events_link(actor: Actor) -> str:
    """The month of the calendar in which the next event is that one can still take part in."""
    coming = list_events(actor, state="published", first=today()).order_by("date", "pk")
    first = coming.values_list("date", flat=True).first()
    return f"{LINKS['engagement']}&on={max(first, today())}" if first else LINKS["engagement"]
