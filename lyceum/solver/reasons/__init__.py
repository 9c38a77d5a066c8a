"""Why no timetable holds to all rules: by arithmetic first, then by the fewest rules that contradict each other."""

from lyceum.solver.reasons.explain import explain
from lyceum.solver.reasons.saying import Conflict, Count, Reasons, Relaxation, Verdict

__all__ = ["Conflict", "Count", "Reasons", "Relaxation", "Verdict", "explain"]
