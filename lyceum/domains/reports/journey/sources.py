"""What the journey asks of those who keep applications and alumni."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.domains.admissions.queries import find_application_of
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
    "engagement": "/calendar/",
    "completion": "/learning/",
    "alumni": "/alumni/me/",
}
"""Where each step is done."""
