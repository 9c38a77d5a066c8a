"""What two lessons do to each other, and which lessons always start together."""

from collections.abc import Iterator
from itertools import combinations

from lyceum.solver.encoding.encoded import Pair, PairKind
from lyceum.solver.encoding.people import People
from lyceum.solver.problem import Problem
from lyceum.solver.rules import (
    Consecutive,
    EndsStudentsDay,
    Grouped,
    MaxDaysBetween,
    MinDaysBetween,
    MinGapsBetween,
    NotOverlapping,
    Ordered,
    OrderedIfSameDay,
    Rule,
    SameDay,
    SameHour,
    SameStart,
    StartsStudentsDay,
)


def find_units(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """Lessons joined by hard rules of the same start, in the order of the problem."""
    index = {each.name: at for at, each in enumerate(problem.activities)}
    leader = list(range(len(problem.activities)))

    def find(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    for rule in problem.rules:
        if isinstance(rule, SameStart) and rule.is_hard:
            block = [find(index[name]) for name in rule.activities if name in index]
            for at in block:
                leader[find(at)] = min(block)
    units: dict[int, list[int]] = {}
    for at in range(len(leader)):
        units.setdefault(find(at), []).append(at)
    return tuple(tuple(unit) for unit in units.values())


def build_pairs(problem: Problem, people: People) -> tuple[Pair, ...]:
    index = {each.name: at for at, each in enumerate(problem.activities)}
    found: list[Pair] = []
    for rule in problem.rules:
        for kind, one, other, amount, weight in _pairs_of(rule, problem, people, index):
            if one != other and weight > 0:
                found.append(Pair(kind, one, other, amount, weight, rule))
    return tuple(found)


Found = Iterator[tuple[PairKind, int, int, int, float]]


def _pairs_of(rule: Rule, problem: Problem, people: People, index: dict[str, int]) -> Found:
    kinds = PairKind
    match rule:
        case MinDaysBetween():
            for one, other in _each_two(rule.activities, index):
                yield kinds.MIN_DAYS, one, other, rule.days, rule.weight
                if rule.consecutive_if_same_day and not (rule.is_hard and rule.days > 0):
                    yield kinds.ADJACENT_IF_SAME_DAY, one, other, 0, 100.0
        case MaxDaysBetween():
            for one, other in _each_two(rule.activities, index):
                yield kinds.MAX_DAYS, one, other, rule.days, rule.weight
        case Grouped() if len(rule.activities) == 2:
            for one, other in _each_two(rule.activities, index):
                yield kinds.ADJACENT, one, other, 0, rule.weight
        case OrderedIfSameDay() if rule.first in index and rule.second in index:
            yield kinds.ORDERED_IF_SAME_DAY, index[rule.first], index[rule.second], 0, rule.weight
        case MinGapsBetween():
            for one, other in _each_two(rule.activities, index):
                yield kinds.MIN_GAPS, one, other, rule.gaps, rule.weight
        case NotOverlapping() if not rule.is_hard:
            for one, other in _each_two(rule.activities, index):
                yield kinds.NOT_OVERLAPPING, one, other, 0, rule.weight
        case SameStart() if not rule.is_hard:
            for one, other in _each_two(rule.activities, index):
                yield kinds.SAME_START, one, other, 0, rule.weight
        case SameDay():
            for one, other in _each_two(rule.activities, index):
                yield kinds.SAME_DAY, one, other, 0, rule.weight
        case SameHour():
            for one, other in _each_two(rule.activities, index):
                yield kinds.SAME_HOUR, one, other, 0, rule.weight
        case Consecutive() | Ordered() if rule.first in index and rule.second in index:
            kind = kinds.CONSECUTIVE if isinstance(rule, Consecutive) else kinds.ORDERED
            yield kind, index[rule.first], index[rule.second], 0, rule.weight
        case EndsStudentsDay():
            for one, other in _with_companions(rule.activities, problem, people, index):
                yield kinds.NOT_AFTER, one, other, 0, rule.weight
        case StartsStudentsDay():
            for one, other in _with_companions(rule.activities, problem, people, index):
                yield kinds.NOT_AFTER, other, one, 0, rule.weight


def _each_two(names: tuple[str, ...], index: dict[str, int]) -> Iterator[tuple[int, int]]:
    yield from combinations([index[name] for name in dict.fromkeys(names) if name in index], 2)


def _with_companions(
    names: tuple[str, ...], problem: Problem, people: People, index: dict[str, int]
) -> Iterator[tuple[int, int]]:
    """Each of the lessons with each other lesson of its students."""
    for name in names:
        if name in index:
            leaves = people.leaves_of(problem.activities[index[name]].students)
            companions = sorted({at for leaf in leaves for at in people.by_leaf.get(leaf, ())} - {index[name]})
            for other in companions:
                yield index[name], other
