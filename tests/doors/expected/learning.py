"""Courses, runs, lessons, materials, enrolment and progress."""

from tests.doors.expected.door import Door

REST: dict[str, Door] = {}
PAGES: dict[str, Door] = {}
