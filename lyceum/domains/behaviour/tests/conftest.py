"""A Friday at school: two forms, their teachers, a head of year, families."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from lyceum.core import clock
from lyceum.core.actor import Actor, Via
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Class
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.behaviour.models import Incident, IncidentType, Participant
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, record_incident
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import (
    NOW,
    account_for,
    guardian_of,
    in_school,
    make_class,
    make_manager,
    make_school,
    make_students,
    make_teacher,
)


@dataclass
class Friday:
    """Friday, 8:50: 7A with three students."""

    school: School
    form: Class
    students: list[Student]
    users: dict[str, User]

    @remembered
    def who(self, name: str, via: Via = Via.PAGE) -> Actor:
        with in_school(self.school):
            return actor_for_user(self.users[name], self.school.pk, via=via)

    @property
    def teacher(self) -> Actor:
        """Teaches 7A."""
        return self.who("teacher")

    @property
    def head(self) -> Actor:
        """Head of year."""
        return self.who("head")

    @property
    def guardian(self) -> Actor:
        """Of the first student."""
        return self.who("guardian")

    @remembered
    def type(self, code: str) -> IncidentType:
        with in_school(self.school):
            return IncidentType.objects.get(code=code)

    @remembered
    def record(
        self, code: str = "disruption", *students: Student, actor: Actor | None = None, parts: Any = (), **more: Any
    ) -> Incident:
        """Somebody records something about the first student, or about those named."""
        given = parts or [NewPart(student.pk) for student in students or self.students[:1]]
        more.setdefault("is_another", True)
        with in_school(self.school):
            new = NewIncident(self.type(code).pk, given, **more)
            return record_incident(new, actor=actor or self.teacher).incident

    def parts(self, incident: Incident) -> list[Participant]:
        with in_school(self.school):
            rows = Participant.objects.filter(incident=incident).select_related("student__person")
            return list(rows.order_by("student__person__sort_name"))


@remembered
def make_friday(**school: str) -> Friday:
    made = make_school(**school)
    form = make_class(made)
    other_form = make_class(made, "7B")
    students = make_students(made, ("Ada Lovelace", "Ben Carson", "Cleo Santos"), form)
    users = {
        "teacher": make_teacher(made, form, name="Tess Teacher"),
        "other": make_teacher(made, other_form, name="Otto Other"),
        "head": make_manager(made, "Head of year", name="Hanna Head"),
        "senior": make_manager(made, "Head of year", "Senior leader", name="Sven Senior"),
        "lead": make_manager(made, "Safeguarding lead", name="Lea Lead"),
        "guardian": guardian_of(students[0], name="Grace Guardian"),
        "other_guardian": guardian_of(students[1], name="Gustav Guardian"),
        "student": account_for(students[0].person, Role.STUDENT),
    }
    return Friday(made, form, students, users)


@pytest.fixture
def at_school() -> Iterator[None]:
    """It is Friday, 8:50."""
    with clock.frozen(NOW):
        yield


@pytest.fixture
def friday(db: None, at_school: None) -> Friday:
    """Two forms on Friday at 8:50."""
    return make_friday()


def later(**span: float) -> Any:
    """A moment after Friday 8:50."""
    from datetime import timedelta

    instant: datetime = NOW + timedelta(**span)
    return clock.frozen(instant)
