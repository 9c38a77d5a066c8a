"""What families see of a register: nothing before it has closed, by any door; those at work see it at once."""

from collections.abc import Callable
from typing import Any

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.attendance.models import AttendanceRule
from lyceum.domains.attendance.numbers import summarise
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_lesson_register
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, account_for, as_actor, in_school, make_guardian
from lyceum.testing.pages import text_of

NOON = NOW.replace(hour=12)
SUMMARY = """query($on: Date!, $id: ID) {
  attendanceSummary(from: $on, to: $on, studentId: $id) { total { possible unauthorised missing percent } } }"""


def account(morning: Morning, who: str) -> Any:
    """The account of the first student, of their guardian, or of the office."""
    student = morning.students[0]
    if who == "office":
        return morning.office_user
    if who == "student":
        return account_for(student.person, Role.STUDENT)
    return account_for(make_guardian(student, name="Gabi Guardian").guardian, Role.GUARDIAN)


@pytest.fixture
def absent(morning: Morning) -> Morning:
    """The first student is marked absent on the morning's register, which is open until half past nine."""
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(morning.students[0].pk, "N")], actor=morning.teacher)
    return morning


def by_summary(user: Any, morning: Morning) -> list[object]:
    path = (
        f"/api/v1/attendance/summary/?from={TODAY}&to={TODAY}&student={morning.students[0].pk}&explain=true&by=weekday"
    )
    found = software(user, morning.school).get(path).json()
    assert sum(group["possible"] for group in found["groups"]) == found["total"]["possible"]
    assert len(found["explained"]) == found["total"]["possible"]
    return [found["total"]["possible"], found["total"]["percent"]]


def by_student(user: Any, morning: Morning) -> list[object]:
    path = f"/api/v1/students/{morning.students[0].pk}/attendance/?from={TODAY}&to={TODAY}"
    found = software(user, morning.school).get(path).json()
    assert len(found["sessions"]) == found["numbers"]["possible"]
    return [found["numbers"]["possible"], found["numbers"]["percent"]]


def by_graphql(user: Any, morning: Morning) -> list[object]:
    values = {"on": str(TODAY), "id": str(morning.students[0].pk)}
    found = software(user, morning.school).send("/graphql", {"query": SUMMARY, "variables": values}).json()
    total = found["data"]["attendanceSummary"]["total"]
    return [total["possible"], total["percent"]]


def by_page(user: Any, morning: Morning) -> list[object]:
    text = text_of(browser(user, morning.school).get(f"/students/{morning.students[0].pk}/"))
    shown = "0.0 %" in text
    assert shown == ("0 of 1 sessions" in text)
    assert shown != ("No session was marked in the last six weeks." in text)
    return [1, "0.0"] if shown else [0, None]


def by_absences(user: Any, morning: Morning) -> list[object]:
    page = browser(user, morning.school).get(f"/attendance/absences/?date={TODAY}").content.decode()
    return [1, "0.0"] if f'href="/students/{morning.students[0].pk}/"' in page else [0, None]


Door = Callable[[Any, Morning], list[object]]


@pytest.mark.parametrize("read", [by_summary, by_student, by_graphql, by_page, by_absences])
@pytest.mark.parametrize("who", ["guardian", "student"])
def test_an_open_register_counts_for_nobody_at_home_and_for_those_at_work_at_once(
    absent: Morning, who: str, read: Door
):
    with in_school(absent.school):
        home = account(absent, who)

    assert read(home, absent) == [0, None]
    assert read(absent.office_user, absent) == [1, "0.0"]
    with clock.frozen(NOON):
        assert read(home, absent) == [1, "0.0"]


def test_the_first_page_of_a_family_counts_only_what_has_closed(absent: Morning):
    with in_school(absent.school):
        home = account(absent, "guardian")

    with clock.frozen(NOW):
        before = text_of(browser(home, absent.school).get("/today/"))
    with clock.frozen(NOON):
        after = text_of(browser(home, absent.school).get("/today/"))

    assert ("0.0 %" in before, "0.0 %" in after) == (False, True)


def test_minutes_of_a_lesson_that_is_still_open_count_for_nobody_at_home(absent: Morning):
    student = absent.students[1]
    with in_school(absent.school):
        AttendanceRule.objects.create(starts_on=TODAY, method="minutes")
        register = make_lesson_register(absent, hour=9)
        home = as_actor(account_for(student.person, Role.STUDENT), absent.school)

        def possible(actor: Any) -> int:
            return summarise(actor, first=TODAY, last=TODAY, student=student.pk, explain=True).total.possible

        with clock.frozen(register.closes_at.replace(minute=0)):
            take_register(register.pk, marks=[], rest="present", actor=absent.office)
            assert (possible(home), possible(absent.office)) == (0, 2)
        with clock.frozen(register.closes_at):
            assert (possible(home), possible(absent.office)) == (2, 2)


def test_what_a_family_knew_at_an_instant_is_what_had_closed_by_then(absent: Morning):
    with in_school(absent.school):
        home = as_actor(account(absent, "guardian"), absent.school)

        with clock.frozen(NOON):
            before = summarise(home, first=TODAY, last=TODAY, as_known_at=NOW).total
            after = summarise(home, first=TODAY, last=TODAY, as_known_at=NOON).total
            office = summarise(absent.office, first=TODAY, last=TODAY, student=absent.students[0].pk, as_known_at=NOW)

    assert (before.possible, after.possible, office.total.possible) == (0, 1, 1)
    assert after.missing == 0  # no gap that a family would read as a fault
