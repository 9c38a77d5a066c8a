"""A morning at school: a class, its teacher, the registers of today."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import pytest

from lyceum.core import clock
from lyceum.core.actor import Actor, Via, system_actor
from lyceum.domains.academics.models import Class
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import (
    NOW,
    in_school,
    make_class,
    make_manager,
    make_school,
    make_students,
    make_teacher,
    set_times,
)

TODAY = date(2026, 11, 20)


@dataclass
class Morning:
    """Friday, 8:50: the morning register of 7A is due."""

    school: School
    form: Class
    students: list[Student]
    teacher_user: User
    office_user: User

    @property
    def teacher(self) -> Actor:
        return actor_for_user(self.teacher_user, self.school.pk, via=Via.PAGE)

    @property
    def office(self) -> Actor:
        return actor_for_user(self.office_user, self.school.pk, via=Via.PAGE)

    @remembered
    def register(self, session: str = "AM", day: date = TODAY) -> Register:
        with in_school(self.school):
            open_day(day)
            return Register.objects.get(school_class=self.form, on=day, session=session)


@remembered
def make_morning(size: int = 3, **school: str) -> Morning:
    """A school with one form of so many students, its teacher, and somebody in the office."""
    made = make_school(**school)
    form = make_class(made)
    set_times(made)
    return Morning(
        school=made,
        form=form,
        students=make_students(made, [f"Student {n:02}" for n in range(size)], form),
        teacher_user=make_teacher(made, form, name="Tess Teacher"),
        office_user=make_manager(made, "Office", name="Olive Office"),
    )


@pytest.fixture
def at_school() -> Iterator[None]:
    """It is Friday, 8:50."""
    with clock.frozen(NOW):
        yield


@pytest.fixture
def morning(db: None, at_school: None) -> Morning:
    """A class of three on Friday at 8:50."""
    return make_morning()


def make_lesson_register(morning: Morning, *, hour: int = 10, period: str = "2", **lesson: Any) -> Register:
    """The register of a Friday lesson of the class at that hour."""
    actor = system_actor(morning.school.pk)
    Class.objects.filter(pk=morning.form.pk).update(registers="both")
    new = NewLesson(morning.form, 5, period, time(hour), time(hour, 50), starts_on=date(2026, 9, 1), **lesson)
    made = create_lessons([new], actor=actor)[0]
    open_day(TODAY)
    return Register.objects.get(lesson=made, on=TODAY)


@pytest.fixture
def lesson_register() -> Callable[..., Register]:
    """Makes a lesson of the class with its register of today."""
    return make_lesson_register
