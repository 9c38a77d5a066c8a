"""A school that is ready for somebody to come from its site to its alumni."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.accounts.models import User
from lyceum.domains.admissions.rules.intakes import create_intake, create_step, publish_intake
from lyceum.domains.calendars.models import Event
from lyceum.domains.calendars.rules.events import create_event, publish_event
from lyceum.domains.learning.models import Course, LearningSchedule
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.writing import NewAssignment, create_assignment
from lyceum.domains.learning.tests.making import make_course, make_instructor, make_lesson, make_module, make_run
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.tests.making import make_site
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school

PASSWORD = "seven green tall horses"
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@dataclass
class OpenSchool:
    """A course that one applies for with a passport and an interview, its run with two lessons, and a fair."""

    school: School
    admin: User
    teacher: User
    course: Course
    run: LearningSchedule
    work: UUID
    """What the second lesson waits for."""
    intake: UUID
    event: Event


def make_open_school() -> OpenSchool:
    """Everything is published. The run goes on, and the fair is in ten days."""
    school = make_school()
    make_site(school)
    admin = make_admin(school, username="ada", name="Ada Admin")
    instructor, teacher = make_instructor(school)
    day = clock.now().date()
    course = make_course(school, slug="welding")
    run = make_run(
        school,
        course,
        start_on=day - timedelta(days=7),
        end_on=day + timedelta(days=60),
        instructor_id=instructor,
    )
    module = make_module(run)
    make_lesson(module, "Sparks")
    actor = as_actor(teacher, school)
    with in_school(school):
        work = create_assignment(
            NewAssignment("A seam", "Weld one", clock.now() + timedelta(days=5), schedule=run.pk), actor=actor
        )
        publish_assignment(work.pk, actor=actor)
    make_lesson(module, "Seams", completes_on="assignment", assignment_id=work.pk)
    return OpenSchool(
        school, admin, teacher, course, run, work.pk, _make_intake(school, course), _make_fair(school, day)
    )


def _make_intake(school: School, course: Course) -> UUID:
    actor = system_actor(school.pk)
    with in_school(school):
        documents = [{"type": "Passport", "required": True}]
        values = {"courses": [course.pk], "documents": documents}
        intake = create_intake(kind="course", name="Autumn", values=values, actor=actor)
        create_step(intake.pk, values={"step_name": "Interview"}, actor=actor)
        publish_intake(intake.pk, actor=actor)
    return intake.pk


def _make_fair(school: School, day: date) -> Event:
    actor = system_actor(school.pk)
    values = {"title": "Fair", "date": day + timedelta(days=10), "visibility": "public"}
    with in_school(school):
        event = create_event(values=values, actor=actor)
        return publish_event(event.pk, actor=actor)
