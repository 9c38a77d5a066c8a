"""Marks that a device gave while it had no network: each arrives once, and none overwrites what it has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import F
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
from lyceum.core.text import tidy
from lyceum.domains.attendance.batches import read_marks
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.facts import ConflictFound
from lyceum.domains.attendance.models import AttendanceRule, Conflict, DeviceBatch, Mark, MarkChange, Register
from lyceum.domains.attendance.policies import registers_for
from lyceum.domains.attendance.rules.marks import GivenMark, RowConflict, Saved, take_register
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import ids_kept_from_work


@dataclass(frozen=True)
class DeviceMark:
    """One mark as a device kept it."""

    register_id: UUID
    student_id: UUID
    symbol: str
    seen: int
    """The mark's version as the device last saw it; 0 where it saw none."""
    marked_at: datetime
    """By the device's clock."""
    minutes_late: int | None = None
    time_in: time | None = None


@dataclass(frozen=True)
class _Found:
    """A mark that was not written, and what stands against it."""

    mark: DeviceMark
    kind: Conflict.Kind
    why: str = ""


@transaction.atomic
def receive_batch(batch: GivenBatch[DeviceMark], *, actor: Actor) -> DeviceBatch:
    """Write the marks of a device, each where the server still has the version that the device saw.

    The same value is no change; another one is left to somebody to decide, beside the server's. What was given in
    time but arrives after the register locked is written and flagged; what is older goes to the office. The same
    key again has no effect and gives the first answer.
    """
    actor.require(Permission.REGISTERS_TAKE)
    known, is_new = open_batch(DeviceBatch, batch, actor=actor)
    if is_new:
        _Receiver(known, [_corrected(mark, known) for mark in batch.marks], actor).receive()
    return known


def _corrected(mark: DeviceMark, batch: DeviceBatch) -> DeviceMark:
    """The mark with its times by our clock."""
    time_in = mark.time_in
    if time_in is not None:
        day = datetime.combine(batch.received_at.date(), time_in)
        time_in = (day - batch.ahead % timedelta(days=1)).time()
    return replace(mark, marked_at=by_our_clock(mark.marked_at, batch), time_in=time_in)


