"""Gradebooks of the demo schools: tests that were typed, assignments whose marks come by themselves."""

from collections.abc import Sequence
from datetime import time, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from lyceum.core.actor import Actor, Via
from lyceum.demo.build import Demo, Say
from lyceum.demo.roster import dice_for
from lyceum.domains.academics.models import Class, ClassTeacher, Term
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.assessment.models import Category, Column, Gradebook, GradingPolicy, Scale
from lyceum.domains.assessment.queries import read_whole
from lyceum.domains.assessment.rules.cells import GivenCell, save_cells
from lyceum.domains.assessment.rules.gradebooks import open_gradebook
from lyceum.domains.assessment.rules.grading_policies import create_policy
from lyceum.domains.assessment.rules.scales import create_scale
from lyceum.domains.assessment.rules.structure import add_category, add_column, edit_category
from lyceum.domains.learning.models import Assignment, AssignmentClass
from lyceum.domains.people.policies import holds_on

BANDS = (("A", 85), ("B", 70), ("C", 55), ("D", 40), ("U", 0))
TESTS = (("Starter quiz", 20, -40), ("Test on the first unit", 50, -24), ("Test on the second unit", 50, -6))


def add_gradebooks(demo: Demo, say: Say) -> None:
    """For the classes that have assignments: those of the people whom a visitor signs in as."""
    with demo.on(demo.today, time(7, 30)):
        _settle(demo)
        term = Term.objects.filter(year__state="current", starts__lte=demo.today).order_by("-starts").first()
        if term is None:
            return
        rows = AssignmentClass.objects.filter(school_class__year=term.year_id).values("school_class")
        for school_class in Class.objects.filter(pk__in=rows).select_related("subject").order_by("name", "pk"):
            lead = ClassTeacher.objects.filter(holds_on(demo.today), school_class=school_class, role="lead")
            teacher = lead.select_related("staff__person__user").first()
            if teacher is None or teacher.staff.person.user is None or school_class.term_id not in (None, term.pk):
                continue
            actor = actor_for_user(teacher.staff.person.user, demo.school.pk, via=Via.PAGE)
            _fill(demo, school_class, term, actor)
    say(f"{Gradebook.objects.count()} gradebooks with {Column.objects.count()} columns")


def _settle(demo: Demo) -> None:
    """Letters, and ten percentage points off for each day late."""
    bands = [{"label": label, "min_percent": Decimal(least), "is_pass": least > 0} for label, least in BANDS]
    scale = create_scale(values={"name": "Letters", "kind": Scale.Kind.LETTER, "bands": bands}, actor=demo.head)
    values = {
        "valid_from": demo.plan.calendars[demo.plan.first].starts,
        "scale_id": scale.pk,
        "late_rate": Decimal(10),
        "late_interval": GradingPolicy.Interval.SCHOOL_DAY,
        "late_floor": Decimal(40),
    }
    create_policy(values=values, actor=demo.head)


def _fill(demo: Demo, school_class: Class, term: Term, actor: Actor) -> None:
    book = open_gradebook(class_id=school_class.pk, term_id=term.pk, actor=actor).row
    first = Category.objects.get(gradebook=book)
    edit_category(book.pk, first.pk, values={"title": "Tests", "weight": Decimal(60), "drop_lowest": 1}, actor=actor)
    homework = add_category(book.pk, values={"title": "Homework", "weight": Decimal(40)}, actor=actor)
    columns = [
        add_column(
            book.pk,
            values={
                "title": title,
                "points": Decimal(points),
                "category_id": first.pk,
                "due_at": demo.instant(demo.today + timedelta(days=days), time(10)),
            },
            actor=actor,
        )
        for title, points, days in TESTS
    ]
    works = Assignment.objects.filter(classes__school_class=school_class).exclude(status=Assignment.Status.DRAFT)
    for work in works.order_by("due_at", "pk")[:3]:
        add_column(book.pk, values={"source_id": work.pk, "category_id": homework.pk}, actor=actor)
    students = [each.student.pk for each in read_whole(book, actor=actor).learners if each.left_on is None]
    cells = _cells(columns, students, dice_for(demo.plan, school_class.name, "gradebook"))
    if cells:
        save_cells(book.pk, cells=cells[:500], actor=actor)


def _cells(columns: Sequence[Column], students: Sequence[UUID], dice: Random) -> list[GivenCell]:
    """The newest test is only half marked."""
    found = []
    for student in students:
        talent = dice.gauss(0.72, 0.13)
        for column in columns:
            if column is columns[-1] and dice.random() < 0.5:
                continue
            score = min(max(talent + dice.gauss(0, 0.1), 0.05), 1) * float(column.points)
            value = dice.choices((f"{round(score * 2) / 2:g}", "AB", "EX", "M"), (94, 3, 2, 1))[0]
            found.append(GivenCell(column.pk, student, {"value": value}))
    return found
