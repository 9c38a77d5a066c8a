from datetime import date, datetime, time, timedelta
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, RuleError
from lyceum.core.memory import forget_everything
from lyceum.domains.academics.rules.calendar import close_days
from lyceum.domains.attendance.models import Register, SessionTimes
from lyceum.domains.attendance.queries import count_states, in_state, list_registers, now_register
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError, NotASchoolDayError
from lyceum.domains.attendance.rules.registers import open_day, require_school_day
from lyceum.domains.attendance.rules.session_times import times_on
from lyceum.domains.attendance.rules.setup import delete_day_times, require_set_up, set_session_times
from lyceum.domains.attendance.tasks import open_days, open_school_day
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.attendance.views.day import STATES
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import time_zone
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import (
    NOW,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_school,
    make_teaching_class,
    set_times,
)


def test_a_day_has_a_register_for_each_session_and_no_more_when_asked_again(morning: Morning):
    with in_school(morning.school):
        made = open_day(TODAY)
        again = open_day(TODAY)

        assert (made, again) == (2, 0)
        rows = Register.objects.order_by("session").values_list("class_name", "session", "state")
        assert list(rows) == [("7A", "AM", "due"), ("7A", "PM", "due")]


def test_a_class_made_later_in_the_day_gets_its_register(morning: Morning):
    with in_school(morning.school):
        open_day(TODAY)
    make_class(morning.school, "7B")

    with in_school(morning.school):
        names = [r.class_name for r in list_registers(morning.office, day=TODAY) if r.session == "AM"]

    assert names == ["7A", "7B"]


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 21), "weekend"),
        (date(2026, 11, 23), "Training day"),
        (date(2026, 8, 3), "no school year"),
    ],
)
def test_no_register_on_a_day_without_school(morning: Morning, day: date, why: str):
    with in_school(morning.school):
        close_days([date(2026, 11, 23)], name="Training day", kind="training", actor=system_actor(morning.school.pk))

        assert open_day(day) == 0
        with pytest.raises(NotASchoolDayError, match=why):
            require_school_day(day)


def test_a_lesson_has_a_register_on_its_weekday(morning: Morning):
    maths = make_teaching_class(morning.school)
    lesson = NewLesson(maths, 5, "P1", time(9, 30), time(10, 30))
    with in_school(morning.school):
        create_lessons([lesson], actor=system_actor(morning.school.pk))
        open_day(TODAY)
        open_day(date(2026, 11, 19))

        rows = Register.objects.filter(kind="lesson").values_list("on", "class_name", "period")
        assert list(rows) == [(TODAY, "7A/Ma", "P1")]


def test_a_grade_may_have_times_of_its_own(morning: Morning):
    actor = system_actor(morning.school.pk)
    with in_school(morning.school):
        grade = morning.school.pk and _grade()
        set_session_times(
            session="AM",
            starts_at=time(9, 30),
            closes_at=time(10),
            starts_on=date(2026, 9, 1),
            grades=[grade],
            actor=actor,
        )

        own = {t.session: t.starts_at for t in times_on(TODAY, [grade])}
        general = {t.session: t.starts_at for t in times_on(TODAY, [])}

    assert own == {"AM": time(9, 30), "PM": time(13)}
    assert general == {"AM": time(8, 45), "PM": time(13)}


def by_rule(morning: Morning, **times: str):
    days = ("only_on", "starts_on")
    typed = {k: (date if k in days else time).fromisoformat(v) for k, v in times.items() if k != "session"}
    with in_school(morning.school):
        set_session_times(session=times["session"], **typed, actor=system_actor(morning.school.pk))


def by_rest(morning: Morning, **times: str):
    answer = software(make_admin(morning.school), morning.school).send(
        "/api/v1/attendance/session-times/", times, method="put"
    )
    assert (answer.status_code, answer.json()["is_exception"]) == (200, True)


def by_page(morning: Morning, **times: str):
    page = browser(make_admin(morning.school), morning.school)
    assert page.post("/settings/attendance/", {"act": "times", **times}).status_code == 302
    assert "that day only" in page.get("/settings/attendance/").content.decode()


