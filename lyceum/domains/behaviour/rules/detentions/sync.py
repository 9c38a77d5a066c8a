"""Marks of slot registers that a device gave while it had no network: each once, none over what it never saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.devices import (
    RESULTS,
    GivenBatch,
    RowResult,
    by_our_clock,
    open_batch,
    save_what_may_be,
    split_by_time,
)
from lyceum.core.errors import FieldError
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.detention_marks import MARK_OF
from lyceum.domains.behaviour.detention_policies import runnable_slots
from lyceum.domains.behaviour.models import (
    MARKS,
    Detention,
    DetentionBatch,
    DetentionConflict,
    DetentionMark,
    DetentionSlot,
)
from lyceum.domains.behaviour.models.detentions import REGISTER_CLOSES
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, SavedSlot, take_slot_register
from lyceum.domains.behaviour.rules.detentions.seating import lock_seats
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.policies import kept_from_work

LATE_HOURS = int(REGISTER_CLOSES.total_seconds() // 3600)
"""How old a mark may be that arrives after its register closed, and is still written."""


@dataclass(frozen=True)
class DeviceMark:
    """One mark as a device kept it."""

    slot_id: UUID
    detention_id: UUID
    symbol: str
    """As the register shows it, or the mark's name."""
    seen: int
    """The mark's version as the device last saw it; 0 where it saw none."""
    marked_at: datetime
    """By the device's clock."""
    minutes: int | None = None

    @property
    def mark(self) -> str:
        """The mark that the symbol means."""
        return MARK_OF.get(self.symbol.upper(), self.symbol)


@dataclass(frozen=True)
class _Found:
    """A mark that was not written, and what stands against it."""

    mark: DeviceMark
    kind: DetentionConflict.Kind
    why: str = ""


@transaction.atomic
def receive_detention_batch(batch: GivenBatch[DeviceMark], *, actor: Actor) -> DetentionBatch:
    """Write the marks of a device, each where the server still has the version that the device saw.

    The same value is no change; another one is left to somebody to decide, beside the server's. What was given in
    time but arrives after the register closed is written and flagged; for what is older somebody gives a reason. The
    same key again has no effect and gives the first answer.
    """
    actor.require(Permission.DETENTIONS_RUN)
    lock_seats()
    known, is_new = open_batch(DetentionBatch, batch, actor=actor)
    if is_new:
        marks = [replace(mark, marked_at=by_our_clock(mark.marked_at, known)) for mark in batch.marks]
        _Receiver(known, marks, actor).receive()
    return known


