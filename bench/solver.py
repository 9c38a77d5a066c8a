"""`python -m bench.solver FOLDER`: our engine beside two `fet-cl` processes, file by file, the one after the other.

Both get two cores for the same time. FET begins anew with another seed whenever a run has ended, and the best of its
runs counts. Its checker is the referee of our timetables: every lesson locked to our times and rooms. Either program
ends early where nothing is left to gain: with a complete timetable that costs nothing, or no more than was proven to be
the least for this file so far.

What is measured is written after every line; `--minutes` begins no line after so many, and `--resume` goes on.
"""

from __future__ import annotations

import argparse
import json
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

from bench.results import FOLDER, Result
from lyceum.solver import solution
from lyceum.solver.checker import check, hard
from lyceum.solver.fet.reader import read
from lyceum.solver.fet.referee import find_fet, judge, run_fet
from lyceum.solver.fet.writer import write
from lyceum.solver.problem import Problem

SOON = 5.0
"""Seconds within which a file counts for the ratio of times."""
PROCESSES = 2
ENOUGH = 0.005
"""So much above the least is no more: FET says costs with two digits."""


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
    bound: float | None = None
    """Proven: no timetable costs less."""


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
    load: float = 0.0
    """Of the machine, over the last minute; about 2 where nobody else works on it."""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.solver", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the .fet files are")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="names of files, without .fet")
    parser.add_argument("--without-fet", action="store_true")
    parser.add_argument("--minutes", type=float, default=math.inf, help="after which no line is begun")
    parser.add_argument("--resume", action="store_true", help="go on with the last table, if it is not finished")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    files = [each for each in sorted(options.folder.glob("*.fet")) if not options.only or each.stem in options.only]
    subprocess.run([sys.executable, "-m", "lyceum.solver"], check=True, stdout=subprocess.DEVNULL)
    with_fet = find_fet() is not None and not options.without_fet
    result = Result("solver")
    rows = _begun(result, options.seconds) if options.resume else []
    result.keep("seconds", options.seconds)
    result.say(
        f"{'file':18} {'seed':>4} {'lessons':>7}   ours: first   cost unplaced  hard  FET says         MB"
        "   FET: first   cost runs   load"
    )
    for row in rows:
        result.say(_line(row))
    known = {(row.file, row.seed) for row in rows}
    left = [(file, seed) for file in files for seed in range(options.seeds) if (file.stem, seed) not in known]
    for file, seed in left:
        if time.monotonic() - began > options.minutes * 60:
            break
        least = max([row.ours.bound or 0.0 for row in rows if row.file == file.stem], default=0.0)
        rows.append(_measure(file, seed, options.seconds, least, with_fet=with_fet))
        result.say(_line(rows[-1]))
        _keep(result, rows)
    is_finished = len(rows) >= len(known) + len(left)
    result.keep("finished", is_finished)
    for name, value in _keep(result, rows).items():
        result.say(f"{name}: {value}")
    result.say(f"written to {result.path}{'' if is_finished else ', not finished: --resume goes on'}")


def _keep(result: Result, rows: list[Row]) -> dict[str, float | int | str]:
    result.keep("rows", [asdict(row) for row in rows])
    result.keep("summary", summary(rows))
    result.write()
    return summary(rows)


def _begun(result: Result, seconds: float) -> list[Row]:
    """The lines of the last table, which the result goes on with; none where it was finished, or had another time."""
    paths = sorted(FOLDER.glob("solver-*.json"))
    if not paths:
        return []
    written = json.loads(paths[-1].read_bytes())
    if written.get("finished", True) or written.get("seconds") != seconds:
        return []
    result.path = paths[-1]
    return msgspec.convert(written["rows"], list[Row])


def _measure(file: Path, seed: int, seconds: float, least: float, *, with_fet: bool) -> Row:
    """`least`: what is proven so far to be the least that a timetable of the file costs."""
    problem = read(file.read_bytes())
    ours = _ours(file, problem, seed, seconds, least, judged=with_fet)
    theirs = _theirs(problem, seed, seconds, max(least, ours.bound or 0.0)) if with_fet else None
    return Row(file.stem, seed, len(problem.activities), ours, theirs, round(os.getloadavg()[0], 1))


def _ours(file: Path, problem: Problem, seed: int, seconds: float, least: float, *, judged: bool) -> Ours:
    """In a process of its own, as the memory it takes is a figure."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.json"
        command = [sys.executable, "-m", "lyceum.solver", str(file), "--quiet", "--reasons=0", f"--seconds={seconds}"]
        process = subprocess.Popen(
            [*command, f"--seed={seed}", f"--enough={least}", f"--out={out}"], stdout=subprocess.DEVNULL
        )
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
        bound=found.bound,
    )


def _theirs(problem: Problem, seed: int, seconds: float, least: float) -> Theirs:
    written = write(problem)
    began = time.monotonic()
    found: list[tuple[float, float]] = []

    def goes_on() -> bool:
        return min((cost for _, cost in found), default=math.inf) > least + ENOUGH

    def keep_going(number: int) -> None:
        turn = 0
        while (left := seconds - (time.monotonic() - began)) > 0.05 and goes_on():
            own = 1_000 * seed + 2 * turn + number
            limit = max(1, math.ceil(left))
            run = run_fet(written.source, problem, numbers=written.numbers, seconds=limit, seed=own, is_awaited=goes_on)
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
    line += f"  {row.load:5.1f}"
    return line


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


def summary(rows: list[Row]) -> dict[str, float | int | str]:
    """What the goals are about."""
    compared = [row for row in rows if row.theirs is not None]
    both = [row for row in compared if row.ours.first is not None and row.theirs and row.theirs.first is not None]
    ratios = [
        row.ours.first / row.theirs.first
        for row in both
        if row.ours.first is not None and row.theirs and row.theirs.first and row.theirs.first <= SOON
    ]
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
