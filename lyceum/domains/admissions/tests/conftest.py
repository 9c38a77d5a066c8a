"""A school that takes applications: an office, a course, a year group with five places, and somebody who applies."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import AcademicYear, Grade
from lyceum.domains.accounts.models import User
from lyceum.domains.admissions.models import Application, Intake
from lyceum.domains.admissions.rules.deciding import start_review
from lyceum.domains.admissions.rules.entering import Entered, EnteredGuardian
from lyceum.domains.admissions.rules.intakes import add_standing_intake, create_intake, create_step, publish_intake
from lyceum.domains.admissions.rules.sending import apply
from lyceum.domains.learning.models import Course
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import Caller, software
from lyceum.testing.factories import (
    NOW,
    as_actor,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_user,
    make_year,
)

ADULT, CHILD = date(1990, 5, 1), date(2015, 5, 1)
MOTHER = EnteredGuardian(first_name="Mo", last_name="Lund", relation="mother", email="mo@example.org")
NEXT_YEAR = (date(2027, 9, 1), date(2028, 7, 20))
_numbers = count(1)


@dataclass
class Office:
    """A school that takes applications, with everybody who has to do with them."""

    school: School
    course: Course
    year: AcademicYear
    admin: User
    office: User
    """With the sets Admissions and Admissions decisions."""
    applicant: User

    def actor(self, user: User) -> Actor:
        return as_actor(user, self.school)

    def software(self, user: User) -> Caller:
        return software(user, self.school)

    @property
    def general(self) -> Intake:
        return add_standing_intake()

    @remembered
    def newcomer(self, role: Role = Role.APPLICANT) -> User:
        """Somebody with a verified address."""
        return make_user(self.school, role, email=f"newcomer{next(_numbers)}@example.org")

    @remembered
    def year_group(
        self, *, name: str = "Year 1", places: int | None = 5, steps: tuple[str, ...] = (), **values: Any
    ) -> Intake:
        """A published intake of a year group."""
        actor = system_actor(self.school.pk)
        with in_school(self.school):
            given = {"year": self.year.pk, "grade": Grade.objects.get(code="1").pk, "places": places, **values}
            intake = create_intake(kind="year_group", name=name, values=given, actor=actor)
            for step in steps:
                create_step(intake.pk, values={"step_name": step}, actor=actor)
            return publish_intake(intake.pk, actor=actor)

    @remembered
    def apply(self, user: User | None = None, **entered: Any) -> Application:
        """An application that was sent: an adult's to the course, unless told otherwise."""
        given: dict[str, Any] = {"birth_date": ADULT, "first_name": "Ana", "last_name": "Lund"}
        if "intake" not in entered:
            given["courses"] = [self.course.pk]
        with in_school(self.school):
            return apply(Entered(**given | entered), actor=self.actor(user or self.newcomer()))

    @remembered
    def child(self, intake: Intake, user: User | None = None, *, review: bool = True, **entered: Any) -> Application:
        """A guardian's application for a child, under review."""
        given: dict[str, Any] = {"intake": intake.pk, "birth_date": CHILD, "for_self": False, "guardians": [MOTHER]}
        application = self.apply(user, **given | entered)
        if not review:
            return application
        with in_school(self.school):
            return start_review(application.pk, actor=self.actor(self.admin))

    def status(self, application: UUID | Application) -> str:
        """The state as it is in the database."""
        pk = application.pk if isinstance(application, Application) else application
        with in_school(self.school):
            return Application.objects.values_list("status", flat=True).get(pk=pk)


@remembered
def build_office() -> Office:
    school = make_school()
    year = make_year(school, "2027/28", starts=NEXT_YEAR[0], ends=NEXT_YEAR[1], current=False)
    with in_school(school):
        course = Course.objects.create(name="Ceramics", slug="ceramics", status="published")
    office = make_manager(school, "Admissions", "Admissions decisions", name="Olga Office")
    applicant = make_user(school, Role.APPLICANT, name="Ana Lund", email="ana@example.org")
    return Office(school, course, year, make_admin(school, name="Ada Admin"), office, applicant)


@pytest.fixture
def office(db):
    """On a Friday in November."""
    with clock.frozen(NOW):
        yield build_office()


def later(**delta: float) -> Any:
    """The clock, moved on."""
    return clock.frozen(clock.now() + timedelta(**delta))
