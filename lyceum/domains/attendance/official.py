"""The registers of a class in a month as a document: every original and every amended entry."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from lyceum.core import clock
from lyceum.core.schools import current_school
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.tenancy.queries import find_school_name, time_zone

_REGISTERS = """
SELECT r.id, r."on", COALESCE(NULLIF(r.session, ''), r.period), r.state, r.recorded_on_paper, r.paper_takers,
  min(c.marked_at) FILTER (WHERE c.version = 1),
  array_agg(DISTINCT c.marked_by_name) FILTER (WHERE c.version = 1)
FROM attendance_register r
LEFT JOIN attendance_mark m ON m.school_id = %(school)s AND m.register_id = r.id
LEFT JOIN attendance_markchange c ON c.school_id = %(school)s AND c.mark_id = m.id
WHERE r.school_id = %(school)s AND (r.class_id = %(class)s OR %(class)s = ANY(r.with_classes))
  AND r."on" BETWEEN %(first)s AND %(last)s
GROUP BY r.school_id, r.id ORDER BY r."on", r.due_at, r.id
"""
_ENTRIES = """
SELECT c.mark_id, m.register_id, m.student_id, p.full_name, s.registration_number, k.symbol, c.minutes_late, c.note,
  c.version, c.marked_by_name, c.marked_at, c.via, c.reason
FROM attendance_register r
JOIN attendance_mark m ON m.school_id = %(school)s AND m.register_id = r.id
JOIN attendance_markchange c ON c.school_id = %(school)s AND c.mark_id = m.id
JOIN attendance_code k ON k.school_id = %(school)s AND k.id = c.code_id
JOIN people_student s ON s.school_id = %(school)s AND s.id = m.student_id
JOIN people_person p ON p.school_id = %(school)s AND p.id = s.person_id
WHERE r.school_id = %(school)s AND r."on" BETWEEN %(first)s AND %(last)s
  AND (r.class_id = %(class)s AND r.with_classes = '{}'
    OR (r.class_id = %(class)s OR %(class)s = ANY(r.with_classes)) AND EXISTS (
      SELECT 1 FROM academics_classmembership cm
      WHERE cm.school_id = %(school)s AND cm.class_id = %(class)s AND cm.student_id = m.student_id
        AND cm.starts_on <= r."on" AND (cm.ends_on IS NULL OR cm.ends_on >= r."on")))
ORDER BY p.sort_name, s.id, r."on", r.due_at, r.id, c.version
"""
_CODES = """
SELECT DISTINCT k.symbol, k.label FROM attendance_code k
JOIN attendance_codeset z ON z.school_id = %(school)s AND z.id = k.code_set_id
WHERE k.school_id = %(school)s AND k.symbol = ANY(%(symbols)s) ORDER BY k.symbol, k.label
"""


def read_copy(class_id: UUID, class_name: str, month: date, year: AcademicYear) -> dict[str, Any]:
    """The document of one class and month, in three statements."""
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    values: dict[str, Any] = {
        "school": current_school(),
        "class": class_id,
        "first": max(month, year.starts),
        "last": min(last, year.ends),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REGISTERS, values)
        registers = cursor.fetchall()
        cursor.execute(_ENTRIES, values)
        entries = cursor.fetchall()
        cursor.execute(_CODES, {**values, "symbols": sorted({entry[5] for entry in entries})})
        codes = cursor.fetchall()
    columns = {row[0]: n for n, row in enumerate(registers)}
    return {
        "school": find_school_name(),
        "year": year.name,
        "class": class_name,
        "month": month.isoformat(),
        "registers": [_register(*row) for row in registers],
        "students": _students(entries, columns),
        "amended": _amended(entries, registers, columns),
        "codes": [list(code) for code in codes],
    }


def _at(instant: Any) -> str:
    return clock.local(instant, time_zone()).strftime("%Y-%m-%d %H:%M") if instant else ""


def _register(
    _id: UUID, on: date, session: str, state: str, on_paper: bool, takers: str, taken_at: Any, by: list[str] | None
) -> dict[str, Any]:
    return {
        "on": on.isoformat(),
        "session": session,
        "state": state,
        "on_paper": on_paper,
        "taken_at": _at(taken_at),
        "by": takers or ", ".join(sorted(filter(None, by or ()))),
    }


def _students(entries: list[tuple[Any, ...]], columns: dict[UUID, int]) -> list[dict[str, Any]]:
    """A row for each student: the first entry of every register, and the last one where it was amended."""
    rows: dict[UUID, dict[str, Any]] = {}
    for _mark, register, student, name, number, symbol, minutes, _note, version, *_who in entries:
        row = rows.setdefault(student, {"name": name, "number": number, "cells": [["", ""] for _ in columns]})
        said = f"{symbol}{minutes}" if minutes else symbol
        cell = row["cells"][columns[register]]
        cell[0 if version == 1 else 1] = said
    return list(rows.values())


def _amended(
    entries: list[tuple[Any, ...]], registers: list[tuple[Any, ...]], columns: dict[UUID, int]
) -> list[list[str]]:
    """Every entry after the first of a mark: what it was, what it became, who, when, why."""
    found: list[list[str]] = []
    before: dict[UUID, str] = {}
    for mark, register, _student, name, number, symbol, _minutes, _note, version, by, at, via, reason in entries:
        if version > 1:
            _id, on, session, *_rest = registers[columns[register]]
            found.append(
                [on.isoformat(), session, name, number, before.get(mark, ""), symbol, by, _at(at), via, reason]
            )
        before[mark] = symbol
    return sorted(found)
