"""Students in classes, from when to when."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.exchange.plan.classes import Room
from lyceum.domains.exchange.plan.present import find_own_ids
from lyceum.domains.exchange.plan.rows import PlannedRow, Step, batches, failed, is_wrong, skipped, wrong
from lyceum.domains.exchange.plan.ties import Basis, class_trouble
from lyceum.domains.exchange.readers.records import Seat

Pair = tuple[UUID, UUID]


class MemberPlan:
    """Plans memberships of classes."""

    def __init__(self, basis: Basis) -> None:
        self._source, self._known, self._outline = basis.source, basis.known, basis.outline
        self._rooms, self._ready, self._today = basis.rooms, basis.ready, basis.today
        self._seen: dict[str, int] = {}
        self._forms: dict[str, int] = {}

    def rows(self) -> Iterator[PlannedRow]:
        """One row for each class and student."""
        for seats in batches(seat for seat in self._source.seats() if seat.role == "student"):
            fine = []
            for seat in seats:
                refusal = self._refusal(seat)
                if refusal:
                    yield refusal
                else:
                    fine.append(seat)
            yield from self._rows(fine)

    def _refusal(self, seat: Seat) -> PlannedRow | None:
        if not self._outline.groups.get(seat.group) and seat.group in self._outline.groups:
            return skipped(Step.MEMBER, seat, _("The class belongs to another school of the file."))
        if seat.id in self._seen:
            return failed(
                Step.MEMBER,
                seat,
                wrong(
                    "",
                    "id_twice",
                    _("Line %(line)s says the same. Keep one of the two.") % {"line": self._seen[seat.id]},
                ),
            )
        self._seen[seat.id] = seat.place.line
        if is_wrong(seat):
            return failed(Step.MEMBER, seat)
        if seat.group not in self._rooms:
            if seat.ended:
                return skipped(Step.MEMBER_END, seat, _("The class is taken out."))
            return failed(Step.MEMBER, seat, class_trouble(self._outline, seat))
        return None if seat.ended else self._student_refusal(seat)

    def _student_refusal(self, seat: Seat) -> PlannedRow | None:
        if seat.human in self._ready.students:
            return self._second_form(seat) if self._rooms[seat.group].is_form else None
        if seat.human in self._ready.wrong:
            return failed(
                Step.MEMBER,
                seat,
                wrong(
                    "",
                    "row_wrong",
                    _("The row of the student %(human)s is wrong. Correct it first.") % {"human": seat.human},
                ),
            )
        if seat.human in self._outline.students:
            return skipped(Step.MEMBER, seat, _("The student is not on roll."))
        if seat.human in self._outline.elsewhere:
            return skipped(Step.MEMBER, seat, _("The student belongs to another school of the file."))
        return failed(
            Step.MEMBER,
            seat,
            wrong(
                "",
                "student_unknown",
                _("There is no student %(human)s in this school. Add the student, or take the row out.")
                % {"human": seat.human},
            ),
        )

    def _second_form(self, seat: Seat) -> PlannedRow | None:
        line = self._forms.setdefault(seat.human, seat.place.line)
        if line == seat.place.line:
            return None
        return failed(
            Step.MEMBER,
            seat,
            wrong(
                "",
                "two_forms",
                _("Line %(line)s puts the student into another form. Keep one of the two.") % {"line": line},
            ),
        )

    def _rows(self, seats: Sequence[Seat]) -> Iterator[PlannedRow]:
        classes = self._known.own_ids("class", {seat.group for seat in seats})
        students = self._known.own_ids("student", {seat.human for seat in seats})
        present: dict[Pair, list[ClassMembership]] = {}
        forms: dict[UUID, list[ClassMembership]] = {}
        rows = ClassMembership.objects.filter(student__in=students.values()) if students else ()
        for row in rows:
            if row.is_form:
                forms.setdefault(row.student_id, []).append(row)
            present.setdefault((row.school_class_id, row.student_id), []).append(row)
        known = find_own_ids(self._source.system, "member", [seat.id for seat in seats]) if present else {}
        for seat in seats:
            own, student = classes.get(seat.group), students.get(seat.human)
            mine = present.get((own, student), []) if own and student else []
            room = self._rooms[seat.group]
            running = [m for m in mine if m.ends_on is None or m.ends_on >= min(self._today, room.ends)]
            if seat.ended:
                yield self._end(seat, running)
            elif running:
                yield replace(self._present(seat, running[-1], room), is_link=known.get(seat.id) != running[-1].pk)
            else:
                others = (
                    [f for f in forms.get(student, []) if f.school_class_id != own] if student and room.is_form else []
                )
                yield from self._make(seat, room, is_new_student=student is None, others=others)

    def _present(self, seat: Seat, membership: ClassMembership, room: Room) -> PlannedRow:
        if (
            seat.ends
            and seat.ends < room.ends
            and membership.ends_on in (None, room.ends)
            and seat.ends >= membership.starts_on
        ):
            return PlannedRow(
                Step.MEMBER_END, seat.place, seat.id, "end", membership.pk,
                {"ends_on": str(seat.ends)}, {"ends_on": None},
            )  # fmt: skip
        return skipped(Step.MEMBER, seat, _("Nothing changes."), code="unchanged", target=membership.pk)

    def _make(
        self, seat: Seat, room: Room, *, is_new_student: bool, others: list[ClassMembership]
    ) -> Iterator[PlannedRow]:
        first_day, last_day = self._ready.students[seat.human]
        usual = room.starts if room.is_new or is_new_student or room.ends < self._today else self._today
        starts = max(seat.starts or usual, room.starts, first_day)
        running = [m for m in others if m.ends_on is None or m.ends_on >= starts]
        if running and room.starts < self._today <= room.ends:
            starts = max(starts, self._today)
        for form in running:
            yield self._end_other_form(seat, form, starts)
        ends = min((d for d in (seat.ends, last_day) if d and d < room.ends), default=None)
        if starts > room.ends or (ends and ends < starts):
            yield skipped(
                Step.MEMBER, seat, _("It is over before it begins: the student or the class has no such days.")
            )
            return
        values: dict[str, Any] = {"class": seat.group, "student": seat.human, "starts_on": str(starts)}
        values |= {"ends_on": str(ends)} if ends else {}
        yield PlannedRow(Step.MEMBER, seat.place, seat.id, "create", values=values, troubles=seat.troubles)

    def _end_other_form(self, seat: Seat, form: ClassMembership, starts: date) -> PlannedRow:
        last = starts - timedelta(days=1)
        return PlannedRow(
            Step.MEMBER_END, seat.place, f"{seat.id}|form", "end", form.pk, {"ends_on": str(last)}, {"ends_on": None}
        )

    def _end(self, seat: Seat, running: list[ClassMembership]) -> PlannedRow:
        if not running:
            return skipped(Step.MEMBER_END, seat, _("It is to be taken out, and is not there."))
        last = seat.ends or self._today - timedelta(days=1)
        return PlannedRow(
            Step.MEMBER_END, seat.place, seat.id, "end", running[-1].pk, {"ends_on": str(last)}, {"ends_on": None}
        )
