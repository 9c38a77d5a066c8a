"""REST door of attendance: registers, marks, numbers, setting up, absences, phones, the gate and cover."""

from lyceum.domains.attendance.rest import (
    across,
    cases,
    concerns,
    cover,
    devices,
    evacuations,
    gate,
    marks,
    numbers,
    planned,
    registers,
    setup,
    statutory,
    students,
)
from lyceum.domains.attendance.rest.router import router

__all__ = [
    "across",
    "cases",
    "concerns",
    "cover",
    "devices",
    "evacuations",
    "gate",
    "marks",
    "numbers",
    "planned",
    "registers",
    "router",
    "setup",
    "statutory",
    "students",
]
