"""A school in which school is kept today, whatever day it is: sockets run by the real clock."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.rules.calendar import create_year
from lyceum.domains.accounts.models import User
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.queries import list_registers
from lyceum.domains.attendance.rules.marks import GivenMark, Saved, take_register
from lyceum.domains.attendance.rules.setup import set_session_times
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import start_session
from lyceum.testing.factories import (
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_school,
    make_students,
    make_teacher,
)


@dataclass(frozen=True)
class Morning:
    """A school with an admin, and two forms with a teacher, two students and a register each."""

    school: School
    admin: User
    day: date
    classes: list[Class]
    teachers: list[User]
    students: list[list[Student]]
    registers: list[Register]

    def cookie(self, user: User) -> str:
        """A session's secret."""
        return start_session(user, self.school)[1]

    def take(self, n: int, *, user: User | None = None, symbol: str = "", **options: Any) -> Saved:
        """Save a register: everybody present, or one student with a code."""
        actor = as_actor(user or self.teachers[n], self.school)
        marks = [GivenMark(self.students[n][0].pk, symbol)] if symbol else []
        with in_school(self.school):
            return take_register(
                self.registers[n].pk, marks=marks, rest="" if symbol else "present", actor=actor, **options
            )


def make_morning(name: str = "Hill School") -> Morning:
    """A school this morning."""
    school, day = make_school(name), clock.now().date()
    actor = system_actor(school.pk)
    first, last = day - timedelta(days=30), day + timedelta(days=30)
    with in_school(school):
        create_year(name="Now", starts=first, ends=last, current=True, weekdays=range(1, 8), actor=actor)
        set_session_times(session="AM", starts_at=time(0, 0), closes_at=time(0, 20), starts_on=first, actor=actor)
    admin = make_admin(school)
    classes = [make_class(school, name) for name in ("7A", "7B")]
    teachers = [make_teacher(school, each) for each in classes]
    students = [make_students(school, ["", ""], each, first_day=first) for each in classes]
    with in_school(school):
        registers = list(list_registers(as_actor(admin, school), day=day))
    registers.sort(key=lambda register: register.class_name)
    return Morning(school, admin, day, classes, teachers, students, registers)
