"""The register of a slot: who came, who came late, who stayed away; and what follows for each detention."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.behaviour.detention_facts import DetentionCompleted, DetentionFact, DetentionMissed
from lyceum.domains.behaviour.detention_queries import get_slot_for_run
from lyceum.domains.behaviour.detention_sheet import SlotRow, read_slot_sheet
from lyceum.domains.behaviour.models import (
    MARKS,
    Detention,
    DetentionMark,
    DetentionMarkPast,
    DetentionSlot,
    SlotSupervisor,
)
from lyceum.domains.behaviour.rules.detentions.fitting import said
from lyceum.domains.behaviour.rules.detentions.moving import Moved, excuse_and_move
from lyceum.domains.behaviour.rules.detentions.refusals import (
    DetentionReasonNeededError,
    DetentionStateError,
    RegisterNotOpenError,
    SlotNeedsSupervisorError,
    SlotStateError,
    WrongDetentionMarksError,
)
from lyceum.domains.behaviour.rules.detentions.seating import lock_seats
from lyceum.domains.behaviour.rules.detentions.setting import cancel_all
from lyceum.domains.behaviour.rules.detentions.states import State, enter, enter_anyhow, save_states
from lyceum.domains.journal.rules import Target, record

SERVED, AWAY = "completed", ("absent_unexcused", "refused")


@dataclass(frozen=True)
class GivenMark:
    """One row as a supervisor gives it. `outcome` where the student missed more than a third of the time."""

    detention_id: UUID
    mark: str
    minutes: int | None = None
    outcome: str = ""
    reason: str = ""
    seen: int | None = None
    """The mark's version as a device last saw it, 0 for none; None: the slot's version decides."""
    device_time: datetime | None = None
    """When it was given on a device without network, by our clock."""


@dataclass(frozen=True)
class MarkConflict:
    """A row somebody else changed meanwhile: both values, who, when."""

    detention_id: UUID
    yours: str
    theirs: str
    by: str
    at: datetime
    version: int


@dataclass(frozen=True)
class SavedSlot:
    """What a save did: how many marks it wrote, what others had changed, and what was moved by it."""

    slot: DetentionSlot
    saved: int
    conflicts: list[MarkConflict] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    versions: dict[UUID, int] = field(default_factory=dict)
    """The version of each mark that was written, by detention."""


@dataclass(frozen=True)
class _Change:
    row: SlotRow
    given: GivenMark
    version: int


@transaction.atomic
def take_slot_register(
    slot_id: UUID,
    *,
    marks: Sequence[GivenMark],
    rest: str = "",
    base_version: int | None = None,
    reason: str = "",
    actor: Actor,
) -> SavedSlot:
    """Save marks on a slot's register; one wrong row saves nothing.

    `rest="present"` marks everybody without a mark: present, or absent where the student is known to be away.
    Rows that somebody else changed since `base_version` are left and come back as conflicts. A day after the end a
    change needs a reason; what a mark said before is kept.
    """
    actor.require(Permission.DETENTIONS_RUN)
    lock_seats()
    slot = get_slot_for_run(slot_id, actor=actor, lock=True)
    _refuse_by_state(slot)
    sheet = {row.detention.pk: row for row in read_slot_sheet(slot, actor=actor)}
    given = _checked(_with_rest(marks, rest, sheet), sheet)
    changes, conflicts = _sort_out(given, sheet, base_version)
    _require_reason(slot, changes, reason)
    moved = _apply(slot, changes, len(sheet), reason, actor) if changes else []
    versions = {change.row.detention.pk: change.version for change in changes}
    return SavedSlot(slot, len(changes), conflicts, moved, versions)


def _refuse_by_state(slot: DetentionSlot) -> None:
    if slot.state == DetentionSlot.State.CANCELLED:
        raise SlotStateError(_("This slot was cancelled: %(reason)s") % {"reason": slot.cancel_reason})
    if clock.now() < slot.opens_at:
        raise RegisterNotOpenError(_("The register opens at %(at)s.") % {"at": said(slot.opens_at)})
    is_supervised = SlotSupervisor.objects.filter(slot=slot, stands=True).exists()
    if not is_supervised and slot.state in (DetentionSlot.State.OPEN, DetentionSlot.State.FULL):
        raise SlotNeedsSupervisorError(_("Nobody supervises this slot. Assign somebody who is free, or cancel it."))


def _with_rest(marks: Sequence[GivenMark], rest: str, sheet: dict[UUID, SlotRow]) -> list[GivenMark]:
    if not rest:
        return list(marks)
    if rest != "present":
        words = _("Give present, or leave it out.")
        raise WrongDetentionMarksError(words, errors=[FieldError("/rest", "choice", words)])
    named = {mark.detention_id for mark in marks}
    others = [row for row in sheet.values() if row.mark is None and row.detention.pk not in named]
    return [*marks, *(GivenMark(row.detention.pk, row.expected or "present") for row in others)]


def _checked(given: Sequence[GivenMark], sheet: dict[UUID, SlotRow]) -> list[GivenMark]:
    """Each mark in full; refuses all of them where one is wrong, naming every wrong row."""
    faults: list[FieldError] = []
    chosen: dict[UUID, GivenMark] = {}
    for n, mark in enumerate(given):
        fault = _fault(mark, sheet.get(mark.detention_id))
        if fault:
            faults.append(FieldError(f"/marks/{n}", *fault))
        else:
            chosen[mark.detention_id] = _settled(mark, sheet[mark.detention_id])
    if faults:
        raise WrongDetentionMarksError(_("Nothing was saved: %(fault)s") % {"fault": faults[0].message}, errors=faults)
    return list(chosen.values())


def _fault(mark: GivenMark, row: SlotRow | None) -> tuple[str, str] | None:
    if row is None:
        return "not_on_register", _("This detention is not in this slot.")
    name = {"name": row.name}
    if mark.mark not in MARKS:
        return "mark_unknown", _("%(name)s: there is no such mark.") % name
    length = row.detention.minutes
    if mark.mark in ("late", "left_early"):
        if mark.minutes is None:
            return "minutes_needed", _("%(name)s: say how many minutes.") % name
        if not 1 <= mark.minutes <= length:
            return "minutes_range", _("%(name)s: give 1 to %(most)s minutes.") % (name | {"most": length})
        if missed_too_much(mark, length) and mark.outcome not in ("completed", "missed"):
            return "outcome_needed", _("%(name)s missed more than a third: choose served or missed.") % name
        if missed_too_much(mark, length) and not tidy(mark.reason):
            return "reason_needed", _("%(name)s: say why it counts as served or missed.") % name
    if len(mark.reason) > 300:
        return "reason_too_long", _("%(name)s: a reason has at most 300 letters.") % name
    return None


def missed_too_much(mark: GivenMark, length: int) -> bool:
    """Whether more than a third of the time was missed, so that the supervisor says what it counts as."""
    return mark.mark in ("late", "left_early") and (mark.minutes or 0) * 3 > length


def _settled(mark: GivenMark, row: SlotRow) -> GivenMark:
    timed = mark.mark in ("late", "left_early")
    chosen = mark.outcome if missed_too_much(mark, row.detention.minutes) else ""
    return replace(mark, minutes=mark.minutes if timed else None, outcome=chosen, reason=tidy(mark.reason))


def _sort_out(
    given: Sequence[GivenMark], sheet: dict[UUID, SlotRow], base_version: int | None
) -> tuple[list[_Change], list[MarkConflict]]:
    """What is to be written, and what somebody else changed meanwhile."""
    changes, conflicts = [], []
    for mark in given:
        row = sheet[mark.detention_id]
        old = row.mark
        if old is None:
            changes.append(_Change(row, mark, 1))
        elif (old.mark, old.minutes, old.outcome) == (mark.mark, mark.minutes, mark.outcome):
            continue
        elif _changed_meanwhile(old, mark, base_version):
            conflicts.append(MarkConflict(row.detention.pk, mark.mark, old.mark, old.by_name, old.at, old.version))
        else:
            changes.append(_Change(row, mark, old.version + 1))
    return changes, conflicts


def _changed_meanwhile(old: DetentionMark, given: GivenMark, base_version: int | None) -> bool:
    if given.seen is not None:
        return old.version != given.seen
    return base_version is not None and old.saved_in > base_version


def _require_reason(slot: DetentionSlot, changes: Sequence[_Change], reason: str) -> None:
    if changes and clock.now() >= slot.closes_at and not tidy(reason):
        words = _("The register is closed: say why it changes.")
        raise DetentionReasonNeededError(words, errors=[FieldError("/reason", "reason_needed", words)])


def _apply(slot: DetentionSlot, changes: Sequence[_Change], size: int, reason: str, actor: Actor) -> list[Moved]:
    before = {change.row.detention.pk: change.row.mark.mark if change.row.mark else None for change in changes}
    _write_marks(slot, changes, size, reason, actor)
    excused = _enter_states(slot, changes, tidy(reason)[:300], actor)
    shown = {str(c.row.detention.pk): [before[c.row.detention.pk], c.given.mark] for c in changes}
    facts = [fact for change in changes for fact in _facts(change)]
    act = "behaviour.detention_slot.mark"
    record(act, target=Target.of(slot), changes=shown, reason=reason, facts=facts, actor=actor)
    if not excused:
        return []
    return excuse_and_move(excused, why=_("Absence authorised"), besides={slot.pk}, actor=actor)


def _write_marks(slot: DetentionSlot, changes: Sequence[_Change], size: int, reason: str, actor: Actor) -> None:
    """Write marks, their history and the slot's state: four statements, whatever their number."""
    slot.version += 1
    instant = clock.now()
    marked = sum(c.row.mark is not None for c in changes)
    known = DetentionMark.objects.filter(detention__slot=slot).count()
    whole = known + len(changes) - marked >= size
    slot.state = DetentionSlot.State.DONE if whole else DetentionSlot.State.RUNNING
    slot.save(update_fields=["version", "state", "updated_at"])
    rows = []
    for change in changes:
        row = change.row.mark or DetentionMark(detention=change.row.detention)
        given = change.given
        row.mark, row.minutes, row.outcome = given.mark, given.minutes, given.outcome
        row.reason = given.reason or tidy(reason)[:300]
        row.by, row.by_name, row.at = actor.user_id, actor.name[:200], instant
        row.version, row.saved_in, row.device_time = change.version, slot.version, given.device_time
        rows.append(row)
    fields = ["mark", "minutes", "outcome", "reason", "by", "by_name", "at", "device_time", "version", "saved_in"]
    DetentionMark.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["school", "detention"], update_fields=fields
    )
    DetentionMarkPast.objects.bulk_create(
        DetentionMarkPast(detention=row.detention, **{name: getattr(row, name) for name in fields[:-1]}) for row in rows
    )


