"""Moving detentions: one, a whole slot, or those that an absence or the school itself stood in the way of."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError
from lyceum.core.text import tidy
from lyceum.domains.behaviour.detention_facts import DetentionExcused, DetentionMoved
from lyceum.domains.behaviour.detention_queries import (
    get_detention_for_change,
    get_detention_of_child,
    get_slot,
    get_slot_for_edit,
)
from lyceum.domains.behaviour.models import Detention, DetentionSlot, DetentionType
from lyceum.domains.behaviour.rules.detentions.fitting import Passed, Proposal, said
from lyceum.domains.behaviour.rules.detentions.refusals import (
    DetentionReasonNeededError,
    NoSlotError,
    SlotFullError,
    SlotStateError,
)
from lyceum.domains.behaviour.rules.detentions.seating import (
    count_seats,
    lock_seats,
    save_seated,
    take_seats,
    take_slot_together,
    take_this_seat,
)
from lyceum.domains.behaviour.rules.detentions.states import State, enter, note_past, require_step, save_states
from lyceum.domains.behaviour.rules.detentions.telling import Occasion, tell_family
from lyceum.domains.behaviour.rules.detentions.telling_staff import tell_supervisors
from lyceum.domains.behaviour.rules.detentions.untold import find_untold, tell_office
from lyceum.domains.journal.rules import Entry, Target, record, record_all


@dataclass(frozen=True)
class Moved:
    """A detention, the one it was moved to if a slot was found, and the nearer slots that did not fit."""

    old: Detention
    new: Detention | None
    passed: tuple[Passed, ...] = ()

    @property
    def detention(self) -> Detention:
        """The one that holds now."""
        return self.new or self.old


def replacement(old: Detention, *, counts: bool) -> Detention:
    """The row that comes after one that moves; it still has the old one's time."""
    return Detention(
        student=old.student,
        type=old.type,
        participant_id=old.participant_id,
        reason=old.reason,
        notes=old.notes,
        slot=old.slot,
        minutes=old.minutes,
        one_a_day=old.one_a_day,
        set_by=old.set_by,
        set_by_name=old.set_by_name,
        moves=old.moves + counts,
        moved_from=old,
        follows_id=old.follows_id,
        state=State.SCHEDULED,
    )


@transaction.atomic
def reschedule_detention(detention_id: UUID, *, slot_id: UUID | None = None, reason: str = "", actor: Actor) -> Moved:
    """Move a detention to another slot: the one somebody chose, or the next that fits.

    Its family, and who supervises, are told once.
    """
    lock_seats()
    old = get_detention_for_change(detention_id, actor=actor)
    require_step(old, State.RESCHEDULED)
    return move_one(old, slot_id, tidy(reason)[:300], actor=actor)


@transaction.atomic
def ask_to_move(detention_id: UUID, *, words: str, actor: Actor) -> Moved:
    """A guardian asks for another time: it moves to the next slot; after the type's most moves a person decides."""
    lock_seats()
    old = get_detention_of_child(detention_id, actor=actor)
    why = tidy(words)[:300]
    if not why:
        said_why = _("Say why another time is needed.")
        raise DetentionReasonNeededError(said_why, errors=[FieldError("/reason", "reason_needed", said_why)])
    require_step(old, State.RESCHEDULED)
    if old.state != State.SCHEDULED or (old.starts_at and old.starts_at <= clock.now()):
        raise SlotStateError(_("It has begun already. Ask the school."))
    if old.moves < old.type.max_moves:
        with suppress(NoSlotError), transaction.atomic():
            return move_one(old, None, why, actor=actor)
    old.move_asked = why
    old.save(update_fields=["move_asked", "updated_at"])
    record("behaviour.detention.ask_to_move", target=Target.of(old), reason=why, actor=actor)
    return Moved(old, None)


