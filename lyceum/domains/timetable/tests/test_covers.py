"""A day's absence: its lessons are covered, told, taken back; whoever may not is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.academics.models import Class, DayPlan
from lyceum.domains.academics.rules.bells import find_or_make_cycle
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.queries import get_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.domains.notifications.models import Notification
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.cover_queries import lessons_left, list_own_covers, list_staff_absences, read_desk
from lyceum.domains.timetable.models import Cover, CoverTally, Lesson, StaffAbsence
from lyceum.domains.timetable.rules import NewLesson, create_lessons
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
    CoverAnsweredError,
    CoverAwayError,
    CoverLimitError,
    LessonCoveredError,
    NewCover,
    RoomTakenError,
    accept_cover,
    assign_asked,
    assign_cover,
    assign_covers,
    assign_proposed,
    cancel_cover,
    decline_cover,
    finish_covers,
    set_cover_limit,
)
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.domains.timetable.tests.conftest import Small
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import (
    NOW,
    find_or_make_year,
    in_school,
    make_class,
    make_manager,
    make_school,
    make_staff,
    make_student,
    make_teacher,
    set_times,
)

TODAY = date(2026, 11, 20)
HOURS = (9, 10, 11)


@dataclass
class Day:
    """Friday, 8:50: Ill has three lessons with 8A; Ben and Cora are there and free."""

    school: School
    form: Class
    office_user: User
    users: dict[str, User] = field(default_factory=dict)
    staff: dict[str, UUID] = field(default_factory=dict)
    lessons: list[Lesson] = field(default_factory=list)

    @property
    def office(self) -> Actor:
        return actor_for_user(self.office_user, self.school.pk, via=Via.PAGE)

    def actor(self, name: str) -> Actor:
        return actor_for_user(self.users[name], self.school.pk, via=Via.PAGE)

    def absent(self, name: str = "Ill", **times: object) -> StaffAbsence:
        new = NewStaffAbsence(TODAY, TODAY, self.staff[name], **times)
        return report_staff_absence(new, actor=self.office)

    def standing(self) -> list[tuple[str, str]]:
        rows = Cover.objects.filter(state__in=Cover.STANDING).order_by("lesson__starts_at", "part")
        return [(row.lesson.period, str(row.teacher)) for row in rows.select_related("lesson", "teacher__person")]


def make_day(hours: tuple[int, ...] = HOURS, name: str = "Hill School") -> Day:
    school = make_school(name)
    form = make_class(school, "8A")
    set_times(school)
    made = Day(school, form, make_manager(school, "Office", name="Olive Office"))
    for who in ("Ill", "Ben", "Cora"):
        made.users[who] = make_teacher(school, *([form] if who == "Ill" else []), name=f"{who} Teacher")
    make_student(school, form)
    with in_school(school):
        Class.objects.filter(pk=form.pk).update(registers="both")
        made.staff = {who: Staff.objects.get(person__user=user).pk for who, user in made.users.items()}
        new = [
            NewLesson(form, 5, str(n), time(hour), time(hour, 50), starts_on=date(2026, 9, 1))
            for n, hour in enumerate(hours, start=1)
        ]
        made.lessons = create_lessons(new, actor=system_actor(school.pk))
        open_day(TODAY)
    return made


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def day(db: None) -> Day:
    return make_day()


def test_a_day_is_covered_at_once_fairly_and_those_who_come_are_told_at_once(day: Day):
    with in_school(day.school):
        absence = day.absent()
        left = lessons_left(absence, actor=day.office)
        assert [need.held.lesson.period for need in left.needs] == ["1", "2", "3"]

        covers = assign_proposed(TODAY, actor=day.office)

        assert day.standing() == [("1", "Ben Teacher"), ("2", "Cora Teacher"), ("3", "Ben Teacher")]
        assert {cover.absence_id for cover in covers} == {absence.pk}
        tallies = CoverTally.objects.order_by("given").values_list("staff", "given", "received")
        assert list(tallies) == [(day.staff["Ill"], 0, 3), (day.staff["Cora"], 1, 0), (day.staff["Ben"], 2, 0)]
        told = Notification.objects.filter(type="cover").order_by("user__full_name").values_list("user", "urgency")
        assert list(told) == [(day.users["Ben"].pk, "urgent"), (day.users["Cora"].pk, "urgent")]
        assert [need.cover is None for need in read_desk(day.office, TODAY).needs] == [False] * 3
        assert Fact.objects.filter(type="timetable.cover.assigned").count() == 3
        finish_covers()
        assert set(Cover.objects.values_list("state", flat=True)) == {"assigned"}  # today is not over


def test_shortening_the_absence_takes_cover_outside_it_back(day: Day):
    with in_school(day.school):
        absence = day.absent()
        assign_proposed(TODAY, actor=day.office)
        with clock.frozen(NOW + timedelta(hours=1, minutes=30)):
            ben = day.actor("Ben")
            third = Register.objects.get(lesson=day.lessons[2], on=TODAY)
            assert get_register(third.pk, actor=ben).is_covered

            edit_staff_absence(absence.pk, values={"ends_period": 1}, actor=day.office)

            assert day.standing() == [("1", "Ben Teacher")]
            with pytest.raises(NotFoundError):
                get_register(third.pk, actor=ben)
            assert not get_register(third.pk, actor=day.actor("Ill")).is_covered
        assert CoverTally.objects.get(staff=day.staff["Ill"]).received == 1
        assert Fact.objects.filter(type="timetable.cover.cancelled").count() == 2
        assert Notification.objects.filter(template="cover_ended").count() == 2

        cancel_staff_absence(absence.pk, actor=day.office)
        cancel_staff_absence(absence.pk, actor=day.office)
        assert day.standing() == []
        assert CoverTally.objects.get(staff=day.staff["Ill"]).received == 0


def test_whoever_was_to_cover_and_is_away_too_covers_nothing(day: Day):
    with in_school(day.school):
        day.absent()
        assign_proposed(TODAY, actor=day.office)

        day.absent("Ben", starts_period=3)

        assert day.standing() == [("1", "Ben Teacher"), ("2", "Cora Teacher")]
        with pytest.raises(CoverAwayError):
            assign_cover(day.lessons[2].pk, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)
        assign_proposed(TODAY, actor=day.office)
        assert day.standing()[2] == ("3", "Cora Teacher")


def test_nobody_is_asked_beyond_their_limit(day: Day):
    with in_school(day.school):
        day.absent()
        for who, limit in (("Ben", 1), ("Cora", 0)):
            set_cover_limit(day.staff[who], limit=limit, actor=day.office)

        assign_proposed(TODAY, actor=day.office)

        assert day.standing() == [("1", "Ben Teacher")]
        with pytest.raises(CoverLimitError):
            assign_cover(day.lessons[1].pk, on=TODAY, staff_id=day.staff["Cora"], actor=day.office)


def test_a_double_is_split_between_two_and_narrowed_with_the_absence(day: Day):
    with in_school(day.school):
        Lesson.objects.filter(pk=day.lessons[2].pk).update(first_period=3, last_period=4)
        absence = day.absent()
        double = day.lessons[2].pk
        parts = [NewCover(double, TODAY, day.staff[who], part=part) for who, part in (("Ben", 3), ("Cora", 4))]
        with pytest.raises(InvalidError):
            assign_covers([NewCover(double, TODAY, day.staff["Ben"], part=5)], actor=day.office)

        split = assign_covers(parts, actor=day.office)

        assert day.standing() == [("3", "Ben Teacher"), ("3", "Cora Teacher")]
        with pytest.raises(LessonCoveredError):
            assign_cover(double, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)
        for cover in split:
            cancel_cover(cover.pk, actor=day.office)
        assign_cover(double, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)
        edit_staff_absence(absence.pk, values={"starts_period": 4}, actor=day.office)
        assert list(Cover.objects.filter(state__in=Cover.STANDING).values_list("part", flat=True)) == [4]


def test_what_becomes_of_a_lesson_besides_a_colleague(day: Day):
    with in_school(day.school):
        other = make_class(day.school, "8B")
        new = NewLesson(other, 5, "1", time(9), time(9, 50), starts_on=date(2026, 9, 1), teacher_id=day.staff["Cora"])
        [second] = create_lessons([new], actor=day.office)
        day.absent()
        one, two, three = (lesson.pk for lesson in day.lessons)
        wishes = [
            NewCover(one, TODAY, kind="merge", merged_with=second.pk),
            NewCover(two, TODAY, kind="self_study", work_set="Read chapter 3."),
            NewCover(three, TODAY, kind="cancel"),
        ]

        assign_covers(wishes, actor=day.office)

        assert day.standing() == [("1", "Cora Teacher"), ("2", "None"), ("3", "None")]
        assert read_desk(day.office, TODAY).open == []
        assert CoverTally.objects.count() == 0
        for wrong in (
            NewCover(second.pk, TODAY, kind="merge", merged_with=three),
            NewCover(second.pk, TODAY, kind="room_change"),
            NewCover(second.pk, TODAY, kind="nonsense"),
            NewCover(second.pk, TODAY, day.staff["Ben"], kind="cancel"),
        ):
            with pytest.raises(InvalidError):
                assign_covers([wrong], actor=day.office)


def test_another_room_is_free_and_stays_when_somebody_covers(day: Day):
    from lyceum.domains.academics.models import Location

    with in_school(day.school):
        hall, lab = (Location.objects.create(name=name) for name in ("Hall", "Laboratory"))
        other = make_class(day.school, "8B")
        new = NewLesson(other, 5, "1", time(9), time(9, 50), starts_on=date(2026, 9, 1), room_id=lab.pk)
        create_lessons([new], actor=day.office)
        one = day.lessons[0].pk
        with pytest.raises(RoomTakenError):
            assign_covers([NewCover(one, TODAY, kind="room_change", room_id=lab.pk)], actor=day.office)
        assign_covers([NewCover(one, TODAY, kind="room_change", room_id=hall.pk)], actor=day.office)
        day.absent()
        assert len(read_desk(day.office, TODAY).open) == 3

        cover = assign_cover(one, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)

        assert cover.room_id == hall.pk


def ask(day: Day) -> Cover:
    return assign_covers([NewCover(day.lessons[2].pk, TODAY, day.staff["Ben"], asks=True)], actor=day.office)[0]


def test_who_is_asked_answers_for_themselves_and_then_the_register_is_theirs(day: Day):
    with in_school(day.school), clock.frozen(NOW + timedelta(hours=1, minutes=30)):
        cover, register = ask(day), Register.objects.get(lesson=day.lessons[2], on=TODAY)
        assert [row.pk for row in list_own_covers(day.actor("Ben"), first=TODAY)] == [cover.pk]
        with pytest.raises(NotFoundError):
            get_register(register.pk, actor=day.actor("Ben"))
        with pytest.raises(NotFoundError):
            accept_cover(cover.pk, actor=day.actor("Cora"))

        accept_cover(cover.pk, actor=day.actor("Ben"))
        accept_cover(cover.pk, actor=day.actor("Ben"))

        assert get_register(register.pk, actor=day.actor("Ben")).is_covered
        assert CoverTally.objects.get(staff=day.staff["Ben"]).given == 1
        assert Notification.objects.filter(template="cover_answered", user=day.office_user).count() == 1
        with pytest.raises(CoverAnsweredError):
            decline_cover(cover.pk, actor=day.actor("Ben"))


def test_declined_is_open_again_and_given_to_another(day: Day):
    with in_school(day.school):
        day.absent()
        cover = ask(day)
        assert len(read_desk(day.office, TODAY).open) == 2
        decline_cover(cover.pk, reason="A trip", actor=day.actor("Ben"))
        assert len(read_desk(day.office, TODAY).open) == 3
        again = assign_cover(day.lessons[2].pk, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)

        moved = assign_asked(again.pk, staff_id=day.staff["Cora"], actor=day.office)

        assert (moved.pk, day.standing()) == (again.pk, [("3", "Cora Teacher")])
        given = CoverTally.objects.filter(given=1).values_list("staff", flat=True)
        assert list(given) == [day.staff["Cora"]]


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
        asked = ask(day)
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


def test_a_day_with_a_plan_of_its_own_says_what_there_is_instead_and_is_covered(day: Day):
    with in_school(day.school):
        cycle = find_or_make_cycle(find_or_make_year(day.school), actor=system_actor(day.school.pk))
        DayPlan.objects.create(cycle=cycle, on=TODAY, note="Sports day")
        day.absent()
        desk = read_desk(day.office, TODAY)
        assert (desk.instead, len(desk.open)) == ("Sports day", 3)  # lessons entered by hand keep their times
        assert len(assign_proposed(TODAY, actor=day.office)) == 3
    assert "Sports day" in browser(day.office_user, day.school).get("/cover/").content.decode()


def test_a_new_timetable_keeps_the_covers_of_lessons_that_stay_and_ends_the_others(small: Small):
    version = small.placed()
    with in_school(small.school):
        publish_version(version.pk, effective_from=TODAY, actor=small.system)
        stays = Lesson.objects.filter(school_class=small.taught["7A/MA"]).order_by("weekday")[0]
        monday = TODAY + timedelta(days=(stays.weekday or 1) + 2)
        colleague = make_staff(small.school, name="Cora Colleague")
        goes = Lesson.objects.filter(school_class=small.taught["7A/EN"], weekday=stays.weekday)[0]
        covers = [assign_cover(row.pk, on=monday, staff_id=colleague.pk, actor=small.system) for row in (stays, goes)]
        draft = create_version(small.year.pk, parent=version.pk, actor=small.system)
        planned = draft.lessons.get(classes__school_class=small.taught["7A/EN"], day=stays.weekday)
        planned.period = 8
        planned.save()

        publish_version(draft.pk, effective_from=monday, actor=small.system)

        states = {row.pk: row.state for row in Cover.objects.all()}
        assert [states[cover.pk] for cover in covers] == ["assigned", "cancelled"]
