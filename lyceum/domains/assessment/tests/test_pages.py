"""The pages: a grid that is typed in without scripts too, what a family reads, what the admin settles."""

import json
from typing import Any

from lyceum.domains.assessment.models import Cell, Column, GradingPolicy, Scale
from lyceum.domains.assessment.tests.conftest import Marks
from lyceum.testing.clients import statements_for
from lyceum.testing.factories import in_school, make_student
from lyceum.testing.pages import text_of


def name_of(marks: Marks, column: Any, student: int = 0, version: int = 0) -> str:
    return f"c.{column}.{marks.students[student].pk}.{version}"


def test_a_teacher_opens_a_gradebook_adds_columns_and_types_without_scripts(marks: Marks):
    page = marks.page("teacher")
    assert "Autumn" in text_of(page.get("/marks/"))
    opened = page.post("/marks/", {"act": "open", "class": marks.form.pk, "term": marks.term.pk})
    grid = opened["Location"]
    assert grid == f"/marks/gradebooks/{marks.book.pk}/"
    assert "No column yet" in text_of(page.get(grid))
    into = marks.first_category
    for values in (
        {"act": "category", "category": into, "title": "Tests", "weight": "60", "drop_lowest": "0", "position": "0"},
        {"act": "add_column", "title": "Essay", "points": "30", "into": into, "counts": "1", "due_at": ""},
        {"act": "add_category", "title": "Homework", "weight": "40"},
    ):
        assert page.post(f"{grid}setup/", values).status_code == 302
    with in_school(marks.school):
        column = Column.objects.get().pk

    mixed = page.post(
        grid, {name_of(marks, column): "24", name_of(marks, column, 1): "34", name_of(marks, column, 2): ""}
    )

    assert mixed.status_code == 200
    text = text_of(mixed)
    assert "1 cell was saved." in text
    assert "Ben Carson, Essay: 34 is more than 30 for Essay." in text
    assert 'value="34"' in mixed.content.decode()
    with in_school(marks.school):
        assert [str(cell.score) for cell in Cell.objects.all()] == ["24.00"]
    stale = page.post(grid, {name_of(marks, column): "25"})
    assert "It says now: 24" in text_of(stale)
    assert page.post(grid, {name_of(marks, column, version=1): "-"}).status_code == 302


def test_what_the_script_sends_is_answered_cell_by_cell_with_the_new_totals(marks: Marks):
    column = marks.column("Essay", 30)
    sent = [
        {"column": str(column), "student": str(student.pk), "value": value, "version": 0}
        for student, value in zip(marks.students, ("24", "nonsense", "AB"), strict=True)
    ]
    page, path = marks.page("teacher"), f"/marks/gradebooks/{marks.book.pk}/"

    found = page.post(path, {"act": "cells", "cells": json.dumps(sent)}).json()

    assert [(each["outcome"], each["shown"], each["version"]) for each in found["cells"]] == [
        ("saved", "24", 1),
        ("refused", "", 0),
        ("saved", "AB", 1),
    ]
    assert [total["current"] for total in found["totals"]] == ["80 %", "–"]
    assert found["spreads"] == [{"column": str(column), "mean": "24", "median": "24"}]
    silent = marks.page("admin").post(path, {"act": "cells", "cells": json.dumps(sent)})
    assert (silent.status_code, silent.json()["code"]) == (422, "reason_required")
    assert page.post(path, {"act": "cells", "cells": "[{"}).status_code == 400


def test_a_family_finds_both_totals_and_why(marks: Marks):
    marks.policy(late_rate="10")
    column = marks.column("Essay", due_at="2026-11-16T12:00:00Z")
    marks.column("Oral")
    marks.give(column, "90", late_minutes=60)
    student = marks.students[0].pk

    assert marks.page("student").get("/marks/")["Location"] == f"/marks/students/{student}/"
    for name in ("student", "guardian"):
        text = text_of(marks.page(name).get(f"/marks/students/{student}/"))
        for words in ("Current", "80 %", "Final", "40 %", "90 % − 10 percentage points", "is rounded once"):
            assert words in text
    why = text_of(marks.page("teacher").get(f"/marks/gradebooks/{marks.book.pk}/students/{student}/"))
    assert "60 minutes late" in why
    assert marks.page("ben").get(f"/marks/students/{student}/").status_code == 404


def test_late_minutes_and_more_time_are_given_on_the_learners_page(marks: Marks):
    marks.policy(late_rate="10")
    column = marks.column("Essay", due_at="2026-11-16T12:00:00Z")
    page = f"/marks/gradebooks/{marks.book.pk}/students/{marks.students[0].pk}/"
    given = {"column": column, "version": 0, "value": "90", "late_minutes": "2940", "extended_due_at": ""}

    assert marks.page("teacher").post(page, given).status_code == 302
    assert marks.totals()[0] == "60"
    more = given | {"version": 1, "extended_due_at": "2026-11-18T12:00"}
    assert marks.page("teacher").post(page, more).status_code == 302

    assert marks.totals()[0] == "80"


def test_the_admin_settles_scale_and_policy(marks: Marks):
    page = marks.page("admin")
    for bands, status in (("A 90", 422), ("A 90\r\nVery good 62,5\r\nF 0 -", 302)):
        typed = {"act": "scale", "name": "L", "kind": "letter", "bands": bands}
        assert page.post("/settings/grading/", typed).status_code == status
    with in_school(marks.school):
        scale = Scale.objects.get()
        found = scale.bands.order_by("-min_percent").values_list("label", "is_pass")
        assert list(found) == [("A", True), ("Very good", True), ("F", False)]
    values = {
        "scale": scale.pk, "total_method": "points", "rounding": "half_even", "places": "1", "letter_from": "exact",
        "late_rate": "7,5", "late_interval": "hour", "late_floor": "", "late_grace_minutes": "15", "attempts": "latest",
        "missing_percent": "0", "absent": "zero", "exempts_late_joiners": "1",
    }  # fmt: skip

    assert page.post(f"/settings/grading/policies/{marks.book.policy_id}/", values).status_code == 302

    with in_school(marks.school):
        policy = GradingPolicy.objects.get(pk=marks.book.policy_id)
        kept = (str(policy.late_rate), policy.missing_percent, policy.rounding, policy.places)
        assert kept == ("7.50", 0, "half_even", 1)
    assert marks.page("teacher").get("/settings/grading/").status_code == 403


def test_a_grids_page_costs_the_same_whatever_its_size(marks: Marks):
    path = f"/marks/gradebooks/{marks.book.pk}/"
    marks.column_of(marks.work())
    marks.column()
    few = statements_for(marks.page("teacher"), path)

    for n in range(3):
        marks.give(marks.column(f"Test {n}"), "50")
        make_student(marks.school, marks.form)

    assert statements_for(marks.page("teacher"), path) == few
