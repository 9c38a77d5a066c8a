"""The statutory mark of a session, from everything that is known of it.

Nothing here reads or writes: what is decided depends on what is there, never on the order in which it was saved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Protocol, TypeVar
from uuid import UUID

from lyceum.domains.attendance.halves import half_of
from lyceum.domains.attendance.known import ClosureOf, Known, PatternOf, PlanOf, RegisterOf, Rule, Said, Standing, Times
from lyceum.domains.attendance.meanings import RANK, Meaning
from lyceum.domains.attendance.minutes import Timed, count_minutes

REPLACED_BY_CLOSURE = frozenset({Meaning.PRESENT, Meaning.LATE, Meaning.UNEXPLAINED, Meaning.UNAUTHORISED})


@dataclass(frozen=True)
class Day:
    """A day as the school keeps it."""

    on: date
    is_kept: bool
    zone: tzinfo
    codes: Sequence[Said]
    """Those in use, in the order in which they are offered."""
    cases: Mapping[str, Said]
    """What a session is coded as in which a student is not expected, by case."""

    def at(self, local: time) -> datetime:
        """The instant of a local time of this day."""
        return datetime.combine(self.on, local, tzinfo=self.zone)

    def in_session(self, said: Said, session: str) -> Said:
        """The same in a session: the afternoon's present for the morning's, which a lesson is marked with."""
        wanted = "PM" if session == "PM" else "AM"
        if said.only_in in ("", wanted):
            return said
        return self.first(said.meaning, session) or said

    def first(self, meaning: str, session: str) -> Said | None:
        """The first code of a meaning that fits a session."""
        wanted = "PM" if session == "PM" else "AM"
        return next((c for c in self.codes if c.meaning == meaning and c.only_in in ("", wanted)), None)


@dataclass(frozen=True)
class Span:
    """A session of somebody's day, as instants."""

    session: str
    starts_at: datetime
    closes_at: datetime
    has_times: bool = True
    """Whether it is a session of the school's day; another one was marked, or the office spoke of it."""


@dataclass(frozen=True)
class Held:
    """A register that has to do with somebody, and what it says of them; nothing where it was not taken."""

    register: RegisterOf
    said: Said | None
    minutes_late: int | None = None

    @property
    def rank(self) -> tuple[int, datetime, str]:
        """The better the smaller; the same for the same, whatever was saved first."""
        place = RANK[self.said.meaning] if self.said else len(RANK)
        return place, self.register.starts_at, str(self.register.id)


def pick_times(rows: Iterable[Times], grade: UUID | None) -> list[Times]:
    """The times that hold for a grade, from rows oldest first: a later one replaces an earlier, its own the general.

    Those of the day alone come before any other.
    """
    levels: tuple[dict[str, Times], ...] = ({}, {}, {}, {})
    for row in rows:
        if not row.grades or grade in row.grades:
            levels[2 * row.is_exception + bool(row.grades)][row.session] = row
    general, own, of_day, own_of_day = levels
    return sorted((general | own | of_day | own_of_day).values(), key=lambda row: row.starts_at)


def decide_day(known: Known, day: Day, students: Iterable[UUID]) -> list[Standing]:
    """What each session of the students' day is; sessions that are not taken are left out."""
    decider = _Decider(known, day)
    return [standing for student in students for standing in decider.decide(student)]


class _HasStudent(Protocol):
    @property
    def student(self) -> UUID: ...


T = TypeVar("T", bound=_HasStudent)


def _by_student(rows: Iterable[T]) -> dict[UUID, list[T]]:
    found: dict[UUID, list[T]] = {}
    for row in rows:
        found.setdefault(row.student, []).append(row)
    return found


