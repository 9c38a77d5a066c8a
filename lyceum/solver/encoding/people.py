"""Who meets whom: student sets taken apart into those whom no lesson separates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lyceum.solver.problem import Problem
from lyceum.solver.rules import Who


@dataclass(frozen=True)
class People:
    problem: Problem

    @cached_property
    def leaves(self) -> Mapping[str, frozenset[str]]:
        """By student set: the sets without parts that it consists of."""
        found: dict[str, frozenset[str]] = {}

        def visit(name: str, above: frozenset[str]) -> frozenset[str]:
            if name in found:
                return found[name]
            one = self.problem.student_set.get(name)
            parts = [part for part in one.parts if part not in above] if one else []
            leaves = frozenset({name}) if not parts else frozenset().union(*(visit(p, above | {name}) for p in parts))
            found[name] = leaves
            return leaves

        for each in self.problem.students:
            visit(each.name, frozenset({each.name}))
        return found

    def leaves_of(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(self.leaves.get(name, frozenset({name})) for name in names))

    @cached_property
    def by_teacher(self) -> Mapping[str, tuple[int, ...]]:
        """By teacher: the indices of the lessons."""
        found: dict[str, list[int]] = {each.name: [] for each in self.problem.teachers}
        for index, activity in enumerate(self.problem.activities):
            for name in dict.fromkeys(activity.teachers):
                found.setdefault(name, []).append(index)
        return {name: tuple(lessons) for name, lessons in found.items()}

    @cached_property
    def by_leaf(self) -> Mapping[str, tuple[int, ...]]:
        """By student set without parts: the indices of the lessons."""
        found: dict[str, list[int]] = {}
        for index, activity in enumerate(self.problem.activities):
            for name in sorted(self.leaves_of(activity.students)):
                found.setdefault(name, []).append(index)
        return {name: tuple(lessons) for name, lessons in found.items()}

    def named(self, who: Who) -> tuple[tuple[str, str], ...]:
        """The smallest people a rule is about, as (kind, name)."""
        if who.kind == "teacher":
            names = tuple(self.by_teacher) if who.name is None else (who.name,)
        elif who.name is None:
            names = tuple(self.by_leaf)
        else:
            names = tuple(sorted(self.leaves_of([who.name])))
        return tuple((who.kind, name) for name in names)

    def lessons_of(self, who: Who) -> frozenset[int]:
        found: set[int] = set()
        for kind, name in self.named(who):
            found.update((self.by_teacher if kind == "teacher" else self.by_leaf).get(name, ()))
        return frozenset(found)
