"""Who keeps webhooks, what they are told, and what is sent again."""

import base64
from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.domains.journal.models import AuditEntry, Fact, WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.rules.delivering import forget_old_deliveries
from lyceum.domains.journal.rules.endpoints import (
    MOST_ENDPOINTS,
    delete_webhook,
    send_again,
    try_webhook,
)
from lyceum.domains.journal.tests.conftest import CHANGED, Telling
from lyceum.domains.people.facts import RestrictionChanged, StudentChanged
from lyceum.testing.clients import key_holder, software, statements_for
from lyceum.testing.factories import NOW, in_school, make_admin, make_manager, make_school, make_teacher

HOOKS = "/api/v1/webhooks/"


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
