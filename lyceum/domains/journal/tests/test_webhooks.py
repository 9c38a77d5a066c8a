"""Webhooks: signed, tried again, given up."""

import base64
import socket
from datetime import timedelta
from itertools import pairwise

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from standardwebhooks import Webhook, WebhookVerificationError

from lyceum.core import clock
from lyceum.domains.journal.models import Fact, WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.rules.delivering import GAPS, JITTER, deliver_due
from lyceum.domains.journal.rules.endpoints import (
    rotate_secret,
    switch_webhook,
)
from lyceum.domains.journal.tests.conftest import CHANGED, Telling
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.testing.factories import NOW, in_school

HOOKS = "/api/v1/webhooks/"


def test_a_webhook_is_told_what_happened_by_ids_and_knows_who_says_it(telling: Telling):
    keyed = telling.make()

    student = telling.happen()
    telling.work(keyed.endpoint)

    [got] = telling.receiver.got
    [row] = telling.rows(keyed.endpoint)
    said = Webhook(keyed.secret).verify(got.body, got.headers)
    assert (said["type"], said["data"], said["school"]) == (CHANGED, {"student": str(student)}, telling.school.pk)
    assert (said["seq"], got.headers["webhook-id"]) == (row.fact.seq, str(row.fact_id))
    assert said["timestamp"] == row.fact.at.isoformat().replace("+00:00", "Z")
    assert (row.outcome, row.status, row.next_at, row.attempt) == ("delivered", 200, None, 1)


@pytest.mark.parametrize("change", ["body", "id", "secret", "old"])
def test_what_was_changed_on_the_way_or_is_six_minutes_old_is_no_message_of_ours(telling: Telling, change):
    keyed = telling.make()
    telling.happen()
    with clock.frozen(clock.now() - timedelta(minutes=6 if change == "old" else 0)):
        telling.happen()
        telling.work(keyed.endpoint)
    got = telling.receiver.got[-1]

    body = got.body.replace(b"people", b"peopIe") if change == "body" else got.body
    headers = got.headers | ({"webhook-id": "another"} if change == "id" else {})
    secret = telling.make().secret if change == "secret" else keyed.secret

    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


def test_for_two_days_a_message_is_signed_with_the_old_secret_too(telling: Telling):
    old = telling.make()
    begun = clock.now() - timedelta(hours=48)
    with in_school(telling.school), clock.frozen(begun + timedelta(seconds=2)):
        new = rotate_secret(old.endpoint.pk, actor=telling.actor)
    telling.happen()
    telling.work(old.endpoint)
    with in_school(telling.school):
        WebhookEndpoint.objects.update(previous_until=clock.now())
    telling.happen()
    telling.work(old.endpoint)

    during, after = telling.receiver.got
    assert [Webhook(each.secret).verify(during.body, during.headers)["seq"] for each in (old, new)]
    assert Webhook(new.secret).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old.secret).verify(after.body, after.headers)


def test_by_choice_a_pair_of_keys_signs_and_everybody_may_know_the_public_half(telling: Telling):
    made = telling.client.send(HOOKS, {"url": telling.receiver.url, "types": ["*"], "kind": "ed25519"}).json()
    with in_school(telling.school):
        endpoint = WebhookEndpoint.objects.get()
    telling.happen()
    telling.work(endpoint)

    [got] = telling.receiver.got
    version, _, signature = got.headers["webhook-signature"].partition(",")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(made["public_key"].removeprefix("whpk_")))
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    assert (version, made["client_secret"]) == ("v1a", "")
    public.verify(base64.b64decode(signature), signed)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(signature), signed + b" ")


def test_what_failed_is_tried_again_at_growing_gaps_and_given_up_after_the_last(telling: Telling):
    telling.receiver.answer(500, body=b"not today\0" + b"x" * 2000)
    with clock.frozen(NOW):
        endpoint = telling.make().endpoint
        telling.happen()
        telling.work(endpoint)
    due = []
    while (row := telling.rows(endpoint)[-1]).next_at:
        due.append(row)
        with clock.frozen(row.next_at - timedelta(milliseconds=1)):
            telling.work(endpoint)  # not yet
        with clock.frozen(row.next_at):
            telling.work(endpoint)
        if telling.now(endpoint).is_off:
            break

    rows = telling.rows(endpoint)
    gaps = [later.at - earlier.at for earlier, later in pairwise(rows)]
    assert [row.attempt for row in rows] == list(range(1, len(GAPS) + 2))
    assert all(1 - JITTER <= gap / wanted <= 1 + JITTER for gap, wanted in zip(gaps, GAPS, strict=True))
    assert len({each.headers["webhook-id"] for each in telling.receiver.got}) == 1
    assert (rows[0].status, len(rows[0].answer), rows[0].answer[:10]) == (500, 1024, "not today\ufffd")
    assert (telling.now(endpoint).state, telling.now(endpoint).off_reason) == ("off", "last_failure")


