"""REST door of attendance: registers, marks, numbers, setting up, absences, and what phones send."""

from lyceum.domains.attendance.rest import (
    cases,
    concerns,
    devices,
    marks,
    numbers,
    planned,
    registers,
    setup,
    statutory,
)
from lyceum.domains.attendance.rest.router import router

__all__ = ["cases", "concerns", "devices", "marks", "numbers", "planned", "registers", "router", "setup", "statutory"]
