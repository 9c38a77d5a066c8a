"""Trouble with carriers: the next takes over, one that fails on is left alone, and what hurries is tried again soon."""

from datetime import timedelta
from uuid import uuid4

import pytest

from lyceum.config.postgres.cluster import find_free_port
from lyceum.core import clock
from lyceum.domains.notifications.models import Address, Delivery, DeliveryAttempt, Provider
from lyceum.domains.notifications.rules.notify import notify
from lyceum.domains.notifications.rules.outcomes import note_soft_bounce
from lyceum.domains.notifications.rules.providers import try_provider
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.notifications.tests.conftest import NOON, MailServer, news, somebody, system
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school

pytestmark = pytest.mark.django_db


def carrier(port: int, rank: int) -> Provider:
    return Provider.objects.create(
        kind="smtp", channel="email", sender=f"office{rank}@hill.example", rank=rank, hook_token=uuid4().hex,
        settings={"host": "127.0.0.1", "port": port},
    )  # fmt: skip


def test_the_next_carrier_takes_over_and_one_that_failed_five_times_is_left_alone(mail_server: MailServer, settings):
    settings.CARRIERS = {}
    school = make_school()
    with in_school(school):
        dead, alive = carrier(find_free_port(), 1), carrier(mail_server.port, 2)
        notify(news(), [somebody(f"G{n}") for n in range(7)], actor=system(school))

    send_due(school.pk)
    with in_school(school):
        tries = [DeliveryAttempt.objects.filter(provider=str(each.pk)).count() for each in (dead, alive)]
        dead.refresh_from_db()
        notify(news("b"), [somebody("Otto")], actor=system(school))
    send_due(school.pk)
    with in_school(school):
        meanwhile = DeliveryAttempt.objects.filter(provider=str(dead.pk)).count()
        notify(news("c"), [somebody("Rosa")], actor=system(school))
    with clock.frozen(NOON + timedelta(minutes=5, seconds=1)):
        send_due(school.pk)

    assert len(mail_server.got) == 9
    assert (tries, meanwhile) == ([5, 7], 5)
    assert (dead.failures, dead.closed_until) == (5, NOON + timedelta(minutes=5))
    with in_school(school):
        assert DeliveryAttempt.objects.filter(provider=str(dead.pk)).count() == 6


@pytest.mark.parametrize(
    ("urgency", "waits"),
    [
        ("urgent", [15, 60, 300]),
        ("important", [60, 300, 1800, 7200, 21600, 86400]),
    ],
)
def test_a_message_is_tried_again_after_the_stated_waits_and_then_has_failed(
    urgency: str, waits: list[int], mail_server: MailServer
):
    school = make_school()
    mail_server.answers["grace@example.org"] = "451 try later"
    now, found = NOON, []
    with in_school(school):
        notify(news(urgency=urgency), [somebody()], actor=system(school))

    for _wait in waits:
        with clock.frozen(now):
            send_due(school.pk)
        with in_school(school):
            row = Delivery.objects.get()
        found.append((row.not_before - now).total_seconds())
        now = row.not_before
    with clock.frozen(now):
        send_due(school.pk)

    with in_school(school):
        assert (found, Delivery.objects.get().state) == (waits, "failed")
        assert DeliveryAttempt.objects.count() == len(waits) + 1


@pytest.mark.parametrize(
    ("days", "state"),
    [
        # three within a week
        ((0, 3, 6.9), "bouncing"),
        # the first of three a week ago
        ((0, 3, 7), "ok"),
        # two
        ((0, 1), "ok"),
    ],
)
def test_three_that_came_back_within_seven_days_make_an_address_one_that_bounces(days: tuple[float, ...], state: str):
    with in_school(make_school()):
        for day in days:
            note_soft_bounce("email", "g@x.org", at=NOON + timedelta(days=day), why="full")

        assert Address.objects.get().state == state


def test_one_carrier_is_tried_alone_and_works_again_where_it_was_broken(mail_server: MailServer, settings):
    school = make_school()
    actor = as_actor(make_admin(school), school)
    with in_school(school):
        dead, alive = carrier(find_free_port(), 1), carrier(mail_server.port, 2)
        Provider.objects.update(state="broken")
        for each in (dead, alive):
            try_provider(each.pk, address="grace@example.org", actor=actor)

    send_due(school.pk)

    assert [mail["From"] for mail in mail_server.got] == [f"{school.name} <office2@hill.example>"]
    with in_school(school):
        assert sorted(Delivery.objects.values_list("provider", "state")) == sorted(
            [(str(dead.pk), "queued"), (str(alive.pk), "sent")]
        )
        assert list(Provider.objects.order_by("rank").values_list("state", flat=True)) == ["broken", "on"]
