"""Certificates of the demo school: a course that some completed, one certificate revoked and one issued anew."""

from datetime import timedelta

from lyceum.core import clock
from lyceum.core.actor import Via, system_actor
from lyceum.core.schools import current_school
from lyceum.demo.accounts import GUARDIAN, STUDENT
from lyceum.demo.build import Demo
from lyceum.domains.learning.models import Certificate, Completion, Course, CourseCategory
from lyceum.domains.learning.rules.certificates.issuing import issue_missing, reissue_certificate
from lyceum.domains.learning.rules.certificates.revoking import revoke_certificate
from lyceum.domains.people.models import Student

OTHERS = 6
DAYS_AGO = 12


def add_certificates(demo: Demo) -> None:
    """Those whom the demo's accounts show, and a few more."""
    actor = system_actor(current_school(), name="Demo school", via=Via.COMMAND)
    with demo.on(demo.today - timedelta(days=DAYS_AGO)):
        course = Course.objects.create(
            name="First aid at school",
            slug="first-aid-at-school",
            code="AID",
            category=CourseCategory.objects.order_by("order").first(),
            summary="What to do until help comes: breathing, bleeding, burns, and whom to call.",
            duration_hours=6,
            status=Course.Status.PUBLISHED,
            published_at=clock.now(),
        )
        Completion.objects.bulk_create([
            Completion(student=each, course=course, completed_at=clock.now(), snapshot={"course": course.name})
            for each in _learners()
        ])  # fmt: skip
        issue_missing(actor=actor)
    newest = list(Certificate.objects.order_by("-serial")[:2])
    if len(newest) == 2:
        with demo.on(demo.today - timedelta(days=DAYS_AGO - 2)):
            revoke_certificate(newest[0].pk, reason_code="issued_in_error", reason="Wrong list", actor=actor)
            reissue_certificate(newest[1].pk, actor=actor)


def _learners() -> list[Student]:
    rows = Student.objects.filter(deleted_at=None)
    shown = rows.filter(person__user__logins__username=STUDENT)
    shown |= rows.filter(guardian_links__guardian__user__logins__username=GUARDIAN)
    known = list(shown.distinct().order_by("pk")[:3])
    return [*known, *rows.exclude(pk__in=[each.pk for each in known]).order_by("pk")[:OTHERS]]
