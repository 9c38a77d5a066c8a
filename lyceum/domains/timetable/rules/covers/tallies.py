"""Who stood in how often in a year, and how often others stood in for them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Cover, CoverTally

MOST_COVERS = 400


def lock_covers() -> None:
    """Whoever assigns, answers or ends covers waits here and then sees what the other did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"cover|{current_school()}"])


def count_covers(covers: Iterable[Cover], by: int) -> None:
    """Add covers that stand to the tallies, or take them away (-1). Only colleagues' covers count. Three statements.

    Each cover comes with its lesson's class and its absence. Several classes of one lesson are one.
    """
    given: dict[tuple[UUID, UUID], list[int]] = {}
    counted: dict[tuple[UUID, date, int, UUID], tuple[UUID, Cover]] = {}
    for cover in covers:
        if cover.kind == Cover.Kind.INTERNAL and cover.teacher_id is not None:
            counted[cover.lesson.planned_id or cover.lesson_id, cover.on, cover.part, cover.teacher_id] = (
                cover.teacher_id,
                cover,
            )
    for teacher, cover in counted.values():
        year = cover.lesson.school_class.year_id
        given.setdefault((teacher, year), [0, 0])[0] += by
        if cover.absence is not None:
            given.setdefault((cover.absence.staff_id, year), [0, 0])[1] += by
    if not given:
        return
    CoverTally.objects.bulk_create(
        [CoverTally(staff_id=staff, year_id=year) for staff, year in given], ignore_conflicts=True
    )
    people, years = {staff for staff, _year in given}, {year for _staff, year in given}
    rows = list(CoverTally.objects.filter(staff__in=people, year__in=years))
    for row in rows:
        more_given, more_received = given.get((row.staff_id, row.year_id), (0, 0))
        row.given, row.received = max(0, row.given + more_given), max(0, row.received + more_received)
    CoverTally.objects.bulk_update(rows, ["given", "received"])


@transaction.atomic
def set_cover_limit(staff_id: UUID, *, limit: int | None, actor: Actor) -> CoverTally:
    """Say how many covers a year may be asked of somebody; None: as many as there are."""
    actor.require_all(Permission.COVER_ASSIGN)
    staff = Staff.objects.select_related("person").filter(pk=staff_id).first()
    if staff is None:
        raise NotFoundError
    if limit is not None and not 0 <= limit <= MOST_COVERS:
        raise invalid_field("/limit", "range", _("Give 0 to %(most)s covers.") % {"most": MOST_COVERS})
    year = AcademicYear.objects.filter(starts__lte=today(), ends__gte=today()).first()
    if year is None:
        raise NotFoundError(_("There is no school year today."))
    lock_covers()
    row, _made = CoverTally.objects.get_or_create(staff=staff, year=year)
    changes: Changes = {"limit": [row.limit, limit]}
    row.limit = limit
    row.save(update_fields=["limit"])
    record("timetable.cover.limit", target=Target.of(staff), changes=changes, actor=actor)
    return row