def move_one(old: Detention, slot_id: UUID | None, why: str, *, told_at: datetime | None = None, actor: Actor) -> Moved:
    """Move a detention as a person wants it. A family that was told in person hears nothing more."""
    new = replacement(old, counts=True)
    new.told_at = told_at
    passed: tuple[Passed, ...] = ()
    if slot_id:
        take_this_seat(new, _slot_of_type(slot_id, old.type, actor), leaving={old.pk})
    else:
        left = {old.slot_id} - {None}
        proposal = take_seats(old.type, [new], leaving={old.pk}, besides=left)[old.student_id]  # type: ignore[arg-type]  # no None
        passed = proposal.passed
        if proposal.slot is None:
            raise no_slot(proposal)
    enter(old, State.RESCHEDULED, why=why)
    old.move_asked = ""
    _write([(old, new)], why=why, actor=actor)
    if told_at is None:
        tell_family([new], Occasion.MOVED, actor=actor)
    tell_supervisors([(old, new)], actor=actor)
    return Moved(old, new, passed)


def _slot_of_type(slot_id: UUID, kind: DetentionType, actor: Actor) -> DetentionSlot:
    slot = get_slot(slot_id, actor=actor)
    if slot.type_id != kind.pk:
        words = _("This slot is of another type of detention.")
        raise InvalidError(words, errors=[FieldError("/slot", "slot_unknown", words)])
    return slot


def no_slot(proposal: Proposal) -> NoSlotError:
    """The refusal that names every near slot with what keeps the student from it."""
    passed = [shown(each) for each in proposal.passed]
    words = _("No slot fits in the next weeks.")
    if proposal.passed:
        first = proposal.passed[0]
        words += f" {said(first.slot.starts_at)}: {first.why}"
    return NoSlotError(words, passed=passed)


def shown(passed: Passed) -> dict[str, str]:
    """A slot that was passed over, for software."""
    return {
        "slot": str(passed.slot.pk),
        "starts_at": passed.slot.starts_at.isoformat(),
        "code": passed.code,
        "why": passed.why,
    }


def _write(pairs: Sequence[tuple[Detention, Detention]], *, why: str, actor: Actor) -> None:
    """Write what moved and what it was moved to, in that order: the database allows one live detention at a time."""
    save_states([old for old, _new in pairs], actor=actor)
    save_seated([new for _old, new in pairs])
    note_past([new for _old, new in pairs], actor=actor)
    count_seats({row.slot_id for pair in pairs for row in pair if row.slot_id})
    entries = []
    for old, new in pairs:
        fact = DetentionMoved(
            detention=new.pk, student=new.student_id, slot=new.slot_id, starts=new.starts_at, moved_from=old.pk
        )
        changes = {"starts_at": [_iso(old), _iso(new)]}
        entries.append(Entry("behaviour.detention.move", Target.of(new), changes, reason=why, facts=[fact]))
    record_all(entries, actor=actor)


def _iso(row: Detention) -> str | None:
    return row.starts_at.isoformat() if row.starts_at else None


@transaction.atomic
def move_slot(slot_id: UUID, *, to_slot_id: UUID, reason: str = "", actor: Actor) -> list[Moved]:
    """Move everybody of a slot into another one, or nobody where one of them does not fit there."""
    lock_seats()
    slot = get_slot_for_edit(slot_id, actor=actor)
    target = get_slot_for_edit(to_slot_id, actor=actor)
    if slot.pk == target.pk or slot.type_id != target.type_id:
        words = _("Choose another slot of the same type.")
        raise InvalidError(words, errors=[FieldError("/to", "slot_unknown", words)])
    rows = list(live_in(slot))
    _refuse_too_many(target, len(rows))
    pairs = [(old, replacement(old, counts=False)) for old in rows]
    take_slot_together([new for _old, new in pairs], target, leaving={old.pk for old in rows})
    for old, _new in pairs:
        enter(old, State.RESCHEDULED, why=tidy(reason)[:300])
    _write(pairs, why=tidy(reason)[:300], actor=actor)
    tell_family([new for _old, new in pairs], Occasion.MOVED, actor=actor)
    tell_supervisors(pairs, actor=actor)
    return [Moved(old, new) for old, new in pairs]


def _refuse_too_many(target: DetentionSlot, wanted: int) -> None:
    taken = Detention.objects.filter(slot=target, state=State.SCHEDULED).count()
    if taken + wanted > target.capacity:
        raise SlotFullError(
            _("%(slot)s has %(free)s seats left; %(wanted)s are needed.")
            % {"slot": said(target.starts_at), "free": max(0, target.capacity - taken), "wanted": wanted}
        )


