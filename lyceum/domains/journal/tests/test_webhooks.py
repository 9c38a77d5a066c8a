"""Webhooks: signed, tried again, given up; and who keeps them."""

import base64
import socket
import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from standardwebhooks import Webhook, WebhookVerificationError

from lyceum.core import clock, outgoing
from lyceum.domains.journal.models import AuditEntry, Fact, WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.rules.delivering import GAPS, JITTER, deliver_due, forget_old_deliveries
from lyceum.domains.journal.rules.endpoints import (
    MOST_ENDPOINTS,
    delete_webhook,
    rotate_secret,
    send_again,
    switch_webhook,
    try_webhook,
)
from lyceum.domains.journal.tests.conftest import CHANGED, Telling
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.people.facts import RestrictionChanged, StudentChanged
from lyceum.testing.clients import key_holder, software, statements_for
from lyceum.testing.factories import NOW, in_school, make_admin, make_manager, make_school, make_teacher

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


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://93.184.216.34/", "not_https"),
        ("https://user:secret@93.184.216.34/", "not_https"),
        ("https://93.184.216.34:22/", "port"),
        ("ftp://93.184.216.34/", "not_https"),
        ("https:///nowhere", "not_https"),
        ("https://93.184.216.34:99999/", "not_https"),
        ("https://ex ample.org/", "not_https"),
        ("https://127.0.0.1/", "not_public"),
        ("https://10.1.2.3/", "not_public"),
        ("https://192.168.1.1:8443/", "not_public"),
        ("https://169.254.169.254/latest/", "not_public"),  # where clouds keep their secrets
        ("https://100.64.0.1/", "not_public"),
        ("https://0.0.0.0/", "not_public"),
        ("https://[::1]/", "not_public"),
        ("https://[fe80::1]/", "not_public"),
        ("https://[fd00::1]/", "not_public"),
        ("https://[::ffff:10.0.0.1]/", "not_public"),
        ("https://[64:ff9b::10.0.0.1]/", "not_public"),
        ("https://2130706433/", "not_public"),  # 127.0.0.1 as one number
    ],
)
def test_an_address_inside_a_network_is_refused_and_not_told(telling: Telling, settings, url, reason):
    answer = telling.client.send(HOOKS, {"url": url, "types": ["*"]})

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["reason"]) == (422, "url_not_allowed", reason)
    assert [error["pointer"] for error in problem["errors"]] == ["/url"]


def test_this_machine_is_told_only_where_the_settings_say_so(telling: Telling, settings):
    settings.WEBHOOKS_TO_LOOPBACK = False

    answer = telling.client.send(HOOKS, {"url": telling.receiver.url, "types": ["*"]})

    assert (answer.status_code, answer.json()["reason"]) == (422, "not_https")


def test_a_name_that_leads_elsewhere_later_is_not_followed(telling: Telling, monkeypatch):
    """Rebinding: public when the webhook is made, private when it is told."""
    answers = iter(["93.184.216.34", "10.0.0.1"])
    asked = []

    def resolve(host, port, **_kind):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    endpoint = telling.make(url="https://rebinding.example/").endpoint
    telling.happen()
    telling.work(endpoint)

    assert asked == ["rebinding.example"] * 2  # once for each act, never a second time for the same
    assert telling.rows(endpoint)[0].error == "not_public"


