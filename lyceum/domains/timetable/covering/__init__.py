"""Cover: what absences leave, and who might take it. One read, then plain functions over it."""
