"""Reading covers for the pages and the API of attendance."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.attendance.models import CoverPass, CoverPassLesson
from lyceum.domains.people.models import Staff
from lyceum.domains.people.policies import holds_on
from lyceum.domains.people.queries import list_staff
from lyceum.domains.timetable.days import takes_place_on
from lyceum.domains.timetable.models import Cover, Lesson

PASS_ORDER = ("-on", "holder_name", "pk")


def list_passes(actor: Actor, *, day: date | None = None) -> QuerySet[CoverPass]:
    """Passes, those of the last days first, each with its lessons."""
    actor.require_all(Permission.COVER_ASSIGN)
    rows = CoverPass.objects.filter(on=day) if day else CoverPass.objects.all()
    return _with_lessons(rows).order_by(*PASS_ORDER)


def get_pass(pass_id: UUID, *, actor: Actor) -> CoverPass:
    """The pass, for those who assign cover."""
    actor.require_all(Permission.COVER_ASSIGN)
    found = _with_lessons(CoverPass.objects.filter(pk=pass_id)).first()
    if found is None:
        raise NotFoundError
    return found


def _with_lessons(rows: QuerySet[CoverPass]) -> QuerySet[CoverPass]:
    lessons = CoverPassLesson.objects.select_related("cover__lesson__school_class", "cover__lesson__room")
    return rows.prefetch_related(Prefetch("lessons", lessons.order_by("cover__lesson__starts_at", "pk")))


@dataclass(frozen=True)
class Free:
    """Somebody who might cover: free at that time, as far as the timetable knows."""

    staff: Staff
    is_free: bool


def list_free(lesson: Lesson, on: date, *, actor: Actor) -> list[Free]:
    """Everybody who teaches here, those first who are in no lesson at that time. Three statements."""
    actor.require_all(Permission.COVER_ASSIGN)
    same_time = Q(starts_at__lt=lesson.ends_at, ends_at__gt=lesson.starts_at)
    covers = Cover.objects.filter(on=on, state=Cover.State.ASSIGNED)
    taught = Lesson.objects.filter(same_time, holds_on(on), takes_place_on([on])).exclude(
        pk__in=covers.values("lesson")
    )
    leads = ClassTeacher.objects.filter(holds_on(on), role="lead", school_class__lessons__in=taught)
    busy = set(taught.exclude(teacher=None).values_list("teacher", flat=True))
    busy |= set(leads.filter(school_class__lessons__teacher=None).values_list("staff", flat=True))
    busy |= set(covers.filter(lesson__in=Lesson.objects.filter(same_time)).values_list("teacher", flat=True))
    rows = list_staff(actor).filter(Q(leaves_on__isnull=True) | Q(leaves_on__gte=on), teaching=True)
    found = [Free(staff, staff.pk not in busy) for staff in rows]
    return sorted(found, key=lambda each: not each.is_free)
