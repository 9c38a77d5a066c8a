"""The literals of a model: where each lesson starts, and what follows from it for the days of a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ortools.sat.python import cp_model

from lyceum.solver.cpsat.totals import Literal, Total, constant, sum_of
from lyceum.solver.terms.ground import Ground

Members = tuple[int, ...]


class Places:
    """One literal for each lesson and start. A lesson with a fixed place has none, its place is a constant."""

    def __init__(
        self,
        ground: Ground,
        domains: Sequence[Sequence[int]],
        *,
        fixed: Mapping[int, int],
        settled: Collection[int],
        may_be_unplaced: Collection[int] = (),
    ) -> None:
        self.ground = ground
        self.model = cp_model.CpModel()
        self.fixed = fixed
        self.settled = frozenset(settled)
        """Lessons that stay where they are, or leave: what they do to each other is known to be right."""
        self.unplaced: dict[int, Literal] = {}
        self.starts: dict[int, dict[int, Literal]] = {}
        self._busy: dict[tuple[Members, int], Total] = {}
        self._used: dict[tuple[Members, int, int], Total] = {}
        self._began: dict[tuple[Members, int], Total] = {}
        self._ended: dict[tuple[Members, int], Total] = {}
        for index, domain in enumerate(domains):
            if index not in fixed:
                self._place(index, domain, index in may_be_unplaced)

    def _place(self, index: int, domain: Sequence[int], may_be_unplaced: bool) -> None:
        here = {slot: self.model.new_bool_var(f"x{index}.{slot}") for slot in domain}
        self.starts[index] = here
        if may_be_unplaced:
            self.unplaced[index] = self.model.new_bool_var(f"u{index}")
            self.model.add_exactly_one([*here.values(), self.unplaced[index]])
        elif here:
            self.model.add_exactly_one(list(here.values()))
        else:
            self.contradict()

    def contradict(self) -> None:
        """Nothing satisfies the model any more."""
        self.model.add_bool_or([])

    # ── What holds of one lesson ──────────────────────────────────────────────────────────────────────────────

    def starting(self, index: int, slots: Iterable[int]) -> Total:
        """1 where the lesson starts in one of the slots."""
        if index in self.fixed:
            return constant(int(self.fixed[index] in slots))
        total = Total()
        here = self.starts[index]
        for slot in slots:
            if slot in here:
                total.add_literal(here[slot])
        return total

    def covering(self, index: int, slot: int) -> Total:
        """1 where the lesson goes on in the slot."""
        first = max(slot - self.ground.durations[index] + 1, slot - slot % self.ground.hours)
        return self.starting(index, range(first, slot + 1))

    def on_day(self, index: int, day: int) -> Total:
        hours = self.ground.hours
        return self.starting(index, range(day * hours, (day + 1) * hours))

    # ── What holds of somebody with these lessons ─────────────────────────────────────────────────────────────

    def busy(self, members: Members, slot: int) -> Total:
        """How many of the lessons go on in the slot: at most one, where they may not meet."""
        key = members, slot
        if key not in self._busy:
            self._busy[key] = sum_of(self.covering(index, slot) for index in members)
        return self._busy[key]

    def hours_between(self, members: Members, first: int, last: int) -> Total:
        """Hours of the lessons in the slots `first` … `last`."""
        return sum_of(self.busy(members, slot) for slot in range(first, last + 1))

    def used(self, members: Members, first: int, last: int) -> Total:
        """1 where any of the lessons goes on in the slots `first` … `last`."""
        key = members, first, last
        if key not in self._used:
            self._used[key] = self.any_of([self.busy(members, slot) for slot in range(first, last + 1)], alone=True)
        return self._used[key]

    def used_day(self, members: Members, day: int) -> Total:
        return self.used(members, day * self.ground.hours, (day + 1) * self.ground.hours - 1)

    def began(self, members: Members, slot: int) -> Total:
        """1 where the day's first lesson has begun by the end of the slot."""
        return self._reach(self._began, members, slot, -1)

    def ends_later(self, members: Members, slot: int) -> Total:
        """1 where a lesson goes on in the slot or later in the day."""
        return self._reach(self._ended, members, slot, 1)

    def _reach(self, known: dict[tuple[Members, int], Total], members: Members, slot: int, step: int) -> Total:
        key = members, slot
        if key not in known:
            here, edge = self.busy(members, slot), 0 if step < 0 else self.ground.hours - 1
            if slot % self.ground.hours == edge:
                known[key] = here if here.most <= 1 and len(here.literals) <= 1 else self.any_of([here], alone=True)
            else:
                known[key] = self.any_of([here, self._reach(known, members, slot + step, step)], alone=True)
        return known[key]

    def any_of(self, totals: Sequence[Total], *, alone: bool = False) -> Total:
        """1 where any of the totals is above 0: a new literal, unless that is known.

        `alone`: no two literals of one total hold together. Said so, it is tighter in the relaxation than one by one.
        """
        if any(total.constant > 0 and total.least > 0 for total in totals):
            return constant(1)
        left = [total for total in totals if total.literals]
        if not left:
            return constant(0)
        if len(left) == 1 and len(left[0].literals) == 1:
            return left[0]
        result = self.model.new_bool_var("")
        literals = [literal for total in left for literal in total.literals]
        for total in left:
            if alone and len({literal.index for literal in total.literals}) == len(total.literals):
                self.model.add_at_most_one([*total.literals, result.negated()])
                continue
            for literal in total.literals:
                self.model.add_implication(literal, result)
        self.model.add_bool_or([*literals, result.negated()])
        return Total([result], [1])
