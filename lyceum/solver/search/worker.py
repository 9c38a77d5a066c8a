"""One search: its memory, and what a caller in Python does with it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lyceum.solver.encoding import Encoded
from lyceum.solver.search import layout, searching
from lyceum.solver.search.layout import NONE, SCALE, Table
from lyceum.solver.search.memory import Built, build
from lyceum.solver.solution import Placement, Timetable


@dataclass(frozen=True)
class Settings:
    """How a search looks for places."""

    depth: int = 14
    """Longest chain."""
    tries: int = 2_000
    """Placings one chain may try."""
    spread: int = layout.ENDLESS
    """Starts that displace more than the best by this are not tried."""
    tenure: int = 20
    """Steps that a unit put by force does not return to where it was put."""


class Search:
    """Not to be shared between threads, but for `stop`."""

    def __init__(self, encoded: Encoded, *, built: Built | None = None) -> None:
        self.built = built or build(encoded)
        self.encoded = encoded
        self.memory: npt.NDArray[np.int64] = self.built.memory.copy()
        self._units = self._rows(Table.UNIT, layout.UNITS, layout.UNIT_WIDTH)
        self._lessons = self._rows(Table.LESSON, layout.LESSONS, layout.LESSON_WIDTH)
        self._allowed = self._rows(Table.START_OK, layout.UNITS, encoded.size)
        self.contradicting: tuple[int, ...] = ()
        """Units with one start only that others with one start only do not leave room for."""
        self._fix()
        self._beginning = self.memory.copy()

    def _rows(self, table: Table, count: int, width: int) -> npt.NDArray[np.int64]:
        first = int(self.memory[table])
        return self.memory[first : first + int(self.memory[count]) * width].reshape(-1, width)

    def _fix(self) -> None:
        """What can be in one place only is put there for good; what can be nowhere stays out."""
        self.memory[layout.RANDOM] = 1
        contradicting = []
        starts = self._allowed.sum(axis=1)
        for unit in sorted(np.flatnonzero(starts <= 1).tolist(), key=self._room_to_choose):
            if starts[unit] == 1 and not searching.place_at(self.memory, unit, int(self._allowed[unit].argmax())):
                contradicting.append(unit)
            self._units[unit, layout.FIXED] = 1
        self.contradicting = tuple(contradicting)

    def _room_to_choose(self, unit: int) -> int:
        """Those that can be in one room only come first: others would take it from them for good."""
        return min(len(self.encoded.choices[lesson].rooms) or 1_000 for lesson in self.encoded.units[unit])

    def begin(self, seed: int, hints: Timetable | None = None) -> None:
        """From nothing but what is fixed, and the hints as far as they hold to the rules."""
        self.memory[:] = self._beginning
        self.memory[layout.RANDOM] = (seed * 2_654_435_761 + 88_172_645_463_325_252) & ((1 << 62) - 1)
        for unit, start in enumerate(self._starts_in(hints or {})):
            if start >= 0 and not self._units[unit, layout.FIXED]:
                searching.place_at(self.memory, unit, start)

    def begin_from(self, seed: int, timetable: Timetable) -> None:
        """From a timetable, whole or in part, that holds to all that must hold: as it is."""
        self.begin(seed)
        self.load(timetable)

    def _starts_in(self, timetable: Timetable) -> list[int]:
        names = [each.name for each in self.encoded.problem.activities]
        firsts = [timetable.get(names[unit[0]]) for unit in self.encoded.units]
        return [NONE if each is None else each.start for each in firsts]

    def place(self, steps: int, settings: Settings) -> bool:
        """True: everything is placed that is not fixed outside."""
        return bool(
            searching.place_all(self.memory, steps, settings.depth, settings.tries, settings.spread, settings.tenure, 0)
        )

    def improve(self, steps: int, *, depth: int = 6, tries: int = 40, heat: float = 0.0) -> int:
        return int(searching.improve(self.memory, steps, depth, tries, layout.ENDLESS, round(heat * SCALE)))

    def load(self, timetable: Timetable) -> None:
        """Take over a timetable that holds to all that must hold. What is fixed and not in it stays where it is."""
        rooms = {room.name: at for at, room in enumerate(self.encoded.problem.rooms)}
        for unit, start in enumerate(self._starts_in(timetable)):
            row = self._units[unit]
            stays = row[layout.FIXED] and start != row[layout.START]
            row[layout.BEST_START] = row[layout.START] if stays else start if self._is_whole(unit, timetable) else NONE
            for at in self.encoded.units[unit]:
                placed = None if stays else timetable.get(self.encoded.problem.activities[at].name)
                room = NONE if placed is None or placed.room is None else rooms.get(placed.room, NONE)
                self._lessons[at, layout.BEST_ROOM] = self._lessons[at, layout.ROOM] if stays else room
        searching.return_to_best(self.memory)

    def _is_whole(self, unit: int, timetable: Timetable) -> bool:
        """Whether all lessons of a unit are placed, at a start that it may have."""
        placed = [timetable.get(self.encoded.problem.activities[at].name) for at in self.encoded.units[unit]]
        starts = {NONE if each is None else each.start for each in placed}
        return len(starts) == 1 and NONE not in starts and bool(self._allowed[unit, starts.pop()])

    def return_to_best(self) -> None:
        searching.return_to_best(self.memory)

    def stop(self) -> None:
        self.memory[layout.STOP] = 1

    @property
    def ticks(self) -> int:
        return int(self.memory[layout.TICK])

    @property
    def placed(self) -> int:
        """Units of the best so far."""
        return int(self.memory[layout.BEST_PLACED])

    @property
    def cost(self) -> float:
        """Of the best so far."""
        return (int(self.memory[layout.BEST_COST]) + self.built.constant_cost) / SCALE

    def timetable(self) -> Timetable:
        """The best so far."""
        activities, rooms = self.encoded.problem.activities, self.encoded.problem.rooms
        found = {}
        for lesson, activity in enumerate(activities):
            start = int(self._units[self._lessons[lesson, layout.OWNER], layout.BEST_START])
            room = int(self._lessons[lesson, layout.BEST_ROOM])
            if start >= 0:
                found[activity.name] = Placement(start, rooms[room].name if room >= 0 else None)
        return found
