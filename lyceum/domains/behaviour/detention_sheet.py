"""The register of a slot as it lies on the desk: who is to serve, what is known of their day, what was marked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.domains.behaviour.models import Detention, DetentionMark, DetentionSlot, StudentDay
from lyceum.domains.people.policies import kept_from_work

ON_SHEET = ("scheduled", "completed", "missed", "escalated")


@dataclass(frozen=True)
class SlotRow:
    """One student of a slot."""

    detention: Detention
    name: str
    mark: DetentionMark | None
    expected: str
    """The mark that follows from what is known of the student's day; empty where they are thought to come."""

    @property
    def version(self) -> int:
        """Of the mark; 0 for none."""
        return self.mark.version if self.mark else 0


def read_slot_sheet(slot: DetentionSlot, *, actor: Actor) -> list[SlotRow]:
    """The rows of a slot in name order: who is to serve there, and who was marked there. Three statements.

    Whoever a restriction keeps from a student has no row of that student.
    """
    return read_slot_sheets([slot], actor=actor)[slot.pk]


def read_slot_sheets(slots: Sequence[DetentionSlot], *, actor: Actor) -> dict[UUID, list[SlotRow]]:
    """The rows of several slots, as `read_slot_sheet` has them; as many statements as for one."""
    sheets: dict[UUID, list[SlotRow]] = {slot.pk: [] for slot in slots}
    rows = Detention.objects.filter(Q(state__in=ON_SHEET) | Q(marks__isnull=False), slot__in=list(sheets))
    rows = rows.exclude(state="cancelled", marks__isnull=True).exclude(student__in=kept_from_work(actor))
    found = list(rows.select_related("student__person", "type", "slot").order_by("student__person__sort_name", "pk"))
    marks = {mark.detention_id: mark for mark in DetentionMark.objects.filter(detention__in=[r.pk for r in found])}
    expected = _expected([row.student_id for row in found], {slot.on for slot in slots})
    for row in found:
        mark = marks.get(row.pk)
        if mark:
            mark.detention = row
        awaited = "" if mark or row.slot is None else expected.get((row.student_id, row.slot.on), "")
        sheets[row.slot_id].append(SlotRow(row, row.student.person.called, mark, awaited))  # type: ignore[index]  # it has one
    return sheets


def _expected(students: Collection[UUID], on: Collection[date]) -> Mapping[tuple[UUID, date], str]:
    days = StudentDay.objects.filter(student__in=students, on__in=on, off_site=True)
    return {
        (student, day): "absent_authorised" if authorised else "absent_unexcused"
        for student, day, authorised in days.values_list("student_id", "on", "authorised")
    }
