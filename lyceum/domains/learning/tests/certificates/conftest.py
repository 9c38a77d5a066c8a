"""A school that certifies a course, its learners and their families."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import User
from lyceum.domains.learning.models import Certificate, Completion, Course
from lyceum.domains.learning.rules.certificates import keys
from lyceum.domains.learning.rules.certificates.issuing import issue_certificate
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import account_for, guardian_of, in_school, make_admin, make_school, make_student


@dataclass
class Certifying:
    """A grown-up learner, a child of 15 with a guardian, and an admin."""

    school: School
    course: Course
    adult: Student
    child: Student
    users: dict[str, User]

    @remembered
    def complete(self, student: Student) -> Completion:
        """A completion, as completing the course leaves it."""
        with in_school(self.school):
            return Completion.objects.create(
                student=student, course=self.course, completed_at=clock.now(), snapshot={"course": self.course.name}
            )

    def certify(self, student: Student) -> Certificate:
        """A completion and its certificate."""
        completion = self.complete(student)
        with in_school(self.school):
            return issue_certificate(completion.pk, actor=self.system)

    @property
    def system(self):
        return system_actor(self.school.pk)


@pytest.fixture(scope="session")
def generate() -> Callable[..., object]:
    """Keys made once: a test waits for no prime numbers."""
    made = [keys.generate_private_key(65537, 2048) for _ in range(4)]
    turn = iter(range(10**9))
    return lambda *_args: made[next(turn) % len(made)]


@pytest.fixture
def certifying(db, monkeypatch, generate) -> Certifying:
    return make_certifying(monkeypatch, generate)


def make_certifying(monkeypatch, generate, name: str = "Hill School") -> Certifying:
    monkeypatch.setattr(keys, "generate_private_key", generate)
    return _make(name)


@remembered
def _make(name: str) -> Certifying:
    school = make_school(name)
    adult = make_student(school, name="José Ñandú Álvarez", birth_date=date(1990, 3, 1))
    child = make_student(school, name="Zoë Brontë", birth_date=date(clock.now().year - 15, 1, 1))
    users = {
        "admin": make_admin(school),
        "adult": account_for(adult.person, Role.STUDENT),
        "child": account_for(child.person, Role.STUDENT),
        "guardian": guardian_of(child),
    }
    with in_school(school):
        course = Course.objects.create(
            name="First aid", slug="first-aid", code="FA1", summary="What to do until help comes", status="published"
        )
    return Certifying(school, course, adult, child, users)