class _Decider:
    """Decides one day, student by student."""

    def __init__(self, known: Known, day: Day) -> None:
        self.day = day
        self.rule = known.rule or Rule()
        self.times = known.times
        self.grades = dict(known.grades)
        self.enrolled = frozenset(known.enrolled)
        self.closures = known.closures
        self.overrides = {(row.student, row.session): row for row in known.overrides}
        self.plans: dict[UUID, list[PlanOf]] = _by_student(known.plans)
        self.patterns: dict[UUID, list[PatternOf]] = _by_student(known.patterns)
        self.held = _held(known)
        self._replaced: dict[tuple[UUID, str], bool | None] = {}

    def decide(self, student: UUID) -> list[Standing]:
        """The student's sessions: override, plan, the school's method, not expected here; closures last."""
        held = self.held.get(student, ())
        spans = self._spans(student, held)
        by_method = self._by_method(student, spans, held)
        found = (self._session(student, span, by_method.get(span.session)) for span in spans)
        return [standing for standing in found if standing]

    def _spans(self, student: UUID, held: Sequence[Held]) -> list[Span]:
        grade = self.grades.get(student)
        spans = {
            row.session: Span(row.session, self.day.at(row.starts_at), self.day.at(row.closes_at))
            for row in pick_times(self.times, grade)
        }
        for each in held:  # a register that was taken when the times were others
            session = each.register.session if self.rule.method == "daily" else ""
            if session and each.said and session not in spans:
                spans[session] = Span(session, each.register.starts_at, each.register.starts_at, has_times=False)
        for whose, session in self.overrides:
            if whose == student and session not in spans:
                spans[session] = Span(session, self.day.at(time(0)), self.day.at(time(0)), has_times=False)
        return sorted(spans.values(), key=lambda span: (span.starts_at, span.session))

    def _session(self, student: UUID, span: Span, by_method: Standing | None) -> Standing | None:
        override = self.overrides.get((student, span.session))
        if override:
            return self._standing(student, span, override.said, "override", by=override.by)
        here = self.day.is_kept and student in self.enrolled
        decided, said = by_method, None
        plan = self._plan(student, span) if here else None
        if plan:
            said = plan.said
            decided = self._standing(student, span, said, "plan")
        elif decided:
            said = Said(decided.symbol, decided.meaning, replaced=self._replaced.get((student, span.session)))
        elif here:
            said = self._not_expected(student, span)
            decided = self._standing(student, span, said, "pattern") if said else None
        closure = self._closure(student, span) if here else None
        if closure and (said is None or _gives_way(said)):
            return self._standing(student, span, closure.said, "closure")
        return decided

    def _standing(self, student: UUID, span: Span, said: Said, origin: str, *, by: UUID | None = None) -> Standing:
        said = self.day.in_session(said, span.session)
        return Standing(
            student=student,
            session=span.session,
            symbol=said.symbol,
            meaning=said.meaning,
            method=self.rule.method,
            origin=origin,
            by=by,
        )

    def _plan(self, student: UUID, span: Span) -> PlanOf | None:
        half = half_of(span.session)
        return next((p for p in self.plans.get(student, ()) if p.first_half <= half <= p.last_half), None)

    def _not_expected(self, student: UUID, span: Span) -> Said | None:
        wanted = f"{self.day.on.isoweekday()}{span.session}"
        case = next((p.case for p in self.patterns.get(student, ()) if wanted in p.sessions), "")
        return self.day.cases.get(case)

    def _closure(self, student: UUID, span: Span) -> ClosureOf | None:
        grade = self.grades.get(student)
        return next(
            (
                c
                for c in self.closures
                if (not c.sessions or span.session in c.sessions) and (not c.grades or grade in c.grades)
            ),
            None,
        )

    def _by_method(self, student: UUID, spans: Sequence[Span], held: Sequence[Held]) -> dict[str, Standing]:
        if self.rule.method != "daily":
            spans = [span for span in spans if span.has_times]
        if self.rule.method == "minutes":
            return self._by_minutes(student, spans, held)
        found = {}
        for n, span in enumerate(spans):
            after = spans[n + 1].starts_at if n + 1 < len(spans) else None
            chosen = self._choose(span, n == 0, after, held)
            if chosen and chosen.said:
                found[span.session] = self._of(student, span, chosen.said, chosen)
        return found

    def _choose(self, span: Span, is_first: bool, after: datetime | None, held: Sequence[Held]) -> Held | None:
        """The register that the method goes by."""
        if self.rule.method == "best_in_window":
            inside = (
                h
                for h in held
                if h.said
                and h.register.kind == "lesson"
                and h.register.starts_at < span.closes_at
                and h.register.ends_at > span.starts_at
            )
            return min(inside, key=lambda h: h.rank, default=None)
        if self.rule.method == "first_lesson":
            lessons = (
                h
                for h in held
                if h.register.kind == "lesson"
                and (is_first or h.register.starts_at >= span.starts_at)
                and (after is None or h.register.starts_at < after)
            )
            return min(lessons, key=lambda h: (h.register.starts_at, h.rank), default=None)
        daily = (h for h in held if h.said and h.register.session == span.session)
        return min(daily, key=lambda h: (not h.register.is_form, h.rank), default=None)

    def _of(self, student: UUID, span: Span, said: Said, held: Held | None, *, half: bool = False) -> Standing:
        self._replaced[student, span.session] = said.replaced
        said = self.day.in_session(said, span.session)
        return Standing(
            student=student,
            session=span.session,
            symbol=said.symbol,
            meaning=said.meaning,
            register=held.register.id if held else None,
            method=self.rule.method,
            minutes_late=held.minutes_late if held else None,
            half=half,
        )

    def _by_minutes(self, student: UUID, spans: Sequence[Span], held: Sequence[Held]) -> dict[str, Standing]:
        lessons = [
            Timed(
                int((h.register.ends_at - h.register.starts_at).total_seconds() // 60),
                _session_at(h.register.starts_at, spans),
                h.said,
            )
            for h in held
            if h.register.kind == "lesson"
        ]
        counted = count_minutes(lessons, [span.session for span in spans], self.rule)
        found = {}
        for span in spans:
            result = counted.get(span.session)
            said = result and (result.said or self.day.first(Meaning.PRESENT, span.session))
            if result and said:
                found[span.session] = self._of(student, span, said, None, half=result.half)
        return found


def _held(known: Known) -> dict[UUID, list[Held]]:
    """The registers that have to do with each student: those that were to be held, and those with a mark."""
    registers = {row.id: row for row in known.registers}
    found: dict[UUID, dict[UUID, Held]] = {}
    for student, register in known.lessons:
        if register in registers:
            found.setdefault(student, {})[register] = Held(registers[register], None)
    for mark in known.marks:
        if mark.register in registers:
            held = Held(registers[mark.register], mark.said, mark.minutes_late)
            found.setdefault(mark.student, {})[mark.register] = held
    return {student: list(rows.values()) for student, rows in found.items()}


def _session_at(instant: datetime, spans: Sequence[Span]) -> str:
    """The session a lesson lies in: the last that began before it."""
    begun = [span.session for span in spans if span.starts_at <= instant]
    return begun[-1] if begun else spans[0].session if spans else ""


def _gives_way(said: Said) -> bool:
    """Whether an exceptional closure takes the place of a mark."""
    return said.meaning in REPLACED_BY_CLOSURE if said.replaced is None else said.replaced
