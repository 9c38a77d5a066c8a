"""When a run meets, and who may know where online."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.learning.models import CourseEnrolment, LearningSchedule, Meeting
from lyceum.domains.learning.policies import readable_schedules
from lyceum.domains.learning.queries import get_schedule, may_edit_schedule


def list_meetings(schedule_id: UUID, *, actor: Actor) -> QuerySet[Meeting]:
    """When a run meets."""
    get_schedule(schedule_id, actor=actor)
    return Meeting.objects.filter(schedule=schedule_id).select_related("location").order_by("starts_at", "pk")


def get_meeting(meeting_id: UUID, *, actor: Actor) -> Meeting:
    """One gathering of a run that the actor may read."""
    runs = LearningSchedule.objects.filter(readable_schedules(actor))
    found = Meeting.objects.filter(schedule__in=runs, pk=meeting_id).select_related("location").first()
    if found is None:
        raise NotFoundError(_("There is no such meeting."))
    return found


def may_see_join_url(schedule_id: UUID, actor: Actor) -> bool:
    """Whether somebody may know where a run meets online: who is on it, and who teaches or plans it."""
    if may_edit_schedule(schedule_id, actor) or actor.reaches_all(Permission.LEARNERS_VIEW):
        return True
    if actor.user_id is None:
        return False
    mine = CourseEnrolment.objects.filter(
        student__person__user=actor.user_id, schedule=schedule_id, status__in=("active", "completed")
    )
    return mine.exists()
