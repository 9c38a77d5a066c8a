"""Carriers and a school's own words over REST."""

import pytest

from lyceum.domains.notifications.models import Delivery, Provider, Template
from lyceum.domains.notifications.rules.carriers import options_of
from lyceum.testing.clients import software, statements_for
from lyceum.testing.factories import in_school, make_admin, make_school

pytestmark = pytest.mark.django_db
PROVIDERS, TEXTS = "/api/v1/notification-providers/", "/api/v1/notification-templates/"


def test_a_carrier_is_set_up_changed_tried_paused_and_taken_away_and_tells_no_secret():
    school = make_school()
    admin = software(make_admin(school), school)
    asked = {"kind": "twilio", "sender": "+441632960000", "values": {"account": "AC1", "token": "hush"}}

    made = admin.send(PROVIDERS, asked)
    path = f"{PROVIDERS}{made.json()['id']}/"
    changed = admin.send(path, {"values": {"account": "AC2"}}, method="patch")
    with in_school(school):
        options = options_of(Provider.objects.get())
    tried = admin.send(f"{path}test/", {"address": "+447700900001"})
    paused = admin.send(path, {"sender": "+441632960001", "values": {}, "state": "paused"}, method="put")
    stale = admin.send(path, {"state": "on"}, method="patch", **{"If-Match": '"of-long-ago"'})
    listed = admin.get(PROVIDERS)
    gone = [admin.delete(path).status_code for _again in range(2)]

    assert (made.status_code, made.json()["secrets"]) == (201, ["token"])
    assert made.json()["reports_at"].startswith("http://localhost:4000/hooks/twilio/")
    assert changed.json()["settings"] == {"account": "AC2"}
    assert (options["account"], options["token"]) == ("AC2", "hush")
    assert (tried.json()["channel"], tried.json()["state"]) == ("sms", "queued")
    assert (paused.json()["state"], paused.json()["sender"]) == ("paused", "+441632960001")
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    assert [row["state"] for row in listed.json()["items"]] == ["paused"]
    assert gone == [204, 404]
    assert not any(b"hush" in answer.content for answer in (made, changed, paused, listed))


def test_a_carrier_without_what_it_needs_is_refused_by_field():
    school = make_school()
    admin = software(make_admin(school), school)

    answer = admin.send(PROVIDERS, {"kind": "vonage", "sender": " ", "values": {"key": "k"}})

    unknown = admin.send(PROVIDERS, {"kind": "twilio", "sender": "+44", "values": {"account": "A", "tokn": "x"}})

    assert unknown.json()["errors"][0]["code"] == "unknown_field"
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/sender", "/secret"]


def test_own_words_have_versions_and_a_placeholder_that_is_not_there_is_refused():
    school = make_school()
    admin = software(make_admin(school), school)
    asked = {"key": "test", "channel": "email", "language": "es", "subject": "Hola", "body": "Somos {school}."}

    made = admin.send(TEXTS, asked).json()
    path = f"{TEXTS}{made['id']}/"
    wrong = admin.send(path, {"body": "Somos {unknown}."}, method="patch")
    second = admin.send(path, {"body": "Aquí {school}."}, method="patch").json()
    by_first_id = admin.get(path).json()
    tried = admin.send(f"{path}test/", {"address": "a@school.example"})
    removed = [admin.delete(path).status_code for _again in range(2)]

    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "placeholder")
    assert (made["version"], second["version"], second["subject"]) == (1, 2, "Hola")
    assert by_first_id == second
    assert removed == [204, 404]
    assert tried.status_code == 200
    with in_school(school):
        assert Template.objects.count() == 2
        assert Delivery.objects.get().text == f"Aquí {school.name}."


@pytest.mark.parametrize("path", [PROVIDERS, TEXTS])
def test_a_list_takes_as_many_statements_for_three_as_for_one(path: str):
    school = make_school()
    admin = software(make_admin(school), school)
    bodies = {
        PROVIDERS: [{"kind": "ses", "sender": f"{n}@x.org", "values": {"region": "r", "key_id": "k", "secret": "s"}}
                    for n in range(3)],
        TEXTS: [{"key": "test", "channel": "sms", "language": code, "body": "x"} for code in ("en", "es", "fr")],
    }[path]  # fmt: skip

    statements = []
    for body in bodies:
        admin.send(path, body)
        statements.append(statements_for(admin, path))

    assert len(admin.get(path).json()["items"]) == 3
    assert statements[0] == statements[2]
