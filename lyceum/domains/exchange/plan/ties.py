"""Guardians of students, and teachers of classes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.exchange.plan.classes import Room
from lyceum.domains.exchange.plan.outline import Outline
from lyceum.domains.exchange.plan.people import Ready
from lyceum.domains.exchange.plan.present import Known
from lyceum.domains.exchange.plan.rows import PlannedRow, Step, batches, failed, is_wrong, skipped, wrong
from lyceum.domains.exchange.readers.records import Seat, Source, Tie
from lyceum.domains.people.models import GuardianLink

TEACHING_ROLES = {"teacher": "co_teacher", "aide": "assistant", "administrator": "assistant"}


class TiePlan:
    """Plans which adults belong to which students. A link that was ended here stays ended."""

    def __init__(self, source: Source, known: Known, ready: Ready) -> None:
        self._source = source
        self._known = known
        self._ready = ready

    def rows(self) -> Iterator[PlannedRow]:
        """One row for each pair of the files."""
        for ties in batches(self._each_once()):
            yield from self._rows(ties)

    def _each_once(self) -> Iterator[Tie]:
        """The pairs, of which either side may name the other, or both."""
        seen: set[str] = set()
        for tie in self._source.ties():
            if tie.id not in seen:
                seen.add(tie.id)
                yield tie

    def _rows(self, ties: Sequence[Tie]) -> Iterator[PlannedRow]:
        students = self._known.own_ids("student", {tie.student for tie in ties})
        adults = self._known.own_persons({tie.adult for tie in ties})
        links: dict[tuple[UUID, UUID], list[GuardianLink]] = {}
        for link in GuardianLink.objects.filter(student__in=students.values(), guardian__in=adults.values()):
            links.setdefault((link.student_id, link.guardian_id), []).append(link)
        for tie in ties:
            student, adult = students.get(tie.student), adults.get(tie.adult)
            known = links.get((student, adult), []) if student and adult else []
            yield self._row(tie, known)

    def _row(self, tie: Tie, known: list[GuardianLink]) -> PlannedRow:
        if tie.student not in self._ready.students:
            if tie.student in self._ready.wrong:
                return failed(
                    Step.GUARDIAN,
                    tie,
                    wrong(
                        "",
                        "row_wrong",
                        _("The row of the student %(student)s is wrong. Correct it first.") % {"student": tie.student},
                    ),
                )
            return skipped(Step.GUARDIAN, tie, _("The student is not one of this school."))
        if tie.ended:
            return skipped(Step.GUARDIAN, tie, _("It is to be taken out; guardians are ended by hand."))
        if tie.adult not in self._ready.adults and tie.adult not in self._ready.staff:
            return failed(
                Step.GUARDIAN,
                tie,
                wrong(
                    "",
                    "person_unknown",
                    _("There is no person %(adult)s in the files. Add the person, or take the row out.")
                    % {"adult": tie.adult},
                ),
            )
        current = next((link for link in known if link.ends_on is None), None)
        if current:
            return skipped(Step.GUARDIAN, tie, _("Nothing changes."), code="unchanged", target=current.pk)
        if known:
            return skipped(
                Step.GUARDIAN,
                tie,
                _("This guardian was ended here on %(ends_on)s, and stays so.") % {"ends_on": known[0].ends_on},
                target=known[0].pk,
            )
        values = {"student": tie.student, "adult": tie.adult, "relationship": tie.relationship[:60]}
        return PlannedRow(Step.GUARDIAN, tie.place, tie.id, "create", values=values)


@dataclass(frozen=True)
class Basis:
    """What has been planned before anybody is put into a class."""

    source: Source
    known: Known
    outline: Outline
    rooms: dict[str, Room]
    ready: Ready
    today: date


class TeacherPlan:
    """Plans who teaches which class."""

    def __init__(self, basis: Basis) -> None:
        self._source, self._known, self._outline = basis.source, basis.known, basis.outline
        self._rooms, self._ready, self._today = basis.rooms, basis.ready, basis.today

    def rows(self) -> Iterator[PlannedRow]:
        """One row for each class and member of staff."""
        seen: dict[str, int] = {}
        teaching = (seat for seat in self._source.seats() if seat.role in TEACHING_ROLES)
        for seats in batches(teaching):
            yield from self._rows(seats, seen)

    def _rows(self, seats: Sequence[Seat], seen: dict[str, int]) -> Iterator[PlannedRow]:
        classes = self._known.own_ids("class", {seat.group for seat in seats})
        staff = self._known.own_ids("staff", {seat.human for seat in seats})
        present: dict[tuple[UUID, UUID], list[ClassTeacher]] = {}
        leads: dict[UUID, UUID] = {}
        for row in ClassTeacher.objects.filter(school_class__in=classes.values()):
            present.setdefault((row.school_class_id, row.staff_id), []).append(row)
            if row.role == "lead" and (row.ends_on is None or row.ends_on >= self._today):
                leads[row.school_class_id] = row.staff_id
        foreign = self._known.foreign_ids("staff", set(leads.values()))
        for seat in seats:
            refusal = self._refusal(seat, seen)
            if refusal:
                yield refusal
                continue
            own, member = classes.get(seat.group), staff.get(seat.human)
            known = present.get((own, member), []) if own and member else []
            running = [
                t for t in known if t.ends_on is None or t.ends_on >= min(self._today, self._rooms[seat.group].ends)
            ]
            if seat.ended:
                yield self._end(seat, running)
            elif running:
                yield skipped(Step.TEACHER, seat, _("Nothing changes."), code="unchanged", target=running[0].pk)
            else:
                yield self._make(seat, self._lead_stays(seat, leads.get(own) if own else None, foreign))

    def _refusal(self, seat: Seat, seen: dict[str, int]) -> PlannedRow | None:
        if not self._outline.groups.get(seat.group) and seat.group in self._outline.groups:
            return skipped(Step.TEACHER, seat, _("The class belongs to another school of the file."))
        if seat.id in seen:
            return failed(
                Step.TEACHER,
                seat,
                wrong("", "id_twice", _("Line %(line)s says the same. Keep one of the two.") % {"line": seen[seat.id]}),
            )
        seen[seat.id] = seat.place.line
        if is_wrong(seat):
            return failed(Step.TEACHER, seat)
        if seat.group not in self._rooms:
            if seat.ended:
                return skipped(Step.TEACHER_END, seat, _("The class is taken out."))
            return failed(Step.TEACHER, seat, class_trouble(self._outline, seat))
        if seat.human in self._ready.staff or seat.ended:
            return None
        if seat.human in self._ready.wrong:
            return failed(
                Step.TEACHER,
                seat,
                wrong("", "row_wrong", _("The row of %(human)s is wrong. Correct it first.") % {"human": seat.human}),
            )
        if seat.human in self._outline.elsewhere or seat.human in self._outline.staff:
            return skipped(Step.TEACHER, seat, _("This person has no part in this school."))
        return failed(
            Step.TEACHER,
            seat,
            wrong(
                "",
                "person_unknown",
                _("There is no member of staff %(human)s in this school. Add a role, or take the row out.")
                % {"human": seat.human},
            ),
        )

    def _lead_stays(self, seat: Seat, lead: UUID | None, foreign: dict[UUID, str]) -> bool:
        """Whether the class has a lead now who goes on: one whom the file names, or one given by hand."""
        if lead is None:
            return False
        known_as = foreign.get(lead)
        return known_as is None or known_as == self._outline.leads.get(seat.group) or not self._source.holds_everything

    def _make(self, seat: Seat, has_lead: bool) -> PlannedRow:
        room = self._rooms[seat.group]
        role = TEACHING_ROLES[seat.role]
        if seat.role == "teacher" and self._outline.leads.get(seat.group) == seat.human and not has_lead:
            role = "lead"
        starts = seat.starts or (room.starts if room.is_new or room.ends < self._today else self._today)
        starts = min(max(starts, room.starts), room.ends)
        values: dict[str, Any] = {"class": seat.group, "staff": seat.human, "role": role, "starts_on": str(starts)}
        if seat.ends and starts <= seat.ends < room.ends:
            values["ends_on"] = str(seat.ends)
        return PlannedRow(Step.TEACHER, seat.place, seat.id, "create", values=values, troubles=seat.troubles)

    def _end(self, seat: Seat, running: list[ClassTeacher]) -> PlannedRow:
        if not running:
            return skipped(Step.TEACHER_END, seat, _("It is to be taken out, and is not there."))
        last = str(seat.ends or self._today)
        return PlannedRow(
            Step.TEACHER_END, seat.place, seat.id, "end", running[0].pk, {"ends_on": last}, {"ends_on": None}
        )


def class_trouble(outline: Outline, seat: Seat) -> Any:
    """Why a row's class cannot be had."""
    if seat.group in outline.groups:
        return wrong(
            "", "row_wrong", _("The row of the class %(group)s is wrong. Correct it first.") % {"group": seat.group}
        )
    return wrong(
        "",
        "class_unknown",
        _("There is no class %(group)s in the files. Add it, or take the row out.") % {"group": seat.group},
    )
