"""Telling whoever completed a course that the certificate is there."""

from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.domains.learning.models import Certificate
from lyceum.domains.learning.rules.readers import Piece, declare_both, tell_learners
from lyceum.domains.notifications.rules.notify import News
from lyceum.domains.notifications.texts import Text
from lyceum.domains.notifications.words import Type
from lyceum.domains.people.models import Student

ISSUED = "learning.certificate_issued"

declare_both(
    ISSUED,
    learner=Text(
        subject=_("Your certificate"),
        message=_("Your certificate of {course} is there, to download and to show."),
        short=_("{school}: your certificate of {course} is there."),
        placeholders=("school", "course"),
    ),
    family=Text(
        subject=_("A certificate"),
        message=_("{name}: the certificate of {course} is there, to download and to show."),
        short=_("{school}: the certificate of {course} is there."),
    ),
)


def tell_of_certificate(certificate: Certificate, student: Student, *, actor: Actor) -> None:
    """The owner hears of it, or the family."""
    news = News(
        type=Type.REPORT.value,
        template=ISSUED,
        values={"course": certificate.course_name},
        dedupe_key=f"{ISSUED}:{certificate.pk}",
        link=f"/certificates/{certificate.pk}/",
        source=f"learning.certificate:{certificate.pk}",
    )
    tell_learners(news, [Piece(student)], actor=actor)
