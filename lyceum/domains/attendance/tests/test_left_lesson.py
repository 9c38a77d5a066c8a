"""In the session, absent from a lesson, not signed out: on the office's screen at once, until they are seen again."""

from datetime import UTC, datetime

import pytest

from lyceum.core import clock
from lyceum.domains.attendance.left import list_left
from lyceum.domains.attendance.models import Concern, Register
from lyceum.domains.attendance.rules.gate import sign_in_student, sign_out_student
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_lesson_register, make_morning
from lyceum.domains.journal.models import Fact
from lyceum.testing.clients import browser
from lyceum.testing.factories import in_school
from lyceum.testing.pages import text_of


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=UTC)


@pytest.fixture
def lesson(morning: Morning) -> Register:
    """Everybody was in this morning; the lesson begins at ten."""
    with in_school(morning.school):
        made = make_lesson_register(morning)
        take_register(morning.register().pk, marks=[], rest="present", actor=morning.office)
    return made


def take_lesson(morning: Morning, lesson: Register, symbol: str = "N") -> None:
    given = [GivenMark(morning.students[0].pk, symbol)]
    take_register(lesson.pk, marks=given, rest="present", reason="looked again", actor=morning.office)


def names(morning: Morning) -> list[str]:
    return [left.concern.student.person.full_name for left in list_left(morning.office, TODAY)]


def test_who_was_in_and_misses_a_lesson_is_on_the_offices_screen(morning: Morning, lesson: Register):
    with clock.frozen(at(10, 5)):
        with in_school(morning.school):
            take_lesson(morning, lesson)

            found = Concern.objects.get()
            assert (found.kind, found.state, found.student_id) == ("left_lesson", "raised", morning.students[0].pk)
            assert (found.evidence["class"], found.evidence["period"], found.evidence["session_code"]) == (
                "7A", "2", "/"
            )  # fmt: skip
            assert Fact.objects.filter(type="attendance.concern.raised").count() == 1
        page = text_of(browser(morning.office_user, morning.school).get("/today/?part=registers"))
        assert "1 student was in and is absent from a lesson" in page
        assert "Student 00 7A · 7A · 2 · 10:05" in page


@pytest.mark.parametrize(
    ("before", "symbol"),
    [
        ("out", "N"),  # signed out
        ("absent", "N"),  # was not in
        ("", "/"),  # is here
        ("", "E"),  # has a reason
    ],
)
def test_nobody_is_looked_for_without_need(morning: Morning, lesson: Register, before: str, symbol: str):
    student = morning.students[0]
    with in_school(morning.school):
        if before == "absent":
            given = [GivenMark(student.pk, "N")]
            take_register(morning.register().pk, marks=given, reason="seen late", actor=morning.office)
    with clock.frozen(at(9, 30)), in_school(morning.school):
        if before == "out":
            sign_out_student(student.pk, reason="dentist", actor=morning.office)
    with clock.frozen(at(10, 5)), in_school(morning.school):
        take_lesson(morning, lesson, symbol)

        assert Concern.objects.count() == 0


def test_the_next_presence_clears_it_and_an_earlier_one_does_not(morning: Morning, lesson: Register):
    with clock.frozen(at(10, 5)), in_school(morning.school):
        earlier, later = (make_lesson_register(morning, hour=hour, period=f"{hour}") for hour in (9, 11))
        take_lesson(morning, lesson)
        take_register(earlier.pk, marks=[], rest="present", actor=morning.office)
        assert names(morning) == ["Student 00"]
    with clock.frozen(at(11, 5)), in_school(morning.school):
        take_register(later.pk, marks=[], rest="present", actor=morning.office)
        assert names(morning) == []
        assert Concern.objects.get().closed_by_name == "Olive Office"


@pytest.mark.parametrize("way", ["amended", "in", "out"])
def test_an_amendment_and_the_gate_clear_it(morning: Morning, lesson: Register, way: str):
    student = morning.students[0]
    with clock.frozen(at(10, 5)), in_school(morning.school):
        take_lesson(morning, lesson)
        if way == "amended":
            take_lesson(morning, lesson, "/")
        elif way == "in":
            sign_in_student(student.pk, actor=morning.office)
        else:
            sign_out_student(student.pk, reason="ill", actor=morning.office)

        assert names(morning) == []


def test_one_concern_for_a_day_of_missed_lessons(morning: Morning, lesson: Register):
    with clock.frozen(at(10, 5)), in_school(morning.school):
        take_lesson(morning, lesson)
    with clock.frozen(at(11, 5)), in_school(morning.school):
        take_lesson(morning, make_lesson_register(morning, hour=11, period="3"))

        assert Concern.objects.count() == 1


def test_the_other_school_sees_nobody_of_ours(morning: Morning, lesson: Register):
    other = make_morning(1, name="Dale School")
    with clock.frozen(at(10, 5)):
        with in_school(morning.school):
            take_lesson(morning, lesson)
        with in_school(other.school):
            assert list_left(other.office, TODAY) == []
