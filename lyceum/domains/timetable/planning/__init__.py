"""A version as the engine and the rules look at it: read in a fixed number of statements, then plain values."""

from lyceum.domains.timetable.planning.grid import PlanGrid, grid_of
from lyceum.domains.timetable.planning.plan import Card, Plan, read_plan

__all__ = ["Card", "Plan", "PlanGrid", "grid_of", "read_plan"]
