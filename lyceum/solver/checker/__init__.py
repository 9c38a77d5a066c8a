"""Whether a timetable holds to its problem, checked from what each rule says: slowly, plainly, and apart from whatever
made the timetable."""

from lyceum.solver.checker.check import check, cost, hard, missing
from lyceum.solver.checker.partial import lasting

__all__ = ["check", "cost", "hard", "lasting", "missing"]
