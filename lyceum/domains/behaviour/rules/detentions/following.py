"""What happens by itself: after a missed detention, on days that were closed, when a student leaves."""

from collections.abc import Collection
from datetime import date, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Placement
from lyceum.domains.behaviour.models import Detention, DetentionSlot
from lyceum.domains.behaviour.rules.detentions.days import note_planned
from lyceum.domains.behaviour.rules.detentions.events import heed_events
from lyceum.domains.behaviour.rules.detentions.fitting import local_times
from lyceum.domains.behaviour.rules.detentions.moving import Moved, excuse_and_move, place_excused
from lyceum.domains.behaviour.rules.detentions.seating import lock_seats
from lyceum.domains.behaviour.rules.detentions.setting import cancel_all, schedule_proposed
from lyceum.domains.behaviour.rules.detentions.slots import cancel_slot
from lyceum.domains.behaviour.rules.detentions.states import State, note_past
from lyceum.domains.behaviour.rules.detentions.untold import list_lost
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import holds_on
from lyceum.domains.people.queries import is_on_roll, on_roll
from lyceum.domains.tenancy.queries import today

LOOKED_BACK = timedelta(days=60)
NOON = time(12)
MOST_AT_ONCE = 200


def follow_up(actor: Actor) -> None:
    """What happens by itself every hour. Doing it twice does it once."""
    cancel_closed_slots(actor)
    heed_events(actor=actor)
    wait_for_families(actor)
    propose_after_missed(actor)
    place_waiting(actor)


@transaction.atomic
def wait_for_families(actor: Actor) -> list[Moved]:
    """Who would stay after school, and whose family no message reached, is excused and moved: to when they know."""
    actor.require_all(Permission.SLOTS_EDIT)
    lock_seats()
    rows = list_lost(clock.now())
    return excuse_and_move(rows, why=_("The family could not be told"), actor=actor) if rows else []


@transaction.atomic
def place_waiting(actor: Actor) -> list[Detention]:
    """Look again for slots for what waits without one, as far as no person has to approve it; returns what has one."""
    actor.require_all(Permission.SLOTS_EDIT)
    placed = [moved.new for moved in place_excused(actor) if moved.new]
    rows = Detention.objects.filter(state=State.PROPOSED, follows__isnull=True, type__needs_approval=False)
    rows = rows.select_related("student__person", "type", "slot", "follows").order_by("created_at", "pk")
    for row in rows.select_for_update(of=("self",))[:MOST_AT_ONCE]:
        if not schedule_proposed(row, actor=actor).has_no_slot:
            placed.append(row)
    return placed


@transaction.atomic
def propose_after_missed(actor: Actor) -> list[Detention]:
    """On the school morning after a missed detention propose what follows: the next type, or the same again.

    A person confirms it, unless the type says that it follows by itself. Running it twice proposes once.
    """
    day = today()
    if not school_days().is_school_day(day):
        return []
    rows = Detention.objects.filter(state=State.MISSED, on__lt=day, on__gte=day - LOOKED_BACK, followed_by__isnull=True)
    rows = rows.filter(student__in=Student.objects.filter(is_on_roll(day)))
    lock_seats()
    missed = list(rows.select_related("student__person", "type__escalates_to").select_for_update(of=("self",)))
    proposed = [_following(row) for row in missed]
    Detention.objects.bulk_create(proposed)
    note_past(proposed, actor=actor)
    record_all([Entry("behaviour.detention.propose", Target.of(row)) for row in proposed], actor=actor)
    for row in proposed:
        if row.follows and row.follows.type.escalates_by_itself:
            schedule_proposed(row, actor=actor)
    return proposed


def _following(missed: Detention) -> Detention:
    after = missed.type.escalates_to
    kind = after if after and after.active else missed.type
    day = date_format(missed.on, "j F") if missed.on else ""
    reason = _("Missed on %(day)s: %(reason)s") % {"day": day, "reason": missed.reason}
    return Detention(
        student=missed.student,
        type=kind,
        participant_id=missed.participant_id,
        reason=reason[:300],
        minutes=kind.minutes,
        one_a_day=not kind.several_a_day,
        set_by=None,
        set_by_name="Lyceum",
        follows=missed,
        state=State.PROPOSED,
    )


@transaction.atomic
def cancel_closed_slots(actor: Actor, *, days: int = 21) -> list[DetentionSlot]:
    """Cancel the slots of days on which no school is kept any more; their students are moved."""
    day = today()
    rows = DetentionSlot.objects.filter(on__range=(day, day + timedelta(days=days)), state__in=("open", "full"))
    closed = [slot for slot in rows if not school_days().is_school_day(slot.on)]
    for slot in closed:
        reason = _("No school is kept: %(why)s") % {"why": school_days().why_closed(slot.on)}
        cancel_slot(slot.pk, reason=reason, actor=actor)
    return closed


@transaction.atomic
def follow_closure(
    first: date, last: date, *, sessions: Collection[str] = (), grades: Collection[UUID] = (), actor: Actor
) -> None:
    """The school cannot be kept on some days, or sessions, or for some grades: nobody serves a detention then.

    Slots of the whole school are cancelled, and their students moved; students of some grades are away on those days.
    """
    day = today()
    rows = DetentionSlot.objects.filter(on__range=(max(first, day), last), state__in=("open", "full"))
    closed = [slot for slot in rows.order_by("starts_at", "pk") if _is_closed(slot, sessions)]
    if grades:
        for on in sorted({slot.on for slot in closed}):
            placed = Placement.objects.filter(holds_on(on), grade__in=grades).values_list("student", flat=True)
            note_planned(list(placed), first=on, last=on, meaning="authorised", holds=True, actor=actor)
        return
    for slot in closed:
        if slot.starts_at > clock.now():
            besides = [each.pk for each in closed]
            cancel_slot(slot.pk, reason=_("The school is closed"), besides=besides, actor=actor)


def _is_closed(slot: DetentionSlot, sessions: Collection[str]) -> bool:
    """Whether a slot lies in one of some sessions of its day; in no session named: in all of them."""
    half = "AM" if local_times(slot)[0] < NOON else "PM"
    return not sessions or bool({half, "DAY"} & set(sessions))


@transaction.atomic
def cancel_for_leaver(student_id: UUID, *, actor: Actor) -> list[Detention]:
    """Cancel what a student would have to serve after their last day."""
    live = (State.PROPOSED, State.SCHEDULED, State.MISSED, State.EXCUSED)
    rows = Detention.objects.filter(student=student_id, state__in=live)
    if not rows.exists():  # nearly always: a year's end has hundreds of leavers
        return []
    lock_seats()
    rows = rows.select_related("student__person", "type", "slot").select_for_update(of=("self",))
    on_roll_later = _last_day(student_id)
    if on_roll_later is None:
        return []
    leaving = [row for row in rows if (row.on or date.max) > on_roll_later]
    if leaving:
        for row in leaving:
            row.left_at = clock.now()
        cancel_all(leaving, why=_("Left the school"), actor=actor)
    return leaving


def _last_day(student_id: UUID) -> date | None:
    """A student's last day on roll; the day before today where they are on roll no more; None where it is open."""
    day = today()
    current = Enrolment.objects.filter(on_roll(day), student=student_id).order_by("-first_day").first()
    return current.last_day if current else day - timedelta(days=1)
