"""Reading cover passes."""

from datetime import date
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.models import CoverPass, CoverPassLesson

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