@pytest.mark.parametrize("act", [by_rule, by_rest, by_page])
def test_one_day_may_have_times_of_its_own_and_its_open_registers_follow(morning: Morning, act):
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    other = make_morning(1)
    with in_school(morning.school):
        set_session_times(
            session="AM",
            starts_at=time(8, 50),
            closes_at=time(9, 10),
            starts_on=date(2026, 9, 1),
            grades=[_grade()],
            actor=system_actor(morning.school.pk),
        )
        open_day(monday)
    with in_school(other.school):
        open_day(monday)

    act(morning, session="AM", starts_at="10:15", closes_at="10:45", only_on="2026-11-23")

    with in_school(morning.school):
        open_day(tuesday)
        assert due(monday, "AM") == [(time(10, 15), time(10, 45))], "the day's own come before a grade's"
        assert due(monday, "PM") == [(time(13), time(13, 30))]
        assert due(tuesday, "AM") != due(monday, "AM")
        assert [t.starts_at for t in times_on(tuesday, []) if t.session == "AM"] == [time(8, 45)]
    with in_school(other.school):
        assert due(monday, "AM") == [(time(8, 45), time(9, 15))]


def due(day: date, session: str) -> list[tuple[time, time]]:
    """When the registers of a session are due and close, by the school's clock."""
    rows = Register.objects.filter(on=day, kind="daily", session=session)
    zone = time_zone()
    return [(clock.local(row.due_at, zone).time(), clock.local(row.closes_at, zone).time()) for row in rows]


def delete_by_rule(morning: Morning, times: UUID) -> object:
    with in_school(morning.school):
        try:
            delete_day_times(times, actor=as_actor(make_admin(morning.school), morning.school))
        except RuleError as refusal:
            return refusal.status
    return "done"


def delete_by_rest(morning: Morning, times: UUID) -> object:
    client = software(make_admin(morning.school), morning.school)
    answer = client.send(f"/api/v1/attendance/session-times/{times}/", method="delete")
    listed = [row["id"] for row in client.get("/api/v1/attendance/session-times/").json()]
    assert str(times) not in listed or answer.status_code != 204
    return "done" if answer.status_code == 204 else answer.status_code


def delete_by_page(morning: Morning, times: UUID) -> object:
    page = browser(make_admin(morning.school), morning.school)
    offered = f'value="{times}"' in page.get("/settings/attendance/").content.decode()
    status = page.post("/settings/attendance/", {"act": "undate", "times": str(times)}).status_code
    assert offered == (status == 302)
    return "done" if status == 302 else status


@pytest.mark.parametrize("delete", [delete_by_rule, delete_by_rest, delete_by_page])
def test_the_times_of_one_day_are_taken_back_and_its_open_registers_follow(morning: Morning, delete):
    monday, other = date(2026, 11, 23), make_morning(1)
    by_rule(morning, session="AM", starts_at="10:15", closes_at="10:45", only_on="2026-11-23")
    with in_school(morning.school):
        open_day(monday)
        exception = SessionTimes.objects.get(is_exception=True)
        usual = SessionTimes.objects.get(session="AM", is_exception=False)
    with in_school(other.school):
        theirs = SessionTimes.objects.filter(session="AM").get()

    assert [delete(morning, each.pk) for each in (exception, usual, theirs)] == ["done", 404, 404]

    with in_school(morning.school):
        assert due(monday, "AM") == [(time(8, 45), time(9, 15))]
        assert list(SessionTimes.objects.filter(session="AM")) == [usual]
    by_rule(morning, session="AM", starts_at="10:15", closes_at="10:45", only_on="2026-11-20")
    with in_school(morning.school):
        today = SessionTimes.objects.get(is_exception=True)
    with clock.frozen(NOW + timedelta(days=1)):
        assert delete(morning, today.pk) == 409


def test_times_set_from_today_move_registers_without_a_mark(morning: Morning):
    monday, thursday = date(2026, 11, 23), date(2026, 11, 19)
    marked = morning.register()
    with in_school(morning.school):
        for day in (thursday, monday):
            open_day(day)
        take_register(marked.pk, marks=[GivenMark(morning.students[0].pk, "N")], actor=morning.teacher)

    by_rule(morning, session="AM", starts_at="09:00", closes_at="09:30")
    by_rule(morning, session="PM", starts_at="13:30", closes_at="14:00", starts_on="2026-11-19")

    with in_school(morning.school):
        assert due(TODAY, "AM") == [(time(8, 45), time(9, 15))], "it has a mark"
        assert due(TODAY, "PM") == due(monday, "PM") == [(time(13, 30), time(14))]
        assert due(monday, "AM") == [(time(9), time(9, 30))]
        assert due(thursday, "PM") == [(time(13), time(13, 30))], "what is past stays"


