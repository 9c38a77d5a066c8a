"""What was believed on a day: the numbers and the marks as they were known, though they were changed since."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from lyceum.core import clock
from lyceum.core.errors import NotFoundError
from lyceum.core.paging import page_of
from lyceum.domains.attendance.models import Code
from lyceum.domains.attendance.rules.cases.answering import answer_by_link, read_link
from lyceum.domains.attendance.rules.cases.asking import reply_link
from lyceum.domains.attendance.rules.cases.settling import confirm_case
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.sessions import list_session_marks_as_known
from lyceum.domains.attendance.sheet import read_known_sheet
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.attendance.tests.test_cases import CLOSED, guardian, open_now, take
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, in_school, make_admin
from lyceum.testing.pages import text_of

CENSUS_EVENING = datetime(2026, 11, 20, 18, tzinfo=UTC)
AMENDED = 40
LINES = """query($id: ID!, $at: DateTime) { register(id: $id) { lines(first: 9) { edges { node {
  name mark(asKnownAt: $at) { code } } } } } }"""


@remembered
def make_census() -> Morning:
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


@pytest.fixture
def census(db: None) -> Morning:
    return make_census()


@remembered
def make_amended() -> Morning:
    """Of three the first was marked absent and is ill since Monday, the second stays absent; the third came Monday."""
    with clock.frozen(NOW):
        morning = make_morning(3)
        register = morning.register()
        with in_school(morning.school):
            marks = [GivenMark(student.pk, "N") for student in morning.students[:2]]
            take_register(register.pk, marks=marks, actor=morning.teacher)
    with clock.frozen(NOW + timedelta(days=3)), in_school(morning.school):
        marks = [GivenMark(morning.students[0].pk, "I"), GivenMark(morning.students[2].pk, "/")]
        take_register(register.pk, marks=marks, reason="Flu, the doctor wrote", actor=morning.office)
    return morning


@pytest.fixture
def amended(db: None) -> Morning:
    return make_amended()


def by_session_marks(morning: Morning, known: str) -> list[tuple[str, str]]:
    asked, software_of = f"from={TODAY}&to={TODAY}{known}", software(morning.office_user, morning.school)
    found, cursor = [], ""
    while cursor is not None:  # page by page, one at a time
        answer = software_of.get(f"/api/v1/attendance/session-marks/?{asked}&limit=1&count=true&cursor={cursor}").json()
        found += [(row["name"], row["code"]) for row in answer["items"]]
        cursor = answer["next"]
    assert answer["total"] == len(found)
    return sorted(found)


def by_sheet(morning: Morning, known: str) -> list[tuple[str, str]]:
    path = f"/api/v1/registers/{morning.register().pk}/?{known}"
    found = software(morning.office_user, morning.school).get(path).json()
    marked = [(row["name"], row["mark"]["code"]) for row in found["lines"] if row["mark"]]
    state = {3: "closed", 2: "missed", 0: "due"}[len(marked)]  # the third came when it had closed
    assert (found["marked"], found["state"]) == (len(marked), state)
    assert len(found["lines"]) == 3
    return marked


def by_student(morning: Morning, known: str) -> list[tuple[str, str]]:
    office, found = software(morning.office_user, morning.school), []
    for student in morning.students:
        path = f"/api/v1/students/{student.pk}/attendance/?from={TODAY}&to={TODAY}{known}"
        answer = office.get(path).json()
        assert answer["numbers"]["possible"] == len(answer["sessions"])
        found += [(student.person.full_name, row["code"]) for row in answer["sessions"]]
    return found


def by_graphql(morning: Morning, known: str) -> list[tuple[str, str]]:
    instant = unquote(known.partition("=")[2]) or None
    asked = {"query": LINES, "variables": {"id": str(morning.register().pk), "at": instant}}
    found = software(morning.office_user, morning.school).send("/graphql", asked).json()["data"]["register"]["lines"]
    nodes = [edge["node"] for edge in found["edges"]]
    return [(node["name"], node["mark"]["code"]) for node in nodes if node["mark"]]


def by_flat_marks(morning: Morning, known: str) -> list[tuple[str, str]]:
    path = f"/api/v1/attendance/?from={TODAY}&to={TODAY}{known}"
    found = software(morning.office_user, morning.school).get(path).json()["items"]
    return sorted((row["name"], row["code"]) for row in found)


def by_page(morning: Morning, known: str) -> list[tuple[str, str]]:
    office, found = browser(morning.office_user, morning.school), []
    for student in morning.students:
        path = f"/students/{student.pk}/sessions/?from={TODAY}{known}"
        lines = office.post(path, {"export": "csv"}).content.decode("utf-8-sig").splitlines()
        shown = re.findall(r'aria-hidden="true">([^<]*)</i>', office.get(path).content.decode())
        assert [line.split(",")[2] for line in lines[1:]] == shown
        found += [(student.person.full_name, code) for code in shown]
    return found


@pytest.mark.parametrize("read", [by_session_marks, by_sheet, by_student, by_graphql, by_flat_marks, by_page])
def test_each_door_says_of_an_instant_what_was_recorded_then(amended: Morning, read: Callable[..., object]):
    def known(at: datetime) -> str:
        return f"&as_known_at={quote(at.isoformat())}"

    first, second, third = (student.person.full_name for student in amended.students)
    with clock.frozen(NOW + timedelta(days=3, hours=1)):
        assert read(amended, "") == [(first, "I"), (second, "N"), (third, "/")]
        assert read(amended, known(clock.now())) == read(amended, "")
        assert read(amended, known(CENSUS_EVENING)) == [(first, "N"), (second, "N")]
        assert read(amended, known(NOW - timedelta(hours=1))) == []


def test_what_was_known_is_nothing_for_another_school(amended: Morning):
    known = f"as_known_at={quote(CENSUS_EVENING.isoformat())}"
    with clock.frozen(NOW + timedelta(days=4)):
        other = make_morning(1, name="Valley School")
        client = software(other.office_user, other.school)
        register = amended.register().pk

        marks = client.get(f"/api/v1/attendance/session-marks/?from={TODAY}&to={TODAY}&{known}").json()["items"]
        sheet = client.get(f"/api/v1/registers/{register}/?{known}").status_code
        student = client.get(f"/api/v1/students/{amended.students[0].pk}/attendance/?{known}").status_code

    assert (marks, sheet, student) == ([], 404, 404)


def test_what_was_known_takes_as_many_statements_for_one_mark_as_for_two(amended: Morning):
    day = {"first": TODAY, "last": TODAY, "as_known_at": CENSUS_EVENING}
    with in_school(amended.school):
        office, register, counted = amended.office, amended.register(), []
        list_session_marks_as_known(office, **day)  # what is remembered of a school is read before
        for student in (amended.students[0].pk, None):
            with CaptureQueriesContext(connection) as asked:
                rows = list_session_marks_as_known(office, student=student, **day)
                found = page_of(rows, order=("-on", "student_id", "session")).rows
                names = [row.student.person.full_name for row in found]
            counted.append((len(names), len(asked)))
        with CaptureQueriesContext(connection) as asked:
            _then, lines = read_known_sheet(register, actor=office, as_known_at=CENSUS_EVENING)

    assert [n for n, _statements in counted] == [1, 2]
    assert len({statements for _n, statements in counted}) == 1
    assert ([line.mark is not None for line in lines], len(asked)) == ([True, True, False], 1)


DOORS = [
    "/attendance/?from=2026-11-20&",
    "/attendance/session-marks/?from=2026-11-20&",
    "/attendance/summary/?from=2026-11-20&",
    "/registers/{register}/?",
    "/registers/{register}/history/?",
    "/students/{student}/attendance/?",
]


@pytest.mark.parametrize(
    ("given", "code"),
    [("2026-11-20T18:00:00", "time_zone"), ("0001-01-01T00:00:00+14:00", "range")],
    ids=["of no time zone", "before the calendar"],
)
def test_what_is_no_instant_is_refused_by_every_door_alike(morning: Morning, given: str, code: str):
    values = {"register": str(morning.register().pk), "student": str(morning.students[0].pk)}
    client = software(morning.office_user, morning.school)

    told = [client.get(f"/api/v1{door.format(**values)}as_known_at={quote(given)}") for door in DOORS]
    asked = {"query": LINES, "variables": {"id": values["register"], "at": given}}
    graph = client.send("/graphql", asked).json()

    problems = {(each.status_code, *((row["pointer"], row["code"]) for row in each.json()["errors"])) for each in told}
    assert problems == {(400, ("/as_known_at", code))}
    assert [row["code"] for row in graph["errors"][0]["extensions"]["errors"]] == [code]


@pytest.mark.parametrize(
    "path", ["/attendance/numbers/", "/registers/{register}/history/", "/students/{student}/sessions/"]
)
def test_a_page_refuses_an_instant_that_no_calendar_reaches(morning: Morning, path: str):
    path = path.format(register=morning.register().pk, student=morning.students[0].pk)

    answer = browser(morning.office_user, morning.school).get(f"{path}?as_known_at=0001-01-01T00:00:00%2B14:00")

    assert answer.status_code == 422


def test_a_cover_opens_nothing_of_what_was_before(morning: Morning):
    register = morning.register()
    register.is_covered = True

    with in_school(morning.school), pytest.raises(NotFoundError):
        read_known_sheet(register, actor=morning.teacher, as_known_at=NOW)


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
