"""Who is approved to learn: granted by admissions, by the office, or by being on roll.

Pupils on roll are approved by a question, not by rows: a row for each of them would have to follow every admission,
leaving and return, and be wrong for a moment each time. Rejected: rows with `source` roll that a job keeps in step.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.learning.facts import AccessGranted, AccessRevoked
from lyceum.domains.learning.models import Course, LearnerAccess
from lyceum.domains.learning.settings import school_settings
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import NOBODY
from lyceum.domains.people.queries import is_on_roll, on_roll
from lyceum.domains.tenancy.queries import today


@transaction.atomic
def grant_access(
    student_id: UUID,
    *,
    courses: Sequence[UUID] | None,
    source: str,
    source_id: UUID | None,
    granted_at: datetime,
    actor: Actor,
) -> list[LearnerAccess]:
    """Approve a student for some courses, or for all (None), from an instant on. Doing it twice grants it once.

    Whoever decides about the source has the right to: this rule is called by them. Of what begins later nobody outside
    is told yet: whoever grants it calls `tell_access` once it may be known.
    """
    if source not in LearnerAccess.Source.values:
        raise invalid_field("/source", "choice", _("Choose one of the sources."))
    if not Student.objects.filter(pk=student_id).exists():
        raise invalid_field("/student", "choice", _("There is no such student."))
    wanted: list[UUID | None] = [None] if courses is None else [*dict.fromkeys(courses)]
    if courses and Course.objects.filter(pk__in=courses).count() != len(wanted):
        raise invalid_field("/courses", "choice", _("There is no such course."))
    live = LearnerAccess.objects.filter(student=student_id, source=source, source_id=source_id, revoked_at__isnull=True)
    held = set(live.values_list("course_id", flat=True))
    rows = [
        LearnerAccess(
            student_id=student_id,
            course_id=each,
            source=source,
            source_id=source_id,
            granted_at=granted_at,
            granted_by=actor.id,
        )
        for each in wanted
        if each not in held
    ]
    LearnerAccess.objects.bulk_create(rows, ignore_conflicts=True)
    entries = [
        Entry(
            "learning.access.grant",
            _target(row),
            facts=[_granted(row)] if row.granted_at <= clock.now() else [],
        )
        for row in rows
    ]
    if entries:
        record_all(entries, actor=actor)
    return list(live)


def _granted(row: LearnerAccess) -> AccessGranted:
    return AccessGranted(student=row.student_id, course=row.course_id, source=row.source)


@transaction.atomic
def tell_access(source: str, source_id: UUID, *, actor: Actor) -> None:
    """Tell what was granted ahead of its time for a source, as an application whose decision was held back."""
    rows = LearnerAccess.objects.filter(source=source, source_id=source_id, revoked_at=None).order_by("pk")
    entries = [Entry("learning.access.tell", _target(row), facts=[_granted(row)]) for row in rows]
    if entries:
        record_all(entries, actor=actor)


@transaction.atomic
def revoke_access(source: str, source_id: UUID, *, reason: str, actor: Actor) -> int:
    """Take back what was granted for a source, as an application whose place was lost. Returns how many rows."""
    rows = LearnerAccess.objects.select_for_update().filter(source=source, source_id=source_id, revoked_at=None)
    return _revoke(list(rows), reason, actor)


def _revoke(rows: list[LearnerAccess], reason: str, actor: Actor) -> int:
    why = tidy(reason)[:500]
    for row in rows:
        row.revoked_at, row.revoked_by, row.reason = clock.now(), actor.id, why
    LearnerAccess.objects.bulk_update(rows, ["revoked_at", "revoked_by", "reason"])
    entries = [
        Entry(
            "learning.access.revoke",
            _target(row),
            reason=why,
            facts=[_revoked(row)] if row.granted_at <= clock.now() else [],  # else nobody knew of it
        )
        for row in rows
    ]
    if entries:
        record_all(entries, actor=actor)
    return len(rows)


def _revoked(row: LearnerAccess) -> AccessRevoked:
    return AccessRevoked(student=row.student_id, course=row.course_id, source=row.source)


def _target(row: LearnerAccess) -> Target:
    return Target(row._meta.label_lower, row.pk, f"{row.source}")


def is_approved_by_roll(student_id: UUID) -> bool:
    """Whether being on roll today is enough, as the school settled it."""
    if not school_settings().roll_grants_learning:
        return False
    return Enrolment.objects.filter(on_roll(today()), student=student_id).exists()


def approved_courses(student_id: UUID) -> Q:
    """The courses for which a student is approved now, as a filter on Course: those granted, with what is in them."""
    if is_approved_by_roll(student_id):
        return Q(pk__isnull=False)
    granted = LearnerAccess.objects.filter(student=student_id, revoked_at=None, granted_at__lte=clock.now())
    courses = list(granted.values_list("course_id", flat=True))
    if not courses:
        return NOBODY
    if None in courses:
        return Q(pk__isnull=False)
    return Q(pk__in=courses) | Q(parent__in=courses) | Q(parent__parent__in=courses)


def approved_students(courses: Collection[UUID]) -> Q:
    """Those who are approved now for any of some courses, as a filter on Student; name a course with those above it."""
    granted = LearnerAccess.objects.filter(Q(course=None) | Q(course__in=courses), revoked_at=None)
    by_grant = Q(pk__in=granted.filter(granted_at__lte=clock.now()).values("student"))
    return by_grant | Q(is_on_roll(today())) if school_settings().roll_grants_learning else by_grant


def is_approved(student_id: UUID, course_id: UUID) -> bool:
    """Whether a student is approved for a course now."""
    return Course.objects.filter(approved_courses(student_id), pk=course_id).exists()


def has_any_approval(student_id: UUID) -> bool:
    """Whether a student is approved for anything at all now."""
    granted = LearnerAccess.objects.filter(student=student_id, revoked_at=None, granted_at__lte=clock.now())
    return granted.exists() or is_approved_by_roll(student_id)
