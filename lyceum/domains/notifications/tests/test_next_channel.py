"""What is urgent and stays unread goes to the next channel after five minutes: once, and never where it was read."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from lyceum.core import clock
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.notifications.queries import count_unread, list_notifications
from lyceum.domains.notifications.rules.notify import notify, stand_down, withdraw
from lyceum.domains.notifications.rules.reading import mark_read
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.notifications.tests.conftest import NOON, MailServer, news, somebody, system
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import as_actor, in_school, make_school, make_user

pytestmark = pytest.mark.django_db
NUMBER, ADDRESS = "+447700900001", "grace@example.org"
LATER = NOON + timedelta(minutes=5)


def tell(school: School, **given):
    """Grace is told something urgent by text; her e-mail address is there too."""
    user = make_user(school)
    told = somebody(user=user.pk, addresses={"sms": [NUMBER], "email": [ADDRESS]})
    values = {"urgency": "urgent", "channels": ("sms", "email"), "one_is_enough": True, "source": "x:1", **given}
    with in_school(school):
        (row,) = notify(news(**values), [told], actor=system(school))
    return user, row


def states(school: School) -> dict[str, str]:
    with in_school(school):
        return dict(Delivery.objects.values_list("channel", "state"))


def test_unread_after_five_minutes_it_goes_to_the_next_channel_once(mail_server: MailServer):
    school = make_school()
    tell(school)

    send_due(school.pk)
    before = states(school)
    with clock.frozen(LATER):
        send_due(school.pk)
        send_due(school.pk)

    assert before == {"sms": "sent", "email": "held"}
    assert states(school) == {"sms": "sent", "email": "sent"}
    assert mail_server.recipients == [ADDRESS]
    assert LATER in ProcrastinateJob.objects.values_list("scheduled_at", flat=True)


def read(school, user, row):
    with in_school(school):
        mark_read(row.pk, actor=as_actor(user, school))


def answered(school, _user, row):
    with in_school(school):
        stand_down(source="x:1", read_by=row.recipient)


def reported_as_read(school, _user, _row):
    with in_school(school):
        Delivery.objects.filter(channel="sms").update(state="read")


def taken_back(school, _user, _row):
    with in_school(school):
        withdraw(source="x:1", actor=system(school))


@pytest.mark.parametrize("what", [read, answered, reported_as_read, taken_back])
def test_what_was_read_answered_or_taken_back_goes_nowhere_else(what, mail_server: MailServer):
    school = make_school()
    user, row = tell(school)
    send_due(school.pk)

    what(school, user, row)
    with clock.frozen(LATER):
        send_due(school.pk)

    assert mail_server.got == []
    assert states(school)["email"] in ("suppressed", "withdrawn")


def test_where_the_first_way_fails_for_good_the_next_one_is_taken_at_once(mail_server: MailServer):
    school = make_school()
    mail_server.answers[ADDRESS] = "550 no such user"
    tell(school, channels=("email", "sms"))

    send_due(school.pk)
    send_due(school.pk)

    assert states(school) == {"email": "bounced", "sms": "sent"}


@pytest.mark.parametrize(
    "given",
    [
        # what can wait, waits
        {"urgency": "important"},
        # all channels at once leave none
        {"one_is_enough": False},
    ],
)
def test_nothing_else_has_a_next_channel(given: dict[str, object]):
    school = make_school()

    tell(school, **given)

    with in_school(school):
        assert not Delivery.objects.filter(in_reserve=True).exists()


def test_what_is_over_leaves_the_list_and_the_count_and_its_row_stays():
    school = make_school()
    user, row = tell(school, expires_at=NOON + timedelta(minutes=1))
    actor = as_actor(user, school)

    with in_school(school):
        before = (list(list_notifications(actor)), count_unread(actor))
        with clock.frozen(LATER):
            after = (list(list_notifications(actor)), count_unread(actor))
        assert Notification.objects.filter(pk=row.pk).exists()

    assert (before, after) == (([row], 1), ([], 0))


def test_another_schools_reading_stops_nothing_of_ours(mail_server: MailServer):
    ours, theirs = make_school("Ours"), make_school("Theirs")
    tell(ours)
    read(theirs, *tell(theirs))

    with clock.frozen(LATER):
        send_due(theirs.pk)
        send_due(ours.pk)

    assert (states(ours)["email"], states(theirs)["email"]) == ("sent", "suppressed")
