"""Certificates and their verification."""

from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.learning.models import Completion, Course
from lyceum.domains.learning.rules.certificates.issuing import issue_certificate
from tests.doors.rows.cast import Cast


def add(cast: Cast) -> dict[str, UUID]:
    """What doors are tried on: the student's certificate, and the addresses that its credential names."""
    course = Course.objects.create(name="First aid", slug="certified", status=Course.Status.PUBLISHED)
    completion = Completion.objects.create(
        student=cast.student, course=course, completed_at=clock.now(), snapshot={"course": course.name}
    )
    certificate = issue_certificate(completion.pk, actor=system_actor(cast.school.pk))
    key = certificate.key
    cast.words.update({
        "certificate_code": certificate.code,
        "issuer_reference": key.issuer,
        "kid": key.kid,
        "status_list": key.kid,
        "achievement_id": str(course.pk),
    })  # fmt: skip
    return {"certificate_id": certificate.pk}
