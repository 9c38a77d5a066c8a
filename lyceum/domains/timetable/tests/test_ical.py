"""Calendars for other programs: read here by a reader of their own."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.academics.cycles import forget_cycle_days
from lyceum.domains.academics.models import Cycle, DayPlan
from lyceum.domains.academics.rules.calendar import close_days
from lyceum.domains.accounts.models import Membership
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.agenda import Whose, find_next_lesson, list_agenda
from lyceum.domains.timetable.rules.covers import assign_cover
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.testing.clients import browser, nobody, software
from lyceum.testing.factories import NOW, account_for, in_school, make_admin
from lyceum.testing.pages import text_of

ZONE = ZoneInfo("Europe/London")
FEEDS = "/api/v1/timetable/feeds/"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def published(small):
    version = small.placed()
    with in_school(small.school):
        publish_version(version.pk, effective_from=date(2026, 9, 1), actor=small.system)
    return small


def events(source: bytes) -> list[dict[str, str]]:
    """The events of a calendar by RFC 5545 alone: folded lines joined, names and values apart."""
    lines = source.decode().replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for line in lines:
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            found[-1].setdefault(name.partition(";")[0], value)
    return found


def local(written: str) -> datetime:
    return datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(ZONE)


def test_a_teachers_calendar_has_the_right_local_times_on_both_sides_of_a_clock_change(published):
    small = published
    admin = make_admin(small.school)
    with in_school(small.school):
        teacher = small.lead("7A/MA")

    path = software(admin, small.school).get(f"{FEEDS}?sort=teacher&id={teacher}").json()["path"]
    with clock.frozen(datetime(2027, 3, 20, 9, tzinfo=UTC)):
        answer = nobody().get(path)

    mondays = [each for each in events(answer.content) if local(each["DTSTART"]).weekday() == 0]
    at = {local(each["DTSTART"]).date(): local(each["DTSTART"]) for each in mondays if "7A" in each["SUMMARY"]}
    before, after = at[date(2027, 3, 22)], at[date(2027, 3, 29)]
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert [f"{each:%H:%M %z}" for each in (before, after)] == ["09:00 +0000", "09:00 +0100"]
    assert len({each["UID"] for each in events(answer.content)}) == len(events(answer.content))


def test_an_address_ends_with_the_rights_of_its_reader_and_cannot_be_guessed(published):
    small = published
    admin = make_admin(small.school)
    with in_school(small.school):
        teacher = small.lead("7A/MA")
    path = software(admin, small.school).get(f"{FEEDS}?sort=teacher&id={teacher}").json()["path"]

    with in_school(small.school):
        Membership.objects.filter(user=admin).delete()

    assert nobody().get(path).status_code == 404
    assert nobody().get(path[:-5] + "xxxx/").status_code == 404


def test_cover_shows_in_both_calendars(published):
    small = published
    monday = date(2026, 11, 23)
    with in_school(small.school):
        lesson = next(
            each.lesson
            for each in list_agenda(
                small.system, first=monday, last=monday, whose=Whose(school_class=small.taught["7A/MA"].pk)
            )
        )
        covering = Staff.objects.get(pk=small.lead("7A/AR"))
        assign_cover(lesson.pk, on=monday, staff_id=covering.pk, actor=small.system)

        mine = list_agenda(small.system, first=monday, last=monday, whose=Whose(teacher=small.lead("7A/MA")))
        theirs = list_agenda(small.system, first=monday, last=monday, whose=Whose(teacher=covering.pk))

        assert [each.lesson.school_class.name for each in mine] == ["7B/MA"]
        assert [each.lesson.school_class.name for each in theirs] == ["7A/MA", "7A/AR", "7B/AR"]
        assert theirs[0].teachers() == [covering]


def test_the_next_lesson_of_a_student_is_the_one_that_is_on_or_comes(published):
    small = published
    with in_school(small.school):
        found = find_next_lesson(small.system, Whose(student=small.students[0].pk))

        assert found is not None
        assert (found.on, found.lesson.school_class.name) == (date(2026, 11, 23), "7A/MA")


def test_what_is_other_than_always_is_in_the_calendar_and_on_the_pages(published):
    """Somebody covers on Monday, Tuesday is Sports day, Wednesday and Thursday are closed."""
    small = published
    student = account_for(small.students[0].person, Role.STUDENT)
    monday, tuesday, wednesday, thursday = (date(2026, 11, 23) + timedelta(days=n) for n in range(4))
    with in_school(small.school):
        lessons = list_agenda(small.system, first=monday, last=monday, whose=Whose(student=small.students[0].pk))
        assign_cover(lessons[0].lesson.pk, on=monday, staff_id=small.lead("7A/AR"), actor=small.system)
        DayPlan.objects.create(cycle=Cycle.objects.get(), on=tuesday, note="Sports day")
        close_days([wednesday, thursday], name="Snow", actor=small.system)
        forget_cycle_days()
    client = browser(student, small.school)

    feed = re.search(r'href="(/timetable/feeds/[^"]+)"', client.get(f"/timetable/?on={monday}").content.decode())
    found = events(nobody().get(feed[1]).content)

    week = [each for each in found if each["DTSTART"][:8] in {f"{monday + timedelta(days=n):%Y%m%d}" for n in range(4)}]
    assert [(each["DTSTART"][:8], each["SUMMARY"]) for each in sorted(week, key=lambda each: each["DTSTART"])] == [
        ("20261123", "Mathematics (7A/MA): covered by Teacher of Art"),
        ("20261123", "English (7A/EN)"),
        ("20261123", "Art (7A/AR)"),
        ("20261124", "Sports day"),
        ("20261125", "No school: Snow"),
    ]
    assert next(each["DTEND"] for each in week if "Snow" in each["SUMMARY"]) == "20261127"
    with clock.frozen(datetime(2026, 11, 23, 8, tzinfo=UTC)):
        assert "covered by Teacher of Art" in text_of(client.get("/today/"))
    with clock.frozen(datetime(2026, 11, 24, 8, tzinfo=UTC)):
        assert "Today: Sports day" in text_of(client.get("/today/"))
    with clock.frozen(datetime(2026, 11, 25, 8, tzinfo=UTC)):
        assert "No school today: Snow." in text_of(client.get("/today/"))
