"""Codes, registers, marks and what each was before; the statutory mark and the numbers."""

from lyceum.domains.attendance.models.cases import AbsenceCase, CaseReply, CaseSession, CaseTry
from lyceum.domains.attendance.models.codes import SESSION_WORDS, AttendanceRule, Code, CodeSet, Session, SessionTimes
from lyceum.domains.attendance.models.concerns import Concern
from lyceum.domains.attendance.models.copies import OfficialCopy, YearClosing
from lyceum.domains.attendance.models.cover import CoverPass, CoverPassLesson
from lyceum.domains.attendance.models.devices import Conflict, DeviceBatch
from lyceum.domains.attendance.models.gate import EvacuationPerson, EvacuationRoll, GateEvent
from lyceum.domains.attendance.models.planned import PlannedAbsence, PlannedStudent, SessionPattern
from lyceum.domains.attendance.models.registers import Mark, MarkChange, Register
from lyceum.domains.attendance.models.sessions import DaySummary, SessionMark, SessionMarkPast, SessionRow
from lyceum.domains.attendance.models.statutory import Closure, SessionOverride

__all__ = [
    "SESSION_WORDS",
    "AbsenceCase",
    "AttendanceRule",
    "CaseReply",
    "CaseSession",
    "CaseTry",
    "Closure",
    "Code",
    "CodeSet",
    "Concern",
    "Conflict",
    "CoverPass",
    "CoverPassLesson",
    "DaySummary",
    "DeviceBatch",
    "EvacuationPerson",
    "EvacuationRoll",
    "GateEvent",
    "Mark",
    "MarkChange",
    "OfficialCopy",
    "PlannedAbsence",
    "PlannedStudent",
    "Register",
    "Session",
    "SessionMark",
    "SessionMarkPast",
    "SessionOverride",
    "SessionPattern",
    "SessionRow",
    "SessionTimes",
    "YearClosing",
]
