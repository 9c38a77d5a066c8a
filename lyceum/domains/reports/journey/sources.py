"""What the journey asks of domains that keep applications and alumni. None: nothing is known of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lyceum.core.actor import Actor


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
    del student_id, actor
    return None


def alumni_profile_of(student_id: UUID, actor: Actor) -> SeenAlumniProfile | None:
    """The alumni profile of a student."""
    del student_id, actor
    return None


LINKS = {
    "registration": "/account/",
    "application": "/apply/",
    "review": "/apply/",
    "approval": "/apply/",
    "enrolment": "/courses/",
    "learning": "/courses/",
    "engagement": "/calendar/",
    "completion": "/courses/",
    "alumni": "/alumni/",
}
"""Where each step is done."""