def test_within_one_attempt_a_name_is_looked_up_once_and_that_address_is_used(monkeypatch):
    asked, connected = [], []

    def resolve(host, port, **_kind):
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address, timeout):
        connected.append((address, timeout <= outgoing.TELL_SECONDS))
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(outgoing.socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        outgoing.tell("https://rebinding.example:8443/x", b"{}", {})

    assert (asked, connected) == (["rebinding.example"], [(("93.184.216.34", 8443), True)])


def test_who_answers_too_slowly_is_cut_off(monkeypatch):
    """A byte now and then keeps a connection awake; not for longer than the whole is given."""
    monkeypatch.setattr(outgoing, "TELL_SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            taken, _ = server.accept()
            with taken:
                taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(20):
                    try:
                        taken.sendall(b"x")
                    except OSError:
                        return
                    threading.Event().wait(0.1)

        threading.Thread(target=drip, daemon=True).start()
        with pytest.raises(outgoing.TooSlowError):
            outgoing.tell(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, loopback=True)


def test_what_keeps_a_child_safe_goes_to_no_webhook_and_has_no_number(telling: Telling):
    endpoint = telling.make("*").endpoint
    student = telling.happen()
    telling.happen(RestrictionChanged(student=student), StudentChanged(student=student))
    telling.work(endpoint)

    refused = telling.client.send(HOOKS, {"url": telling.receiver.url, "types": ["people.restriction.changed"]})
    listed = telling.client.get("/api/v1/facts/?limit=200").json()["items"]

    assert telling.receiver.types == [CHANGED, CHANGED]
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/types")
    assert "people.restriction.changed" not in {each["type"] for each in listed}
    assert [each["seq"] for each in listed] == list(range(1, len(listed) + 1))
    with in_school(telling.school):
        assert Fact.objects.get(type="people.restriction.changed").seq is None


def test_a_webhook_hears_of_its_types_alone_and_of_what_comes_after_it(telling: Telling):
    telling.happen()
    endpoint = telling.make("accounts.*", "people.enrolment.started").endpoint
    telling.happen()
    make_teacher(telling.school)
    telling.work(endpoint)

    assert set(telling.receiver.types) == {"accounts.user.created", "accounts.membership.started"}


def test_a_test_goes_to_one_webhook_and_stands_in_its_log(telling: Telling):
    tried, other = telling.make("*").endpoint, telling.make("*").endpoint
    with in_school(telling.school):
        try_webhook(tried.pk, actor=telling.actor)
    telling.work(tried, other)

    assert telling.receiver.types == ["journal.webhook_tried"]
    assert ([row.outcome for row in telling.rows(tried)], telling.rows(other)) == (["delivered"], [])


def test_what_is_sent_again_keeps_its_id(telling: Telling):
    endpoint = telling.make().endpoint
    for _ in range(3):
        telling.happen()
    telling.work(endpoint)
    fact = telling.rows(endpoint)[1].fact_id

    one = telling.client.send(f"{HOOKS}{endpoint.pk}/replay/", {"fact": str(fact)})
    since = (clock.now() - timedelta(hours=1)).isoformat()
    many = telling.client.send(f"{HOOKS}{endpoint.pk}/replay/", {"since": since})
    telling.work(endpoint)

    sent = [got.headers["webhook-id"] for got in telling.receiver.got]
    assert (one.json(), many.json(), one.status_code) == ({"count": 1}, {"count": 3}, 202)
    assert sorted(sent[:3]) == sorted(sent[3:])
    assert [row.attempt for row in telling.rows(endpoint)].count(2) == 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"fact": "{unknown}"}, 404),
        ({"fact": "{fact}", "since": "2026-11-20T08:00:00Z"}, 422),
        ({"since": "2026-11-20T08:00:00Z", "until": "2026-11-20T07:00:00Z"}, 422),
    ],
)
def test_what_cannot_be_sent_again_is_refused(telling: Telling, body, status):
    endpoint = telling.make("accounts.*").endpoint
    telling.happen()
    telling.work()
    with in_school(telling.school):
        named = {"{fact}": str(Fact.objects.get(type=CHANGED).pk), "{unknown}": str(endpoint.pk)}
    given = {name: named.get(value, value) for name, value in body.items()}

    assert telling.client.send(f"{HOOKS}{endpoint.pk}/replay/", given).status_code == status


def test_a_webhook_that_is_off_gets_nothing_until_it_is_on_and_then_what_is_new(telling: Telling):
    endpoint = telling.make().endpoint
    telling.happen()
    telling.work()
    off = telling.client.send(f"{HOOKS}{endpoint.pk}/", {"state": "off"}, method="patch").json()
    missed = telling.happen()
    telling.work(endpoint)
    refused = telling.client.send(f"{HOOKS}{endpoint.pk}/test/")
    on = telling.client.send(f"{HOOKS}{endpoint.pk}/", {"state": "on"}, method="patch").json()
    student = telling.happen()
    telling.work(endpoint)

    assert (off["state"], off["off_reason"], on["state"], on["off_reason"]) == ("off", "by_hand", "on", "")
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_off")
    assert [got.said["data"]["student"] for got in telling.receiver.got] == [str(student)] != [str(missed)]


def test_a_secret_is_shown_once_and_kept_sealed(telling: Telling):
    made = telling.client.send(HOOKS, {"url": telling.receiver.url, "types": ["*"], "description": " Till  "}).json()
    path = f"{HOOKS}{made['id']}/"
    rotated = telling.client.send(f"{path}rotate/").json()
    shown = telling.client.get(path).json()

    key = base64.b64decode(made["client_secret"].removeprefix("whsec_"))
    with in_school(telling.school):
        row, trail = WebhookEndpoint.objects.get(), str(list(AuditEntry.objects.values("changes", "target_name")))
    assert (len(key), made["description"], made["client_secret"] != rotated["client_secret"]) == (32, "Till", True)
    assert "client_secret" not in shown
    assert made["client_secret"] not in trail
    assert key not in bytes(row.previous_secret) + bytes(row.secret)


