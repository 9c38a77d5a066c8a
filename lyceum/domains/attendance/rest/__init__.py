"""REST door of attendance: registers, marks, numbers, setting up, and what phones send."""

from lyceum.domains.attendance.rest import cases, devices, marks, numbers, registers, setup
from lyceum.domains.attendance.rest.router import router

__all__ = ["cases", "devices", "marks", "numbers", "registers", "router", "setup"]
