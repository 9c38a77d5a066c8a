"""What absences leave to be covered, and who might do it: plain functions over some days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.covering.days import Candidate, CoverDays, Held, Span
from lyceum.domains.timetable.models import Cover, StaffAbsence


@dataclass(frozen=True)
class Need:
    """A lesson, or one period of it, that an absence leaves."""

    held: Held
    part: int
    """0: the whole lesson."""
    absence: StaffAbsence
    cover: Cover | None = None
    """Who or what takes care of it."""

    @property
    def span(self) -> Span:
        """When it begins and ends."""
        return self.held.span(self.part)

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """The periods that it fills."""
        return (self.part,) if self.part else self.held.numbers

    @property
    def key(self) -> str:
        """Its name on a form."""
        return f"{self.held.lesson.pk}:{self.held.on}:{self.part}"


def list_needs(days: CoverDays, on: date) -> list[Need]:
    """What a day's absences leave, in its order. A lesson that somebody else takes as well is not left."""
    return [need for held in days.held.get(on, ()) for need in needs_of(days, held)]


def needs_of(days: CoverDays, held: Held) -> list[Need]:
    """What is left of one lesson: nothing, the whole, or some of its periods."""
    away = {number: _absence_of_all(days, held, number) for number in held.numbers}
    left = {number: absence for number, absence in away.items() if absence}
    covers = {cover.part: cover for cover in days.covers_of(held) if cover.kind != Cover.Kind.ROOM_CHANGE}
    if not left:
        return []
    if (len(left) == len(away) and not covers.keys() - {0}) or len(away) == 1:
        return [Need(held, 0, next(iter(left.values())), covers.get(0))]
    whole = covers.get(0)
    return [Need(held, number or 0, absence, covers.get(number or 0, whole)) for number, absence in left.items()]


def _absence_of_all(days: CoverDays, held: Held, number: int | None) -> StaffAbsence | None:
    """The absence because of which nobody takes a period; None where somebody does, or nobody ever did."""
    found = [days.find_absence(staff, held.on, [number]) for staff in sorted(held.takers)]
    return found[0] if found and all(found) else None


@dataclass(frozen=True)
class Proposal:
    """Somebody who might cover, and what speaks for and against it."""

    candidate: Candidate
    hindrance: str
    """Why not: `away`, `busy` or `limit`; nothing where they are free."""
    busy_in: Held | None
    works_then: bool
    same_subject: bool
    same_department: bool
    load: int
    """Lessons of that day, taught and covered."""

    @property
    def staff(self) -> Staff:
        """Who."""
        return self.candidate.staff

    @property
    def is_free(self) -> bool:
        """Whether nothing hinders."""
        return not self.hindrance

    @property
    def balance(self) -> int:
        """How much more they gave than they received."""
        return self.candidate.given - self.candidate.received


HINDRANCES = ("", "limit", "busy", "away")


def propose(days: CoverDays, held: Held, part: int = 0) -> list[Proposal]:
    """Everybody who might cover, the best first.

    Free before hindered, there before not there; then who teaches the subject, who is of its department, who gave
    least by what they received, who has least to do that day.
    """
    found = [_weigh(days, held, part, candidate) for candidate in days.candidates.values()]
    return sorted((each for each in found if each.staff.pk not in held.takers), key=_rank)


def _rank(proposal: Proposal) -> tuple[object, ...]:
    return (
        HINDRANCES.index(proposal.hindrance),
        not proposal.works_then,
        not proposal.same_subject,
        not proposal.same_department,
        proposal.balance,
        proposal.load,
        str(proposal.staff),
        proposal.staff.pk,
    )


def _weigh(days: CoverDays, held: Held, part: int, candidate: Candidate) -> Proposal:
    staff, on = candidate.staff.pk, held.on
    numbers = (part,) if part else held.numbers
    busy = days.find_busy(staff, on, held.span(part), besides=held)
    return Proposal(
        candidate,
        hindrance=_hindrance(days, candidate, on, numbers, busy),
        busy_in=busy,
        works_then=days.is_in(staff, on) and not _is_kept_free(days, candidate, on, numbers),
        same_subject=held.subject_id in candidate.subjects,
        same_department=_department(held) in candidate.departments,
        load=days.load(staff, on),
    )


def _hindrance(
    days: CoverDays, candidate: Candidate, on: date, numbers: Sequence[int | None], busy: Held | None
) -> str:
    if days.find_absence(candidate.staff.pk, on, numbers):
        return "away"
    if busy:
        return "busy"
    return "limit" if is_at_limit(candidate) else ""


def is_at_limit(candidate: Candidate) -> bool:
    """Whether somebody gave as many covers as may be asked of them in a year."""
    return candidate.limit is not None and candidate.given >= candidate.limit


def _is_kept_free(days: CoverDays, candidate: Candidate, on: date, numbers: Iterable[int | None]) -> bool:
    day = days.cycle_days.get(on, on.isoweekday())
    return any((day, number) in candidate.unavailable for number in numbers if number is not None)


def _department(held: Held) -> str:
    subject = held.lesson.subject or held.lesson.school_class.subject
    return (subject.department or "-") if subject else "-"


def plan_covers(days: CoverDays, needs: Iterable[Need]) -> dict[str, Proposal]:
    """The best for each that is still open, by its key: nobody twice at one time, and fair between them all."""
    planned: dict[str, Proposal] = {}
    for need in needs:
        if need.cover is not None:
            continue
        best = _best_for(need, days)
        if best is None or not best.is_free or not best.works_then:
            continue
        planned[need.key] = best
        days = assume(days, need, best.staff.pk)
    return planned


def _best_for(need: Need, days: CoverDays) -> Proposal | None:
    """Who takes the other classes of the same lesson already, else the best of all."""
    proposals = propose(days, need.held, need.part)
    with_it = [held for held in days.held.get(need.held.on, ()) if held.is_one_with(need.held)]
    same = {cover.teacher_id for held in with_it for cover in days.covers_of(held) if cover.part == need.part}
    return next((each for each in proposals if each.staff.pk in same), next(iter(proposals), None))


def assume(days: CoverDays, need: Need, staff_id: UUID) -> CoverDays:
    """The same days, had somebody taken that lesson already."""
    lesson = need.held.lesson
    cover = Cover(school_id=lesson.school_id, lesson=lesson, on=need.held.on, part=need.part, teacher_id=staff_id)
    candidate = days.candidates[staff_id]
    return replace(
        days,
        covers=[*days.covers, cover],
        candidates={**days.candidates, staff_id: replace(candidate, given=candidate.given + 1)},
    )
