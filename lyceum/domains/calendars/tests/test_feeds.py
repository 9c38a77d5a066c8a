"""Calendars at secret addresses: read here by a reader of their own."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from lyceum.domains.calendars.models import CalendarFeed
from lyceum.domains.calendars.tests.test_agenda import fill
from lyceum.domains.learning.models import Meeting
from lyceum.domains.people.models import GuardianLink
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.tests.test_ical import events
from lyceum.testing.clients import browser, nobody
from lyceum.testing.factories import NOW, in_school, make_student

FEEDS = "/api/v1/calendar-feeds/"


def read(path: str) -> dict[str, dict[str, str]]:
    """The entries of a calendar by their titles; each title once, the newest."""
    answer = nobody().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8"), answer.content
    assert len({each["UID"] for each in events(answer.content)}) == len(events(answer.content))
    return {each["SUMMARY"]: each for each in events(answer.content)}


def test_a_calendar_at_an_address_has_everything_of_one_person_and_of_nobody_else(cast):
    detention = fill(cast)
    sam = str(cast.student.pk)
    own = cast.pupil.send(FEEDS, {}).json()["path"]
    child = cast.guardian.send(FEEDS, {"student_id": sam}).json()["path"]
    guardian = cast.guardian.send(FEEDS, {}).json()["path"]
    stranger = cast.guardian.send(FEEDS, {"student_id": str(make_student(cast.school).pk)})

    found = read(own)
    assert set(found) == {"7A", "Chess", "Essay", detention, "Training"}
    assert read(child).keys() == found.keys()
    assert read(guardian).keys() == {"Training"}
    assert (stranger.status_code, stranger.json()["errors"][0]["pointer"]) == (422, "/student_id")
    assert (found["Training"]["DTSTART"], found["Training"]["DTEND"]) == ("20261126", "20261128")
    assert found["Essay"]["DTSTART"] == "20261124T090000Z"
    assert urlsplit(found["Essay"]["URL"]).path.startswith("/assignments/")
    with in_school(cast.school):
        Meeting.objects.update(starts_at=NOW + timedelta(days=8), ends_at=NOW + timedelta(days=8, hours=1))
    moved = read(own)["Chess"]
    assert (moved["UID"], moved["DTSTART"]) == (found["Chess"]["UID"], "20261128T085000Z")


def test_an_address_answers_nobody_once_it_was_taken_back_or_the_right_has_ended(cast):
    made = cast.pupil.send(FEEDS, {}).json()
    child = cast.guardian.send(FEEDS, {"student_id": str(cast.student.pk)}).json()["path"]
    assert {nobody().get(each).status_code for each in (made["path"], child)} == {200}
    (row,) = cast.pupil.get(FEEDS).json()["items"]
    assert row["id"] == made["id"]
    with in_school(cast.school):
        kept = [bytes(each) for each in CalendarFeed.objects.values_list("token_hash", flat=True)]
    assert not any(made["path"].encode() in each for each in kept)

    assert cast.teacher.send(f"{FEEDS}{made['id']}/", method="delete").status_code == 404
    assert cast.pupil.send(f"{FEEDS}{made['id']}/", method="delete").status_code == 204
    with in_school(cast.school):
        GuardianLink.objects.update(ends_on=NOW.date() - timedelta(days=1))
    for path in (made["path"], child, "/feeds/x.ics", f"/feeds/{cast.school.pk}-{'a' * 32}.ics"):
        assert nobody().get(path).status_code == 404
    assert cast.pupil.get(FEEDS).json()["items"] == []


def test_the_page_shows_a_new_address_once_and_ten_are_enough(cast):
    page, path = browser(cast.guardian_user, cast.school), "/calendar/subscribe/"

    shown = page.post(path, {"act": "make", "student": str(cast.student.pk)}).content.decode()
    assert "webcal://" in shown
    assert "webcal://" not in page.get(path).content.decode()
    address = re.search(r"/feeds/[^\"<]+\.ics", shown)
    assert address is not None
    assert nobody().get(address[0]).status_code == 200
    for _nth in range(9):
        assert cast.guardian.send(FEEDS, {}).status_code == 201
    full = cast.guardian.send(FEEDS, {})
    assert (full.status_code, full.json()["code"]) == (409, "too_many_feeds")


def test_the_address_of_a_closed_school_says_so(cast):
    made = cast.pupil.send(FEEDS, {}).json()
    School.objects.filter(pk=cast.school.pk).update(status="closing")

    assert nobody().get(made["path"]).status_code == 403