class _Receiver:
    """Takes one batch, slot by slot, and notes what became of each row."""

    def __init__(self, batch: DetentionBatch, marks: Sequence[DeviceMark], actor: Actor) -> None:
        self.batch = batch
        self.actor = actor
        self.marks = {(mark.slot_id, mark.detention_id): mark for mark in marks}  # the last one counts
        self.results: list[RowResult] = []
        self.found: list[_Found] = []

    def receive(self) -> None:
        ids = {slot_id for slot_id, _ in self.marks}
        slots = {row.pk: row for row in DetentionSlot.objects.filter(runnable_slots(self.actor), pk__in=ids)}
        in_order = sorted(self.marks.values(), key=lambda mark: mark.slot_id)
        for slot_id, group in groupby(in_order, key=lambda mark: mark.slot_id):
            slot, marks = slots.get(slot_id), list(group)
            if slot is None:
                self._note(marks, "refused", "not_found", _("There is no such register, or none that you take."))
            else:
                self._take(slot, marks)
        self._keep_conflicts()
        self._record()

    def _take(self, slot: DetentionSlot, marks: list[DeviceMark]) -> None:
        in_time, too_late = marks, list[DeviceMark]()
        if clock.now() >= slot.closes_at:
            given = [(mark, mark.marked_at) for mark in marks]
            in_time, too_late = split_by_time(given, self.batch, locks_at=slot.closes_at, late_hours=LATE_HOURS)
        self.found += [_Found(mark, DetentionConflict.Kind.LATE) for mark in too_late]
        saved, written = save_what_may_be(in_time, partial(self._save, slot), self._refuse)
        if saved:
            self._sort(saved, written)

    def _save(self, slot: DetentionSlot, marks: list[DeviceMark]) -> SavedSlot:
        reason = self.batch.why_written() if self.batch.flags else ""
        given = [_given(mark, slot) for mark in marks]
        return take_slot_register(slot.pk, marks=given, reason=reason, actor=self.actor)

    def _sort(self, saved: SavedSlot, marks: list[DeviceMark]) -> None:
        differing = {row.detention_id for row in saved.conflicts}
        same = {mark.detention_id for mark in marks} - differing - saved.versions.keys()
        there = DetentionMark.objects.filter(detention__in=same) if same else DetentionMark.objects.none()
        versions = saved.versions | dict(there.values_list("detention_id", "version"))
        for mark in marks:
            if mark.detention_id in differing:
                self.found.append(_Found(mark, DetentionConflict.Kind.CHANGED))
            else:
                result = "applied" if mark.detention_id in saved.versions else "same"
                self._note([mark], result, version=versions[mark.detention_id])

    def _refuse(self, mark: DeviceMark, fault: FieldError) -> None:
        self.found.append(_Found(mark, DetentionConflict.Kind.REFUSED, fault.message))
        self._note([mark], "refused", fault.code, fault.message)

    def _note(
        self, marks: Sequence[DeviceMark], result: str, code: str = "", message: str = "", version: int = 0
    ) -> None:
        self.results += [RowResult(str(m.slot_id), str(m.detention_id), result, code, message, version) for m in marks]

    def _keep_conflicts(self) -> None:
        """Put what was not written before people: both values, who, when."""
        if not self.found:
            return
        ids = {each.mark.detention_id for each in self.found}
        shown = Detention.objects.filter(pk__in=ids, slot__in={each.mark.slot_id for each in self.found})
        ours = set(shown.exclude(student__in=kept_from_work(self.actor)).values_list("pk", flat=True))
        on_server = {row.detention_id: row for row in DetentionMark.objects.filter(detention__in=ours)}
        conflicts = []
        for each in self.found:
            mark = on_server.get(each.mark.detention_id)
            if each.mark.detention_id not in ours or each.mark.mark not in MARKS:
                continue  # refused already, and nothing to show
            if each.kind is DetentionConflict.Kind.LATE and mark is not None and _says_the_same(mark, each.mark):
                self._note([each.mark], "same", version=mark.version)
                continue
            made = self._conflict(each, mark)
            conflicts.append(made)
            self._tell(each, made)
        DetentionConflict.objects.bulk_create(conflicts)

    def _conflict(self, found: _Found, mark: DetentionMark | None) -> DetentionConflict:
        return DetentionConflict(
            batch=self.batch,
            detention_id=found.mark.detention_id,
            kind=found.kind,
            why=found.why[:200],
            mark=found.mark.mark,
            minutes=found.mark.minutes,
            marked_by_name=self.actor.name[:200],
            marked_at=found.mark.marked_at,
            server_mark=mark.mark if mark else "",
            server_minutes=mark.minutes if mark else None,
            server_by_name=mark.by_name if mark else "",
            server_at=mark.at if mark else None,
            server_version=mark.version if mark else 0,
        )

    def _tell(self, found: _Found, made: DetentionConflict) -> None:
        """The row's result, with the id of what is to be decided."""
        of = str(found.mark.slot_id), str(found.mark.detention_id)
        row = RowResult(*of, "", version=made.server_version)
        if found.kind is DetentionConflict.Kind.REFUSED:
            row = next(r for r in self.results if (r.register_id, r.line) == of)
            self.results.remove(row)
        self.results.append(replace(row, result=RESULTS.get(found.kind, "refused"), conflict=str(made.pk)))

    def _record(self) -> None:
        self.batch.rows = [result.as_row("detention") for result in self.results]
        self.batch.save(update_fields=["rows", "flags"])
        names = [result.result for result in self.results]
        counts = {name: [None, names.count(name)] for name in sorted(set(names))}
        record("behaviour.detention_batch.receive", target=Target.of(self.batch), changes=counts, actor=self.actor)


def _given(mark: DeviceMark, slot: DetentionSlot) -> GivenMark:
    """The mark as the register takes it: how late, or how early, follows from when it was given."""
    minutes = mark.minutes
    if minutes is None and mark.mark in ("late", "left_early"):
        missed = mark.marked_at - slot.starts_at if mark.mark == "late" else slot.ends_at - mark.marked_at
        minutes = max(1, min(slot.minutes, int(missed.total_seconds() // 60)))
    return GivenMark(mark.detention_id, mark.mark, minutes, seen=mark.seen, device_time=mark.marked_at)


def _says_the_same(mark: DetentionMark, given: DeviceMark) -> bool:
    return (mark.mark, mark.minutes) == (given.mark, given.minutes)
