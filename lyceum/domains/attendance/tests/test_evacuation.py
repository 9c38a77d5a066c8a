"""An evacuation: a roll of everybody on site, ticked off by those who see them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from lyceum.core import clock
from lyceum.core.errors import NotAllowedError, NotFoundError, RuleError
from lyceum.domains.attendance.evacuation import count_groups, forget_running, list_people
from lyceum.domains.attendance.models import EvacuationRoll, GateEvent
from lyceum.domains.attendance.on_site import list_present
from lyceum.domains.attendance.rules.evacuations import account_for, end_evacuation, start_evacuation
from lyceum.domains.attendance.rules.gate import sign_in_student, sign_in_visitor
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.refusals import EvacuationEndedError, EvacuationRunningError
from lyceum.domains.attendance.tests.conftest import Morning, make_morning
from lyceum.domains.journal.models import AuditEntry
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import in_school
from lyceum.testing.pages import text_of

Door = Callable[[Morning, EvacuationRoll, str], int]


def by_page(morning: Morning, roll: EvacuationRoll, person: str) -> int:
    form = {"act": "found", "person": person}
    return browser(morning.teacher_user, morning.school).post(f"/evacuation/{roll.pk}/", form).status_code


def by_rest(morning: Morning, roll: EvacuationRoll, person: str) -> int:
    path = f"/api/v1/attendance/evacuations/{roll.pk}/account/"
    return software(morning.teacher_user, morning.school).send(path, {"people": [person]}).status_code


DOORS = {"page": (by_page, 302), "rest": (by_rest, 200)}


@pytest.fixture
def roll(morning: Morning) -> EvacuationRoll:
    """The first two students and a visitor are on site, the third is not."""
    register = morning.register()
    with in_school(morning.school):
        forget_running()
        given = [GivenMark(morning.students[2].pk, "N")]
        take_register(register.pk, marks=given, rest="present", actor=morning.office)
        sign_in_visitor("Vera Visitor", host="Olive Office", actor=morning.office)
        return start_evacuation(actor=morning.office)


def test_the_roll_holds_everybody_who_is_on_site(morning: Morning, roll: EvacuationRoll):
    with in_school(morning.school):
        people = list_people(roll, actor=morning.office).values_list("kind", "name", "group", "place")
        assert list(people) == [
            ("student", "Student 00", "7A", "7A"),
            ("student", "Student 01", "7A", "7A"),
            ("visitor", "Vera Visitor", "", "Olive Office"),
        ]


@pytest.mark.parametrize("door", DOORS)
def test_a_teacher_ticks_off_through_every_door_and_it_says_who_and_when(
    morning: Morning, roll: EvacuationRoll, door: str
):
    act, done = DOORS[door]
    student = morning.students[0]

    assert act(morning, roll, str(student.pk)) == done
    assert act(morning, roll, str(morning.students[2].pk)) == 404  # not on the roll
    with in_school(morning.school):
        found = list_people(roll, actor=morning.office).get(student=student)
        assert (found.accounted_by_name, found.accounted_at) == ("Tess Teacher", clock.now())
        counts = [(g.name, g.found, g.size) for g in count_groups(roll, actor=morning.office)]
        assert counts == [("7A", 1, 2), ("Visitors", 0, 1)]
        assert AuditEntry.objects.filter(action="attendance.evacuation.account").count() == 1


def test_who_found_somebody_first_stays(morning: Morning, roll: EvacuationRoll):
    key = [morning.students[0].pk]
    with in_school(morning.school):
        account_for(roll.pk, keys=key, actor=morning.teacher)
        account_for(roll.pk, keys=key, actor=morning.office)
        assert list_people(roll, actor=morning.office).get(key=key[0]).accounted_by_name == "Tess Teacher"

        account_for(roll.pk, keys=key, accounted=False, actor=morning.office)
        assert list_people(roll, actor=morning.office).get(key=key[0]).accounted_at is None


def test_teachers_see_the_roll_while_it_runs_and_not_before_or_after(morning: Morning, roll: EvacuationRoll):
    teacher = browser(morning.teacher_user, morning.school)

    assert "2 people" not in text_of(teacher.get(f"/evacuation/{roll.pk}/"))
    assert "3 people are missing" in text_of(teacher.get(f"/evacuation/{roll.pk}/"))
    assert "Evacuation: open the roll" in text_of(teacher.get("/today/"))
    assert teacher.get("/on-site/").status_code == 200
    with in_school(morning.school):
        with pytest.raises(NotAllowedError):
            end_evacuation(roll.pk, actor=morning.teacher)
        end_evacuation(roll.pk, actor=morning.office)
        forget_running()
        with pytest.raises(NotAllowedError):
            account_for(roll.pk, keys=[morning.students[0].pk], actor=morning.teacher)
    assert teacher.get(f"/evacuation/{roll.pk}/").status_code == 403
    assert teacher.get("/on-site/").status_code == 403


def test_one_evacuation_runs_at_a_time_and_an_ended_one_stays_as_it_was(morning: Morning, roll: EvacuationRoll):
    with in_school(morning.school):
        with pytest.raises(EvacuationRunningError):
            start_evacuation(actor=morning.office)
        end_evacuation(roll.pk, actor=morning.office)
        with pytest.raises(EvacuationEndedError):
            account_for(roll.pk, keys=[morning.students[0].pk], actor=morning.office)
        assert start_evacuation(actor=morning.office).pk != roll.pk


def test_the_other_school_knows_nothing_of_it(morning: Morning, roll: EvacuationRoll):
    other = make_morning(1, name="Dale School")
    with in_school(other.school):
        sign_in_student(other.students[0].pk, actor=other.office)
        own = start_evacuation(actor=other.office)
        assert [each.name for each in list_people(own, actor=other.office)] == ["Student 00"]
        for act in (account_for, end_evacuation):
            given = {"keys": [morning.students[0].pk]} if act is account_for else {}
            with pytest.raises(NotFoundError):
                act(roll.pk, **given, actor=other.office)
    assert browser(other.office_user, other.school).get(f"/evacuation/{roll.pk}/").status_code == 404


def test_who_was_in_and_is_absent_from_a_lesson_may_be_on_site(morning: Morning, lesson_register):
    student = morning.students[0]
    with in_school(morning.school):
        take_register(morning.register().pk, marks=[], rest="present", actor=morning.office)
    with clock.frozen(datetime(2026, 11, 20, 10, 5, tzinfo=UTC)), in_school(morning.school):
        register = lesson_register(morning)
        take_register(register.pk, marks=[GivenMark(student.pk, "N")], rest="present", actor=morning.office)

        found = [(p.name, p.place, p.is_certain) for p in list_present(morning.office, kinds=["student"])]
        assert found == [
            ("Student 00", "7A · 2", False),
            ("Student 01", "7A · 2", True),
            ("Student 02", "7A · 2", True),
        ]


@pytest.mark.parametrize("path", ["/evacuation/{}/", "/api/v1/attendance/evacuations/{}/"])
def test_the_roll_takes_as_many_statements_for_three_as_for_one(morning: Morning, path: str):
    counts = []
    for _round in range(2):
        with in_school(morning.school):
            sign_in_student(morning.students[len(counts)].pk, actor=morning.office)
            roll = start_evacuation(actor=morning.office)
            forget_running()
        client = software if path.startswith("/api/") else browser
        counts.append(statements_for(client(morning.office_user, morning.school), path.format(roll.pk)))
        with in_school(morning.school):
            end_evacuation(roll.pk, actor=morning.office)
            sign_in_student(morning.students[2].pk, actor=morning.office)

    assert counts[0] == counts[1]
    with in_school(morning.school):
        assert GateEvent.objects.count() == 3


def test_an_unknown_roll_is_not_found(morning: Morning, roll: EvacuationRoll):
    with in_school(morning.school), pytest.raises(RuleError):
        account_for(morning.students[0].pk, keys=[morning.students[0].pk], actor=morning.office)
