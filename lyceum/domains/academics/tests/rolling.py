"""A school at the end of its year, and what it holds before and after."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.db import connection
from procrastinate.contrib.django import app

from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import (
    AcademicYear,
    Class,
    ClassMembership,
    Grade,
    Placement,
    RolloverDecision,
    RolloverPlan,
)
from lyceum.domains.academics.rules.classes import NewTeacher, assign_teachers
from lyceum.domains.academics.rules.placements import NewPlacement, place_students
from lyceum.domains.academics.rules.rollover.applying import apply_rollover
from lyceum.domains.academics.rules.rollover.beginning import begin_rollover
from lyceum.domains.academics.rules.rollover.looking import preview_rollover
from lyceum.domains.academics.rules.rollover.undoing import undo_rollover
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import (
    FIRST_DAY,
    in_school,
    make_class,
    make_school,
    make_staff,
    make_student,
    make_year,
)
from lyceum.testing.rows import every_row

NEXT_FIRST, NEXT_LAST = date(2027, 9, 1), date(2028, 7, 20)
LAST = date(2027, 8, 31)
"""The day before the next year begins."""
OWN_TABLES = ("academics_rolloverplan", "academics_rolloverdecision", "academics_rolloverchange")


@dataclass
class Summer:
    """A school whose year goes over into the next."""

    school: School
    year: AcademicYear
    next_year: AcademicYear
    forms: dict[str, Class] = field(default_factory=dict)

    @property
    def actor(self):
        return system_actor(self.school.pk)

    def grade(self, code: str) -> Grade:
        with in_school(self.school):
            return Grade.objects.get(code=code)

    @remembered
    def student(self, form: str, *, grade: str = "", name: str = "", **more: Any) -> Student:
        """A student in a form and its grade, or in another."""
        student = make_student(self.school, self.forms[form], name=name, **more)
        self.place(student, grade or form[:-1])
        return student

    @remembered
    def place(self, student: Student, grade: str) -> None:
        with in_school(self.school):
            first = student.admission_date or FIRST_DAY
            place_students([NewPlacement(student.pk, self.year, self.grade(grade), first)], actor=self.actor)

    @remembered
    def plan(self, **options: bool) -> RolloverPlan:
        with in_school(self.school):
            return begin_rollover(self.year.pk, self.next_year.pk, options=options, actor=self.actor)

    @remembered
    def preview(self, plan: RolloverPlan) -> RolloverPlan:
        with in_school(self.school):
            return preview_rollover(plan.pk, actor=self.actor)

    @remembered
    def apply(self, plan: RolloverPlan) -> RolloverPlan:
        with in_school(self.school):
            return apply_rollover(plan.pk, actor=self.actor)

    def undo(self, plan: RolloverPlan) -> RolloverPlan:
        with in_school(self.school):
            return undo_rollover(plan.pk, actor=self.actor)

    def roll(self, **options: bool) -> RolloverPlan:
        """Plan, look, apply."""
        return self.apply(self.preview(self.plan(**options)))

    def decisions(self, plan: RolloverPlan) -> dict[str, tuple[str, str, str, str]]:
        """By student: decision, grade, form, and what stands in the way or came of it."""
        with in_school(self.school):
            rows = RolloverDecision.objects.filter(plan=plan).select_related("student__person", "grade")
            return {
                str(row.student): (
                    row.decision,
                    row.grade.code if row.grade else "",
                    row.form,
                    row.result or row.problem,
                )
                for row in rows
            }

    def standing(self, student: Student) -> tuple[list[Any], list[Any]]:
        """Grades and forms with their days."""
        with in_school(self.school):
            placements = Placement.objects.filter(student=student).order_by("starts_on")
            members = ClassMembership.objects.filter(student=student).order_by("starts_on")
            return (
                list(placements.values_list("grade__code", "starts_on", "ends_on")),
                list(members.values_list("school_class__name", "starts_on", "ends_on")),
            )

    def dump(self) -> dict[str, list[str]]:
        """Every row of people, academics and attendance in the school, but for the plan itself, as text."""
        labels = ("people", "academics", "attendance", "timetable")
        models = [model for label in labels for model in apps.get_app_config(label).get_models()]
        with in_school(self.school):
            return every_row(model._meta.db_table for model in models if model._meta.db_table not in OWN_TABLES)


def work() -> list[str]:
    """Do the jobs that wait, as a worker does; returns their names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        jobs = cursor.fetchall()
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", [[job[0] for job in jobs]])
    for _, name, arguments in jobs:
        app.tasks[name](**json.loads(arguments))
    return [name for _, name, _ in jobs]


@remembered
def make_summer(*names: str, finals: tuple[str, ...] = ("12",), seats: int = 40, name: str = "Hill School") -> Summer:
    """A school with a year, the next one, and forms of the grades that their names say, each with a teacher."""
    school = make_school(name)
    year = make_year(school)
    next_year = make_year(school, "2027/28", starts=NEXT_FIRST, ends=NEXT_LAST, current=False)
    summer = Summer(school, year, next_year)
    with in_school(school):
        Grade.objects.filter(code__in=finals).update(final=True)
    for each in names:
        grade = summer.grade(each[:-1]).pk
        form = make_class(school, each, grades=(grade,), section=each[-1], capacity=seats)
        summer.forms[each] = form
        staff = make_staff(school, name=f"Teacher of {each}")
        with in_school(school):
            assign_teachers([NewTeacher(form, staff)], actor=summer.actor)
    return summer
