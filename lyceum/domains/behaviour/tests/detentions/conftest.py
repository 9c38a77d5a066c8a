"""A school with a detention type, and slots on the days that follow a Friday morning."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import pytest

from lyceum.core import clock
from lyceum.core.actor import Actor, Via, system_actor
from lyceum.domains.academics.models import Class, ClassTeacher
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.behaviour.models import Detention, DetentionSlot, DetentionType
from lyceum.domains.behaviour.rules.detentions.setting import NewDetention, Placed, set_detention
from lyceum.domains.behaviour.rules.detentions.slots import NewSlot, create_slots
from lyceum.domains.behaviour.rules.detentions.types import create_detention_type
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import (
    NOW,
    guardian_of,
    in_school,
    make_class,
    make_manager,
    make_school,
    make_staff,
    make_students,
    make_teacher,
)

FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)


@dataclass
class Year:
    """Friday, 8:50. 7A has a teacher; a head of year decides; the office plans; a member of staff supervises."""

    school: School
    form: Class
    students: list[Student]
    kind: DetentionType
    supervisor: Staff
    teacher_user: User
    head_user: User
    office_user: User

    @property
    def teacher(self) -> Actor:
        return self.actor(self.teacher_user)

    @property
    def head(self) -> Actor:
        return self.actor(self.head_user)

    @property
    def office(self) -> Actor:
        return self.actor(self.office_user)

    @property
    def system(self) -> Actor:
        return system_actor(self.school.pk)

    @property
    def lead(self) -> Staff:
        """The teacher of 7A as a member of staff."""
        with in_school(self.school):
            return ClassTeacher.objects.select_related("staff").get(school_class=self.form).staff

    def actor(self, user: User) -> Actor:
        return actor_for_user(user, self.school.pk, via=Via.PAGE)

    @remembered
    def slot(self, on: date, *, at: time = time(15, 30), capacity: int = 10, **more: Any) -> DetentionSlot:
        more.setdefault("supervisors", [self.supervisor.pk])
        new = NewSlot(self.kind.pk, on, at, capacity, **more)
        with in_school(self.school):
            return create_slots(new, actor=self.system)[0]

    @remembered
    def type(self, name: str = "Lunch", **values: Any) -> DetentionType:
        with in_school(self.school):
            return create_detention_type({"name": name} | values, actor=self.system)

    @remembered
    def set(self, student: Student | None = None, *, actor: Actor | None = None, **more: Any) -> Placed:
        who = student or self.students[0]
        with in_school(self.school):
            new = NewDetention(who.pk, more.pop("type_id", self.kind.pk), "Late three times", **more)
            return set_detention(new, actor=actor or self.teacher)

    def now(self, detention: Detention) -> Detention:
        """The row as it is now."""
        return Detention.objects.select_related("type", "slot", "student__person").get(pk=detention.pk)


@remembered
def make_detention_year(size: int = 3, **school: str) -> Year:
    """A school with one form of so many students, each with a guardian, and one type of detention."""
    made = make_school(**school)
    form = make_class(made)
    students = make_students(made, [f"Student {n:02}" for n in range(size)], form)
    for student in students:
        guardian_of(student, name=f"Guardian of {student}")
    with in_school(made):
        kind = create_detention_type({"name": "After school"}, actor=system_actor(made.pk))
    return Year(
        school=made,
        form=form,
        students=students,
        kind=kind,
        supervisor=make_staff(made, name="Sam Supervisor"),
        teacher_user=make_teacher(made, form, name="Tess Teacher"),
        head_user=make_manager(made, "Head of year", name="Hedy Head"),
        office_user=make_manager(made, "Office", name="Olive Office"),
    )


@pytest.fixture
def at_school() -> Iterator[None]:
    """It is Friday, 8:50."""
    with clock.frozen(NOW):
        yield


@pytest.fixture
def year(db: None, at_school: None) -> Year:
    """Three students on Friday at 8:50, and no slot yet."""
    return make_detention_year()
