"""A school's own list of students: meanings of columns, wrong rows, the file of errors, lookalikes."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.domains.exchange.errors import (
    DateAmbiguousError,
    ImportHasErrorsError,
    ImportRunningError,
    MappingNeededError,
    NothingToRollBackError,
)
from lyceum.domains.exchange.models import ImportMapping, ImportRow, ImportRun
from lyceum.domains.exchange.queries import error_file
from lyceum.domains.exchange.rules.runs import start_import
from lyceum.domains.exchange.rules.starting import apply_import
from lyceum.domains.exchange.tests.bringing import apply, dump, operator, people_in, preview, roll_back, text_of
from lyceum.domains.people.models import Student
from lyceum.testing.factories import NOW, in_school, make_school, make_student, make_year

pytestmark = pytest.mark.django_db
HEADER = ["Adno", "Name", "Date of birth", "Email", "Password", "Form", "Parent 1 name", "Parent 1 email"]
ADA = ["1001", "Ada King", "2015-04-02", "ada@hill.example", "hunter2", "7A", "Gwen King", "gwen@home.example"]
BEN = ["1002", "Ben King", "2016-05-03", "", "hunter2", "7A", "Gwen King", "gwen@home.example"]
LIST = text_of(HEADER, ADA, BEN)


def students_of(school) -> list[tuple[str, str]]:
    with in_school(school):
        return list(
            Student.objects.order_by("registration_number").values_list("registration_number", "person__full_name")
        )


def test_list_brings_in_students_their_forms_and_shared_guardians():
    school = make_school()
    make_year(school)
    before = dump(school)

    run = apply(preview(school, LIST))
    again = preview(school, LIST)

    assert run.columns == {
        "Adno": "number",
        "Name": "full_name",
        "Date of birth": "birth_date",
        "Email": "email",
        "Form": "form",
        "Parent 1 name": "guardian1_name",
        "Parent 1 email": "guardian1_email",
    }
    assert people_in(school) == {"students": 2, "staff": 0, "classes": 1, "members": 2, "teachers": 0, "guardians": 2}
    assert students_of(school) == [("1001", "Ada King"), ("1002", "Ben King")]
    assert {action for actions in again.counts.values() for action in actions} == {"skip"}
    roll_back(run)
    assert dump(school) == before


def test_student_who_is_not_in_the_next_list_stays():
    school = make_school()
    make_year(school)
    apply(preview(school, LIST))

    run = preview(school, text_of(HEADER, ADA))

    assert {action for actions in run.counts.values() for action in actions} == {"skip"}


def test_columns_that_mean_nothing_known_have_to_be_named_and_are_remembered():
    school, other = make_school(), make_school("Vale School")
    make_year(school)
    text = "Nr.,Wer\n1,Ada King\n"

    with pytest.raises(MappingNeededError) as refusal:
        preview(school, text)
    run = preview(school, text, columns={"Nr.": "number", "Wer": "full_name"}, save_as="Office list")
    apply(run)
    again = preview(school, text)

    assert (refusal.value.code, refusal.value.extra) == ("mapping_needed", {"headers": ["Nr.", "Wer"]})
    assert students_of(school) == [("1", "Ada King")]
    assert again.columns == {"Nr.": "number", "Wer": "full_name"}
    with pytest.raises(MappingNeededError):
        preview(other, text)
    with in_school(other):
        assert not ImportMapping.objects.exists()


def test_dates_that_can_be_read_in_two_ways_wait_for_somebody_to_say():
    school = make_school()
    make_year(school)
    text = text_of(["Adno", "Name", "DOB"], ["1", "Ada King", "02/04/2015"])

    with pytest.raises(DateAmbiguousError) as refusal:
        preview(school, text)
    run = preview(school, text, date_order="mdy")

    assert refusal.value.extra == {"file": "list.csv", "column": "DOB", "line": 2}
    with in_school(school):
        row = ImportRow.objects.get(run=run, kind="student")
    assert (row.action, row.values["birth_date"]) == ("create", "2015-02-04")


WRONG = text_of(
    ["Adno", "Name", "DOB", "Email", "Password"],
    ["1", "Ada King", "2015-04-02", "", "hunter2"],
    ["2", "=cmd|' /C calc'!A0", "2015-04-31", "", "hunter2"],  # no such day
    ["1", "Ben King", "", "", "hunter2"],  # a number that is taken
    ["4", "@SUM(1)", "1815-01-01", "nope", "hunter2"],  # born too long ago, and no address
)  # fmt: skip


def test_wrong_rows_are_told_with_line_column_and_code():
    school = make_school()
    make_year(school)

    run = preview(school, WRONG)

    assert run.counts["student"] == {"create": 1, "error": 3}
    with in_school(school):
        wrong = ImportRow.objects.filter(run=run, action="error").order_by("line")
        assert [(row.line, [(t[0], t[1]) for t in row.troubles]) for row in wrong] == [
            (3, [("DOB", "date_unreadable")]),
            (4, [("sourcedId", "id_twice")]),
            (5, [("birth_date", "range"), ("email", "email")]),
        ]


def test_right_rows_alone_are_brought_in_only_by_choice():
    school = make_school()
    make_year(school)
    run = preview(school, WRONG)

    with pytest.raises(ImportHasErrorsError) as refusal:
        apply(run)
    nobody = students_of(school)
    done = apply(run, only_correct=True)

    assert (refusal.value.code, refusal.value.extra) == ("import_has_errors", {"wrong_rows": 3})
    assert nobody == []
    assert (done.state, students_of(school)) == ("applied", [("1", "Ada King")])


def test_file_of_errors_keeps_the_columns_escapes_formulas_and_holds_no_password():
    school = make_school()
    make_year(school)
    run = preview(school, WRONG)

    with in_school(school):
        lines = "".join(error_file(run, actor=operator(school))).split("\r\n")

    assert lines[0] == "Adno,Name,DOB,Email,Password,reason"
    assert [line.split(",")[:5] for line in lines[1:4]] == [
        ["2", "'=cmd|' /C calc'!A0", "2015-04-31", "", ""],
        ["1", "Ben King", "", "", ""],
        ["4", "'@SUM(1)", "1815-01-01", "nope", ""],
    ]
    assert [line.rpartition("(")[2].rstrip('")') for line in lines[1:4]] == ["date_unreadable", "id_twice", "email"]
    assert lines[4:] == [""]


@pytest.mark.parametrize(
    ("choice", "action", "students"),
    [
        ("ask", "error", 1),  # the person has to say
        ("link", "skip", 1),  # taken to be the one who is here
        ("new", "create", 2),
    ],
)
def test_row_that_looks_like_somebody_who_is_here_does_what_was_chosen(choice: str, action: str, students: int):
    school = make_school()
    make_year(school)
    make_student(school, name="Ada King", birth_date=NOW.date() - timedelta(days=4000))
    text = text_of(["UPN", "Name", "DOB"], ["A123", "Ada  KING", str(NOW.date() - timedelta(days=4000))])

    run = preview(school, text, duplicates=choice)
    with in_school(school):
        row = ImportRow.objects.get(run=run, kind="student")
    apply(run, only_correct=True)

    assert row.action == action or (choice, row.action) == ("link", "update")
    assert [t[1] for t in row.troubles] == {"ask": ["possible_duplicate"], "link": ["linked"], "new": []}[choice]
    assert len(students_of(school)) == students


def test_somebody_like_them_in_another_school_is_no_lookalike():
    other, school = make_school("Vale School"), make_school("Hill School")
    make_year(school)
    apply_to_other = make_student(other, name="Ada King", birth_date=NOW.date() - timedelta(days=4000))
    text = text_of(["Name", "DOB"], ["Ada King", str(NOW.date() - timedelta(days=4000))])

    run = apply(preview(school, text))

    assert run.counts["student"] == {"create": 1}
    with in_school(school):
        assert [row.pk for row in Student.objects.all()] != [apply_to_other.pk]
        assert all("Vale" not in str(row.troubles) for row in ImportRow.objects.filter(run=run))


def test_two_imports_of_a_kind_are_not_applied_at_once():
    school, other = make_school("Hill School"), make_school("Vale School")
    make_year(school)
    make_year(other)
    first, second, elsewhere = preview(school, LIST), preview(school, LIST), preview(other, LIST)
    apply_import(first.pk, actor=operator(school))

    with pytest.raises(ImportRunningError) as refusal:
        apply_import(second.pk, actor=operator(school))
    apply(elsewhere)

    assert (refusal.value.code, refusal.value.status) == ("import_running", 409)
    assert students_of(school) == []
    assert students_of(other) == [("1001", "Ada King"), ("1002", "Ben King")]


@pytest.mark.parametrize(("days", "state"), [(30, "rolled_back"), (31, "applied")])
def test_import_can_be_undone_for_thirty_days(days: int, state: str):
    school = make_school()
    make_year(school)
    run = apply(preview(school, LIST))

    with clock.frozen(NOW + timedelta(days=days)):
        if state == "applied":
            with pytest.raises(NothingToRollBackError):
                roll_back(run)
        else:
            roll_back(run)

    with in_school(school):
        assert ImportRun.objects.get(pk=run.pk).state == state


def test_refused_file_leaves_no_run_and_no_stored_copy(tmp_path, stored_files):
    school = make_school()
    folder = tmp_path / "half"
    folder.mkdir()
    (folder / "users.csv").write_text("sourcedId,givenName,familyName\n1,Ada,King\n")
    (folder / "classes.csv").write_text("sourcedId,title\n1,7A\n")

    with pytest.raises(Exception, match=r"orgs\.csv is missing"):
        start_import(folder, file_name="half", actor=operator(school))

    with in_school(school):
        assert not ImportRun.objects.exists()
    assert [path for path in stored_files.rglob("*") if path.is_file()] == []
