"""Covers follow the absences: those outside go, and whoever is away covers nobody."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.covering.days import CoverDays, is_away
from lyceum.domains.timetable.covering.proposals import needs_of
from lyceum.domains.timetable.covering.reading import read_cover_days
from lyceum.domains.timetable.models import Cover, StaffAbsence
from lyceum.domains.timetable.rules.covers.ending import PARTS, end_covers
from lyceum.domains.timetable.rules.covers.tallies import count_covers, lock_covers


def fit_covers(absence: StaffAbsence, *, actor: Actor) -> None:
    """Bring the covers of coming days into line with an absence that has begun, changed or ended."""
    lock_covers()
    _drop_given(absence, actor)
    rows = _coming().filter(absence=absence).exclude(kind=Cover.Kind.ROOM_CHANGE)
    covers = list(rows.select_for_update(of=("self",)).select_related(*PARTS).order_by("on", "part", "pk"))
    days = read_cover_days({cover.on for cover in covers})
    gone: list[Cover] = []
    for cover in covers:
        left = _parts_left(days, cover)
        if left is None:
            gone.append(cover)
        elif cover.part == 0 and 0 not in left:
            _narrow(cover, left)
    end_covers(gone, reason=_("The teacher is there after all."), actor=actor)


def _coming() -> QuerySet[Cover]:
    return Cover.objects.filter(on__gte=today(), state__in=Cover.LIVE)


def _drop_given(absence: StaffAbsence, actor: Actor) -> None:
    """Whoever is away covers nothing meanwhile."""
    if absence.state != StaffAbsence.State.CONFIRMED:
        return
    rows = _coming().filter(teacher=absence.staff_id, on__range=(absence.starts_on, absence.ends_on))
    given = list(rows.select_for_update(of=("self",)).select_related(*PARTS).order_by("on", "pk"))
    days = read_cover_days({row.on for row in given})
    gone = []
    for cover in given:
        held = days.find(cover.lesson_id, cover.on)
        numbers = (cover.part,) if cover.part else held.numbers if held else (None,)
        if any(is_away(absence, cover.on, number) for number in numbers):
            gone.append(cover)
    end_covers(gone, reason=_("Whoever was to cover is away."), actor=actor)


def _parts_left(days: CoverDays, cover: Cover) -> Sequence[int] | None:
    """The parts of a cover's lesson that somebody's absence still leaves; None where it leaves none of the cover."""
    held = days.find(cover.lesson_id, cover.on)
    if held is None:
        return (0,) if _holds(cover) else None
    left = [need.part for need in needs_of(days, held)]
    if not left or (cover.part and cover.part not in left and 0 not in left):
        return None
    return left


def _holds(cover: Cover) -> bool:
    """Whether the absence still lasts on a day that was not read, or on which the lesson is not held."""
    absence = cover.absence
    confirmed = absence is not None and absence.state == StaffAbsence.State.CONFIRMED
    return absence is not None and confirmed and absence.starts_on <= cover.on <= absence.ends_on


def _narrow(cover: Cover, parts: Sequence[int]) -> None:
    """The same person takes only those periods of a longer lesson that are still left."""
    if not parts:
        return
    cover.part = parts[0]
    cover.save(update_fields=["part", "updated_at"])
    more = [
        Cover(
            lesson=cover.lesson,
            on=cover.on,
            part=part,
            kind=cover.kind,
            teacher=cover.teacher,
            room=cover.room,
            merged_with=cover.merged_with,
            absence=cover.absence,
            state=cover.state,
            note=cover.note,
            work_set=cover.work_set,
            assigned_by=cover.assigned_by,
        )
        for part in parts[1:]
    ]
    Cover.objects.bulk_create(more)
    count_covers([each for each in more if each.state in Cover.STANDING], 1)