def _enter_states(slot: DetentionSlot, changes: Sequence[_Change], why: str, actor: Actor) -> list[Detention]:
    """What each mark makes of its detention; returns those that an authorised absence excuses."""
    lead = SlotSupervisor.objects.filter(slot=slot, stands=True, leads=True).select_related("staff__person").first()
    name = lead.staff.person.full_name if lead else actor.name
    entered, excused = [], []
    _undo_moves([c for c in changes if c.row.detention.state in ("rescheduled", "escalated")], why, actor)
    for change in changes:
        row = change.row.detention
        row.supervisor_name = name[:200]
        if change.given.mark == "absent_authorised":
            if row.state != State.SCHEDULED:  # a correction: it was said to be served or missed
                entered.append(enter_anyhow(row, State.MISSED, why=why))
            excused.append(row)
            continue
        to, served = outcome_of(change.given, row.minutes)
        if row.state == State.SCHEDULED:
            entered.append(enter(row, to, why=change.given.reason, minutes_served=served))
        else:
            entered.append(enter_anyhow(row, to, why=why or change.given.reason, minutes_served=served))
    if entered:
        save_states(entered, actor=actor)
    return excused


def outcome_of(given: GivenMark, length: int) -> tuple[str, int]:
    """The state that a mark means, and how many minutes were served."""
    if given.mark in AWAY:
        return State.MISSED, 0
    served = max(0, length - (given.minutes or 0))
    return (State.MISSED if given.outcome == "missed" else State.COMPLETED), served


def _undo_moves(changes: Sequence[_Change], why: str, actor: Actor) -> None:
    """A mark changes after its detention was moved or followed: what came after is taken back, unless it is over."""
    if not changes:
        return
    ids = [change.row.detention.pk for change in changes]
    rows = Detention.objects.filter(Q(moved_from__in=ids) | Q(follows__in=ids)).exclude(state=State.CANCELLED)
    after = list(rows.select_related("student__person", "type", "slot"))
    over = next((row for row in after if row.state not in (State.SCHEDULED, State.PROPOSED)), None)
    if over:
        raise DetentionStateError(
            _("What followed on this detention is %(state)s already.") % {"state": over.state_words},
        )
    cancel_all(after, why=why or _("The mark before it changed"), actor=actor)


def _facts(change: _Change) -> list[DetentionFact]:
    row = change.row.detention
    kinds: dict[str, type[DetentionFact]] = {State.COMPLETED: DetentionCompleted, State.MISSED: DetentionMissed}
    kind = kinds.get(row.state)
    if kind is None or change.given.mark == "absent_authorised":
        return []
    return [kind(detention=row.pk, student=row.student_id, slot=row.slot_id, starts=row.starts_at)]
