"""The agenda: what everybody finds in it, from every domain, and nothing of others."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from lyceum.core.actor import system_actor
from lyceum.domains.academics.rules.calendar import close_days
from lyceum.domains.behaviour.models import DetentionType
from lyceum.domains.behaviour.rules.detentions.setting import NewDetention, set_detention
from lyceum.domains.behaviour.rules.detentions.slots import NewSlot, create_slots
from lyceum.domains.calendars.rules.times import instant_at
from lyceum.domains.calendars.tests.conftest import EVENTS
from lyceum.domains.learning.models import Assignment, Course, CourseEnrolment, LearningSchedule, Meeting, Submission
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.testing.clients import browser, key_holder, software, statements_for
from lyceum.testing.factories import FIRST_DAY, NOW, in_school, make_admin, make_school

CALENDAR = "/api/v1/calendar/"
WEEK = "?from=2026-11-23&to=2026-11-29"


def seen(caller, query=WEEK):
    answer = caller.get(f"{CALENDAR}{query}")
    assert answer.status_code == 200, answer.content
    return [(each["type"], each["title"], each["student_id"]) for each in answer.json()["items"]]


def fill(cast):
    """A lesson, a closed day, a course meeting, work that is due and a detention of Sam's."""
    actor = system_actor(cast.school.pk)
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with in_school(cast.school):
        staff = Staff.objects.get(person__full_name="Tom Stone")
        create_lessons(
            [NewLesson(cast.form, weekday=1, period="1", starts_at=time(9), ends_at=time(10), teacher_id=staff.pk)],
            actor=actor,
        )
        close_days([date(2026, 11, 26), date(2026, 11, 27)], name="Training", actor=actor)
        course = Course.objects.create(name="Chess", slug="chess", status="published")
        run = LearningSchedule.objects.create(
            course=course, start_on=FIRST_DAY, end_on=date(2027, 1, 1), delivery="online", status="published"
        )
        CourseEnrolment.objects.create(student=cast.student, schedule=run, status="active", enrolled_at=NOW)
        Meeting.objects.create(schedule=run, starts_at=monday + timedelta(hours=7), ends_at=monday + timedelta(hours=8))
        work = Assignment.objects.create(
            title="Essay",
            description="x",
            schedule=run,
            for_classes=False,
            due_at=monday + timedelta(days=1),
            status="published",
        )
        Submission.objects.create(assignment=work, student=cast.student)
        kind = DetentionType.objects.order_by("name").first()
        create_slots(NewSlot(kind.pk, date(2026, 11, 24), time(15, 30), 5, [staff.pk]), actor=actor)
        set_detention(NewDetention(cast.student.pk, kind.pk, "Late"), actor=actor)
        return kind.name


def test_everybody_finds_their_own_from_every_domain(cast):
    detention = fill(cast)
    event = cast.make(title="Fair", date="2026-11-25")
    cast.guardian.send(f"{EVENTS}{event}/register/", {"student_id": str(cast.student.pk)})
    sam = str(cast.student.pk)

    own = [
        ("lesson", "7A"),
        ("meeting", "Chess"),
        ("due", "Essay"),
        ("detention", detention),
        ("event", "Fair"),
        ("closed", "Training"),
    ]
    assert seen(cast.pupil) == [(*each, None) for each in own]
    assert seen(cast.guardian) == [(kind, title, None if kind == "closed" else sam) for kind, title in own]
    assert seen(cast.guardian, f"{WEEK}&types=due,closed") == [("due", "Essay", sam), ("closed", "Training", None)]
    assert seen(cast.teacher) == [
        ("lesson", "7A", None), ("detention", detention, None), ("event", "Fair", None), ("closed", "Training", None)
    ]  # fmt: skip
    assert seen(key_holder(cast.school, "calendar:read")) == [("event", "Fair", None), ("closed", "Training", None)]
    other = make_school("Dale School")
    assert seen(software(make_admin(other), other)) == []


def test_every_line_leads_to_a_page_that_its_reader_may_open(cast):
    fill(cast)
    cast.make(title="Fair", date="2026-11-25")

    for caller, user in ((cast.pupil, cast.student.person.user), (cast.guardian, cast.guardian_user)):
        links = {each["type"]: each["link"] for each in caller.get(f"{CALENDAR}{WEEK}").json()["items"]}
        page = browser(user, cast.school)
        assert links["meeting"].startswith("/learning/runs/")
        assert links["due"].startswith("/assignments/")
        assert [page.get(links[kind]).status_code for kind in ("event", "lesson", "meeting", "due")] == [200] * 4


@pytest.mark.parametrize(
    "query", ["?from=2026-01-01&to=2026-04-03", "?from=2026-11-23&to=2026-11-22", "?from=9999-12-30&to=9999-12-31"]
)
def test_too_many_days_or_none_are_refused(cast, query):
    answer = cast.pupil.get(f"{CALENDAR}{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "range_too_long")


def test_a_month_takes_as_many_statements_with_many_events(cast):
    query = f"{CALENDAR}?from=2026-11-01&to=2026-11-30"

    def make(day):
        event = cast.make(date=f"2026-11-2{day}")
        cast.pupil.send(f"{EVENTS}{event}/register/")

    make(4)
    once = statements_for(cast.pupil, query)
    for day in (5, 6):
        make(day)

    assert statements_for(cast.pupil, query) == once
    assert once <= 14


def test_hours_that_do_not_exist_move_on_and_of_two_the_first_is_meant():
    zone = "Europe/London"

    assert instant_at(date(2026, 3, 29), time(1, 30), zone) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 02:30 BST
    assert instant_at(date(2026, 10, 25), time(1, 30), zone) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_page_shows_a_week_and_a_month_day_by_day(cast):
    cast.make(title="Fair & feast", date="2026-11-25", last_day="2026-11-26")
    guardian = browser(cast.guardian_user, cast.school)

    week = guardian.get("/calendar/?on=2026-11-25").content.decode()
    month = guardian.get("/calendar/?view=month&on=2026-11-03").content.decode()

    assert week.count("Fair &amp; feast") == 2
    assert month.count("Fair &amp; feast") == month.count("until 26 November") == 1  # said once, where it begins
    assert month.index('href="#d-2026-11-25"') < month.index('id="d-2026-11-25"')
    assert "Make an event" not in week
    assert guardian.get("/calendar/?on=0001-01-01").status_code == 200
    assert guardian.get("/calendar/events/new/").status_code == 403


def test_the_office_makes_changes_and_publishes_on_pages(cast):
    office = browser(cast.admin_user, cast.school)
    form = {"title": "Fair", "date": "2026-11-25", "starts": "10:00", "ends": "09:00", "visibility": "public"}

    wrong = office.post("/calendar/events/new/", form)
    assert (wrong.status_code, 'value="Fair"' in wrong.content.decode()) == (422, True)
    made = office.post("/calendar/events/new/", form | {"ends": "12:00", "act": "publish", "waiting_list": "1"})
    assert made.status_code == 302
    page = made["Location"]
    assert "10:00–12:00" in office.get(page).content.decode()
    edited = office.get(f"{page}edit/").content.decode()
    assert 'value="10:00"' in edited
    assert office.post(f"{page}edit/", form | {"ends": "", "starts": "", "title": "Feast"}).status_code == 302
    assert "Feast" in office.get("/calendar/events/").content.decode()
    assert office.post(page, {"act": "cancel", "reason": ""}).status_code == 422
    assert office.post(page, {"act": "cancel", "reason": "Storm"}).status_code == 302
    assert "Storm" in office.get(page).content.decode()
