"""The days and teaching periods of a cycle as a grid."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from lyceum.domains.academics.cycles import Bell, YearCycle
from lyceum.domains.academics.models import Period


@dataclass(frozen=True)
class PlanGrid:
    """Days of the cycle, from 1, and the numbers of the periods in which there are lessons on any of them."""

    cycle: YearCycle
    hours: tuple[int, ...]

    @cached_property
    def days(self) -> int:
        """How many days the cycle has."""
        return len(self.cycle.names)

    @cached_property
    def open_slots(self) -> frozenset[int]:
        """The slots in which there is a teaching period."""
        return frozenset(
            slot
            for day in range(1, self.days + 1)
            for bell in self.cycle.teaching(day)
            for slot in self._slot(day, bell)
        )

    def _slot(self, day: int, bell: Bell) -> Iterator[int]:
        yield self.slot(day, bell.number)

    def slot(self, day: int, period: int) -> int:
        """The engine's slot of a day and period. Raises ValueError where there is none."""
        return (day - 1) * len(self.hours) + self.hours.index(period)

    def find_slot(self, day: int | None, period: int | None) -> int | None:
        """The slot, or None where the grid has none."""
        if day is None or period not in self.hours or not 1 <= day <= self.days:
            return None
        return self.slot(day, period)

    def place(self, slot: int) -> tuple[int, int]:
        """Day and period of a slot."""
        return slot // len(self.hours) + 1, self.hours[slot % len(self.hours)]

    def bell(self, day: int, period: int) -> Bell | None:
        """The bell of a period on a day."""
        return next((bell for bell in self.cycle.bells.get(day, ()) if bell.number == period), None)

    def periods(self, day: int, period: int, length: int) -> tuple[int, ...]:
        """The numbers of the periods that a lesson takes; fewer than its length where the day is over before."""
        there = [bell.number for bell in self.cycle.teaching(day) if bell.number >= period]
        return tuple(there[:length]) if period in there else ()

    @cached_property
    def unbroken(self) -> dict[int, int]:
        """By slot: how many periods follow each other from there on without a break between, itself included."""
        found: dict[int, int] = {}
        for day in range(1, self.days + 1):
            run = 0
            for bell in reversed(self.cycle.bells.get(day, ())):
                if bell.kind == Period.Kind.TEACHING:
                    run += 1
                    found[self.slot(day, bell.number)] = run
                else:
                    run = 0
        return found

    @cached_property
    def half(self) -> int | None:
        """The first hour of the afternoon: the first after lunch on the first day that has one."""
        for bells in self.cycle.bells.values():
            lunch = next((bell for bell in bells if bell.kind == Period.Kind.LUNCH), None)
            after = [bell.number for bell in bells if lunch and bell.starts_at >= lunch.ends_at]
            after = [number for number in after if number in self.hours]
            if after:
                return self.hours.index(after[0])
        return None

    def hour_words(self, hour: int) -> tuple[str, str]:
        """A period's name and times, as the first day that has it rings them."""
        for day in range(1, self.days + 1):
            bell = self.bell(day, hour)
            if bell:
                return bell.name, f"{bell.starts_at:%H:%M}–{bell.ends_at:%H:%M}"
        return str(hour), ""

    def is_after_break(self, hour: int) -> bool:
        """Whether something else than a lesson comes before it, on the first day that has both."""
        for bells in self.cycle.bells.values():
            for before, bell in pairwise(bells):
                if bell.number == hour:
                    return before.kind != Period.Kind.TEACHING
        return False

    def words(self, day: int, period: int) -> str:
        """A place in words: "Monday, 3"."""
        bell = self.bell(day, period)
        name = self.cycle.names[day - 1] if 1 <= day <= self.days else str(day)
        return f"{name}, {bell.name if bell else period}"


def grid_of(cycle: YearCycle) -> PlanGrid:
    """The grid of a year's cycle."""
    numbers = {bell.number for day in range(1, len(cycle.names) + 1) for bell in cycle.teaching(day)}
    return PlanGrid(cycle, tuple(sorted(numbers)))
