"""A small school with what must be taught: two forms, three subjects, three teachers."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.domains.academics.models import AcademicYear, Class, ClassTeacher
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.models import PlannedLesson, Version
from lyceum.domains.timetable.rules.from_classes import generate_requirements
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import (
    NOW,
    find_or_make_year,
    in_school,
    make_class,
    make_school,
    make_student,
    make_subject,
    make_teacher,
    make_teaching_class,
)

SUBJECTS = (("MA", "Mathematics"), ("EN", "English"), ("AR", "Art"))


@dataclass
class Small:
    """Forms 7A and 7B with two students each; each is taught three subjects, and a subject has one teacher."""

    school: School
    year: AcademicYear
    forms: list[Class]
    taught: dict[str, Class]
    students: list[Student]

    @property
    def system(self) -> Actor:
        return system_actor(self.school.pk)

    def lead(self, name: str) -> UUID:
        """The teacher of a class."""
        found: UUID = ClassTeacher.objects.get(school_class=self.taught[name], role="lead").staff_id
        return found

    @remembered
    def draft(self, lessons: int = 2) -> Version:
        """A draft with so many lessons of each class, none of them placed."""
        with in_school(self.school):
            generate_requirements(self.year.pk, lessons=lessons, actor=self.system)
            return create_version(self.year.pk, actor=self.system)

    @remembered
    def placed(self, lessons: int = 2) -> Version:
        """A draft in which every lesson has a place, and nothing clashes: a form's lessons follow each other."""
        version = self.draft(lessons)
        with in_school(self.school):
            place_all(version)
        return version


PERIODS = (1, 2, 4, 5, 7, 8)
"""Numbers of the teaching periods of the usual day; 3 and 6 are break and lunch."""


def place_all(version: Version) -> None:
    """Each subject has periods of its own on each day, and each form days of its own."""
    count: dict[str, int] = {}
    for lesson in (
        PlannedLesson.objects.filter(version=version).order_by("pk").prefetch_related("classes__school_class")
    ):
        name = lesson.classes.get().school_class.name
        number = count[name] = count.get(name, 0) + 1
        form, subject = name.split("/")
        column = [code for code, _name in SUBJECTS].index(subject)
        lesson.day = number
        lesson.period = PERIODS[column if form == "7A" else column + 3]
        lesson.save()


@remembered
def make_small(name: str = "Hill School") -> Small:
    """Such a school."""
    school = make_school(name)
    year = find_or_make_year(school)
    subjects = {code: make_subject(school, code, title).pk for code, title in SUBJECTS}
    forms = [make_class(school, form) for form in ("7A", "7B")]
    taught = {
        f"{form}/{code}": make_teaching_class(school, f"{form}/{code}", subject=subjects[code], registers="lesson")
        for form in ("7A", "7B")
        for code in subjects
    }
    for code, title in SUBJECTS:
        make_teacher(school, taught[f"7A/{code}"], taught[f"7B/{code}"], name=f"Teacher of {title}")
    students = [
        make_student(
            school, form, *(row for key, row in taught.items() if key.startswith(form.name)), name=f"{form.name} {n}"
        )
        for form in forms
        for n in (1, 2)
    ]
    return Small(school, year, forms, taught, students)


@pytest.fixture
def small(db: None) -> Small:
    """A small school on Friday at 8:50."""
    with clock.frozen(NOW):
        return make_small()
