"""What a phone may keep, and the pages on which two marks are decided."""

from datetime import UTC, datetime

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.attendance.models import Conflict, Mark
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import Morning, make_morning
from lyceum.domains.attendance.tests.test_restrictions import restrict
from lyceum.domains.attendance.tests.test_sync import TUESDAY, mark_of, results, send
from lyceum.domains.people.models import Flag
from lyceum.testing.clients import browser, nobody, statements_for
from lyceum.testing.factories import in_school, make_class, make_student, make_teacher

PATH = "/registers/mine/"


def test_a_phone_gets_names_marks_and_codes_of_own_registers_and_nothing_else(morning: Morning):
    other = make_class(morning.school, "7B")
    make_teacher(morning.school, other, name="Tobias Other")
    make_student(morning.school, other, name="Somebody Else")
    register = morning.register()
    with in_school(morning.school):
        Flag.objects.create(student=morning.students[0], kind="medical", text="Asthma", starts_on=register.on)
        late = GivenMark(morning.students[0].pk, "L", minutes_late=4)
        take_register(register.pk, marks=[late], actor=morning.teacher)

    answer = browser(morning.teacher_user, morning.school).get(PATH)

    day = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert [(each["name"], each["what"]) for each in day["registers"]] == [
        ("7A", "Morning register"),
        ("7A", "Afternoon register"),
    ]
    first = day["registers"][0]
    named = {"id", "kind", "name", "what", "at", "state", "state_word", "editable", "cycle", "codes", "lines"}
    assert first.keys() == named
    assert first["cycle"] == ["N", "L", "/"]
    assert [tuple(line.values()) for line in first["lines"]] == [
        (str(morning.students[0].pk), "Student 00", 1, "L", 4, "L"),
        (str(morning.students[1].pk), "Student 01", 0, "", None, ""),
        (str(morning.students[2].pk), "Student 02", 0, "", None, ""),
    ]
    assert b"Asthma" not in answer.content
    assert b"Somebody Else" not in answer.content


def test_the_office_keeps_no_registers_of_others(morning: Morning):
    morning.register()

    assert browser(morning.office_user, morning.school).get(PATH).json()["registers"] == []


def test_a_restricted_child_is_on_no_phone_and_takes_no_mark_from_it(morning: Morning):
    restrict(morning, morning.teacher_user, morning.students[1])
    register = morning.register()

    day = browser(morning.teacher_user, morning.school).get(PATH).json()
    with in_school(morning.school):
        batch = send(morning, mark_of(morning, register, 1, "N"), mark_of(morning, register, 0, "N"))

        assert [line["name"] for line in day["registers"][0]["lines"]] == ["Student 00", "Student 02"]
        assert sorted(results(batch)) == ["applied", "refused"]
        assert Conflict.objects.count() == 0
        assert [mark.student_id for mark in Mark.objects.all()] == [morning.students[0].pk]


def test_a_phone_keeps_the_day_for_twelve_hours_and_not_past_midnight(morning: Morning):
    client = browser(morning.teacher_user, morning.school)

    morning_until = client.get(PATH).json()["until"]
    with clock.frozen(datetime(2026, 11, 20, 15, tzinfo=UTC)):
        evening_until = client.get(PATH).json()["until"]

    assert datetime.fromisoformat(morning_until) == datetime(2026, 11, 20, 20, 50, tzinfo=UTC)
    assert datetime.fromisoformat(evening_until) == datetime(2026, 11, 21, tzinfo=UTC)


def test_who_is_not_signed_in_is_sent_to_sign_in(morning: Morning):
    answer = nobody().get(PATH)

    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={PATH}")


@pytest.mark.usefixtures("db", "at_school")
def test_a_day_takes_the_same_statements_for_one_student_and_for_three():
    counts = {}
    for size in (1, 3):
        morning = make_morning(size)
        morning.register()
        counts[size] = statements_for(browser(morning.teacher_user, morning.school), PATH)

    assert counts[1] == counts[3]


def test_two_marks_are_decided_on_the_register_with_one_press(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(morning.students[0].pk, "I")], actor=morning.office)
        send(morning, mark_of(morning, register, 0, "N"))
        conflict = Conflict.objects.get()
    client = browser(morning.teacher_user, morning.school)

    page = client.get(f"/registers/{register.pk}/").content.decode()
    assert "Olive Office" in page
    assert "Use N" in page
    assert "Keep I" in page
    answer = client.post(
        f"/attendance/conflicts/{conflict.pk}/", {"act": "replace", "version": "1", "from": "register"}
    )

    assert (answer.status_code, answer["Location"]) == (302, f"/registers/{register.pk}/")
    with in_school(morning.school):
        assert Mark.objects.get().code.symbol == "N"
    assert "Use N" not in client.get(f"/registers/{register.pk}/").content.decode()


def test_a_late_mark_has_its_buttons_for_the_office_alone(morning: Morning):
    register = morning.register()
    with clock.frozen(TUESDAY):
        with in_school(morning.school):
            send(morning, mark_of(morning, register, 0, "N"))
        pages = {
            name: browser(user, morning.school).get("/attendance/conflicts/").content.decode()
            for name, user in (("teacher", morning.teacher_user), ("office", morning.office_user))
        }

    assert "the office decides" in pages["teacher"]
    assert "Use N" not in pages["teacher"]
    assert "Use N" in pages["office"]


@pytest.mark.usefixtures("db", "at_school")
def test_the_list_of_conflicts_takes_the_same_statements_for_one_and_for_three():
    counts = {}
    for size in (1, 3):
        morning = make_morning(3)
        register = morning.register()
        with in_school(morning.school):
            for student in morning.students:
                take_register(register.pk, marks=[GivenMark(student.pk, "I")], actor=system_actor(morning.school.pk))
            send(morning, *[mark_of(morning, register, n, "N") for n in range(size)])
        counts[size] = statements_for(browser(morning.office_user, morning.school), "/attendance/conflicts/")

    assert counts[1] == counts[3]
