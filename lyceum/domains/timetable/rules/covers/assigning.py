"""Who takes somebody else's lesson on a day, or what becomes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.covering.days import CoverDays, Held
from lyceum.domains.timetable.covering.proposals import Need, list_needs, plan_covers
from lyceum.domains.timetable.covering.reading import read_cover_days
from lyceum.domains.timetable.facts import CoverAssigned, CoverCancelled
from lyceum.domains.timetable.models import Cover, Lesson, StaffAbsence
from lyceum.domains.timetable.rules.covers.checking import Asked, check_cover, covered_error, get_candidate
from lyceum.domains.timetable.rules.covers.ending import end_covers, get_cover_for_act
from lyceum.domains.timetable.rules.covers.refusals import CoverAnsweredError, CoverOverError, NothingToCoverError
from lyceum.domains.timetable.rules.covers.tallies import count_covers, lock_covers
from lyceum.domains.timetable.rules.covers.telling import tell_teachers
from lyceum.domains.timetable.texts import ASKED, ASSIGNED, ENDED

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class NewCover:
    """A cover to be made."""

    lesson_id: UUID
    on: date
    staff_id: UUID | None = None
    """Who comes. For a class that joins another: found by that lesson."""
    kind: str = ""
    """By what is given: a colleague where somebody is named, else somebody from outside."""
    part: int = 0
    """The number of one period of a longer lesson; 0: all of it."""
    room_id: UUID | None = None
    merged_with: UUID | None = None
    note: str = ""
    work_set: str = ""
    asks: bool = False
    """Whether the colleague may say no."""

    @property
    def meant(self) -> str:
        """Its kind."""
        return self.kind or (Cover.Kind.INTERNAL if self.staff_id else Cover.Kind.AGENCY).value


def assign_cover(lesson_id: UUID, *, on: date, staff_id: UUID | None = None, note: str = "", actor: Actor) -> Cover:
    """Let a member of staff take one lesson of one day; without one, somebody who has no account (by a pass)."""
    return assign_covers([NewCover(lesson_id, on, staff_id, note=note)], actor=actor)[0]


@transaction.atomic
def assign_covers(new: Sequence[NewCover], *, actor: Actor) -> list[Cover]:
    """Take care of some lessons at once: all of them, or none where one is refused.

    However many: the same statements. Those who come are told, of today's lessons at once.
    """
    actor.require_all(Permission.COVER_ASSIGN)
    if len(new) > MOST_AT_ONCE:
        raise invalid_field("/lesson", "count", _("At most %(most)s at once.") % {"most": MOST_AT_ONCE})
    lock_covers()
    if Lesson.objects.filter(pk__in={each.lesson_id for each in new}).count() < len({each.lesson_id for each in new}):
        raise NotFoundError
    return _write(new, read_cover_days({each.on for each in new}), actor)


@transaction.atomic
def assign_proposed(on: date, *, absence_id: UUID | None = None, actor: Actor) -> list[Cover]:
    """Take care of all that a day's absences, or one of them, still leave: each by the best who is free."""
    actor.require_all(Permission.COVER_ASSIGN)
    if on < today():
        raise CoverOverError(_("%(on)s is over.") % {"on": on})
    lock_covers()
    days = read_cover_days([on])
    needs = [need for need in list_needs(days, on) if absence_id in (None, need.absence.pk)]
    planned = plan_covers(days, needs)
    if not planned:
        raise NothingToCoverError(_("Nothing is left to cover on this day, or nobody is free for it."))
    chosen = [need for need in needs if need.key in planned]
    return _write([_as_new(need, planned[need.key].staff.pk) for need in chosen], days, actor)


def _as_new(need: Need, staff_id: UUID) -> NewCover:
    return NewCover(need.held.lesson.pk, need.held.on, staff_id, part=need.part)


def _write(new: Sequence[NewCover], days: CoverDays, actor: Actor) -> list[Cover]:
    rows: list[Cover] = []
    moved: list[Cover] = []
    for each in new:
        rooms = [cover for cover in days.covers if _is_room_of(cover, each)]
        days = replace(days, covers=[cover for cover in days.covers if cover not in rooms])
        row = _checked(each, days)
        row.assigned_by = actor.user_id
        row.room = row.room or next((cover.room for cover in rooms), None)
        moved += rooms
        rows.append(row)
        days = replace(days, covers=[*days.covers, row])
    end_covers(moved, reason=_("Covered by somebody else, in that room."), tells=False, actor=actor)
    with refusing(lesson_covered_once=lambda: covered_error(rows[0].lesson, rows[0].on)):
        Cover.objects.bulk_create(rows)
    standing = [row for row in rows if row.state in Cover.STANDING]
    count_covers(standing, 1)
    record_all([_entry(row) for row in rows], actor=actor)
    tell_teachers(ASSIGNED, standing, occasion="", actor=actor)
    tell_teachers(ASKED, [row for row in rows if row.state == Cover.State.REQUESTED], occasion="", actor=actor)
    return rows


