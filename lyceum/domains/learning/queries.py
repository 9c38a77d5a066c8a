"""What everybody may know of what can be learnt here."""

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.learning.models import Course, LearningSchedule
from lyceum.domains.tenancy.queries import today


def list_public_courses(actor: Actor) -> QuerySet[Course]:
    """What the school offers to everybody, each course with its published runs that are not over as `.public_runs`."""
    actor.require(Permission.COURSES_VIEW)
    runs = LearningSchedule.objects.select_related("location").filter(status="published", end_on__gte=today())
    rows = Course.objects.select_related("category").filter(status=Course.Status.PUBLISHED)
    shown = rows.prefetch_related(Prefetch("schedules", runs.order_by("start_on", "pk"), to_attr="public_runs"))
    return shown.order_by("order", "name", "pk")


def get_public_course(slug: str, *, actor: Actor) -> Course:
    """One of them, by its name in addresses."""
    found = list_public_courses(actor).filter(slug=slug).first()
    if found is None:
        raise NotFoundError(_("There is no such course."))
    return found
