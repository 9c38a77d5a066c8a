"""Who may learn: access granted and revoked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.learning.models import Course, LearnerAccess


def grant_access(
    student_id: UUID,
    *,
    courses: Sequence[Course] | None,
    source: str,
    source_id: UUID | None,
    granted_at: datetime,
    actor: Actor,
) -> list[LearnerAccess]:
    """Open courses to a student from an instant on; None opens all of them. What is open already stays."""
    open_now = LearnerAccess.objects.filter(
        student=student_id, source=source, source_id=source_id, revoked_at__isnull=True
    )
    known = set(open_now.values_list("course_id", flat=True))
    wanted = [None] if courses is None else [course.pk for course in courses]
    return LearnerAccess.objects.bulk_create(
        LearnerAccess(
            student_id=student_id,
            course_id=course_id,
            source=source,
            source_id=source_id,
            granted_at=granted_at,
            granted_by=actor.user_id,
        )
        for course_id in wanted
        if course_id not in known
    )


def revoke_access(source: str, source_id: UUID, *, reason: str, actor: Actor) -> int:
    """Close what was opened for a reason; returns how many."""
    rows = LearnerAccess.objects.filter(source=source, source_id=source_id, revoked_at__isnull=True)
    return rows.update(revoked_at=clock.now(), revoked_by=actor.user_id, reason=reason, updated_at=clock.now())
