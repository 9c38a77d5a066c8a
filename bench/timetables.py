"""Complete timetables of files, made once and kept, for what is measured on timetables that are there already."""

import subprocess
import sys
from pathlib import Path

import msgspec

from bench.results import FOLDER
from lyceum.solver import solution
from lyceum.solver.solution import State, Timetable

KEPT = FOLDER / "timetables"


def find_timetable(file: Path, folder: Path, seconds: float) -> Timetable | None:
    """Of the file; None where none was complete in the time, which is tried again the next time."""
    kept = folder / f"{file.stem}.json"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "lyceum.solver", str(file), "--quiet", "--reasons=0"]
        command += [f"--seconds={seconds}", f"--out={kept}"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    found = msgspec.json.decode(kept.read_bytes(), type=solution.Result)
    if found.state is State.COMPLETE:
        return found.timetable
    kept.unlink()
    return None
