"""Rooms for lessons whose times are known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from ortools.sat.python import cp_model

from lyceum.solver import rules
from lyceum.solver.cpsat.demands import MUST, SCALE
from lyceum.solver.cpsat.totals import Literal, Total
from lyceum.solver.terms.counting import follows
from lyceum.solver.terms.ground import NOWHERE, Ground, Starts, lessons_named, people_meant
from lyceum.solver.terms.rooms import RoomChoice, room_choices, room_closed

MOVED = 20 * MUST
"""What another room than before costs in a repair: more than every wish."""


@dataclass(frozen=True)
class RoomsFound:
    rooms: Mapping[int, str]
    without: tuple[int, ...]
    """Lessons that need a room and have none."""
    cost: float
    is_proven: bool
    """No other choice costs less, or leaves fewer lessons without."""


class _Rooms:
    def __init__(self, ground: Ground, starts: Starts) -> None:
        self.ground, self.starts = ground, starts
        self.model = cp_model.CpModel()
        self.choices = room_choices(ground.problem)
        self.objective = Total()
        self.literals: dict[int, dict[str, Literal]] = {}
        self.without: dict[int, Literal] = {}
        self.building = {room.name: room.building for room in ground.problem.rooms}
        closed, dear = room_closed(ground.problem), _dear_hours(ground)
        for index, choice in enumerate(self.choices):
            if starts[index] != NOWHERE and (choice.rooms or choice.needed):
                self._choose(index, choice, closed, dear)
        self._hold_rooms()

    def _hours(self, index: int) -> range:
        return range(self.starts[index], self.starts[index] + self.ground.durations[index])

    def _choose(
        self,
        index: int,
        choice: RoomChoice,
        closed: Mapping[str, frozenset[int]],
        dear: Mapping[str, Mapping[int, float]],
    ) -> None:
        hours = self._hours(index)
        names = [name for name in choice.rooms if closed[name].isdisjoint(hours)]
        self.literals[index] = {name: self.model.new_bool_var("") for name in names}
        self.without[index] = self.model.new_bool_var("")
        self.model.add_exactly_one([*self.literals[index].values(), self.without[index]])
        costly = round(choice.cost_without * SCALE)
        self.objective.add_literal(self.without[index], 100 * MUST if choice.needed else costly)
        for name, literal in self.literals[index].items():
            cost = (choice.costs or {}).get(name, 0.0) + sum(dear.get(name, {}).get(slot, 0.0) for slot in hours)
            if cost:
                self.objective.add_literal(literal, round(cost * SCALE))

    def _hold_rooms(self) -> None:
        inside: dict[tuple[str, int], list[Literal]] = {}
        for index, names in self.literals.items():
            for name, literal in names.items():
                for slot in self._hours(index):
                    inside.setdefault((name, slot), []).append(literal)
        for literals in {tuple(map(id, each)): each for each in inside.values()}.values():
            if len(literals) > 1:
                self.model.add_at_most_one(literals)

    # ── Rules about the rooms of several lessons ──────────────────────────────────────────────────────────────

    def hold_rules(self) -> None:
        for rule in self.ground.problem.rules:
            if isinstance(rule, rules.MaxRoomChangesDaily | rules.MaxRoomChangesWeekly):
                for person in people_meant(self.ground, rule.who):
                    self._hold_changes(rule, person.members, person.copies)
            elif isinstance(rule, rules.MinGapsBetweenBuildings):
                for person in people_meant(self.ground, rule.who):
                    for one, other in self._days(person.members):
                        self._hold_walk(rule, one, other)
            elif isinstance(rule, rules.MaxDifferentRooms):
                self._hold_different(rule)
            elif isinstance(rule, rules.SameRoomIfConsecutive):
                self._hold_same(rule)

    def _days(self, members: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Lessons with rooms that follow each other within a day."""
        placed = sorted((index for index in members if index in self.literals), key=lambda index: self.starts[index])
        hours = self.ground.hours
        return (pair for pair in pairwise(placed) if self.starts[pair[0]] // hours == self.starts[pair[1]] // hours)

    def _groups(self, index: int, by_building: bool) -> dict[str, list[Literal]]:
        found: dict[str, list[Literal]] = {}
        for name, literal in self.literals[index].items():
            found.setdefault(self.building[name] if by_building else name, []).append(literal)
        return found

    def _differ(self, one: int, other: int, by_building: bool) -> Literal:
        """True where the two are not in the same room or building."""
        apart = self.model.new_bool_var("")
        here, there = self._groups(one, by_building), self._groups(other, by_building)
        for name, literals in here.items():
            self.model.add(sum(literals) - sum(there.get(name, [])) - self.without[other] <= apart)
        return apart

    def _hold(self, rule: rules.Rule, total: Total, bound: int, copies: int = 1) -> None:
        if not total.literals or total.most <= bound:
            return
        if rule.is_hard:
            broken, cost = self.model.new_int_var(0, total.most - bound, ""), 10 * MUST
        else:
            broken, cost = self.model.new_int_var(0, total.most - bound, ""), round(rule.weight / 100 * copies * SCALE)
        self.model.add(total.expression() - broken <= bound)
        self.objective.add_literal(broken, cost)

    def _hold_changes(
        self, rule: rules.MaxRoomChangesDaily | rules.MaxRoomChangesWeekly, members: Sequence[int], copies: int
    ) -> None:
        days: dict[int, Total] = {}
        weekly = isinstance(rule, rules.MaxRoomChangesWeekly)
        for one, other in self._days(members):
            day = 0 if weekly else self.starts[one] // self.ground.hours
            days.setdefault(day, Total()).add_literal(self._differ(one, other, rule.buildings))
        for total in days.values():
            self._hold(rule, total, rule.changes, copies)

    def _hold_walk(self, rule: rules.MinGapsBetweenBuildings, one: int, other: int) -> None:
        if self.starts[other] - self.starts[one] - self.ground.durations[one] < rule.gaps:
            self._hold(rule, Total([self._differ(one, other, True)], [1]), 0)

    def _hold_different(self, rule: rules.MaxDifferentRooms) -> None:
        used: dict[str, Literal] = {}
        for index in lessons_named(self.ground, rule.activities):
            for name, literal in self.literals.get(index, {}).items():
                if name not in used:
                    used[name] = self.model.new_bool_var("")
                self.model.add_implication(literal, used[name])
        self._hold(rule, Total(list(used.values()), [1] * len(used)), rule.rooms)

    def _hold_same(self, rule: rules.SameRoomIfConsecutive) -> None:
        lessons = [index for index in lessons_named(self.ground, rule.activities) if index in self.literals]
        for one, other in combinations(sorted(lessons, key=lambda index: self.starts[index]), 2):
            if follows(self.ground, one, self.starts[one], self.starts[other]):
                self._hold(rule, Total([self._differ(one, other, False)], [1]), 0)

    def keep(self, before: Mapping[int, str]) -> None:
        for index, name in before.items():
            if name in self.literals.get(index, {}):
                literal = self.literals[index][name]
                self.objective.add_literal(literal, -MOVED)
                self.objective.constant += MOVED
                self.model.add_hint(literal, True)


def _dear_hours(ground: Ground) -> Mapping[str, Mapping[int, float]]:
    """What an hour in a room costs, by room and slot."""
    found: dict[str, dict[int, float]] = {}
    for rule in ground.problem.rules:
        if isinstance(rule, rules.RoomNotAvailable) and not rule.is_hard:
            costs = found.setdefault(rule.room, {})
            for slot in rule.slots:
                costs[slot] = costs.get(slot, 0.0) + rule.weight / 100
    return found


def assign_rooms(
    ground: Ground,
    starts: Starts,
    *,
    before: Mapping[int, str] | None = None,
    seconds: float = 5.0,
    seed: int = 0,
    workers: int = 1,
) -> RoomsFound:
    """Rooms for all placed lessons, with the fewest left without, then the fewest changed from `before`."""
    rooms = _Rooms(ground, starts)
    if not rooms.literals:
        return RoomsFound({}, (), 0.0, True)
    rooms.hold_rules()
    rooms.keep(before or {})
    if rooms.objective.literals:
        rooms.model.minimize(rooms.objective.expression())
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.random_seed = max(0.01, seconds), seed
    solver.parameters.num_workers = workers
    status = solver.solve(rooms.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return RoomsFound({}, tuple(index for index in rooms.literals if rooms.choices[index].needed), 0.0, False)
    found = {
        index: name
        for index, names in rooms.literals.items()
        for name, literal in names.items()
        if solver.boolean_value(literal)
    }
    without = tuple(index for index in rooms.literals if index not in found and rooms.choices[index].needed)
    value = round(solver.objective_value) + rooms.objective.constant if rooms.objective.literals else 0
    return RoomsFound(found, without, value % MUST / SCALE, status == cp_model.OPTIMAL)
