"""`fet-cl` beside us: as the referee of our timetables, and as the yardstick that makes its own.

It is a program of its own, not part of this one; where it is not installed, `find_fet()` answers None.
"""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lyceum.solver.fet.elements import parse
from lyceum.solver.fet.writer import write
from lyceum.solver.problem import Problem
from lyceum.solver.rules import HomeRooms, NeedsFeatures, PreferredRooms, Who
from lyceum.solver.solution import Placement, Timetable

GRACE = 2.0
"""Seconds after its time limit within which it should have ended: sure of no way out, it does not look at the clock."""

A_LOOK = 0.2
"""Seconds between two looks whether anybody still waits."""

TABLES = ("dayshorizontal", "daysvertical", "timehorizontal", "timevertical", "statistics")
"""Pages that nobody will look at."""

BROKEN = re.compile(
    r"^(?P<words>.*?),? (?:this )?increases (?:the )?conflicts total by (?P<cost>[0-9.,]+)", re.MULTILINE
)
TOTAL = re.compile(r"Total soft conflicts: ([0-9.,]+)")


@dataclass(frozen=True)
class Run:
    """What one run of FET came to."""

    complete: bool
    timetable: Timetable
    cost: float | None
    """Total of its soft conflicts; None where it did not finish."""
    broken: tuple[tuple[str, float], ...]
    """Its own words on each soft conflict, and what it costs."""
    seconds: float
    said: str

    @property
    def unable(self) -> bool:
        """FET does not even begin: the problem has what it holds to be wrong or impossible in itself."""
        return not self.complete and ("aborting" in self.said or "Assertion" in self.said)


def find_fet() -> str | None:
    return shutil.which("fet-cl")


def judge(problem: Problem, timetable: Timetable, *, seconds: int = 20) -> Run:
    """Every lesson locked to its time and room: `complete` says that FET accepts them all, `cost` what it counts.

    But for rooms that a lesson has by a home room: a lock would take the place of that wish, so FET chooses itself.
    """
    written = write(problem, _without_home_rooms(problem, timetable), locked=True)
    return run_fet(written.source, problem, numbers=written.numbers, seconds=seconds)


def _without_home_rooms(problem: Problem, timetable: Timetable) -> Timetable:
    homes = {rule.who for rule in problem.rules if isinstance(rule, HomeRooms)}
    wished = {
        name for rule in problem.rules if isinstance(rule, PreferredRooms | NeedsFeatures) for name in rule.activities
    }
    found = dict(timetable)
    for activity in problem.activities:
        may_be = {Who("students", each) for each in activity.students} | {Who("students")}
        may_be |= {Who("teacher", each) for each in activity.teachers} | {Who("teacher")}
        if activity.name in found and activity.name not in wished and may_be & homes:
            found[activity.name] = replace(found[activity.name], room=None)
    return found


def run_fet(
    source: bytes,
    problem: Problem,
    *,
    numbers: Mapping[str, int],
    seconds: int,
    seed: int | None = None,
    is_awaited: Callable[[], bool] | None = None,
) -> Run:
    """FET on a file. `numbers` are those of the file's lessons (`Written.numbers`). It ends when nobody waits."""
    program = find_fet()
    if program is None:
        raise FileNotFoundError("fet-cl is not installed here.")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "school.fet").write_bytes(source)
        began = time.monotonic()
        said = _said([program, *_options(place, seconds=seconds, seed=seed)], seconds + GRACE, is_awaited)
        took = time.monotonic() - began
        complete = "Simulation successful" in said
        soft = _first(place, "*_soft_conflicts.txt") if complete else ""
        cost = TOTAL.search(soft)
        return Run(
            complete=complete,
            timetable=_timetable(_first(place, "*_activities.xml"), problem, numbers) if complete else {},
            cost=float(cost[1].replace(",", "")) if cost else None,
            broken=tuple((each["words"], float(each["cost"].replace(",", ""))) for each in BROKEN.finditer(soft)),
            seconds=took,
            said=said,
        )


def _options(place: Path, *, seconds: int, seed: int | None) -> list[str]:
    options = [f"--inputfile={place / 'school.fet'}", f"--outputdir={place / 'out'}", f"--timelimitseconds={seconds}"]
    options += ["--htmllevel=0", "--language=en_US", *(f"--writetimetables{each}=false" for each in TABLES)]
    if seed is not None:
        options += [f"--randomseeds{part}={seed + 1}" for part in (10, 11, 12, 20, 21, 22)]
    return options


def _said(command: list[str], seconds: float, is_awaited: Callable[[], bool] | None = None) -> str:
    until = time.monotonic() + seconds
    with subprocess.Popen(  # noqa: S603 - a program found by its name, with paths of our own
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
    ) as process:
        while True:
            try:
                said, _ = process.communicate(timeout=A_LOOK)
            except subprocess.TimeoutExpired:
                if time.monotonic() < until and (is_awaited is None or is_awaited()):
                    continue
                process.kill()
                return "Ended by us before it had ended."
            return said.decode(errors="replace")


def _first(place: Path, pattern: str) -> str:
    found = next(iter(sorted(place.rglob(pattern))), None)
    return found.read_text(encoding="utf-8-sig") if found else ""


def _timetable(source: str, problem: Problem, numbers: Mapping[str, int]) -> Timetable:
    if not source:
        return {}
    names = {str(number): name for name, number in numbers.items()}
    days = {name: day for day, name in enumerate(problem.grid.days)}
    hours = {name: hour for hour, name in enumerate(problem.grid.hours)}
    placed = {}
    for each in parse(source.encode(), root="Activities_Timetable"):
        name, day, hour = (names.get(each.findtext("Id", "")), each.findtext("Day"), each.findtext("Hour"))
        if name is not None and day in days and hour in hours:
            start = problem.grid.slot(days[day], hours[hour])
            placed[name] = Placement(start=start, room=each.findtext("Room") or None)
    return placed
