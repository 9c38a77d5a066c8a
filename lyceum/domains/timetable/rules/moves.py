"""Lessons of a draft moved by hand: placed, swapped, locked, put back. Each act can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.etags import VersionConflictError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Location
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.timetable.models import PlannedLesson, Version, VersionChange
from lyceum.domains.timetable.planning import grid_of
from lyceum.domains.timetable.planning.plan import cycle_of
from lyceum.domains.timetable.rules.versions import get_draft
from lyceum.domains.timetable.writing import update_many

Place = list[Any]
"""`[day, period, id of the room, time locked, room locked]`."""
FIELDS = ("day", "period", "room_id", "time_locked", "room_locked")


class LockedError(RuleError):
    """The lesson is locked where it is."""

    code = "locked"


class NothingToUndoError(RuleError):
    """Nothing was done to this draft that could be undone."""

    code = "nothing_to_undo"


@dataclass(frozen=True)
class Moved:
    """One lesson as it is to be; what is not named stays."""

    lesson: UUID
    values: Mapping[str, Any]
    """Of `day`, `period`, `room_id`, `time_locked`, `room_locked`. A day of None takes it off the board."""


@transaction.atomic
def move_lessons(
    version_id: UUID, moves: Sequence[Moved], *, act: str = "move", revision: int | None = None, actor: Actor
) -> VersionChange:
    """Move lessons of a draft, all or none. It may clash: clashes of a draft are listed, and refused on publishing."""
    version = get_draft(version_id, actor=actor)
    _refuse_stale(version, revision)
    rows = {
        row.pk: row for row in version.lessons.select_for_update(of=("self",)).filter(pk__in=[m.lesson for m in moves])
    }
    if len(rows) < len({each.lesson for each in moves}) or not moves:
        raise NotFoundError
    before = {str(row.pk): place_of(row) for row in rows.values()}
    for move in moves:
        _apply(rows[move.lesson], move.values)
    _check_places(version, rows.values())
    return _note(version, act, before, list(rows.values()), actor=actor)


def place_of(row: PlannedLesson) -> Place:
    """Where a lesson is, as a change keeps it."""
    return [row.day, row.period, str(row.room_id) if row.room_id else None, row.time_locked, row.room_locked]


def _apply(row: PlannedLesson, values: Mapping[str, Any]) -> None:
    locks = {name: value for name, value in values.items() if name.endswith("_locked")}
    for name, value in locks.items():
        setattr(row, name, value)
    moved = any(name in values and values[name] != getattr(row, name) for name in ("day", "period"))
    if moved and row.time_locked and "time_locked" not in locks:
        raise LockedError(_("%(lesson)s is locked where it is. Unlock it first.") % {"lesson": row})
    if "room_id" in values and values["room_id"] != row.room_id and row.room_locked and "room_locked" not in locks:
        raise LockedError(_("%(lesson)s is locked in its room. Unlock it first.") % {"lesson": row})
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    if row.day is None:
        row.period, row.time_locked = None, False
    else:
        row.reasons = []


def _check_places(version: Version, rows: Any) -> None:
    grid = grid_of(cycle_of(version))
    for row in rows:
        if row.day is not None and grid.find_slot(row.day, row.period) not in grid.open_slots:
            raise invalid_field("/period", "range", _("There are no lessons on that day in that period."))
    rooms = {row.room_id for row in rows if row.room_id}
    if rooms and Location.objects.filter(pk__in=rooms).count() < len(rooms):
        raise invalid_field("/room", "room_unknown", _("There is no such room here."))


def _refuse_stale(version: Version, revision: int | None) -> None:
    if revision is None or revision == version.revision:
        return
    changes = version.changes.filter(revision__gt=revision).order_by("revision")
    last = changes.last()
    raise VersionConflictError(
        _("%(name)s changed this draft since you looked at it. Look at what it is now, and try again.")
        % {"name": last.made_by_name if last and last.made_by_name else _("Somebody")},
        revision=version.revision,
        changes=[
            {
                "revision": each.revision,
                "act": each.act,
                "by": each.made_by_name,
                "before": each.before,
                "after": each.after,
            }
            for each in changes[:20]
        ],
    )


def _note(
    version: Version, act: str, before: Mapping[str, Place], rows: Sequence[PlannedLesson], *, actor: Actor
) -> VersionChange:
    """Write the lessons and the change; the revision rises."""
    now = clock.now()
    for row in rows:
        row.updated_at = now
    update_many(rows, ["day", "period", "room", "time_locked", "room_locked", "reasons", "updated_at"])
    version.revision += 1
    version.score = None
    version.save(update_fields=["revision", "score", "updated_at"])
    after = {str(row.pk): place_of(row) for row in rows}
    change = VersionChange.objects.create(
        version=version,
        revision=version.revision,
        act=act,
        before=dict(before),
        after=after,
        made_by=actor.user_id,
        made_by_name=actor.name[:200],
        made_at=now,
    )
    record(f"timetable.lesson.{act}", target=Target.of(version), changes={"lessons": [before, after]}, actor=actor)
    return change


@transaction.atomic
def swap_lessons(
    version_id: UUID, one: UUID, other: UUID, *, revision: int | None = None, actor: Actor
) -> VersionChange:
    """Let two lessons change places; their rooms stay with the lessons."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    rows = {row.pk: row for row in PlannedLesson.objects.filter(version=version_id, pk__in=(one, other))}
    if len(rows) < 2:
        raise NotFoundError
    first, second = rows[one], rows[other]
    moves = [
        Moved(one, {"day": second.day, "period": second.period}),
        Moved(other, {"day": first.day, "period": first.period}),
    ]
    return move_lessons(version_id, moves, act="swap", revision=revision, actor=actor)


@transaction.atomic
def undo_change(version_id: UUID, *, revision: int | None = None, actor: Actor) -> VersionChange:
    """Take back the newest act on a draft that was not taken back yet; going on, the one before it."""
    version = get_draft(version_id, actor=actor)
    _refuse_stale(version, revision)
    change = version.changes.filter(undone=False).exclude(act="undo").order_by("-revision").first()
    if change is None:
        raise NothingToUndoError(_("There is nothing to undo."))
    rows = list(version.lessons.select_for_update(of=("self",)).filter(pk__in=list(change.before)))
    before = {str(row.pk): place_of(row) for row in rows}
    for row in rows:
        row.day, row.period, row.room_id, row.time_locked, row.room_locked = change.before[str(row.pk)]
    change.undone = True
    change.save(update_fields=["undone"])
    return _note(version, "undo", before, rows, actor=actor)


def write_places(version: Version, places: Mapping[UUID, Place], *, act: str, actor: Actor) -> VersionChange | None:
    """Put lessons where the engine or a file wants them: `[day, period, room]`, a day of None for none."""
    rows = list(version.lessons.select_for_update(of=("self",)).filter(pk__in=list(places)))
    before = {str(row.pk): place_of(row) for row in rows}
    changed = []
    for row in rows:
        day, period, room = places[row.pk]
        if [row.day, row.period, row.room_id] != [day, period, room]:
            row.day, row.period, row.room_id = day, period, room
            changed.append(row)
    if not changed:
        return None
    ids = {str(row.pk) for row in changed}
    return _note(version, act, {key: place for key, place in before.items() if key in ids}, changed, actor=actor)
