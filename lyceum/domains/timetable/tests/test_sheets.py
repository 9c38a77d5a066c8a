"""A version on paper: as a page, as PDF, as one HTML file."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from lyceum.core import clock
from lyceum.core.errors import NotFoundError
from lyceum.domains.timetable.models import PlannedLesson
from lyceum.domains.timetable.sheets import read_sheets
from lyceum.domains.timetable.tests.conftest import make_small
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import NOW, in_school, make_admin


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def slips(sheet, day, line):
    return [(slip.title, slip.detail) for slip in sheet.lines[line].cells[day]]


def test_a_form_has_the_lessons_that_its_students_are_taught_in_whatever_class(small):
    version = small.placed()
    with in_school(small.school):
        _version, sheets = read_sheets(version.pk, actor=small.system)

    assert [sheet.name for sheet in sheets] == ["7A", "7B"]
    assert slips(sheets[0], 0, 0) == [("Mathematics", "7A/MA · Teacher of Mathematics")]
    assert slips(sheets[1], 0, 0) == []
    assert [line.after_break for line in sheets[0].lines] == [False, False, True, False, True, False]


@pytest.mark.parametrize(
    ("by", "names"),
    [("teacher", ["Teacher of Art", "Teacher of English", "Teacher of Mathematics"]), ("room", [])],
)
def test_each_teacher_and_room_has_a_sheet(small, by, names):
    version = small.placed()
    with in_school(small.school):
        assert [sheet.name for sheet in read_sheets(version.pk, by=by, actor=small.system)[1]] == names


def test_one_class_alone_has_its_own_lessons(small):
    version = small.placed()
    with in_school(small.school):
        _version, [sheet] = read_sheets(version.pk, of=small.taught["7A/EN"].pk, actor=small.system)

        assert sheet.name == "7A/EN"
        with pytest.raises(NotFoundError):
            read_sheets(version.pk, by="teacher", of=small.taught["7A/EN"].pk, actor=small.system)


def test_sheets_go_out_through_every_door(small):
    version = small.placed()
    admin = make_admin(small.school)
    export = f"/api/v1/timetable/versions/{version.pk}/export/"
    client = software(admin, small.school)

    pdf = PdfReader(BytesIO(client.get(f"{export}?format=pdf&by=teacher&paper=letter").content))
    one = client.get(f"{export}?format=html&of={small.forms[0].pk}").content.decode()
    page = browser(admin, small.school).get(f"/timetable/versions/{version.pk}/print/?by=teacher").content.decode()

    assert len(pdf.pages) == 3
    assert "Teacher of Mathematics" in pdf.pages[2].extract_text()
    assert "7B/MA" in pdf.pages[2].extract_text()
    assert ("7A/MA" in one, "7B/MA" in one, "<script" in one) == (True, False, False)
    assert page.count('<section class="sheet-page">') == 3


def test_sheets_of_another_school_are_not_there(small):
    version = small.placed()
    other = make_small("Oak")
    admin = make_admin(other.school)

    export = software(admin, other.school).get(f"/api/v1/timetable/versions/{version.pk}/export/?format=pdf")
    page = browser(admin, other.school).get(f"/timetable/versions/{version.pk}/print/")

    assert (export.status_code, page.status_code) == (404, 404)


def test_sheets_take_the_same_statements_for_few_and_for_many_lessons(small):
    version = small.placed()
    client = browser(make_admin(small.school), small.school)
    path = f"/timetable/versions/{version.pk}/print/"
    many = statements_for(client, path)
    with in_school(small.school):
        few = list(version.lessons.values_list("pk", flat=True))[:1]
        PlannedLesson.objects.filter(version=version).exclude(pk__in=few).delete()

    assert statements_for(client, path) == many
