"""Cells over REST: typed, saved each by itself, refused by name; who left, who came late; what it costs."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.assessment.models import Cell
from lyceum.domains.assessment.rules.cells import GivenCell, save_cells
from lyceum.domains.assessment.tests.conftest import API, Marks, make_marks
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.clients import statements_for
from lyceum.testing.factories import in_school, make_student


def test_the_lowest_is_dropped_and_the_answer_says_which(marks: Marks):
    category = marks.first_category
    path = f"{marks.path}categories/{category}/"
    assert marks.rest("teacher").send(path, {"drop_lowest": 1}, method="patch").status_code == 200
    for title, points, score in (("Quiz", 50, "50"), ("Essay", 100, "65"), ("Oral", 24, "12")):
        marks.give(marks.column(title, points), score)

    why = marks.explained()

    (tests,) = why["categories"]
    assert (why["exact"], tests["dropped"]) == ("83.7838", "Essay (65/100)")
    assert [cell["why"] for cell in tests["cells"]] == ["scored", "dropped_lowest", "scored"]
    own = marks.own(query="?explain=1")[0]["current"]
    assert own["explanation"]["categories"] == why["categories"]


def test_current_and_final_are_both_there_by_name(marks: Marks):
    homework = marks.category("Homework", weight="40")
    path = f"{marks.path}categories/{marks.first_category}/"
    marks.rest("teacher").send(path, {"title": "Tests", "weight": "60"}, method="patch")
    test = marks.column("Test")
    marks.column("Ungraded", category_id=str(homework))
    marks.give(test, "80 %")

    (book,) = marks.own()

    assert {book[kind]["label"]: book[kind]["percent"] for kind in ("current", "final")} == {
        "Current": "80",
        "Final": "48",
    }


def test_lateness_is_taken_off_and_an_extension_takes_it_back(marks: Marks):
    marks.policy(late_rate="10")
    column = marks.column(due_at="2026-11-16T12:00:00Z")
    marks.give(column, "90", late_minutes=49 * 60)
    assert marks.totals()[0] == "60"
    says = marks.own()[0]["marks"][0]["says"]
    assert says == "90 % − 30 percentage points (2940 minutes late, by the day begun: 3) = 60 %"

    marks.give(column, "90", extended_due_at="2026-11-18T12:00:00Z")

    assert marks.totals()[0] == "80"
    marks.policy(late_floor="40")
    marks.give(column, "30", extended_due_at=None)
    assert marks.totals()[0] == "30"


def test_days_without_school_do_not_count_where_the_policy_says_school_days(marks: Marks):
    marks.policy(late_rate="10", late_interval="school_day")
    column = marks.column(due_at="2026-11-13T12:00:00Z")  # a Friday

    marks.give(column, "90", late_minutes=4 * 24 * 60)  # until Tuesday: two days of school

    assert marks.totals()[0] == "70"


def test_what_is_printed_is_rounded_once_and_its_letter_follows(marks: Marks):
    bands = [{"label": "A", "min_percent": "90"}, {"label": "B", "min_percent": "0"}]
    made = marks.rest("admin").send(f"{API}scales/", {"name": "Letters", "bands": bands})
    marks.policy(scale_id=made.json()["id"])
    column = marks.column()

    found = []
    for score in ("89.46", "89.5", "B"):
        marks.give(column, score)
        current = marks.own()[0]["current"]
        found.append((current["percent"], current["band"]))

    assert found == [("89", "B"), ("90", "A"), ("0", "B")]


def test_absent_leaves_the_total_alone_unless_the_policy_counts_it_and_excused_always_does(marks: Marks):
    first, second = marks.column(), marks.column("Oral")
    marks.give(first, "80")
    assert marks.give(second, "AB")["state"] == "absent"
    assert marks.totals() == ("80", "80")

    marks.policy(absent="zero")
    assert marks.totals() == ("40", "40")
    marks.give(second, "EX")

    assert marks.totals() == ("80", "80")


def test_each_cell_is_saved_or_refused_by_itself(marks: Marks):
    essay = marks.column("Essay 2", 30)
    cells = [
        marks.cell(essay, "34"),
        marks.cell(essay, "7,5", 1),
        marks.cell(essay, "nonsense", 2),
    ]

    mixed = marks.put(cells).json()["cells"]

    assert [(each["outcome"], each["code"], each["score"]) for each in mixed] == [
        ("refused", "score_out_of_range", None),
        ("saved", None, "7.50"),
        ("refused", "cell_value", None),
    ]
    assert mixed[0]["detail"] == "34 is more than 30 for Essay 2."
    whole = marks.put([marks.cell(essay, "1"), marks.cell(essay, "34", 1)], query="?atomic=true")
    assert (whole.status_code, whole.json()["code"], len(whole.json()["cells"])) == (422, "cells_refused", 1)
    with in_school(marks.school):
        assert [str(cell.score) for cell in Cell.objects.all()] == ["7.50"]
        fact = Fact.objects.get(type="assessment.cells_saved")
        assert fact.payload == {
            "gradebook": str(marks.book.pk),
            "columns": [str(essay)],
            "students": [str(marks.students[1].pk)],
        }
        entry = AuditEntry.objects.get(action="assessment.cells.save")
        assert entry.changes == {f"{essay}/{marks.students[1].pk}": ["", "7.5"]}


def test_a_blank_clears_nothing_and_a_dash_does(marks: Marks):
    column = marks.column()
    marks.give(column, "80")

    assert marks.give(column, "")["outcome"] == "unchanged"
    cleared = marks.give(column, "-")

    assert (cleared["outcome"], cleared["state"], cleared["version"]) == ("saved", "empty", 2)


def test_of_two_teachers_in_one_cell_the_later_sees_both_values_and_all_else_is_saved(marks: Marks):
    column = marks.column()
    marks.put([marks.cell(column, "70", version=0), marks.cell(column, "60", 1, version=0)])

    later = marks.put(
        [marks.cell(column, "75", version=0), marks.cell(column, "50", 2, version=0)], name="admin", reason="Typed in"
    ).json()["cells"]

    assert [(each["outcome"], each["code"]) for each in later] == [("refused", "cell_changed"), ("saved", None)]
    first = later[0]
    assert (first["theirs"], first["yours"], first["who"], first["score"], first["version"]) == (
        "70", "75", "Tess Teacher", "70.00", 1,
    )  # fmt: skip
    alone = marks.put([marks.cell(column, "75", version=0)])
    assert (alone.status_code, alone.json()["code"], alone.json()["theirs"]) == (412, "cell_changed", "70")
    with in_school(marks.school):
        scores = Cell.objects.order_by("-score").values_list("score", flat=True)
        assert [int(score) for score in scores] == [70, 60, 50]


def test_who_joined_after_the_due_date_is_exempt_and_who_left_is_read_only_and_in_no_average(marks: Marks):
    column = marks.column(due_at="2026-11-10T12:00:00Z")
    joiner = make_student(marks.school, marks.form, name="Joan Joiner", first_day=date(2026, 11, 16))
    marks.give(column, "40", 0)
    marks.give(column, "80", 1)
    with in_school(marks.school):
        ClassMembership.objects.filter(student=marks.students[0]).update(ends_on=date(2026, 11, 18))

    grid = marks.rest("teacher").get(f"{marks.path}cells/").json()
    refused = marks.put([marks.cell(column, "90")])

    states = {(cell["student_id"], cell["state"]) for cell in grid["cells"]}
    assert (str(joiner.pk), "exempt") in states
    assert {row["name"]: (row["final"]["percent"], row["left_on"]) for row in grid["learners"]} == {
        "Ada Lovelace": ("40", "2026-11-18"),
        "Ben Carson": ("80", None),
        "Cleo Santos": ("0", None),
        "Joan Joiner": (None, None),
    }
    assert (grid["columns"][0]["mean"], grid["columns"][0]["count"]) == ("80.0000", 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "learner_left")
    marks.policy(exempts_late_joiners=False)
    grid = marks.rest("teacher").get(f"{marks.path}cells/").json()
    assert next(row for row in grid["learners"] if row["name"] == "Joan Joiner")["final"]["percent"] == "0"


def test_the_database_keeps_scores_with_scored_cells_alone(marks: Marks):
    column = marks.column()
    for values in ({"state": "excused", "score": 1}, {"state": "scored"}, {"state": "scored", "score": -1}):
        with in_school(marks.school), pytest.raises(IntegrityError), transaction.atomic():
            Cell.objects.create(
                column_id=column, student=marks.students[0], entered_at=datetime(2026, 11, 20, tzinfo=UTC), **values
            )


def test_saving_is_one_statement_for_all_cells_and_one_for_the_record(marks: Marks):
    columns = [marks.column(f"Test {n}") for n in range(4)]
    marks.give(columns[3], "4")  # what is remembered of the school is remembered now

    def statements(cells: list[GivenCell]) -> tuple[int, int, int]:
        actor = marks.who("teacher")
        with in_school(marks.school), CaptureQueriesContext(connection) as queries:
            save_cells(marks.book.pk, cells=cells, actor=actor)
        texts = [query["sql"].lstrip() for query in queries]
        written = sum(text.startswith('INSERT INTO "assessment_cell"') for text in texts)
        return len(texts), written, sum("journal_auditentry" in text for text in texts)

    one = statements([GivenCell(columns[0], marks.students[0].pk, {"value": "5"})])
    twelve = statements([GivenCell(c, s.pk, {"value": "6"}) for c in columns for s in marks.students])

    assert one == twelve
    assert one[1:] == (1, 1)


def test_a_grid_costs_the_same_whatever_its_size_and_shows_no_other_school(marks: Marks):
    dale = make_marks()
    dale.give(dale.column("Theirs"), "1")
    work = marks.work()
    marks.column_of(work)
    marks.column()
    path = f"{marks.path}cells/?explain=1"
    teacher, family = marks.rest("teacher"), marks.rest("guardian")
    own = f"{API}students/{marks.students[0].pk}/marks/"
    few = statements_for(teacher, path), statements_for(family, own)

    for n in range(5):
        marks.give(marks.column(f"Test {n}"), "50")
        make_student(marks.school, marks.form)
    marks.column_of(marks.work(title="Another"))

    assert (statements_for(teacher, path), statements_for(family, own)) == few
    assert few[0] - 4 <= 8  # without the transaction's own and the question who asks
    grid = teacher.get(path).json()
    assert len(grid["learners"]) == 8
    assert "Theirs" not in [each["title"] for each in grid["columns"]]
    foreign = dale.rest("teacher")
    assert foreign.get(path).status_code == 404
    body = {"cells": [marks.cell(dale.column("Mine"), "5")]}
    assert teacher.send(f"{marks.path}cells/", body, method="put").status_code == 404


def test_more_time_is_after_the_due_date(marks: Marks):
    dated, undated = marks.column("Essay", due_at="2026-11-16T12:00:00Z"), marks.column("Oral")

    codes = [
        marks.put([marks.cell(column, "5", extended_due_at="2026-11-15T12:00:00Z")]).json()["errors"][0]["code"]
        for column in (dated, undated)
    ]

    assert codes == ["due", "due"]
