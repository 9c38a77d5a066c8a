"""`python -m bench [name …]`: prepares a place, measures in it, writes the figures, and takes everything down.

Of the timetabling engine, over the FET files of a folder: `python -m bench solver FOLDER` measures it beside FET,
`repairs` how few lessons move after a teacher loses a day, `contradictions` whether the reasons named are the reasons.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from bench.place import prepared

NAMES = (
    "start",
    "register_save",
    "morning_peak",
    "fan_out",
    "summary_year",
    "derive_day",
    "propose_slot",
    "applications",
    "dashboard_year",
    "points",
    "certificates",
    "moves",
    "enrolments",
    "import_10k",
    "rollover_1000",
    "site",
    "registering",
    "ux",
)
OF_FILES = ("solver", "repairs", "contradictions")
"""These need a folder of timetable files, and no place."""
STUDENTS = 1050
DAYS, DAYS_OF_A_YEAR, DAYS_OF_A_TOWN = 90, 190, 5


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in OF_FILES:
        importlib.import_module(f"bench.{sys.argv[1]}").main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(NAMES)}; all if none")
    parser.add_argument("--data", type=Path, help="keep the database in this folder, and use it again the next time")
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--seconds", type=int, default=15, help="how long each step of the morning's peak lasts")
    parser.add_argument("--schools", type=int, default=3, help="how many schools have their morning's peak at once")
    parser.add_argument("--days", type=int, help="of how many school days there are registers")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(NAMES))
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}; choose from: {', '.join(NAMES)}")
    names = options.names or [name for name in NAMES if _is_there(name)]
    days = options.days or (DAYS_OF_A_YEAR if "summary_year" in names else DAYS)
    if names == ["morning_peak"] and options.days is None:
        days = DAYS_OF_A_TOWN
    with prepared(students=options.students, days=days, keep=options.data) as place:
        for name in names:
            print(f"\n{name}", flush=True)
            module = importlib.import_module(f"bench.{name}")
            more = (options.seconds, options.schools) if name == "morning_peak" else ()
            result = module.run(place, *more)
            print(f"  written to {result.write().relative_to(Path.cwd())}", flush=True)


def _is_there(name: str) -> bool:
    return (Path(__file__).parent / f"{name}.py").exists()


if __name__ == "__main__":
    main()
