"""Who reads and writes what: own classes by date, own child, the admin with a reason, nobody of another school."""

from datetime import timedelta
from typing import Any

import pytest

from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.assessment.models import Cell
from lyceum.domains.assessment.tests.conftest import API, Marks, make_marks
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.people.models import GuardianLink, Person, Staff
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.testing.clients import key_holder, software
from lyceum.testing.factories import NOW, in_school, make_manager


def addresses(marks: Marks) -> list[str]:
    """What the teacher of the class reads."""
    student = marks.students[0].pk
    return [marks.path, f"{marks.path}cells/", f"{marks.path}cells/?explain=1", f"{API}students/{student}/marks/"]


def test_a_teacher_of_another_school_a_former_guardian_and_a_cover_teacher_find_nothing(marks: Marks):
    dale = make_marks()
    column = marks.column()
    marks.give(column, "80")
    with in_school(marks.school):
        lesson = Lesson.objects.create(
            school_class=marks.form, weekday=5, period="1", starts_at="09:00", ends_at="10:00", starts_on="2026-09-01"
        )
        staff = Staff.objects.get(person__user=marks.users["other"])
        Cover.objects.create(lesson=lesson, on=NOW.date(), teacher=staff)
        GuardianLink.objects.filter(student=marks.students[0]).update(ends_on=NOW.date() - timedelta(days=1))
    callers = {
        "another school": dale.rest("teacher"),
        "former guardian": marks.rest("guardian"),
        "cover": marks.rest("other"),
        "another guardian": marks.rest("other_guardian"),
    }

    found = {name: {caller.get(path).status_code for path in addresses(marks)} for name, caller in callers.items()}
    written = {
        name: caller.send(f"{marks.path}cells/", {"cells": [marks.cell(column, "5")]}, method="put").status_code
        for name, caller in callers.items()
    }

    assert found == {name: {404} for name in callers}
    assert written == {"another school": 404, "former guardian": 403, "cover": 404, "another guardian": 403}
    assert [marks.rest("teacher").get(path).status_code for path in addresses(marks)] == [200] * 4


def test_a_teacher_reads_as_long_as_they_teach_the_class(marks: Marks):
    with in_school(marks.school):
        ClassTeacher.objects.filter(school_class=marks.form).update(ends_on=NOW.date() - timedelta(days=1))

    assert {marks.rest("teacher").get(path).status_code for path in addresses(marks)} == {404}
    assert marks.rest("teacher").get(f"{API}gradebooks/").json()["items"] == []


def test_who_does_not_teach_the_class_says_why_and_the_trail_keeps_it(marks: Marks):
    column = marks.column()
    cells = [marks.cell(column, "70")]

    silent = marks.put(cells, name="admin")
    said = marks.put(cells, name="admin", reason="The teacher is ill")

    assert (silent.status_code, silent.json()["errors"][0]["code"]) == (422, "reason_required")
    assert said.status_code == 200
    with in_school(marks.school):
        assert AuditEntry.objects.get(action="assessment.cells.save").reason == "The teacher is ill"
        assert str(Cell.objects.get().score) == "70.00"


def test_a_manager_reads_with_the_permission_and_writes_nothing(marks: Marks):
    column = marks.column()
    marks.give(column, "80")
    reader = software(make_manager(marks.school, "Exams"), marks.school)
    office = software(make_manager(marks.school, "Office"), marks.school)

    assert [reader.get(path).status_code for path in addresses(marks)[:3]] == [200] * 3
    assert reader.send(f"{marks.path}cells/", {"cells": [marks.cell(column, "5")]}, method="put").status_code == 403
    assert {office.get(path).status_code for path in addresses(marks)} == {403}
    key = key_holder(marks.school, "assessment:read")
    assert key.get(addresses(marks)[1]).status_code == 200


