"""A school with a form, its people, and who keeps its events."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Class
from lyceum.domains.accounts.models import User
from lyceum.domains.people.models import GuardianLink, Person, Student
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import Caller, software
from lyceum.testing.factories import (
    LONG_AGO,
    NOW,
    account_for,
    guardian_of,
    in_school,
    make_admin,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teacher,
)

EVENTS = "/api/v1/events/"


@dataclass
class Cast:
    """Everybody who has to do with events."""

    school: School
    form: Class
    student: Student
    sibling: Student
    admin_user: User
    admin: Caller
    office: Caller
    teacher: Caller
    pupil: Caller
    guardian: Caller
    guardian_user: User

    def make(self, **values: object) -> str:
        """The id of a published event of a week ahead."""
        given = {"title": "Fair", "date": "2026-11-27", "visibility": "school", "publish": True, **values}
        answer = self.admin.send(EVENTS, given)
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """Everybody, on the Friday of the tests."""
    with clock.frozen(NOW):
        yield make_cast()


@remembered
def make_cast() -> Cast:
    """A school with two forms, a student in each, and their common guardian."""
    school = make_school("Hill School")
    form, other = make_class(school, "7A"), make_class(school, "7B")
    student = make_student(school, form, name="Sam Lowe")
    sibling = make_student(school, other, name="Tess Lowe")
    parent = guardian_of(student)
    with in_school(school):
        grace = Person.objects.get(user=parent)
        second = NewGuardian(sibling.pk, "parent", person_id=grace.pk, portal="full", parental_responsibility="yes")
        add_guardians([second], actor=system_actor(school.pk))
        GuardianLink.objects.update(starts_on=LONG_AGO)
    admin = make_admin(school, name="Ada Head")
    return Cast(
        school=school,
        form=form,
        student=student,
        sibling=sibling,
        admin_user=admin,
        admin=software(admin, school),
        office=software(make_manager(school, "Office"), school),
        teacher=software(make_teacher(school, form, name="Tom Stone"), school),
        pupil=software(account_for(student.person, Role.STUDENT), school),
        guardian=software(parent, school),
        guardian_user=parent,
    )
