"""`python -m bench repairs FOLDER`: a teacher loses a day, and the timetable of each FET file is mended.

Each file gets a timetable first (kept, so that the next run starts from the same). Then a teacher and one of the days
they teach on are drawn, the same ones every time; a draw that is proven to leave no timetable at all is shown, but does
not count, and another is drawn. Of the others: how many lessons moved, how few are proven to have to, how long it took.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.results import Result
from bench.timetables import KEPT, find_timetable
from lyceum.solver import rules
from lyceum.solver.checker import check, hard, lasting
from lyceum.solver.fet.reader import read
from lyceum.solver.problem import Problem
from lyceum.solver.repair import repair
from lyceum.solver.rules import Who
from lyceum.solver.solution import State, Timetable

MOST = 800
"""Lessons of the largest file."""
DRAWS = 3
"""For each case that is wanted, draws at most."""


@dataclass(frozen=True)
class Row:
    file: str
    lessons: int
    draw: int
    lost: int
    """Lessons that the teacher had on the day."""
    state: str
    moved: int
    bound: int | None
    seconds: float
    cpu: float
    """Seconds of a processor: less than there were, where others worked beside it."""
    violations: int
    """Of what must hold, by the checker; of an unfinished timetable those that no lesson still to come can mend."""
    load: float

    @property
    def is_proven(self) -> bool:
        return self.state == State.COMPLETE and self.bound == self.moved

    @property
    def counts(self) -> bool:
        return self.state != State.IMPOSSIBLE


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    files = [each for each in sorted(options.folder.glob("*.fet")) if not options.only or each.stem in options.only]
    result = Result("repairs")
    result.say(f"{'file':16} lessons draw lost  state       moved bound proven  seconds    cpu  violations  load")
    rows: list[Row] = []
    for file in files:
        problem = read(file.read_bytes())
        if len(problem.activities) > MOST:
            continue
        before = find_timetable(file, options.before, options.making)
        if before is None:
            result.say(f"{file.stem:16} {len(problem.activities):7}  no complete timetable to mend")
            continue
        for row in _cases(file.stem, problem, before, options):
            rows.append(row)
            result.say(_line(row))
    result.keep("rows", [asdict(row) for row in rows])
    for name, value in summary(rows).items():
        result.say(f"{name}: {value}")
        result.keep(name, value)
    result.say(f"written to {result.write()}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench repairs", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the .fet files are")
    parser.add_argument("--seconds", type=float, default=15.0, help="for each repair (15)")
    parser.add_argument("--cases", type=int, default=2, help="of each file, that are not impossible (2)")
    parser.add_argument("--making", type=float, default=45.0, help="seconds for a timetable to begin with (45)")
    parser.add_argument("--before", type=Path, default=KEPT, help="where those are kept")
    parser.add_argument("--only", nargs="*", help="names of files, without .fet")
    return parser


def lose_a_day(name: str, problem: Problem, before: Timetable, draw: int) -> tuple[Problem, int]:
    """The problem in which a teacher is away for a day, and the number of lessons they had then."""
    chance = random.Random(f"{name} {draw}")
    hours = len(problem.grid.hours)
    teacher = chance.choice(sorted({who for each in problem.activities for who in each.teachers}))
    starts = [before[each.name].start for each in problem.activities if teacher in each.teachers]
    day = chance.choice(sorted({start // hours for start in starts}))
    away = rules.NotAvailable(
        who=Who("teacher", teacher), slots=frozenset(range(day * hours, (day + 1) * hours)), ref="the day lost"
    )
    lost = sum(start // hours == day for start in starts)
    return replace(problem, rules=(*problem.rules, away)), lost


def _cases(name: str, problem: Problem, before: Timetable, options: argparse.Namespace) -> Iterator[Row]:
    counted = 0
    for draw in range(DRAWS * options.cases):
        changed, lost = lose_a_day(name, problem, before, draw)
        used = time.process_time()
        found = repair(changed, before, seconds=options.seconds, seed=draw)
        broken = hard(lasting(changed, found.timetable, check(changed, found.timetable)))
        row = Row(
            name,
            len(problem.activities),
            draw,
            lost,
            found.state.value,
            len(found.moved) + len([each for each in found.unplaced if each in before]),
            found.moved_at_least,
            round(found.seconds, 2),
            round(time.process_time() - used, 2),
            len(broken),
            round(os.getloadavg()[0], 1),
        )
        yield row
        counted += row.counts
        if counted >= options.cases:
            return


def _line(row: Row) -> str:
    bound = "–" if row.bound is None else str(row.bound)
    proven = "yes" if row.is_proven else "no" if row.counts else "–"
    return (
        f"{row.file:16} {row.lessons:7} {row.draw:4} {row.lost:4}  {row.state:11} {row.moved:5} {bound:>5} {proven:>6}"
        f" {row.seconds:8.2f} {row.cpu:6.2f} {row.violations:11} {row.load:5.1f}"
    )


def summary(rows: list[Row]) -> dict[str, float | int | str]:
    counted = [row for row in rows if row.counts]
    return {
        "draws": len(rows),
        "proven to leave no timetable": len(rows) - len(counted),
        "others": len(counted),
        "mended": sum(row.state == State.COMPLETE for row in counted),
        "fewest moves proven": sum(row.is_proven for row in counted),
        "longest, seconds": max((row.seconds for row in rows), default=0.0),
        "violations of what must hold": sum(row.violations for row in rows),
    }


if __name__ == "__main__":
    main()
