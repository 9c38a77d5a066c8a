"""Whatever a school is like and whatever is decided: a rollover is applied once, and undone as it was."""

from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lyceum.core import clock
from lyceum.domains.academics.models import AcademicYear, Grade, Placement, RolloverDecision
from lyceum.domains.academics.rules.placements import NewPlacement, leave_student, place_students
from lyceum.domains.academics.rules.rollover.decisions import Decided, decide
from lyceum.domains.academics.rules.rollover.proposing import BLOCKING
from lyceum.domains.academics.tests.rolling import NEXT_FIRST, Summer, make_summer
from lyceum.testing.factories import FIRST_DAY, LAST_DAY, NOW, in_school, make_student

DAYS = (FIRST_DAY, LAST_DAY, NEXT_FIRST)


@dataclass(frozen=True)
class Child:
    """One student: where they are, and what is done about them."""

    form: str
    grade: str
    leaves: int | None
    placed: str
    """A grade of the next year in which somebody placed them beforehand, or nothing."""
    decision: str
    target: str


children = st.builds(
    Child,
    form=st.sampled_from(["", "7A", "8A"]),
    grade=st.sampled_from(["", "7", "8", "9"]),
    leaves=st.sampled_from([None, None, None, 0, 1, 2]),
    placed=st.sampled_from(["", "", "", "8"]),
    decision=st.sampled_from(["", "", *RolloverDecision.Kind.values]),
    target=st.sampled_from(["", "", "7", "9"]),
)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(children, max_size=5), st.booleans(), st.booleans())
def test_applied_again_nothing_is_new_and_undone_everything_is_as_before(several, forms, teachers):
    with clock.frozen(NOW), transaction.atomic():
        summer = make_summer("7A", "8A", finals=("9", "12"), seats=2)
        _fill(summer, several)
        plan = summer.plan(forms=forms, teachers=teachers)
        _decide(summer, plan, several)
        before = summer.dump()

        _settle(summer, plan)
        summer.preview(plan)
        assume(not _is_blocked(summer, plan))  # as by three who were placed into a form of two seats
        summer.apply(summer.preview(plan))
        after = summer.dump()
        again = summer.apply(plan)
        applied_twice = summer.dump()
        results = [result for _, _, _, result in summer.decisions(plan).values()]
        summer.undo(plan)

        assert applied_twice == after
        assert again.counts["created"] == 0
        assert len(results) == len(several)
        assert set(results) <= {"already", "skipped"}
        assert summer.dump() == before
        transaction.set_rollback(True)


def _is_blocked(summer: Summer, plan) -> bool:
    with in_school(summer.school):
        return RolloverDecision.objects.filter(plan=plan, problem__in=BLOCKING).exists()


def _fill(summer: Summer, several: list[Child]) -> None:
    for n, child in enumerate(several):
        classes = [summer.forms[child.form]] if child.form else []
        student = make_student(summer.school, *classes[: 1 if n < 2 else 0], name=f"Child {n}")
        if child.grade:
            summer.place(student, child.grade)
        with in_school(summer.school):
            if child.placed and child.leaves is None:
                grade = Grade.objects.get(code=child.placed)
                year = AcademicYear.objects.get(pk=summer.next_year.pk)
                place_students([NewPlacement(student.pk, year, grade, NEXT_FIRST)], actor=summer.actor)
            if child.leaves is not None:
                leave_student(student.pk, last_day=DAYS[child.leaves], exit="withdrawn", actor=summer.actor)


def _decide(summer: Summer, plan, several: list[Child]) -> None:
    with in_school(summer.school):
        students = RolloverDecision.objects.filter(plan=plan).order_by("student__person__full_name")
        for child, student in zip(several, list(students.values_list("student_id", flat=True)), strict=True):
            if child.decision:
                grade = Grade.objects.get(code=child.target).pk if child.target else None
                decide(plan.pk, [student], Decided(child.decision, grade), actor=summer.actor)


def _settle(summer: Summer, plan) -> None:
    """Decide once more about whatever stands in the way."""
    summer.preview(plan)
    with in_school(summer.school):
        placed = Placement.objects.filter(year=summer.next_year).values("student")
        rows = RolloverDecision.objects.filter(plan=plan, problem__in=BLOCKING)
        stay = list(rows.filter(student__in=placed).values_list("student_id", flat=True))
        go = list(rows.exclude(student__in=placed).values_list("student_id", flat=True))
        eight = Grade.objects.get(code="8").pk
        for students, decided in ((go, Decided("leave")), (stay, Decided("promote", eight))):
            if students:
                decide(plan.pk, students, decided, actor=summer.actor)