def live_in(slot: DetentionSlot) -> QuerySet[Detention]:
    """Who is to serve in a slot, locked."""
    rows = Detention.objects.filter(slot=slot, state=State.SCHEDULED).select_related("student__person", "type", "slot")
    return rows.order_by("pk").select_for_update(of=("self",))


def excuse_and_move(
    rows: Sequence[Detention], *, why: str, besides: Collection[UUID] = (), actor: Actor
) -> list[Moved]:
    """Excuse detentions, and move each to the next slot that fits. It does not count; families are told anew.

    One that fits nowhere stays excused and waits for a person, and one after school while nobody of the family can be
    told. The statements do not grow with the rows, notices apart. The seats have to be locked.
    """
    for row in rows:
        enter(row, State.EXCUSED, why=why)
    save_states(rows, actor=actor)
    facts = [DetentionExcused(detention=r.pk, student=r.student_id, slot=r.slot_id, starts=r.starts_at) for r in rows]
    entries = zip(rows, facts, strict=True)
    record_all(
        [Entry("behaviour.detention.excuse", Target.of(r), reason=why, facts=[f]) for r, f in entries], actor=actor
    )
    by_type: dict[DetentionType, list[Detention]] = defaultdict(list)
    for row in rows:
        by_type[row.type].append(row)
    moved: list[Moved] = []
    for kind, olds in by_type.items():
        moved += _move_excused(kind, olds, besides, why, actor)
    tell_supervisors([(each.old, each.new) for each in moved if each.new], actor=actor)
    count_seats({row.slot_id for row in rows if row.slot_id})
    return moved


def _move_excused(
    kind: DetentionType, olds: Sequence[Detention], besides: Collection[UUID], why: str, actor: Actor
) -> list[Moved]:
    left = {old.slot_id for old in olds if old.slot_id} | set(besides)
    found = _find_places(kind, olds, besides=left, actor=actor)
    pairs = [(enter(each.old, State.RESCHEDULED, why=why), each.new) for each in found if each.new]
    if pairs:
        _write(pairs, why=why, actor=actor)
    stay = [each.old for each in found if each.new is None]
    tell_family([new for _old, new in pairs], Occasion.MOVED, actor=actor)
    tell_family(stay, Occasion.EXCUSED, actor=actor)
    tell_office([old for old in stay if old.untold], actor=actor)
    return found


def _find_places(
    kind: DetentionType, olds: Sequence[Detention], *, besides: Collection[UUID] = (), actor: Actor
) -> list[Moved]:
    """Where each of some detentions that do not take place goes, not written yet; nowhere while nobody can be told."""
    news = {old.pk: replacement(old, counts=False) for old in olds}
    untold = find_untold(list(news.values()), actor=actor)
    tellable = [new for new in news.values() if new.pk not in untold]
    proposals = take_seats(kind, tellable, besides=besides) if tellable else {}
    found = []
    for old in olds:
        new, proposal = news[old.pk], proposals.get(old.student_id)
        is_placed = proposal is not None and proposal.slot is not None
        found.append(Moved(old, new if is_placed else None, proposal.passed if proposal else ()))
    return found


@transaction.atomic
def place_excused(actor: Actor) -> list[Moved]:
    """Try again to find slots for excused detentions that wait without one."""
    lock_seats()
    rows = Detention.objects.filter(state=State.EXCUSED, moved_to__isnull=True)
    waiting = list(rows.select_related("student__person", "type", "slot").order_by("created_at", "pk")[:200])
    by_type: dict[DetentionType, list[Detention]] = defaultdict(list)
    for row in waiting:
        by_type[row.type].append(row)
    moved: list[Moved] = []
    for kind, olds in by_type.items():
        pairs = [(each.old, each.new) for each in _find_places(kind, olds, actor=actor) if each.new]
        for old, _new in pairs:
            enter(old, State.RESCHEDULED, why=old.why)
        if pairs:
            _write(pairs, why="", actor=actor)
            tell_family([new for _old, new in pairs], Occasion.MOVED, actor=actor)
        moved += [Moved(old, new) for old, new in pairs]
    tell_supervisors([(each.old, each.new) for each in moved if each.new], actor=actor)
    return moved