def test_admins_hear_that_a_webhook_was_switched_off_unless_they_did_it(telling: Telling):
    by_hand, gone = telling.make().endpoint, telling.make().endpoint
    telling.receiver.answer(410)
    with in_school(telling.school):
        switch_webhook(by_hand.pk, on=False, actor=telling.actor)
        before = Notification.objects.count()
    telling.happen()
    telling.work(gone)

    with in_school(telling.school):
        [told] = Notification.objects.filter(user=telling.admin)
        facts = Fact.objects.filter(type="journal.webhook_switched_off").order_by("at")
        assert [fact.payload for fact in facts] == [
            {"endpoint": str(by_hand.pk), "reason": "by_hand"},
            {"endpoint": str(gone.pk), "reason": "gone"},
        ]
        assert (before, told.link, Delivery.objects.count()) == (0, f"/settings/webhooks/{gone.pk}/", 1)
    assert (telling.now(gone).state, len(telling.receiver.got)) == ("off", 1)


def test_five_days_without_success_are_enough_though_each_fact_had_less(telling: Telling):
    telling.receiver.answer(503)
    endpoint = telling.make().endpoint
    for days, state in ((0, "failing"), (4.9, "failing"), (5.1, "off")):
        with clock.frozen(NOW + timedelta(days=days)):
            with in_school(telling.school):
                WebhookDelivery.objects.filter(next_at__isnull=False).delete()
            telling.happen()
            telling.work(endpoint)

        assert telling.now(endpoint).state == state
    assert telling.now(endpoint).off_reason == "no_success"


@pytest.mark.parametrize(
    ("status", "asked", "waits"),
    [
        (429, "3600", timedelta(hours=1)),
        (503, "3600", timedelta(hours=1)),
        (429, "Fri, 20 Nov 2026 10:50:00 GMT", timedelta(hours=2)),
        (429, "99999999999999", timedelta(hours=24)),  # nobody is waited for for ever
        (500, "3600", timedelta(0)),  # did not mean it
        (429, "soon", timedelta(0)),
    ],
)
def test_who_asks_to_be_left_alone_is(telling: Telling, status, asked, waits):
    telling.receiver.answer(status, Retry_After=asked)
    with clock.frozen(NOW):
        endpoint = telling.make().endpoint
        telling.happen()
        telling.work(endpoint)
        telling.happen()
        telling.work(endpoint)

    due = [row.next_at for row in telling.rows(endpoint) if row.next_at]
    assert len(telling.receiver.got) == (1 if waits else 2)
    assert telling.now(endpoint).quiet_until == (NOW + waits if waits else None)
    assert max(due) >= NOW + waits


def test_a_redirect_is_a_failure_and_is_not_followed(telling: Telling):
    telling.receiver.answer(307, Location=telling.receiver.url)
    endpoint = telling.make().endpoint
    telling.happen()
    telling.work(endpoint)

    first, second = telling.rows(endpoint)
    assert (len(telling.receiver.got), first.outcome, first.status, second.attempt) == (1, "failed", 307, 2)


def test_an_endpoint_that_does_not_answer_keeps_no_other_waiting(telling: Telling):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = telling.make(url=f"http://127.0.0.1:{probe.getsockname()[1]}/").endpoint
    alive = telling.make().endpoint
    for _ in range(3):
        telling.happen()
    telling.work(dead, alive)

    assert [row.error for row in telling.rows(dead) if row.at] == ["no_answer"]  # one try, then others have their turn
    assert telling.now(dead).quiet_until > clock.now()
    assert [row.outcome for row in telling.rows(alive)] == ["delivered"] * 3


def test_only_a_webhook_that_took_something_the_last_time_is_in_the_quick_queue(telling: Telling):
    telling.receiver.answer(200, 500)
    with clock.frozen(NOW):
        endpoint = telling.make().endpoint
        queues = []
        for _ in range(3):
            telling.happen()
            telling.work()
            queues += queues_of(endpoint)
            deliver_due(telling.school.pk, endpoint.pk)

    assert queues == ["webhooks_slow", "webhooks", "webhooks_slow"]


def queues_of(endpoint) -> list[str]:
    """Where its sending waits; it waits there no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'cancelled' "
            "WHERE queueing_lock = %s AND status = 'todo' RETURNING queue_name",
            [f"webhook:{endpoint.pk}"],
        )
        return [name for (name,) in cursor.fetchall()]


def test_who_does_not_answer_for_long_is_asked_ever_more_seldom(telling: Telling):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = telling.make(url=f"http://127.0.0.1:{probe.getsockname()[1]}/").endpoint
    rests = []
    for minutes in (0, 30, 3000):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            telling.happen()
            telling.work(dead)
            rests.append(telling.now(dead).quiet_until - clock.now())

    assert rests == [timedelta(seconds=5), timedelta(minutes=3), timedelta(minutes=10)]


def test_success_makes_a_failing_webhook_whole_again(telling: Telling):
    telling.receiver.answer(500, 200)
    with clock.frozen(NOW):
        endpoint = telling.make().endpoint
        telling.happen()
        telling.work(endpoint)
        failing = telling.now(endpoint)
    with clock.frozen(NOW + timedelta(seconds=6)):
        telling.work(endpoint)

    whole = telling.now(endpoint)
    assert (failing.state, failing.failing_since) == ("failing", NOW)
    assert (whole.state, whole.failing_since, whole.last_success_at) == ("on", None, NOW + timedelta(seconds=6))