def test_a_school_has_twenty_webhooks_at_most(telling: Telling):
    first = telling.make().endpoint
    with in_school(telling.school):
        WebhookEndpoint.objects.bulk_create(
            WebhookEndpoint(url=first.url, types=["*"], secret=first.secret) for _ in range(MOST_ENDPOINTS - 1)
        )

    answer = telling.client.send(HOOKS, {"url": telling.receiver.url, "types": ["*"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")


def test_nobody_but_the_schools_admins_keeps_webhooks(telling: Telling):
    school, endpoint = telling.school, telling.make().endpoint
    others = [make_teacher(school), make_manager(school, "Office")]
    callers = [*(software(user, school) for user in others), key_holder(school, "events:read")]

    answers = [
        each
        for caller in callers
        for each in (
            caller.get(HOOKS),
            caller.send(f"{HOOKS}{endpoint.pk}/rotate/"),
            caller.delete(f"{HOOKS}{endpoint.pk}/"),
        )
    ]

    assert [each.status_code for each in answers] == [403] * 9


def test_another_schools_webhooks_and_facts_are_not_there(telling: Telling):
    endpoint = telling.make("*").endpoint
    other = make_school("Vale School")
    client = software(make_admin(other), other)
    telling.happen()
    telling.work(endpoint)
    Telling(other, telling.admin).work()
    with in_school(telling.school):
        fact = Fact.objects.get(type=CHANGED).pk

    at = f"{HOOKS}{endpoint.pk}/"
    answers = [
        client.get(at),
        client.get(f"{at}deliveries/"),
        client.send(f"{at}test/"),
        client.send(f"{at}replay/", {"fact": str(fact)}),
        client.send(at, {"description": "mine"}, method="patch"),
        client.delete(at),
    ]

    assert client.get(HOOKS).json()["items"] == []
    assert [each.status_code for each in answers] == [404] * 6
    facts = client.get("/api/v1/facts/?limit=200").json()["items"]
    assert CHANGED not in {each["type"] for each in facts}
    assert facts[0]["seq"] == 1


def test_lists_take_the_same_statements_for_one_and_for_three(telling: Telling):
    endpoint = telling.make("people.*").endpoint
    telling.happen()
    telling.work(endpoint)
    paths = [HOOKS, f"{HOOKS}{endpoint.pk}/deliveries/", "/api/v1/facts/"]
    for_one = [statements_for(telling.client, path) for path in paths]
    for _ in range(2):
        telling.make("people.*")
        telling.happen()
    telling.work(endpoint)

    assert [statements_for(telling.client, path) for path in paths] == for_one
    assert len(telling.client.get(paths[0]).json()["items"]) == len(telling.client.get(paths[1]).json()["items"]) == 3


def test_what_became_of_deliveries_is_forgotten_after_a_month(telling: Telling):
    endpoint = telling.make().endpoint
    with clock.frozen(NOW - timedelta(days=31)):
        telling.happen()
        telling.work(endpoint)
    with clock.frozen(NOW - timedelta(days=29)):
        kept = telling.happen()
        telling.work(endpoint)

    with in_school(telling.school), clock.frozen(NOW):
        assert forget_old_deliveries() == 1
    assert [row.fact.subject for row in telling.rows(endpoint)] == [str(kept)]


def test_a_webhook_is_taken_away_with_its_log(telling: Telling):
    endpoint = telling.make().endpoint
    telling.happen()
    telling.work(endpoint)

    with in_school(telling.school):
        delete_webhook(endpoint.pk, actor=telling.actor)
        assert (WebhookEndpoint.objects.count(), WebhookDelivery.objects.count()) == (0, 0)
        assert AuditEntry.objects.filter(action="journal.webhook.delete").count() == 1


def test_all_of_a_fact_that_waits_is_sent_at_once_when_it_is_sent_again(telling: Telling):
    telling.receiver.answer(500)
    endpoint = telling.make().endpoint
    telling.happen()
    telling.work(endpoint)
    fact = telling.rows(endpoint)[0].fact_id
    telling.receiver.answer(200)
    with in_school(telling.school):
        send_again(endpoint.pk, fact=fact, actor=telling.actor)
    telling.work(endpoint)

    assert [(row.attempt, row.outcome) for row in telling.rows(endpoint)] == [(1, "failed"), (2, "delivered")]