def _is_room_of(cover: Cover, new: NewCover) -> bool:
    """Whether a lesson that is now covered was moved to another room before: it stays there."""
    is_same = (cover.lesson_id, cover.on, cover.part) == (new.lesson_id, new.on, new.part)
    return is_same and cover.kind == Cover.Kind.ROOM_CHANGE and new.meant != Cover.Kind.ROOM_CHANGE


def _checked(new: NewCover, days: CoverDays) -> Cover:
    asked = Asked(new.meant, new.on, new.part, new.staff_id, new.room_id, new.merged_with, new.note, new.work_set)
    held, asked = check_cover(asked, new.lesson_id, days)
    candidate = get_candidate(days, asked.staff_id, on=new.on) if asked.staff_id else None
    if new.asks and (new.meant != Cover.Kind.INTERNAL or candidate is None or candidate.person.user_id is None):
        raise invalid_field("/ask", "no_account", _("Only a colleague with an account can be asked."))
    return Cover(
        lesson=held.lesson,
        on=new.on,
        part=new.part,
        kind=asked.kind,
        teacher=candidate,
        room=asked.room,
        merged_with_id=new.merged_with,
        absence=_absence_of(days, held, new.part),
        state=Cover.State.REQUESTED if new.asks else Cover.State.ASSIGNED,
        note=asked.note,
        work_set=asked.work_set,
    )


def _absence_of(days: CoverDays, held: Held, part: int) -> StaffAbsence | None:
    numbers = (part,) if part else held.numbers
    found = (days.find_absence(staff, held.on, numbers) for staff in sorted(held.takers))
    return next((each for each in found if each), None)


def _entry(row: Cover) -> Entry:
    verb = "request" if row.state == Cover.State.REQUESTED else "assign"
    changes = {"teacher": [None, str(row.teacher) if row.teacher else None], "kind": [None, str(row.kind)]}
    return Entry(f"timetable.cover.{verb}", Target.of(row), changes, facts=_facts([row]))


def _facts(rows: Iterable[Cover]) -> list[CoverAssigned]:
    return [
        CoverAssigned(cover=row.pk, lesson=row.lesson_id, date=row.on, staff=row.teacher_id)
        for row in rows
        if row.state in Cover.STANDING
    ]


@transaction.atomic
def assign_asked(cover_id: UUID, *, staff_id: UUID | None = None, actor: Actor) -> Cover:
    """Make a cover that was asked for firm, or give a cover to another colleague instead."""
    actor.require_all(Permission.COVER_ASSIGN)
    lock_covers()
    cover = get_cover_for_act(cover_id)
    if cover.state not in Cover.LIVE:
        raise CoverAnsweredError(_("This cover is %(state)s already.") % {"state": cover.get_state_display()})
    if cover.on < today():
        raise CoverOverError(_("%(on)s is over.") % {"on": cover.on})
    wanted = staff_id or cover.teacher_id
    if cover.kind != Cover.Kind.INTERNAL or wanted is None:
        raise invalid_field("/staff", "kind", _("Only a colleague's cover can be given to another."))
    before, stood = cover.teacher_id, cover.state in Cover.STANDING
    if wanted == before and stood:
        return cover
    days = read_cover_days([cover.on])
    others = replace(days, covers=[each for each in days.covers if each.pk != cover.pk])
    asked = Asked(cover.kind, cover.on, cover.part, wanted, cover.room_id, None, cover.note, cover.work_set)
    check_cover(asked, cover.lesson_id, others)
    return _give(cover, others, wanted, stood=stood, actor=actor)


def _give(cover: Cover, days: CoverDays, staff_id: UUID, *, stood: bool, actor: Actor) -> Cover:
    before = cover.teacher
    ended = [CoverCancelled(cover=cover.pk, lesson=cover.lesson_id, date=cover.on, staff=cover.teacher_id)]
    moves = before is not None and before.pk != staff_id
    if stood:
        count_covers([cover], -1)
    if moves:
        tell_teachers(ENDED, [cover], occasion=str(staff_id), actor=actor)
    state = [cover.state, Cover.State.ASSIGNED.value]
    cover.teacher = get_candidate(days, staff_id, on=cover.on)
    cover.state = Cover.State.ASSIGNED
    cover.save(update_fields=["teacher", "state", "updated_at"])
    count_covers([cover], 1)
    changes = {"teacher": [str(before), str(cover.teacher)], "state": state}
    facts = [*(ended if moves and stood else []), *_facts([cover])]
    record_all([Entry("timetable.cover.assign", Target.of(cover), changes, facts=facts)], actor=actor)
    tell_teachers(ASSIGNED, [cover], occasion=str(staff_id), actor=actor)
    return cover