def test_a_family_reads_its_own_and_nothing_that_is_hidden(marks: Marks):
    shown, hidden = marks.column("Test"), marks.column("Secret", shown="hidden")
    marks.give(shown, "80")
    marks.give(hidden, "20")

    for name in ("student", "guardian"):
        (book,) = marks.own(name)
        assert [mark["title"] for mark in book["marks"]] == ["Test"]
        assert (book["current"]["percent"], book["final"]["percent"]) == ("80", "80")
    assert marks.totals() == ("50", "50")
    path = f"{API}students/{marks.students[0].pk}/marks/"
    assert marks.rest("ben").get(path).status_code == 404
    assert marks.rest("student").get(f"{API}students/me/marks/").json()["gradebooks"] == marks.own()
    assert marks.rest("guardian").get(f"{API}students/me/marks/").status_code == 404
    assert marks.rest("student").get(marks.path).status_code == 404


@pytest.mark.parametrize("who", ["guardian", "teacher"])
def test_who_may_have_no_contact_reads_nothing_of_the_child(marks: Marks, who: str):
    column = marks.column()
    marks.give(column, "80")
    with in_school(marks.school):
        person = Person.objects.get(user=marks.users[who])
        restrict_contact(
            marks.students[0].pk,
            person_id=person.pk,
            kinds=["no_contact"],
            actor=system_actor(marks.school.pk),
        )

    assert marks.rest(who).get(f"{API}students/{marks.students[0].pk}/marks/").status_code == 404
    if who == "teacher":
        grid = marks.rest(who).get(f"{marks.path}cells/").json()
        assert "Ada Lovelace" not in [row["name"] for row in grid["learners"]]
        assert marks.put([marks.cell(column, "5")]).status_code == 404


def test_the_same_acts_and_refusals_through_graphql(marks: Marks):
    column = marks.column("Essay", 30)

    def ask(name: str, query: str, **variables: Any) -> Any:
        answer = marks.rest(name).send("/graphql", {"query": query, "variables": variables}).json()
        return answer["data"] if answer.get("data") else answer["errors"][0]["extensions"]["code"]

    save = """mutation($i: SaveCellsInput!) { saveCells(input: $i) {
      cells { outcome cell { score version } problem { code } } errors { code } } }"""
    cells = [
        {"columnId": str(column), "studentId": str(student.pk), "value": value}
        for student, value in zip(marks.students, ("24", "34", "EX"), strict=True)
    ]
    given = {"gradebookId": str(marks.book.pk), "cells": cells}

    saved = ask("teacher", save, i=given)["saveCells"]["cells"]
    assert [(each["outcome"], each["cell"]["score"]) for each in saved] == [
        ("saved", "24.00"), ("refused", None), ("saved", None),
    ]  # fmt: skip
    assert saved[1]["problem"] == {"code": "score_out_of_range"}
    assert ask("student", save, i=given)["saveCells"]["errors"] == [{"code": "not_allowed"}]
    assert ask("other", save, i=given)["saveCells"]["errors"] == [{"code": "not_found"}]
    wrong = {**given, "cells": [{**cells[0], "state": "nonsense"}]}
    assert ask("teacher", save, i=wrong)["saveCells"]["cells"][0]["problem"] == {"code": "invalid"}
    book = f'{{ gradebook(id: "{marks.book.pk}") {{ className columns {{ title }} learners {{ name current {{ label percent explanation }} cells {{ state }} }} }} }}'  # noqa: E501
    read = ask("teacher", book)["gradebook"]
    assert (read["className"], read["learners"][0]["current"]["percent"]) == ("7A", "80")
    assert "All points are counted together" in read["learners"][0]["current"]["explanation"]["rule"]
    assert ask("student", book) == "not_found"
    own = f'{{ studentMarks(studentId: "{marks.students[0].pk}") {{ className current {{ percent }} final {{ label }} marks {{ title says }} }} }}'  # noqa: E501
    assert ask("guardian", own)["studentMarks"] == [
        {
            "className": "7A",
            "current": {"percent": "80"},
            "final": {"label": "Final"},
            "marks": [{"title": "Essay", "says": "80 %"}],
        }
    ]
    assert ask("ben", own) == "not_found"
