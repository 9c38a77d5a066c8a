"""Where a lesson of a timetable could go: which starts are free, which cost something, which clash and with whom."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from lyceum.solver.problem import Problem
from lyceum.solver.rules import Grouped
from lyceum.solver.solution import Placement, Timetable
from lyceum.solver.terms.counting import pair_units, price, units
from lyceum.solver.terms.days import DAY_KINDS, masks_of, units_of_days
from lyceum.solver.terms.ground import (
    EDGES,
    NOWHERE,
    SLOTS,
    UNARY,
    Ground,
    NotCrowded,
    Starts,
    Term,
    take_apart,
    unary_units,
)
from lyceum.solver.terms.rooms import RoomChoice, room_choices, room_closed


class Verdict(StrEnum):
    FREE = "free"
    COSTS = "costs"
    """Breaks a lighter rule that holds now."""
    CLASHES = "clashes"


@dataclass(frozen=True)
class Clash:
    kind: str
    """teacher, students, room, lock, or the kind of a rule that must hold."""
    who: str
    """The teacher, the student set or the room; of a rule whom it is about."""
    activities: tuple[str, ...]
    """The lessons in the way."""
    ref: str = ""
    """Of the rule."""


@dataclass(frozen=True)
class Change:
    """What a rule costs more (or less, below 0) than now."""

    kind: str
    ref: str
    who: str
    cost: float


@dataclass(frozen=True)
class StartAnswer:
    start: int
    verdict: Verdict
    cost: float
    """More than now; below 0 where the timetable becomes better."""
    changes: tuple[Change, ...]
    clashes: tuple[Clash, ...]
    rooms: tuple[str, ...]
    """Free then, and right for the lesson; the one it has now comes first."""


@dataclass(frozen=True)
class Proposal:
    """Up to three moves that bring the lesson to a start where it clashes by itself."""

    moves: tuple[tuple[str, Placement], ...]
    """The lesson first."""
    cost: float


Units = Callable[[int], int]
"""Violations of a term when the lesson is at a start (or `NOWHERE`)."""


@dataclass(frozen=True)
class Board:
    """A problem made ready for many questions."""

    problem: Problem

    @cached_property
    def ground(self) -> Ground:
        return take_apart(self.problem)

    @cached_property
    def choices(self) -> tuple[RoomChoice, ...]:
        return room_choices(self.problem)

    @cached_property
    def closed_rooms(self) -> Mapping[str, frozenset[int]]:
        return room_closed(self.problem)

    def look(self, timetable: Timetable) -> "Look":
        names = [each.name for each in self.problem.activities]
        starts = [timetable[name].start if name in timetable else NOWHERE for name in names]
        return Look(self, starts, [timetable[name].room if name in timetable else None for name in names])


@dataclass
class Look:
    """One timetable on a board."""

    board: Board
    starts: Starts
    rooms: list[str | None]

    # ── Which starts ──────────────────────────────────────────────────────────────────────────────────────────

    def starts_for(self, name: str) -> tuple[StartAnswer, ...]:
        """Every start that the day is long enough for, in order. Compared with the timetable as it is."""
        ground = self.board.ground
        index = ground.index[name]
        counted = [(term, self._counting(term, index)) for term in ground.terms_of[index]]
        now = [count(self.starts[index]) for _, count in counted]
        hours, length = ground.hours, ground.durations[index]
        slots = (slot for slot in range(ground.problem.grid.size) if slot % hours + length <= hours)
        return tuple(self._answer(index, slot, counted, now) for slot in slots)

    def _answer(self, index: int, slot: int, counted: Sequence[tuple[Term, Units]], now: Sequence[int]) -> StartAnswer:
        clashes = [*self._people_in_the_way(index, slot)]
        changes = []
        for (term, count), before in zip(counted, now, strict=True):
            more = count(slot) - before
            if term.rule.is_hard:
                if more > 0:
                    clashes.append(self._rule_clash(term, index))
            elif more:
                cost = more * price(term)
                changes.append(Change(type(term.rule).__name__, term.rule.ref, _whom(term), cost))
        rooms, taken = self._rooms_at(index, slot)
        clashes += taken
        lock = self.board.ground.locked.get(index)
        if lock is not None and lock != slot:
            clashes.append(Clash("lock", "", (self._name(index),)))
        cost = sum(each.cost for each in changes)
        verdict = Verdict.CLASHES if clashes else Verdict.COSTS if cost > 0 else Verdict.FREE
        return StartAnswer(slot, verdict, cost, tuple(changes), tuple(clashes), rooms)

    def _name(self, index: int) -> str:
        return self.board.problem.activities[index].name

    def _meets(self, index: int, slot: int, other: int) -> bool:
        start, durations = self.starts[other], self.board.ground.durations
        return (
            other != index and start != NOWHERE and start < slot + durations[index] and slot < start + durations[other]
        )

    def _people_in_the_way(self, index: int, slot: int) -> Iterator[Clash]:
        for person in self.board.ground.people_of[index]:
            there = [other for other in person.members if self._meets(index, slot, other)]
            if there:
                yield Clash(person.who.kind, ", ".join(person.names), tuple(map(self._name, there)))

    def _rule_clash(self, term: Term, index: int) -> Clash:
        others = [other for other in term.activities if other != index] if term.person is None else []
        kind = type(term.rule).__name__
        return Clash(kind, _whom(term), tuple(map(self._name, others[:10])), term.rule.ref)

    def _rooms_at(self, index: int, slot: int) -> tuple[tuple[str, ...], list[Clash]]:
        choice, hours = self.board.choices[index], range(slot, slot + self.board.ground.durations[index])
        if not choice.rooms:
            return (), []
        taken: dict[str, list[str]] = {}
        for other, room in enumerate(self.rooms):
            if room is not None and self._meets(index, slot, other):
                taken.setdefault(room, []).append(self._name(other))
        usable = [name for name in choice.rooms if self.board.closed_rooms[name].isdisjoint(hours)]
        free = sorted((name for name in usable if name not in taken), key=lambda name: name != self.rooms[index])
        if free or not choice.needed:
            return tuple(free), []
        in_the_way = tuple(dict.fromkeys(lesson for name in usable for lesson in taken[name]))
        return (), [Clash("room", ", ".join(choice.rooms), in_the_way)]

    def _counting(self, term: Term, index: int) -> Units:
        """The units of a term as far as they depend on where the lesson is."""
        ground, starts = self.board.ground, self.starts
        if isinstance(term.rule, DAY_KINDS):
            return self._counting_days(term, index)
        if isinstance(term.rule, UNARY):
            return lambda slot: unary_units(ground, term, index, slot) if slot != NOWHERE else 0
        if isinstance(term.rule, (*EDGES, *SLOTS, NotCrowded, Grouped)):
            return self._counting_all(term, index)
        at = term.activities.index(index)
        others = [(position < at, other) for position, other in enumerate(term.activities) if position != at]
        placed = [(first, other) for first, other in others if starts[other] != NOWHERE]

        def count(slot: int) -> int:
            if slot == NOWHERE:
                return 0
            return sum(
                pair_units(ground, term.rule, other, starts[other], index, slot)
                if first
                else pair_units(ground, term.rule, index, slot, other, starts[other])
                for first, other in placed
            )

        return count

    def _counting_days(self, term: Term, index: int) -> Units:
        ground = self.board.ground
        others = [other for other in term.activities if other != index]
        masks = masks_of(ground, others, self.starts)
        bits = (1 << ground.durations[index]) - 1

        def count(slot: int) -> int:
            if slot == NOWHERE:
                return units_of_days(ground, term, masks)
            day, hour = divmod(slot, ground.hours)
            before = masks[day]
            masks[day] = before | bits << hour
            found = units_of_days(ground, term, masks)
            masks[day] = before
            return found

        return count

    def _counting_all(self, term: Term, index: int) -> Units:
        def count(slot: int) -> int:
            before, self.starts[index] = self.starts[index], slot
            found = units(self.board.ground, term, self.starts)
            self.starts[index] = before
            return found

        return count

    # ── Swaps and chains ──────────────────────────────────────────────────────────────────────────────────────

    def propose(self, name: str, start: int, *, most: int = 5) -> tuple[Proposal, ...]:
        """Ways to bring the lesson to the start by moving one other lesson, or two; the cheapest first."""
        index = self.board.ground.index[name]
        assert self._originals == self.starts
        found: list[Proposal] = []
        budget = [EFFORT]
        for moves in self._chains(index, start, 3, frozenset(), budget):
            if len({lesson for lesson, _ in moves}) == len(moves):
                proposal = self._priced(moves)
                if proposal:
                    found.append(proposal)
        found.sort(key=lambda each: (len(each.moves), each.cost))
        return tuple(dict.fromkeys(found))[:most]

    def _chains(
        self, index: int, slot: int, left: int, moved: frozenset[int], budget: list[int]
    ) -> Iterator[tuple[tuple[int, int], ...]]:
        """Moves that begin with this one; who is in the way goes where nobody is, or displaces one more."""
        if left == 0 or budget[0] <= 0:
            return
        budget[0] -= 1
        was = self.starts[index]
        people = [*self._people_in_the_way(index, slot)]
        displaced = {self.board.ground.index[lesson] for clash in people for lesson in clash.activities}
        if displaced & (moved | set(self.board.ground.locked)) or len(displaced) >= left:
            return
        self.starts[index] = slot
        try:
            if not displaced:
                yield ((index, slot),)
                return
            places = {other: self.starts[other] for other in displaced}
            for other in displaced:
                self.starts[other] = NOWHERE
            try:
                yield from self._displace(((index, slot),), tuple(sorted(displaced)), left - 1, moved | {index}, budget)
            finally:
                for other, place in places.items():
                    self.starts[other] = place
        finally:
            self.starts[index] = was

    def _displace(
        self,
        head: tuple[tuple[int, int], ...],
        displaced: tuple[int, ...],
        left: int,
        moved: frozenset[int],
        budget: list[int],
    ) -> Iterator[tuple[tuple[int, int], ...]]:
        if not displaced:
            yield head
            return
        first, rest = displaced[0], displaced[1:]
        for slot in self._open_starts(first, deep=left > len(displaced)):
            for chain in self._chains(first, slot, left - len(rest), moved, budget):
                before = {index: self.starts[index] for index, _ in chain}
                for index, place in chain:
                    self.starts[index] = place
                yield from self._displace(head + chain, rest, left - len(chain), moved | {first}, budget)
                self.starts[first] = NOWHERE
                for index, place in before.items():
                    self.starts[index] = place

    def _open_starts(self, index: int, *, deep: bool) -> list[int]:
        """Starts that nobody is in the way of; `deep`: and those after them that one lesson is in the way of."""
        free, one = [], []
        for slot in self.board.ground.starts[index]:
            there = {lesson for clash in self._people_in_the_way(index, slot) for lesson in clash.activities}
            if not there:
                free.append(slot)
            elif len(there) == 1:
                one.append(slot)
        return free + one[:DEEP] if deep else free

    def _priced(self, moves: tuple[tuple[int, int], ...]) -> Proposal | None:
        """With rooms and cost; None where a rule forbids it, or no room is left."""
        before = {index: (self.starts[index], self.rooms[index]) for index, _ in moves}
        ground = self.board.ground
        terms = tuple(dict.fromkeys(term for index, _ in moves for term in ground.terms_of[index]))
        originals = self._originals
        now = [units(ground, term, originals) for term in terms]
        try:
            for index, slot in moves:
                self.starts[index], self.rooms[index] = slot, None
            placed = []
            for index, slot in moves:
                self.rooms[index] = before[index][1]
                rooms, clashes = self._rooms_at(index, slot)
                if clashes:
                    return None
                self.rooms[index] = rooms[0] if rooms else None
                placed.append((self._name(index), Placement(slot, self.rooms[index])))
            cost = 0.0
            for term, old in zip(terms, now, strict=True):
                more = units(ground, term, self.starts) - old
                if more > 0 and term.rule.is_hard:
                    return None
                cost += more * price(term) if not term.rule.is_hard else 0
            return Proposal(tuple(placed), cost)
        finally:
            for index, (start, room) in before.items():
                self.starts[index], self.rooms[index] = start, room

    @cached_property
    def _originals(self) -> Starts:
        return list(self.starts)


EFFORT = 1_500
"""Single moves looked at for proposals, so that an answer takes no longer in a larger school."""

DEEP = 6
"""Starts looked at of a lesson that would displace one more."""


def _whom(term: Term) -> str:
    return ", ".join(term.person.names) if term.person else ""
