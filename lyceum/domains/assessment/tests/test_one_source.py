"""A column of an assignment: its cells are learning's own attempts, typed once, deducted once."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from lyceum.domains.assessment.models import Cell
from lyceum.domains.assessment.tests.conftest import API, Marks
from lyceum.domains.learning.tests.assignments.conftest import DUE, at
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import NOW, in_school

CLOCKS_GO_BACK, CLOCKS_GO_ON = datetime(2026, 10, 25, 0, 58, tzinfo=UTC), datetime(2027, 3, 28, 0, 58, tzinfo=UTC)
"""Two minutes before clocks in London show 1:00 after 1:59, and 2:00 after 0:59."""


def percent(marks: Marks, caller: str = "student") -> str | None:
    return marks.own(caller)[0]["current"]["percent"]


@pytest.mark.parametrize("due", [DUE, CLOCKS_GO_BACK, CLOCKS_GO_ON])
def test_four_minutes_after_it_is_due_is_on_time_and_six_are_late_and_the_mark_stays(marks: Marks, due: datetime):
    School.objects.filter(pk=marks.school.pk).update(time_zone="Europe/London")
    marks.policy(late_rate="10")
    with at(due, days=-3):
        work = marks.work(due=due)
        marks.column_of(work, points=Decimal(30))
    for name, minutes in (("student", 4), ("ben", 6)):
        with at(due, minutes=minutes):
            sent = marks.rest(name).send(f"{API}assignments/{work.pk}/submission/submit/", {"text": "My page"})
            assert sent.status_code == 200, sent.content

    with at(due, hours=2):
        for student in (0, 1):
            marks.grade(marks.of(work, student), {"grade": "90"})

        grid = marks.rest("teacher").get(f"{marks.path}cells/").json()
        totals = {row["name"]: row["current"]["percent"] for row in grid["learners"][:2]}
        cells = {cell["student_id"]: (cell["score"], cell["late_minutes"]) for cell in grid["cells"]}
        kept = marks.rest("ben").get(f"{API}assignments/{work.pk}/submission/").json()

    assert totals == {"Ada Lovelace": "90", "Ben Carson": "80"}
    assert [Decimal(cells[str(marks.students[n].pk)][0]) for n in (0, 1)] == [27, 27]
    assert [cells[str(marks.students[n].pk)][1] for n in (0, 1)] == [0, 6]
    assert (kept["grade"], kept["attempts"][0]["late_minutes"]) == ("90.00", 6)
    with in_school(marks.school):
        assert not Cell.objects.exists()


def test_lateness_is_deducted_per_attempt_before_one_is_chosen(marks: Marks):
    marks.policy(late_rate="10")
    work = marks.work()
    marks.column_of(work)
    with at(DUE, hours=30):
        marks.hand_in(work)
        marks.mark(work, 90)
        sent_back = marks.rest("teacher").send(
            f"{API}submissions/{marks.of(work).pk}/reassign/",
            {"feedback": "Again", "resubmit_by": "2026-12-04T16:00:00Z"},
        )
        assert sent_back.status_code == 200, sent_back.content
        while_it_is_done_again = percent(marks)
        marks.hand_in(work)
        marks.mark(work, 65)
        found = {}
        for which in ("best", "latest", "first", "average"):
            marks.policy(attempts=which)
            found[which] = percent(marks)
        (mark,) = marks.own()[0]["marks"]

    assert while_it_is_done_again == "70"
    assert found == {"best": "70", "latest": "65", "first": "70", "average": "68"}  # 67.5
    assert "90 % − 20 percentage points" in mark["says"]


def test_a_mark_that_learning_holds_back_is_in_no_number_of_the_family(marks: Marks):
    work, test = marks.work(release="held"), marks.column()
    marks.column_of(work, points=Decimal(100))
    marks.give(test, "40")
    marks.hand_in(work)
    before = {name: marks.own(name, "?explain=1") for name in ("student", "guardian")}
    with at(NOW, hours=1):
        marks.mark(work, "87.25")
        for name, was in before.items():
            now = marks.own(name, "?explain=1")
            assert [each["marks"] for each in now] == [each["marks"] for each in was]
            assert (now[0]["current"]["percent"], now[0]["final"]["percent"]) == ("40", "20")
            assert "87.25" not in str(now)
        grid = marks.rest("teacher").get(f"{marks.path}cells/").json()
        assert {cell["is_held_back"] for cell in grid["cells"] if cell["score"] == "87.2500"} == {True}
        assert marks.totals()[0] == "64"

        marks.rest("teacher").send(f"{API}assignments/{work.pk}/release/", {})

        assert (percent(marks), percent(marks, "guardian")) == ("64", "64")


def test_what_is_excused_missing_or_on_paper_comes_from_learning_too(marks: Marks):
    work = marks.work()
    marks.column_of(work)
    with at(DUE, hours=1):
        caller = marks.rest("teacher")
        caller.send(f"{API}submissions/{marks.of(work, 1).pk}/excuse/", {})
        marks.grade(marks.of(work, 2), {"grade": "70", "received_on_paper": True})

        cells = caller.get(f"{marks.path}cells/").json()["cells"]

    states = {cell["student_id"]: cell["state"] for cell in cells}
    assert [states[str(student.pk)] for student in marks.students] == ["missing", "excused", "scored"]


def test_its_cells_are_not_typed_here_but_where_they_are_marked(marks: Marks):
    work = marks.work()
    column = marks.column_of(work)

    refused = marks.put([marks.cell(column.pk, "80")])

    assert (refused.status_code, refused.json()["code"]) == (409, "cell_of_assignment")
    assert refused.json()["href"] == f"/submissions/{marks.of(work).pk}/mark/"


def test_only_a_graded_assignment_of_the_class_is_a_column_and_only_once(marks: Marks):
    draft, ungraded, fine = marks.work(published=False), marks.work(grading="none"), marks.work()
    path = f"{marks.path}columns/"
    marks.column_of(fine)

    codes = [
        marks.rest("teacher").send(path, {"source_id": str(work.pk)}).json()["errors"][0]["code"]
        for work in (draft, ungraded, fine)
    ]

    assert codes == ["assignment", "assignment", "taken"]
    assert marks.rest("teacher").delete(f"{API}assignments/{fine.pk}/").status_code == 204
    assert marks.rest("teacher").get(path).json()["items"] == []


def test_the_page_of_the_work_says_what_the_gradebook_made_of_it(marks: Marks):
    marks.policy(late_rate="10")
    work = marks.work()
    marks.column_of(work, points=Decimal(30))
    with at(DUE, hours=2):
        marks.hand_in(work)
        marks.mark(work, 90)
        pages = [marks.page(name).get(f"/assignments/{work.pk}/").content.decode() for name in ("student", "guardian")]

    for page in pages:
        assert "24 / 30" in page
        assert "90 % − 10 percentage points" in page
