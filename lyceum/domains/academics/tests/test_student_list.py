"""The list of students as every list is: sorted, with columns by choice, exported, several rows changed at once."""

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from lyceum.core import clock
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.journal.models import AuditEntry
from lyceum.testing.clients import browser
from lyceum.testing.factories import (
    NOW,
    in_school,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teacher,
)
from lyceum.testing.pages import rows, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def office(school):
    return browser(make_manager(school, "Office"), school)


def members(school, row):
    with in_school(school):
        found = ClassMembership.objects.filter(school_class=row).order_by("student__person__sort_name")
        return list(found.values_list("student__person__full_name", "starts_on", "ends_on"))


def test_a_list_is_sorted_by_the_address_and_a_forged_order_is_the_usual_one(school, office):
    for name in ("Ann", "Bea", "Cy"):
        make_student(school, name=name)

    assert rows(office.get("/students/?sort=-name")) == ["Cy", "Bea", "Ann"]
    assert rows(office.get("/students/?sort=-number")) == ["Cy", "Bea", "Ann"]
    assert rows(office.get("/students/?sort=password")) == ["Ann", "Bea", "Cy"]
    assert 'aria-sort="descending"' in office.get("/students/?sort=-name").content.decode()


def test_columns_are_chosen_and_the_first_always_stays(school, office):
    make_student(school, name="Ann")

    page = office.get("/students/?columns=born").content.decode()
    head = re.search(r"<thead>.*</thead>", page, re.DOTALL).group()

    assert "Born" in head
    assert "Number" not in head
    assert rows(office.get("/students/?columns=born")) == ["Ann"]


def test_an_export_has_every_row_of_the_filter_no_formulas_and_a_trace(school, office):
    for name in ("=cmd|' /C calc'!A0", "Bea", "Żółć"):
        make_student(school, name=name)
    make_student(school, name="Gone", first_day=TODAY + DAY)
    make_student(make_school("Vale School"), name="Stranger")

    answer = office.post("/students/", {"export": "csv"})

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Name,Form,Grade,Number")
    assert [line.split(",")[0] for line in lines[1:]] == ["Bea", "'=cmd|' /C calc'!A0", "Żółć"]
    assert answer["Content-Disposition"] == 'attachment; filename="students.csv"'
    with in_school(school):
        entry = AuditEntry.objects.get(action="list.export")
        assert (entry.target_name, entry.changes["rows"]) == ("students", [None, 3])


def test_a_list_on_paper_has_the_columns_that_are_shown_and_what_was_asked(school, office):
    for number in range(70):
        make_student(school, name=f"Żółć {number:02}")
    make_student(school, name="Gone", first_day=TODAY + DAY)

    answer = office.post("/students/?columns=number,born", {"export": "pdf"})

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]
    assert (answer["Content-Type"], len(pages)) == ("application/pdf", 2)
    assert "Hill School" in pages[0]
    assert "Status: On roll" in pages[0]
    for page in pages:  # the heading comes again
        assert "Born" in page
        assert "Grade" not in page
    assert [f"Żółć {number:02}" in "".join(pages) for number in range(70)] == [True] * 70
    assert "Gone" not in "".join(pages)
    with in_school(school):
        assert AuditEntry.objects.get(action="list.export").changes["rows"] == [None, 70]


def test_an_xlsx_export_opens_and_says_the_same(school, office):
    make_student(school, name="@SUM(1)")

    answer = office.post("/students/", {"export": "xlsx"})

    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[1]][:2] == ["Name", "Form"]
    assert sheet["A2"].value == "'@SUM(1)"
    assert sheet["A2"].data_type == "s"


def test_several_students_move_at_once_after_a_preview(school, office):
    old, new = make_class(school, "7A"), make_class(school, "7B")
    students = [make_student(school, old, name=name) for name in ("Ann", "Bea")]
    loose = make_student(school, name="Cy")
    form = {"bulk": "move", "row": [str(s.pk) for s in (*students, loose)]}
    asked = {**form, "planned": "1", "to_class": str(new.pk), "on": TODAY.isoformat()}

    preview = text_of(office.post("/students/", form))
    planned = text_of(office.post("/students/", asked))
    unchanged = members(school, new)
    done = office.post("/students/", {**asked, "confirmed": "1"})

    assert "First day there" in preview
    assert "Ann 7A 7B" in planned
    assert "Change 3 rows" in planned
    assert unchanged == []
    assert done.status_code == 302
    assert [name for name, _starts, _ends in members(school, new)] == ["Ann", "Bea", "Cy"]


def test_a_bulk_act_that_one_row_stops_changes_nothing(school, office):
    old, new = make_class(school, "7A"), make_class(school, "7B")
    students = [make_student(school, old, name="Ann"), make_student(school, new, name="Bea")]
    asked = {
        "bulk": "move", "row": [str(s.pk) for s in students], "planned": "1", "confirmed": "1",
        "to_class": str(new.pk), "on": TODAY.isoformat(),
    }  # fmt: skip

    answer = office.post("/students/", asked)

    assert "already there" in text_of(answer)
    assert [name for name, _starts, _ends in members(school, new)] == ["Bea"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"bulk": "move", "planned": "1"}, 422),  # nobody chosen
        ({"bulk": "move", "planned": "1", "row": "x", "on": "2026-11-20"}, 422),  # no class
        ({"bulk": "delete", "row": "x"}, 404),  # no such act
        ({"export": "exe"}, 404),  # no such file
    ],
)
def test_a_list_refuses_what_it_does_not_know(school, office, form, status):
    assert office.post("/students/", form).status_code == status


def test_a_teacher_neither_moves_students_nor_exports_strangers(school):
    form = make_class(school)
    make_student(school, form, name="Own")
    other = make_student(school, name="Other")
    teacher = browser(make_teacher(school, form), school)

    moved = teacher.post("/students/", {"bulk": "move", "row": str(other.pk), "planned": "1"})
    exported = teacher.post("/students/", {"export": "csv"}).content.decode("utf-8-sig")

    assert moved.status_code == 404
    assert [line.split(",")[0] for line in exported.splitlines()] == ["Name", "Own"]