def test_a_day_that_is_over_gets_no_other_times(morning: Morning):
    with in_school(morning.school), pytest.raises(InvalidError) as refused:
        set_session_times(
            session="AM",
            starts_at=time(10),
            closes_at=time(10, 20),
            only_on=date(2026, 11, 19),
            actor=system_actor(morning.school.pk),
        )

    assert refused.value.errors[0].pointer == "/only_on"


def _grade():
    from lyceum.domains.academics.models import Grade

    return Grade.objects.get(code="7").pk


@pytest.mark.usefixtures("db", "at_school")
def test_what_is_missing_is_named_with_a_link_and_works_as_soon_as_it_is_there():
    school = make_school()
    make_class(school)
    with in_school(school):
        with pytest.raises(AttendanceNotSetUpError) as refusal:
            require_set_up(TODAY)

        assert refusal.value.extra["missing"] == [
            {"what": "times", "message": "No session has its times.", "link": "/settings/attendance/"}
        ]
    set_times(school)
    with in_school(school):
        assert open_day(TODAY) == 2


def test_an_english_register_closes_within_half_an_hour(morning: Morning):
    with in_school(morning.school), pytest.raises(InvalidError, match="within 30 minutes"):
        set_session_times(session="AM", starts_at=time(8), closes_at=time(8, 31), actor=system_actor(morning.school.pk))


def test_the_register_of_now_is_the_one_that_is_due(morning: Morning):
    with in_school(morning.school):
        registers = list(list_registers(morning.teacher, day=TODAY))

        assert now_register(registers) == registers[0]
        assert registers[0].session == "AM"


@pytest.mark.usefixtures("db", "at_school")
def test_the_list_of_registers_takes_as_many_statements_for_one_class_as_for_three():
    counts = []
    for classes in (1, 3):
        morning = make_morning(1)
        for n in range(1, classes):
            make_class(morning.school, f"7{n}")
        with in_school(morning.school):
            actor = morning.office
            list(list_registers(actor, day=TODAY))
            with CaptureQueriesContext(connection) as queries:
                found = list(list_registers(actor, day=TODAY))
        assert len(found) == 2 * classes
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_clock_makes_the_registers_of_a_school_that_is_set_up(morning: Morning):
    bare = make_school("Bare School")

    for school, made in ((morning.school, 2), (bare, 0)):
        with in_school(school):
            assert open_school_day(actor=system_actor(school.pk)) == made


def test_a_school_that_fails_keeps_no_other_from_its_registers(morning: Morning):
    broken = make_morning(1, name="Valley School")
    School.objects.filter(pk=broken.school.pk).update(time_zone="Nowhere/At All")
    forget_everything()

    with pytest.raises(ExceptionGroup):
        open_days(0)

    with in_school(morning.school):
        assert Register.objects.filter(on=TODAY).count() == 2


def test_the_database_finds_the_states_that_time_makes(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        instants = (register.due_at, register.closes_at, register.locks_at)
        stored = (Register.State.DUE, Register.State.TAKEN, Register.State.NOT_REQUIRED)

        for state, instant in product(stored, instants):
            Register.objects.update(state=state)
            register.state = state
            said = register.state_at(instant)
            found = [s for s in STATES if Register.objects.filter(in_state([s], instant), pk=register.pk).exists()]
            assert found == [said]
            assert count_states(Register.objects.filter(pk=register.pk), instant)[said] == 1


def test_the_page_of_a_day_shows_what_is_missing_first_and_by_state(morning: Morning):
    office = browser(morning.office_user, morning.school)
    morning.register()
    with in_school(morning.school):
        Register.objects.filter(session="AM").update(state=Register.State.TAKEN)

    with clock.frozen(datetime.combine(TODAY, time(23), ZoneInfo("Europe/London"))):
        page = office.get(f"/attendance/?date={TODAY}").content.decode()
        missed = office.get(f"/attendance/?date={TODAY}&state=missed").content.decode()
        part = office.get(f"/attendance/?date={TODAY}&part=rows").content.decode()
        file = office.post(f"/attendance/?date={TODAY}", {"export": "csv"}).content.decode("utf-8-sig")

    assert page.index("not taken") < page.index("tag-closed")
    assert "Afternoon" in missed
    assert "Morning" not in missed.partition("<tbody>")[2]
    assert "<h1>" not in part
    assert [line.split(",")[1] for line in file.splitlines()] == ["Session", "Afternoon", "Morning"]
