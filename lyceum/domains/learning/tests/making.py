"""Courses with everything in them, made by the rules and with nothing that a test did not ask for."""

from datetime import date
from typing import Any
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import current_school
from lyceum.domains.learning.models import Course, CourseCategory, CourseLesson, LearningSchedule, Material, Module
from lyceum.domains.learning.rules.access import grant_access
from lyceum.domains.learning.rules.categories import create_category
from lyceum.domains.learning.rules.courses import create_course
from lyceum.domains.learning.rules.lessons import create_lesson
from lyceum.domains.learning.rules.materials import add_material
from lyceum.domains.learning.rules.modules import create_module
from lyceum.domains.learning.rules.schedules import create_schedule
from lyceum.domains.people.models import Student
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_student
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import account_for, in_school, make_staff

FIRST, LAST = date(2026, 11, 16), date(2027, 1, 29)


@remembered
def make_course(school: School, name: str = "Welding", **values: Any) -> Course:
    """A published course."""
    actor = system_actor(school.pk)
    with in_school(school):
        shelf = CourseCategory.objects.first() or create_category(values={"name": "Crafts"}, actor=actor)
        given = {"name": name, "category": shelf.slug, "description": "All about it.", "status": "published"} | values
        return create_course(values=given, actor=actor)


@remembered
def make_run(school: School, course: Course | None = None, **values: Any) -> LearningSchedule:
    """A published run that takes place online and runs already."""
    course = course or make_course(school)
    given = {"start_on": FIRST, "end_on": LAST, "delivery": "online", "status": "published"} | values
    with in_school(school):
        run = create_schedule(course_id=course.pk, values=given, actor=system_actor(school.pk))
    run.course = course
    return run


@remembered
def make_module(run: LearningSchedule, title: str = "Basics", **values: Any) -> Module:
    """A module, the last of the run."""
    with in_school(School.objects.get(pk=run.school_id)):
        return create_module(schedule_id=run.pk, values={"title": title} | values, actor=system_actor(run.school_id))


@remembered
def make_lesson(module: Module, title: str = "Safety", **values: Any) -> CourseLesson:
    """A lesson, the last of the module."""
    given = {"title": title, "content": f"The *text* of {title}"} | values
    with in_school(School.objects.get(pk=module.school_id)):
        return create_lesson(module_id=module.pk, values=given, actor=system_actor(module.school_id))


@remembered
def make_material(school: School, **values: Any) -> Material:
    """A link."""
    given = {"kind": "link", "title": "A page", "url": "https://example.org/"} | values
    with in_school(school):
        return add_material(values=given, actor=system_actor(school.pk))


@remembered
def make_applicant(school: School, name: str = "Ada Applicant", **person: Any) -> Student:
    """Somebody who applied: a record without any enrolment at the school, and an account."""
    with in_school(school):
        student = create_student(
            NewStudent(NewPerson(full_name=name, **person), confirm_new=True), actor=system_actor(school.pk)
        )
    account_for(student.person, Role.APPLICANT)
    return student


@remembered
def make_instructor(school: School, name: str = "Ivo Instructor") -> tuple[UUID, Any]:
    """A teacher: their id on the staff, and their account."""
    staff = make_staff(school, name=name)
    return staff.pk, account_for(staff.person, Role.TEACHER)


@remembered
def approve(student: Student, *courses: Course, source_id: UUID | None = None) -> None:
    """As admissions does."""
    with in_school(School.objects.get(pk=student.school_id)):
        grant_access(
            student.pk,
            courses=[each.pk for each in courses] or None,
            source="application",
            source_id=source_id,
            granted_at=clock.now(),
            actor=system_actor(current_school()),
        )
