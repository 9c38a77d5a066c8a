"""What was believed on a day: the numbers and the marks as they were known, though they were changed since."""

import io
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from pypdf import PdfReader

from lyceum.core import clock
from lyceum.domains.attendance.models import Code
from lyceum.domains.attendance.rules.cases.answering import answer_by_link, read_link
from lyceum.domains.attendance.rules.cases.asking import reply_link
from lyceum.domains.attendance.rules.cases.settling import confirm_case
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.attendance.tests.test_cases import CLOSED, guardian, open_now, take
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, in_school, make_admin
from lyceum.testing.pages import text_of

CENSUS_EVENING = datetime(2026, 11, 20, 18, tzinfo=UTC)
AMENDED = 40


@pytest.fixture
def census(db: None) -> Morning:
    """The teacher marked all 40 absent on census day; the office learnt on Monday that they were ill."""
    with clock.frozen(NOW):
        morning = make_morning(AMENDED)
        register = morning.register()
        absent = morning.students[:AMENDED]
        with in_school(morning.school):
            marks = [GivenMark(student.pk, "N") for student in absent]
            take_register(register.pk, marks=marks, actor=morning.teacher)
    with clock.frozen(NOW + timedelta(days=3)), in_school(morning.school):
        marks = [GivenMark(student.pk, "I") for student in absent]
        take_register(register.pk, marks=marks, reason="Flu, the doctor wrote", actor=morning.office)
    return morning


@pytest.mark.parametrize(
    ("known", "authorised", "unauthorised"),
    [("", 40, 0), (CENSUS_EVENING.isoformat(), 0, 40)],
    ids=["now", "on census day"],
)
def test_forty_marks_amended_later_do_not_change_what_was_known_on_census_day(
    census: Morning, known: str, authorised: int, unauthorised: int
):
    asked = f"from={TODAY}&to={TODAY}" + (f"&as_known_at={quote(known)}" if known else "")
    with clock.frozen(NOW + timedelta(days=4)):
        head = make_admin(census.school)
        rest = software(head, census.school).get(f"/api/v1/attendance/summary/?{asked}&by=class&explain=1").json()
        page = text_of(browser(head, census.school).get(f"/attendance/numbers/?{asked}&by=class"))
        file = browser(head, census.school).post(f"/attendance/numbers/?{asked}", {"export": "csv"}).content.decode()

    total = rest["total"]
    assert (total["possible"], total["attended"]) == (AMENDED, 0)
    assert total["missing"] == AMENDED  # the afternoon, which nobody took; not what was amended
    assert (total["authorised"], total["unauthorised"], total["percent"]) == (authorised, unauthorised, "0.0")
    [form] = rest["groups"]
    assert (form["of"], form["authorised"], form["unauthorised"]) == (AMENDED, authorised, unauthorised)
    assert sum(each["code"] == ("N" if known else "I") for each in rest["explained"]) == AMENDED
    assert f"Authorised absence {authorised} Unauthorised absence {unauthorised}" in " ".join(page.split())
    assert ("What was known on" in page) == bool(known)
    lines = [line.split(",") for line in file.splitlines()[1:]]
    assert [sum(int(line[n]) for line in lines) for n in (5, 6)] == [authorised, unauthorised]


def test_the_numbers_page_takes_as_many_statements_for_one_as_for_many(census: Morning, django_assert_max_num_queries):
    with clock.frozen(NOW + timedelta(days=4)), django_assert_max_num_queries(25):
        answer = browser(census.office_user, census.school).get(f"/attendance/numbers/?from={TODAY}&to={TODAY}")

    assert answer.status_code == 200


def test_the_mark_of_the_teacher_and_that_of_the_office_are_shown_by_page_api_and_pdf(morning: Morning):
    link = guardian(morning, 1)
    register = morning.register()
    take(morning)
    case = open_now(morning)
    replied = CLOSED + timedelta(hours=2)
    with clock.frozen(replied), in_school(morning.school):
        token = reply_link(case, link.guardian_id).split("/")[2]
        answer_by_link(read_link(token), reason=str(Code.objects.get(symbol="I").pk), text="has a cold")
        confirm_case(case.pk, actor=morning.office)
    path, earlier = f"/registers/{register.pk}/history/", quote((replied - timedelta(hours=1)).isoformat())
    with clock.frozen(replied + timedelta(hours=1)):
        page, rest = browser(morning.office_user, morning.school), software(morning.office_user, morning.school)

        said = {
            "page": text_of(page.get(path)),
            "rest": rest.get(f"/api/v1{path}").content.decode(),
            "pdf": _text(page.get(f"{path}pdf/").content),
        }
        before = {
            "page": text_of(page.get(f"{path}?as_known_at={earlier}")),
            "rest": rest.get(f"/api/v1{path}?as_known_at={earlier}").content.decode(),
            "pdf": _text(page.get(f"{path}pdf/?as_known_at={earlier}").content),
        }

    for text in said.values():
        assert all(word in text for word in ("Tess Teacher", "Olive Office", "has a cold"))
    codes = [(each["name"], each["code"]) for each in rest.get(f"/api/v1{path}").json()]
    assert codes[:2] == [("Student 00", "N"), ("Student 00", "I")]
    for text in before.values():
        assert "Tess Teacher" in text
        assert "Olive Office" not in text[text.index("Student 00") :]
        assert "has a cold" not in text


def _text(pdf: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