class _Receiver:
    """Takes one batch, register by register, and notes what became of each row."""

    def __init__(self, batch: DeviceBatch, marks: Sequence[DeviceMark], actor: Actor) -> None:
        self.batch = batch
        self.actor = actor
        self.marks = {(mark.register_id, mark.student_id): mark for mark in marks}  # the last one counts
        self.codes: CodeList = read_codes(actor)
        self.results: list[RowResult] = []
        self.found: list[_Found] = []

    def receive(self) -> None:
        ids = {register_id for register_id, _ in self.marks}
        rows = Register.objects.filter(registers_for(self.actor, Permission.REGISTERS_TAKE), pk__in=ids)
        registers = {row.pk: row for row in rows}
        kept = ids_kept_from_work(self.actor)
        unknown = [mark for mark in self.marks.values() if mark.student_id in kept]
        self._note(unknown, "refused", "not_on_register", _("This student is not on this register that day."))
        # In one order for all, so that two batches never wait for each other.
        in_order = sorted(
            (mark for mark in self.marks.values() if mark.student_id not in kept), key=lambda mark: mark.register_id
        )
        for register_id, group in groupby(in_order, key=lambda mark: mark.register_id):
            register, marks = registers.get(register_id), list(group)
            if register is None:
                self._note(marks, "refused", "not_found", _("There is no such register, or none that you take."))
            else:
                self._take(register, marks)
        self._keep_conflicts()
        self._record()

    def _take(self, register: Register, marks: list[DeviceMark]) -> None:
        in_time, too_late = self._by_time(register, marks)
        self.found += [_Found(mark, Conflict.Kind.LATE) for mark in too_late]
        saved, written = save_what_may_be(in_time, partial(self._save, register), self._refuse)
        if saved:
            self._sort(saved, written)

    def _by_time(self, register: Register, marks: list[DeviceMark]) -> tuple[list[DeviceMark], list[DeviceMark]]:
        """The marks that may be written, and those for which it is too late."""
        now = clock.now()
        if now < register.locks_at or self.actor.may(Permission.REGISTERS_AMEND):
            return marks, []
        rule = AttendanceRule.objects.filter(starts_on__lte=register.on).order_by("-starts_on").first()
        return split_by_time(
            [(mark, mark.marked_at) for mark in marks],
            self.batch,
            locks_at=register.locks_at,
            late_hours=rule.accept_late_hours if rule else 24,
        )

    def _save(self, register: Register, marks: list[DeviceMark]) -> Saved:
        return take_register(
            register.pk,
            marks=[self._given(mark, register) for mark in marks],
            reason=self._reason(register),
            given_in_time=True,  # what was not is not among them
            actor=self.actor,
        )

    def _given(self, mark: DeviceMark, register: Register) -> GivenMark:
        minutes = mark.minutes_late
        code = self.codes.by_symbol(mark.symbol)
        if minutes is None and mark.time_in is None and code is not None and code.needs_minutes:
            minutes = max(0, min(600, int((mark.marked_at - register.due_at).total_seconds() // 60)))
        return GivenMark(
            mark.student_id,
            mark.symbol,
            minutes_late=minutes,
            time_in=mark.time_in,
            seen=mark.seen,
            device_time=mark.marked_at,
        )

    def _reason(self, register: Register) -> str:
        late = clock.now() >= register.closes_at and self.actor.may(Permission.REGISTERS_AMEND)
        if not late and not self.batch.flags:
            return ""
        return self.batch.why_written()

    def _sort(self, saved: Saved, marks: list[DeviceMark]) -> None:
        differing: Mapping[UUID, RowConflict] = {row.student_id: row for row in saved.conflicts}
        planned = {row.student_id: row for row in saved.kept_planned}
        same = {m.student_id for m in marks} - differing.keys() - saved.versions.keys()
        there = Mark.objects.filter(register=saved.register, student__in=same) if same else Mark.objects.none()
        versions = dict(there.values_list("student", "version"))
        for mark in marks:
            if mark.student_id in planned:
                why = _("A planned absence holds this mark: %(symbol)s.") % {"symbol": planned[mark.student_id].symbol}
                self._refuse(mark, FieldError("", "kept_planned", why))
            elif mark.student_id in differing:
                self.found.append(_Found(mark, Conflict.Kind.CHANGED))
            elif mark.student_id in saved.versions:
                self._note([mark], "applied", version=saved.versions[mark.student_id])
            else:
                self._note([mark], "same", version=versions[mark.student_id])

    def _refuse(self, mark: DeviceMark, fault: FieldError) -> None:
        self.found.append(_Found(mark, Conflict.Kind.REFUSED, fault.message))
        self._note([mark], "refused", fault.code, fault.message)

    def _note(
        self, marks: Sequence[DeviceMark], result: str, code: str = "", message: str = "", version: int = 0
    ) -> None:
        self.results += [
            RowResult(str(m.register_id), str(m.student_id), result, code, message, version) for m in marks
        ]

    def _keep_conflicts(self) -> None:
        """Put what was not written before people: both values, who, when."""
        if not self.found:
            return
        registers, students = {f.mark.register_id for f in self.found}, {f.mark.student_id for f in self.found}
        on_server = read_marks(registers, students)
        newest = MarkChange.objects.filter(mark__in=on_server.values(), version=F("mark__version"))
        names = dict(newest.values_list("mark", "marked_by_name"))
        ours = set(Student.objects.filter(pk__in=students).values_list("pk", flat=True))
        conflicts: list[Conflict] = []
        for each in self.found:
            mark = on_server.get((each.mark.register_id, each.mark.student_id))
            if each.mark.student_id not in ours:
                continue  # refused already, and nobody to show
            if each.kind is Conflict.Kind.LATE and mark is not None and _says_the_same(mark, each.mark):
                self._note([each.mark], "same", version=mark.version)
                continue
            made = self._conflict(each, mark, names.get(mark.pk, "") if mark else "")
            conflicts.append(made)
            self._tell(each, made)
        Conflict.objects.bulk_create(conflicts)
        self.conflicts = [(made, on_server.get((made.register_id, made.student_id))) for made in conflicts]

    conflicts: Sequence[tuple[Conflict, Mark | None]] = ()

    def _conflict(self, found: _Found, mark: Mark | None, by: str) -> Conflict:
        return Conflict(
            batch=self.batch,
            register_id=found.mark.register_id,
            student_id=found.mark.student_id,
            kind=found.kind,
            why=found.why[:200],
            symbol=tidy(found.mark.symbol)[:4],
            minutes_late=found.mark.minutes_late,
            marked_by_name=self.actor.name,
            marked_at=found.mark.marked_at,
            server_symbol=mark.code.symbol if mark else "",
            server_minutes_late=mark.minutes_late if mark else None,
            server_by_name=by,
            server_at=mark.marked_at if mark else None,
            server_version=mark.version if mark else 0,
        )

    def _tell(self, found: _Found, made: Conflict) -> None:
        """The row's result, with the id of what is to be decided."""
        row = RowResult(str(made.register_id), str(made.student_id), "", version=made.server_version)
        if found.kind is Conflict.Kind.REFUSED:
            row = next(r for r in self.results if (r.register_id, r.line) == (row.register_id, row.line))
            self.results.remove(row)
        self.results.append(replace(row, result=RESULTS.get(found.kind, "refused"), conflict=str(made.pk)))

    def _record(self) -> None:
        self.batch.rows = [result.as_row("student") for result in self.results]
        self.batch.save(update_fields=["rows", "flags"])
        counts = {
            name: [None, sum(r.result == name for r in self.results)]
            for name in sorted({r.result for r in self.results})
        }
        facts = [
            ConflictFound(
                mark=mark.pk if mark else None,
                register=made.register_id,
                student=made.student_id,
                conflict=made.pk,
                kind=made.kind,
            )
            for made, mark in self.conflicts
        ]
        record("attendance.batch.receive", target=Target.of(self.batch), changes=counts, facts=facts, actor=self.actor)


def _says_the_same(mark: Mark, given: DeviceMark) -> bool:
    return (mark.code.symbol, mark.minutes_late) == (given.symbol, given.minutes_late)
