"""`python -m bench.solver FOLDER`: our engine beside two `fet-cl` processes, file by file, the one after the other.

Both get two cores for the same time. FET begins anew with another seed whenever a run has ended, and the best of its
runs counts. Its checker is the referee of our timetables: every lesson locked to our times and rooms.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from bench.results import Result
from lyceum.solver import solution
from lyceum.solver.checker import check, hard
from lyceum.solver.fet.reader import read
from lyceum.solver.fet.referee import find_fet, judge, run_fet
from lyceum.solver.fet.writer import write
from lyceum.solver.problem import Problem

SOON = 5.0
"""Seconds within which a file counts for the ratio of times."""
PROCESSES = 2


@dataclass(frozen=True)
class Ours:
    first: float | None
    cost: float
    unplaced: int
    violations: int
    """Of what must hold, by the checker."""
    accepted: bool | None
    """By FET; None where it is not installed or there is nothing complete to judge."""
    judged: float | None
    """The cost FET counts."""
    megabytes: int


@dataclass(frozen=True)
class Theirs:
    first: float | None
    cost: float | None
    complete: int
    """Runs that ended with a complete timetable."""


@dataclass(frozen=True)
class Row:
    file: str
    seed: int
    lessons: int
    ours: Ours
    theirs: Theirs | None


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.solver", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the .fet files are")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="names of files, without .fet")
    parser.add_argument("--without-fet", action="store_true")
    options = parser.parse_args(arguments)
    files = [each for each in sorted(options.folder.glob("*.fet")) if not options.only or each.stem in options.only]
    subprocess.run([sys.executable, "-m", "lyceum.solver"], check=True, stdout=subprocess.DEVNULL)
    with_fet = find_fet() is not None and not options.without_fet
    result = Result("solver")
    result.say(
        f"{'file':18} {'seed':>4} {'lessons':>7}   ours: first   cost unplaced  hard  FET says         MB"
        "   FET: first   cost runs"
    )
    rows = []
    for file in files:
        for seed in range(options.seeds):
            rows.append(_measure(file, seed, options.seconds, with_fet=with_fet))
            result.say(_line(rows[-1]))
    result.keep("seconds", options.seconds)
    result.keep("rows", [asdict(row) for row in rows])
    for name, value in summary(rows).items():
        result.say(f"{name}: {value}")
        result.keep(name, value)
    result.say(f"written to {result.write()}")


def _measure(file: Path, seed: int, seconds: float, *, with_fet: bool) -> Row:
    problem = read(file.read_bytes())
    ours = _ours(file, problem, seed, seconds, judged=with_fet)
    theirs = _theirs(problem, seed, seconds) if with_fet else None
    return Row(file.stem, seed, len(problem.activities), ours, theirs)


def _ours(file: Path, problem: Problem, seed: int, seconds: float, *, judged: bool) -> Ours:
    """In a process of its own, as the memory it takes is a figure."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.json"
        command = [sys.executable, "-m", "lyceum.solver", str(file), "--quiet", f"--seconds={seconds}"]
        process = subprocess.Popen([*command, f"--seed={seed}", f"--out={out}"], stdout=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
        found = msgspec.json.decode(out.read_bytes(), type=solution.Result)
    run = judge(problem, found.timetable) if judged and not found.unplaced else None
    return Ours(
        first=found.first_complete_after,
        cost=found.cost,
        unplaced=len(found.unplaced),
        violations=len(hard(check(problem, found.timetable))),
        accepted=run.complete if run else None,
        judged=run.cost if run else None,
        megabytes=used.ru_maxrss // 1024,
    )


def _theirs(problem: Problem, seed: int, seconds: float) -> Theirs:
    written = write(problem)
    began = time.monotonic()
    found: list[tuple[float, float]] = []

    def keep_going(number: int) -> None:
        turn = 0
        while (left := seconds - (time.monotonic() - began)) > 0.05:
            own = 1_000 * seed + 2 * turn + number
            run = run_fet(written.source, problem, numbers=written.numbers, seconds=max(1, math.ceil(left)), seed=own)
            if run.complete and time.monotonic() - began <= seconds + 0.5:
                found.append((time.monotonic() - began, run.cost or 0.0))
            turn += 1

    threads = [threading.Thread(target=keep_going, args=(number,)) for number in range(PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Theirs(
        first=min((first for first, _ in found), default=None),
        cost=min((cost for _, cost in found), default=None),
        complete=len(found),
    )


def _line(row: Row) -> str:
    ours, theirs = row.ours, row.theirs
    said = {None: "–", True: "accepts", False: "refuses"}[ours.accepted]
    if ours.judged is not None:
        said += f" {ours.judged:.2f}"
    line = (
        f"{row.file:18} {row.seed:4} {row.lessons:7}   {_seconds(ours.first):>11} {ours.cost:6.2f} {ours.unplaced:8} "
    )
    line += f"{ours.violations:5}  {said:14} {ours.megabytes:4}"
    if theirs is not None:
        cost = "–" if theirs.cost is None else f"{theirs.cost:.2f}"
        line += f"   {_seconds(theirs.first):>10} {cost:>6} {theirs.complete:4}"
    return line


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


def summary(rows: list[Row]) -> dict[str, float | int | str]:
    """What the goals are about."""
    compared = [row for row in rows if row.theirs is not None]
    both = [row for row in compared if row.ours.first is not None and row.theirs and row.theirs.first is not None]
    ratios = [row.ours.first / row.theirs.first for row in both if row.theirs and (row.theirs.first or 99) <= SOON]
    found: dict[str, float | int | str] = {
        "complete, ours": sum(row.ours.first is not None for row in rows),
        "complete, FET": sum(row.theirs.first is not None for row in compared if row.theirs),
        "violations of what must hold": sum(row.ours.violations for row in rows if not row.ours.unplaced),
        "cost where both are complete, ours": round(sum(row.ours.cost for row in both), 2),
        "cost where both are complete, FET": round(sum(row.theirs.cost or 0 for row in both if row.theirs), 2),
        "most memory, MB": max((row.ours.megabytes for row in rows), default=0),
    }
    if ratios:
        mean = math.exp(sum(math.log(max(each, 1e-3)) for each in ratios) / len(ratios))
        found["time to the first complete, ours / FET, geometric mean"] = round(mean, 2)
    return found


if __name__ == "__main__":
    main()
