"""Absences and cover at their doors: who may, what is refused, in how many statements; never the other school's."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.notifications.models import Notification
from lyceum.domains.timetable.cover_queries import list_staff_absences, read_desk
from lyceum.domains.timetable.models import StaffAbsence
from lyceum.domains.timetable.rules.absences import (
    AbsenceDecidedError,
    AbsenceOverlapsError,
    NewStaffAbsence,
    cancel_staff_absence,
    decide_staff_absence,
    edit_staff_absence,
    report_staff_absence,
)
from lyceum.domains.timetable.rules.covers import (
    accept_cover,
    assign_asked,
    assign_cover,
    assign_proposed,
    cancel_cover,
    set_cover_limit,
)
from lyceum.domains.timetable.tests.cover_day import HOURS, TODAY, Day, ask_ben, make_day
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import (
    NOW,
    in_school,
)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def day(db: None) -> Day:
    return make_day()


def test_a_teacher_asks_for_themselves_and_the_office_decides(day: Day):
    with in_school(day.school):
        teacher = day.actor("Ill")
        with pytest.raises(NotAllowedError):
            report_staff_absence(NewStaffAbsence(TODAY, TODAY, day.staff["Ben"]), actor=teacher)
        asked = report_staff_absence(NewStaffAbsence(TODAY, TODAY), actor=teacher)
        assert (asked.state, read_desk(day.office, TODAY).away) == ("asked", [])
        assert Notification.objects.filter(template="staff_absence_asked", user=day.office_user).exists()
        assert list(list_staff_absences(day.actor("Ben"))) == []
        with pytest.raises(NotFoundError):
            cancel_staff_absence(asked.pk, actor=day.actor("Ben"))
        with pytest.raises(NotAllowedError):
            decide_staff_absence(asked.pk, agrees=True, actor=teacher)

        decide_staff_absence(asked.pk, agrees=True, actor=day.office)

        assert len(read_desk(day.office, TODAY).open) == 3
        with pytest.raises(AbsenceDecidedError):
            edit_staff_absence(asked.pk, values={"ends_period": 1}, actor=teacher)
        with pytest.raises(AbsenceDecidedError):
            decide_staff_absence(asked.pk, agrees=False, actor=day.office)
        assert Notification.objects.filter(template="staff_absence_decided", user=day.users["Ill"]).count() == 1


@pytest.mark.parametrize(
    ("times", "error"),
    [
        ({}, AbsenceOverlapsError),  # the same again
        ({"starts_period": 2}, AbsenceOverlapsError),  # its last period
        ({"starts_period": 3, "ends_period": 2}, InvalidError),  # backwards
        ({"kind": "nonsense"}, InvalidError),
        ({"note": "x" * 301}, InvalidError),
    ],
)
def test_an_absence_in_order_is_told_once(day: Day, times: dict[str, object], error: type):
    with in_school(day.school):
        day.absent(ends_period=2)
        with pytest.raises(error):
            day.absent(**times)
        day.absent(starts_period=3)
        assert StaffAbsence.objects.count() == 2


def test_the_other_school_is_never_there(day: Day):
    other = make_day(name="Dale School")
    with in_school(other.school):
        absence, lesson = other.absent(), other.lessons[0].pk
        cover = assign_cover(lesson, on=TODAY, staff_id=other.staff["Ben"], actor=other.office)
    with in_school(day.school):
        for act in (
            lambda: edit_staff_absence(absence.pk, values={"note": "x"}, actor=day.office),
            lambda: decide_staff_absence(absence.pk, agrees=True, actor=day.office),
            lambda: cancel_staff_absence(absence.pk, actor=day.office),
            lambda: cancel_cover(cover.pk, actor=day.office),
            lambda: accept_cover(cover.pk, actor=day.office),
            lambda: assign_asked(cover.pk, actor=day.office),
            lambda: assign_cover(lesson, on=TODAY, staff_id=day.staff["Ben"], actor=day.office),
            lambda: set_cover_limit(other.staff["Ben"], limit=1, actor=day.office),
        ):
            with pytest.raises(NotFoundError):
                act()
        with pytest.raises(InvalidError):
            assign_cover(day.lessons[0].pk, on=TODAY, staff_id=other.staff["Ben"], actor=day.office)
        with pytest.raises(InvalidError):
            report_staff_absence(NewStaffAbsence(TODAY, TODAY, other.staff["Ben"]), actor=day.office)
        assert (read_desk(day.office, TODAY).away, list(list_staff_absences(day.office))) == ([], [])
    assert browser(day.office_user, day.school).get(f"/staff-absences/{absence.pk}/").status_code == 404


def by_page(day: Day) -> int:
    form = {"staff": str(day.staff["Ill"]), "starts_on": str(TODAY)}
    return browser(day.office_user, day.school).post("/staff-absences/new/", form).status_code


def by_rest(day: Day) -> int:
    body = {"staff": str(day.staff["Ill"]), "starts_on": str(TODAY), "ends_on": str(TODAY)}
    return software(day.office_user, day.school).send("/api/v1/staff-absences/", body).status_code


@pytest.mark.parametrize(("door", "done"), [(by_page, 302), (by_rest, 201)])
def test_every_door_reports_an_absence_once(day: Day, door: Callable[[Day], int], done: int):
    assert [door(day), door(day)] == [done, 409]
    with in_school(day.school):
        assert AuditEntry.objects.filter(action="timetable.absence.report").count() == 1


def test_rest_proposes_asks_answers_and_shortens(day: Day):
    office, ben = (software(user, day.school) for user in (day.office_user, day.users["Ben"]))
    with in_school(day.school):
        absence = day.absent()
    lesson = str(day.lessons[2].pk)
    proposals = office.get(f"/api/v1/covers/proposals/?lesson={lesson}&date={TODAY}").json()["items"]
    assert [(row["staff"]["name"], row["is_free"]) for row in proposals] == [
        ("Ben Teacher", True),
        ("Cora Teacher", True),
    ]
    asked = office.send(
        "/api/v1/covers/", {"lesson": lesson, "date": str(TODAY), "staff": proposals[0]["staff"]["id"], "ask": True}
    ).json()
    assert asked["state"] == "requested"
    assert ben.send(f"/api/v1/covers/{asked['id']}/accept/").json()["state"] == "accepted"
    shown = office.get(f"/api/v1/staff-absences/{absence.pk}/").json()
    assert [row["cover"] for row in shown["lessons"]] == [None, None, asked["id"]]
    path = f"/api/v1/staff-absences/{absence.pk}/"
    assert office.send(path, {"ends_period": 2}, method="patch").json()["version"] == 2
    assert office.get(f"/api/v1/covers/?date={TODAY}").json()["items"] == []
    assert office.get("/api/v1/covers/tallies/").json()["items"][0]["given"] == 0


def test_pages_cover_with_one_tap_ask_and_print(day: Day):
    office, ben = browser(day.office_user, day.school), browser(day.users["Ben"], day.school)
    with in_school(day.school):
        day.absent()
    page = office.get("/cover/").content.decode()
    assert "3 lessons are left to cover." in page
    lesson = day.lessons[0].pk
    one = {"act": "assign", "lesson": str(lesson), "staff": str(day.staff["Cora"]), "part": "0"}
    assert office.post("/cover/", one).status_code == 302
    assert office.post("/cover/", one).status_code == 409
    with in_school(day.school):
        asked = ask_ben(day)
    assert "I can" in ben.get("/today/").content.decode()
    assert ben.post("/cover/mine/", {"act": "accept", "cover": str(asked.pk)}).status_code == 302
    assert office.post("/cover/", {"act": "all"}).status_code == 302
    assert "Every lesson has somebody." in office.get("/cover/").content.decode()
    assert office.get("/cover/sheet/").content.startswith(b"%PDF")
    assert office.post("/cover/", {"act": "all"}).status_code == 409
    assert ben.get("/cover/").status_code == 403


def test_the_desk_takes_the_same_statements_for_one_lesson_and_for_three(db: None):
    counts = []
    for hours in (HOURS[:1], HOURS):
        made = make_day(hours, name=f"School of {len(hours)}")
        with in_school(made.school):
            absence = made.absent()
        client = browser(made.office_user, made.school)
        reads = [
            statements_for(client, path)
            for path in (
                "/cover/",
                f"/staff-absences/{absence.pk}/",
                f"/cover/{made.lessons[0].pk}/",
                "/cover/tallies/",
            )
        ]
        with in_school(made.school), CaptureQueriesContext(connection) as queries:
            assign_proposed(TODAY, actor=made.office)
        counts.append((reads, len(queries)))
        mine = [statements_for(browser(made.users[who], made.school), "/cover/mine/") for who in ("Ben",)]
        counts[-1][0].extend([*mine, statements_for(client, "/cover/")])
    # One colleague is told of one lesson, or two of three: each is asked about in the same statements.
    assert counts[0] == counts[1]
