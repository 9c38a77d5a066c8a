"""Telling people, and what leaves the house: over a mail server that really listens."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from lyceum.core import clock
from lyceum.domains.notifications.models import Address, Delivery, DeliveryAttempt, Notification
from lyceum.domains.notifications.rules.digests import send_digests
from lyceum.domains.notifications.rules.notify import notify, withdraw
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.notifications.tests.conftest import MailServer, news, somebody, system
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school, make_user

pytestmark = pytest.mark.django_db


def test_a_mail_has_both_parts_a_sender_and_a_way_to_stop_it(mail_server: MailServer):
    school = make_school("Hill School")
    with in_school(school):
        notify(news(), [somebody(), somebody("Rosa", language="es")], actor=system(school))

    assert send_due(school.pk) == 2

    first = mail_server.got[0]
    assert first["From"] == "Hill School <office@hill.example>"
    assert [part.get_content_type() for part in first.walk()][1:] == ["text/plain", "text/html"]
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/stop/" in first["List-Unsubscribe"]
    with in_school(school):
        assert list(Delivery.objects.values_list("state", flat=True)) == ["sent", "sent"]
        assert DeliveryAttempt.objects.count() == 2
    assert send_due(school.pk) == 0


def test_the_same_news_reaches_each_person_once(mail_server: MailServer):
    school = make_school()
    grace = somebody()
    with in_school(school):
        first = notify(news(), [grace], actor=system(school))
        again = notify(news(), [grace, somebody("Otto")], actor=system(school))

    assert [row.name for row in first] == ["Grace"]
    assert [row.name for row in again] == ["Otto"]


def test_nobody_is_told_of_their_own_act():
    school = make_school()
    user = make_admin(school)
    actor = as_actor(user, school)
    with in_school(school):
        made = notify(news(), [somebody("Me", user=user.pk)], actor=actor)

    assert made == []


def test_an_address_that_does_not_exist_is_never_tried_again(mail_server: MailServer):
    school = make_school()
    mail_server.answers["grace@example.org"] = "550 no such user"
    with in_school(school):
        notify(news(), [somebody()], actor=system(school))

    send_due(school.pk)

    with in_school(school):
        assert Delivery.objects.get().state == "bounced"
        assert Address.objects.get().state == "suppressed"
        notify(news("b"), [somebody("Grace")], actor=system(school))
        assert Delivery.objects.order_by("created_at").last().state == "suppressed"


def test_a_server_that_is_busy_is_asked_again_later_until_it_takes_the_message(mail_server: MailServer):
    school = make_school()
    mail_server.answers["grace@example.org"] = "451 try later"
    now = clock.now()
    with in_school(school):
        notify(news(), [somebody()], actor=system(school))

    waits = []
    for _try in range(3):
        with clock.frozen(now):
            send_due(school.pk)
        with in_school(school):
            delivery = Delivery.objects.get()
        waits.append((delivery.not_before - now).total_seconds())
        now = delivery.not_before
    mail_server.answers.clear()
    with clock.frozen(now):
        send_due(school.pk)

    assert waits == [60, 300, 1800]
    with in_school(school):
        assert (Delivery.objects.get().state, DeliveryAttempt.objects.count()) == ("sent", 4)
    assert mail_server.recipients == ["grace@example.org"]


def test_what_a_worker_took_and_did_not_send_goes_back_and_goes_once(mail_server: MailServer):
    school = make_school()
    with in_school(school):
        notify(news(), [somebody(f"G{n}") for n in range(3)], actor=system(school))
        taken = Delivery.objects.order_by("pk")[:2].values("pk")
        Delivery.objects.filter(pk__in=list(taken.values_list("pk", flat=True))).update(
            state="sending", taken_at=clock.now() - timedelta(seconds=61)
        )

    send_due(school.pk)

    assert sorted(mail_server.recipients) == ["g0@example.org", "g1@example.org", "g2@example.org"]
    with in_school(school):
        assert Notification.objects.count() == 3


def test_with_nobody_to_carry_it_a_message_stays_to_be_read(settings):
    settings.CARRIERS = {}
    school = make_school()
    with in_school(school):
        notify(news(), [somebody()], actor=system(school))

    send_due(school.pk)

    with in_school(school):
        row = Delivery.objects.get()
        assert (row.state, row.provider) == ("sent", "local")
        assert "test from" in row.text


def test_what_was_taken_back_or_is_over_does_not_go(mail_server: MailServer):
    school = make_school()
    with in_school(school):
        notify(news("a", source="x:1"), [somebody()], actor=system(school))
        notify(news("b", expires_at=clock.now() - timedelta(minutes=1)), [somebody("Otto")], actor=system(school))
        stopped = withdraw(source="x:1", actor=system(school))

    send_due(school.pk)

    assert stopped == 1
    assert mail_server.got == []
    with in_school(school):
        assert sorted(Delivery.objects.values_list("state", flat=True)) == ["expired", "withdrawn"]


def test_a_digest_says_what_waited_without_what_was_read(mail_server: MailServer):
    school = make_school()
    grace = somebody(user=make_user(school).pk)
    with in_school(school):
        for key in ("a", "b", "c"):
            notify(news(key, urgency="routine"), [grace], actor=system(school))
        Notification.objects.filter(dedupe_key="b").update(is_read=True, read_at=clock.now())
        due = Delivery.objects.earliest("not_before").not_before

    with clock.frozen(due + timedelta(seconds=1)):
        assert send_digests(school.pk) == 1
        send_due(school.pk)

    (mail,) = mail_server.got
    assert mail["To"] == "grace@example.org"
    text = mail.get_payload()[0].get_payload(decode=True).decode()
    assert text.count("•") == 2


def test_telling_two_hundred_takes_as_many_statements_as_telling_two(django_assert_num_queries):
    school = make_school()
    with in_school(school):
        notify(news("warm"), [somebody()], actor=system(school))
        for number in (2, 200):
            people = [somebody(f"P{number}x{n}") for n in range(number)]
            with django_assert_num_queries(8):
                notify(news(f"n{number}"), people, actor=system(school))
        assert ProcrastinateJob.objects.filter(task_name="notifications.send").count() == 3


def test_another_school_sends_nothing_of_ours(mail_server: MailServer):
    ours, theirs = make_school("Ours"), make_school("Theirs")
    with in_school(ours):
        notify(news(), [somebody()], actor=system(ours))

    assert send_due(theirs.pk) == 0
    assert mail_server.got == []


def test_a_digest_stands_by_child(mail_server: MailServer):
    school = make_school()
    ada, ben = uuid4(), uuid4()
    grace = somebody(user=make_user(school).pk)
    with in_school(school):
        for key, child in (("a", ada), ("b", ben), ("c", ada)):
            told = news(key, urgency="routine", about_student=child, link=f"/{key}/")
            notify(told, [grace], actor=system(school))

    with clock.frozen(clock.now() + timedelta(days=1)):
        send_digests(school.pk)
        send_due(school.pk)

    (mail,) = mail_server.got
    text = mail.get_payload()[0].get_payload(decode=True).decode()
    of_ada, of_ben = text.replace("\r\n", "\n").split("\n\n")[:2]
    assert [of_ada.count("•"), of_ben.count("•")] == [2, 1]
    assert of_ben.endswith("/b/")


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        # the clocks go back in this night: seven is an hour later for the machine
        (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        # and forward in this one
        (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
    ],
)
def test_what_is_held_overnight_goes_at_seven_by_the_clock_on_the_wall(
    evening: datetime, morning: datetime, mail_server: MailServer
):
    school = make_school(time_zone="Europe/London")
    with clock.frozen(evening), in_school(school):
        notify(news(), [somebody()], actor=system(school))
        notify(news("b", urgency="urgent"), [somebody("Otto")], actor=system(school))

    sent = []
    for at in (evening, morning - timedelta(seconds=1), morning):
        with clock.frozen(at):
            send_due(school.pk)
        sent.append(len(mail_server.got))

    assert sent == [1, 1, 2]
    assert morning in ProcrastinateJob.objects.values_list("scheduled_at", flat=True)
