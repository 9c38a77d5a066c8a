"""Texts that came in, before the office."""

import pytest

from lyceum.domains.notifications.hooks import Incoming
from lyceum.domains.notifications.models import InboundSms, Provider
from lyceum.domains.notifications.rules.hooks import Reporter
from lyceum.domains.notifications.rules.inbound import take_text
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import in_school, make_admin, make_manager, make_school

pytestmark = pytest.mark.django_db
LIST = "/outbox/texts/"


def say(school: School, message: str, sender: str = "+447700900099") -> InboundSms:
    with in_school(school):
        row = take_text(Reporter("twilio", Provider(kind="twilio")), Incoming(message, sender, f"Hello {message}"))
        assert row is not None
        return row


def test_pages_take_as_many_statements_for_three_texts_as_for_one():
    school = make_school()
    admin = browser(make_admin(school), school)

    found = []
    for message in ("one", "two", "three"):
        row = say(school, message)
        found.append([statements_for(admin, path) for path in (LIST, f"{LIST}{row.pk}/", "/outbox/")])

    assert found[0] == found[2]


def test_the_office_finds_what_waits_and_another_schools_office_finds_nothing():
    ours, theirs = make_school("Ours"), make_school("Theirs")
    row = say(ours, "there")
    office, foreign = browser(make_manager(ours, "Office"), ours), browser(make_admin(theirs), theirs)
    teacher_like = browser(make_manager(ours, "Timetable"), ours)

    today = office.get("/today/").content.decode()
    listed = [each.get(LIST).content.decode() for each in (office, foreign)]
    statuses = [each.get(f"{LIST}{row.pk}/").status_code for each in (office, foreign, teacher_like)]

    assert "Texts that came in and wait" in today
    assert ["Hello there" in page for page in listed] == [True, False]
    assert statuses == [200, 404, 403]


def test_a_sender_that_is_no_number_stays_as_it_is():
    school = make_school()

    assert [say(school, key, sender).sender for key, sender in (("a", "447700900001"), ("b", "Bank"))] == [
        "+447700900001",
        "Bank",
    ]
