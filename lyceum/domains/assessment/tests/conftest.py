"""7A on a Friday, with a gradebook for its first term."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse

from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import Term
from lyceum.domains.academics.rules.calendar import create_term
from lyceum.domains.assessment.models import Category, Column, Gradebook
from lyceum.domains.assessment.rules.gradebooks import open_gradebook
from lyceum.domains.assessment.rules.structure import add_column
from lyceum.domains.learning.models import Assignment
from lyceum.domains.learning.tests.assignments.conftest import Friday, at_school, make_friday
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import in_school

__all__ = ["at_school"]
API = "/api/v1/"


@dataclass
class Marks(Friday):
    """The same, and the gradebook that the teacher of 7A opened."""

    term: Term
    book: Gradebook

    @property
    def path(self) -> str:
        """Of the gradebook."""
        return f"{API}gradebooks/{self.book.pk}/"

    @remembered
    def column(self, title: str = "Test", points: Any = 100, **values: Any) -> UUID:
        """A column that the teacher adds."""
        body = {"title": title, "points": str(points)} | values
        answer = self.rest("teacher").send(f"{self.path}columns/", body)
        assert answer.status_code == 201, answer.content
        return UUID(answer.json()["id"])

    @remembered
    def column_of(self, work: Assignment, **values: Any) -> Column:
        """A column whose cells are an assignment's marks."""
        with in_school(self.school):
            return add_column(self.book.pk, values={"source_id": work.pk} | values, actor=self.who("teacher"))

    @remembered
    def category(self, title: str, **values: Any) -> UUID:
        """A category that the teacher adds."""
        answer = self.rest("teacher").send(f"{self.path}categories/", {"title": title} | values)
        assert answer.status_code == 201, answer.content
        return UUID(answer.json()["id"])

    @property
    def first_category(self) -> UUID:
        """The one with which a gradebook begins."""
        with in_school(self.school):
            return Category.objects.filter(gradebook=self.book).order_by("position")[0].pk

    @remembered
    def policy(self, **values: Any) -> None:
        """The admin changes how it is counted."""
        path = f"{API}grading-policies/{self.book.policy_id}/"
        answer = self.rest("admin").send(path, values, method="patch")
        assert answer.status_code == 200, answer.content

    def put(
        self, cells: Sequence[Mapping[str, Any]], *, name: str = "teacher", query: str = "", **body: Any
    ) -> HttpResponse:
        """Write cells."""
        path = f"{self.path}cells/{query}"
        return self.rest(name).send(path, {"cells": list(cells)} | body, method="put")

    def give(self, column: UUID, value: str, student: int = 0, **more: Any) -> Any:
        """Write one cell, which is saved."""
        answer = self.put([self.cell(column, value, student, **more)])
        assert answer.status_code == 200, answer.content
        return answer.json()["cells"][0]  # type: ignore[attr-defined]  # of Django's test client

    def cell(self, column: UUID, value: str, student: int = 0, **more: Any) -> dict[str, Any]:
        """A cell as it is sent."""
        return {"column_id": str(column), "student_id": str(self.students[student].pk), "value": value} | more

    def totals(self, student: int = 0) -> tuple[Any, Any]:
        """A learner's current and final percent, as the teacher reads them."""
        grid = self.rest("teacher").get(f"{self.path}cells/").json()
        row = next(each for each in grid["learners"] if each["student_id"] == str(self.students[student].pk))
        return row["current"]["percent"], row["final"]["percent"]

    def explained(self, student: int = 0) -> Any:
        """Why the current total is what it is."""
        grid = self.rest("teacher").get(f"{self.path}cells/?explain=1").json()
        row = next(each for each in grid["learners"] if each["student_id"] == str(self.students[student].pk))
        return row["current"]["explanation"]

    def own(self, name: str = "student", query: str = "") -> Any:
        """What somebody of the family reads of Ada."""
        answer = self.rest(name).get(f"{API}students/{self.students[0].pk}/marks/{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()["gradebooks"]


@remembered
def make_marks(**school: str) -> Marks:
    """Two forms on Friday at 8:50, and the gradebook of one."""
    friday = make_friday(**school)
    with in_school(friday.school):
        term = create_term(
            friday.form.year_id,
            name="Autumn",
            starts=date(2026, 9, 1),
            ends=date(2026, 12, 18),
            actor=system_actor(friday.school.pk),
        )
        book = open_gradebook(class_id=friday.form.pk, term_id=term.pk, actor=friday.who("teacher")).row
    return Marks(friday.school, friday.form, friday.students, friday.users, term, book)


@pytest.fixture
def marks(db: None, at_school: None) -> Marks:
    """7A with its gradebook."""
    return make_marks()
