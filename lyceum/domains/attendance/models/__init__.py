"""Codes, registers, marks and what each was before; the statutory mark and the numbers."""

from lyceum.domains.attendance.models.cases import AbsenceCase, CaseReply, CaseSession, CaseTry
from lyceum.domains.attendance.models.codes import (
    SESSION_WORDS,
    AttendanceRule,
    Code,
    CodeSet,
    Session,
    SessionTimes,
)
from lyceum.domains.attendance.models.devices import Conflict, DeviceBatch
from lyceum.domains.attendance.models.registers import Mark, MarkChange, Register
from lyceum.domains.attendance.models.sessions import DaySummary, SessionMark, SessionMarkPast, SessionRow

__all__ = [
    "SESSION_WORDS",
    "AbsenceCase",
    "AttendanceRule",
    "CaseReply",
    "CaseSession",
    "CaseTry",
    "Code",
    "CodeSet",
    "Conflict",
    "DaySummary",
    "DeviceBatch",
    "Mark",
    "MarkChange",
    "Register",
    "Session",
    "SessionMark",
    "SessionMarkPast",
    "SessionRow",
    "SessionTimes",
]
