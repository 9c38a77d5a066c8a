"""`python -m lyceum.solver FILE.fet`: makes a timetable from a FET file, without a database."""

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

import msgspec

from lyceum.solver.checker import check, lasting
from lyceum.solver.encoding.encode import is_unsupported
from lyceum.solver.fet.errors import FetError
from lyceum.solver.fet.reader import read
from lyceum.solver.fet.writer import write
from lyceum.solver.problem import Problem
from lyceum.solver.solution import Progress, Result, State, Violation

NAMED = 20
"""So many unplaced lessons are named, the rest counted."""


def main(arguments: list[str] | None = None) -> int:
    """0: complete. 1: some lessons are not placed. 2: the file could not be read."""
    options = _parser().parse_args(arguments)
    # Compiles, or reads what was compiled: not before the arguments are known to be right.
    from lyceum.solver.solving import solve

    if options.file is None:
        print("The search is compiled and ready.")
        return 0
    try:
        problem = read(options.file.read_bytes())
    except (OSError, FetError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 2
    _say_problem(problem)
    result = solve(
        problem,
        seconds=options.seconds,
        seed=options.seed,
        workers=options.workers,
        watch=_Telling(problem, quiet=options.quiet, enough=options.enough),
    )
    violations = check(problem, result.timetable)
    _say_result(problem, result, violations)
    if result.state is not State.COMPLETE and options.reasons > 0:
        _say_reasons(problem, options.reasons)
    if options.out is not None:
        _write(problem, result, options.out)
    return 0 if result.state is State.COMPLETE else 1


def _write(problem: Problem, result: Result, path: Path) -> None:
    if path.suffix.lower() == ".fet":
        written = write(problem, result.timetable)
        path.write_bytes(written.source)
        for rule in written.left_out:
            print(f"Not written, FET has no words for it: {rule.ref or type(rule).__name__}")
    else:
        path.write_bytes(msgspec.json.encode(result))
    print(f"Written to {path}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lyceum.solver", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="a FET file; without one the search is compiled and no more")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to search (60)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another timetable (0)")
    parser.add_argument("--workers", type=int, default=2, help="threads; with 1 a seed repeats its timetable (2)")
    parser.add_argument("--reasons", type=float, default=15.0, help="seconds to look for why not all is placed (15)")
    parser.add_argument("--enough", type=float, default=0.0, help="a complete timetable of this cost ends it (0)")
    parser.add_argument("--out", type=Path, help="where to write: .fet for FET, anything else gets JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    return parser


class _Telling:
    """Prints progress, a line for each better timetable and one every ten seconds."""

    def __init__(self, problem: Problem, *, quiet: bool, enough: float) -> None:
        self.count, self.said_at = len(problem.activities), -10.0
        self.quiet, self.enough = quiet, enough

    def __call__(self, progress: Progress) -> bool:
        if not self.quiet and (progress.best is not None or progress.seconds - self.said_at >= 10):
            self.said_at = progress.seconds
            bound = "" if progress.bound is None else f", at least {progress.bound:.2f}"
            print(
                f"{progress.seconds:6.1f} s  {progress.placed} of {self.count} placed, cost {progress.cost:.2f}{bound}",
                flush=True,
            )
        return progress.placed < self.count or progress.cost > self.enough + 1e-6


def _say_problem(problem: Problem) -> None:
    print(
        f"{problem.name}: {len(problem.activities)} lessons, {len(problem.teachers)} teachers, "
        f"{len(problem.rooms)} rooms, {len(problem.grid.days)} days of {len(problem.grid.hours)} hours."
    )
    for kind, count in sorted(Counter(each.kind for each in problem.unknown).items()):
        print(f"Not known, kept, without effect: {kind} ({count})")
    checked = Counter(type(rule).__name__ for rule in problem.rules if is_unsupported(rule))
    for kind, count in sorted(checked.items()):
        print(f"Not searched for, checked in the end: {kind} ({count})")


def _say_result(problem: Problem, result: Result, violations: list[Violation]) -> None:
    placed = len(result.timetable)
    print(f"\n{result.state.capitalize()} after {result.seconds:.1f} s: {placed} of {len(problem.activities)} placed.")
    if result.first_complete_after is not None:
        print(f"First complete after {result.first_complete_after:.1f} s.")
    for name in result.unplaced[:NAMED]:
        activity = problem.activity[name]
        print(f"  Not placed: {name} ({', '.join([activity.subject, *activity.teachers, *activity.students])})")
    if len(result.unplaced) > NAMED:
        print(f"  and {len(result.unplaced) - NAMED} more")
    bound = "" if result.bound is None else f"; no timetable costs less than {result.bound:.2f}"
    print(f"Cost {result.cost:.2f}{bound}.")
    costs: dict[str, float] = defaultdict(float)
    for each in violations:
        if each.weight < 100:
            costs[each.kind] += each.cost
    for kind, cost in sorted(costs.items(), key=lambda each: -each[1]):
        print(f"  {kind}: {cost:.2f}")
    broken = [each for each in lasting(problem, result.timetable, violations) if each.weight >= 100]
    for kind, count in Counter(each.kind for each in broken).items():
        print(f"  Broken: {kind} ({count})")


def _say_reasons(problem: Problem, seconds: float) -> None:
    from lyceum.solver.reasons import explain  # OR-Tools takes a second to load

    reasons = explain(problem, seconds=seconds)
    print(f"\nWhy not all is placed: {reasons.verdict.value.replace('_', ' ')}.")
    for count in reasons.counts:
        print(f"  {count.sentence}")
    if reasons.conflict is not None:
        print(f"  {reasons.conflict.sentence}")
    if reasons.relaxation is not None:
        print(f"  To relax: {reasons.relaxation.ref}")
    for each in reasons.most_violated[:NAMED]:
        print(f"  In the way: {each.ref or each.kind} {each.who}".rstrip())


if __name__ == "__main__":
    sys.exit(main())
