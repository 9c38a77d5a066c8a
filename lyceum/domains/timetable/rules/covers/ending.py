"""Ending covers: the lesson is its teacher's again from the next request on."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.facts import CoverCancelled
from lyceum.domains.timetable.models import Cover
from lyceum.domains.timetable.rules.covers.refusals import CoverOverError
from lyceum.domains.timetable.rules.covers.tallies import count_covers, lock_covers
from lyceum.domains.timetable.rules.covers.telling import tell_teachers
from lyceum.domains.timetable.texts import ENDED

PARTS = ("lesson__school_class", "lesson__room", "room", "teacher__person", "absence")
"""What an act on a cover needs to know."""


@transaction.atomic
def cancel_cover(cover_id: UUID, *, reason: str = "", actor: Actor) -> Cover:
    """Give the lesson back to its teacher. Cancelling twice is cancelling once; a day that is over stays as it was."""
    actor.require_all(Permission.COVER_ASSIGN)
    lock_covers()
    cover = get_cover_for_act(cover_id)
    if cover.state in (Cover.State.CANCELLED, Cover.State.DECLINED):
        return cover
    if cover.state == Cover.State.DONE or cover.on < today():
        raise CoverOverError(_("%(on)s is over.") % {"on": cover.on})
    end_covers([cover], reason=reason, actor=actor)
    return cover


@transaction.atomic
def cancel_covers(cover_ids: Iterable[UUID], *, reason: str = "", actor: Actor) -> None:
    """Give some lessons back at once. What was ended before, and days that are over, stay as they are."""
    actor.require_all(Permission.COVER_ASSIGN)
    lock_covers()
    rows = Cover.objects.filter(pk__in=list(cover_ids), state__in=Cover.LIVE, on__gte=today())
    end_covers(list(rows.select_related(*PARTS).order_by("pk")), reason=reason, actor=actor)


def get_cover_for_act(cover_id: UUID) -> Cover:
    """The cover with all that an act on it needs, locked."""
    cover = Cover.objects.select_for_update(of=("self",)).select_related(*PARTS).filter(pk=cover_id).first()
    if cover is None:
        raise NotFoundError
    return cover


def end_covers(
    covers: Sequence[Cover],
    *,
    state: Cover.State = Cover.State.CANCELLED,
    reason: str = "",
    tells: bool = True,
    actor: Actor,
) -> None:
    """End some covers at once and tell those who would have come. However many: the same statements."""
    if not covers:
        return
    count_covers([cover for cover in covers if cover.state in Cover.STANDING], -1)
    entries, instant = [], clock.now()
    for cover in covers:
        fact = CoverCancelled(cover=cover.pk, lesson=cover.lesson_id, date=cover.on, staff=cover.teacher_id)
        changes = {"state": [cover.state, state.value]}
        verb = "decline" if state == Cover.State.DECLINED else "cancel"
        entries.append(Entry(f"timetable.cover.{verb}", Target.of(cover), changes, tidy(reason), facts=[fact]))
        cover.state, cover.reason, cover.updated_at = state, tidy(reason)[:300], instant
        cover.answered_at = instant if state == Cover.State.DECLINED else cover.answered_at
    Cover.objects.bulk_update(covers, ["state", "reason", "answered_at", "updated_at"])
    record_all(entries, actor=actor)
    if tells:
        tell_teachers(ENDED, covers, occasion=state, actor=actor)


def release_covers(first: date, *, actor: Actor) -> None:
    """End the covers, from a day on, of lessons that have ended by then: another timetable holds."""
    lock_covers()
    rows = Cover.objects.filter(on__gte=max(first, today()), on__gt=F("lesson__ends_on"), state__in=Cover.LIVE)
    gone = rows.select_for_update(of=("self",)).select_related(*PARTS).order_by("pk")
    end_covers(list(gone), reason=_("The timetable has changed."), actor=actor)


def release_covers_of(lesson_id: UUID, *, actor: Actor) -> None:
    """End the covers, from today on, of a lesson that was ended or moved by hand, where it takes place no more."""
    lock_covers()
    rows = Cover.objects.filter(lesson=lesson_id, on__gte=today(), state__in=Cover.LIVE)
    gone = [cover for cover in rows.select_for_update(of=("self",)).select_related(*PARTS) if not _takes_place(cover)]
    end_covers(gone, reason=_("The timetable has changed."), actor=actor)


def _takes_place(cover: Cover) -> bool:
    lesson = cover.lesson
    is_over = lesson.ends_on is not None and cover.on > lesson.ends_on
    return not is_over and lesson.weekday in (None, cover.on.isoweekday())


def finish_covers() -> int:
    """Count the covers of days that are over as done. Their registers close by their own times."""
    standing = Cover.objects.filter(on__lt=today(), state__in=(Cover.State.ASSIGNED, Cover.State.ACCEPTED))
    return standing.update(state=Cover.State.DONE)
