"""What whoever keeps the installation sees of the outbox, and a receiver to try webhooks with."""

import io
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from django.core.management import call_command

from lyceum.core import clock
from lyceum.domains.journal.models import Fact
from lyceum.domains.journal.signing import body_of, fault_of, headers_of, public_text
from lyceum.domains.journal.tests.conftest import Telling
from lyceum.testing.factories import NOW, in_school, make_school


def test_the_outbox_says_school_by_school_what_waits(telling: Telling):
    make_school("Vale School")
    telling.receiver.answer(500)
    with clock.frozen(NOW):
        endpoint = telling.make().endpoint
        telling.happen()
        telling.work(endpoint)
        telling.happen()
        said = io.StringIO()
        call_command("outbox", "status", "--json", stdout=said)

    ours, other = sorted(json.loads(said.getvalue()), key=lambda each: each["school"] != telling.school.slug)
    assert (ours["facts"], ours["due"], ours["later"], ours["webhooks"]) == (1, 0, 1, {"failing": 1})
    assert ours["oldest"].startswith("2026-11-20T08:50")
    assert (other["due"], other["later"], other["webhooks"]) == (0, 0, {})


@pytest.mark.parametrize("kind", ["hmac", "ed25519"])
def test_a_receiver_knows_a_good_message_from_a_bad_one(telling: Telling, kind):
    keyed = telling.make(kind=kind)
    telling.happen()
    telling.work()
    with in_school(telling.school):
        fact = Fact.objects.filter(seq__isnull=False).latest("seq")
    key = keyed.secret or public_text(keyed.endpoint)
    now = clock.now()
    body = body_of(fact)
    headers = headers_of(keyed.endpoint, fact, body, at=now)

    assert fault_of(body, headers, key, at=now) == ""
    assert fault_of(body + b" ", headers, key, at=now) == "no signature fits"
    assert fault_of(body, headers, key, at=now + timedelta(minutes=6)) == "older than five minutes"
    assert fault_of(body, {}, key, at=now) == "headers are missing"
    assert fault_of(body, headers, "whsec_AAAA", at=now) == "no signature fits"


def test_the_receiver_of_the_command_takes_what_is_signed_well(telling: Telling, free_port):
    keyed = telling.make()
    telling.happen()
    telling.work(keyed.endpoint)
    got = telling.receiver.got[0]
    said = io.StringIO()
    options = ["--port", str(free_port), "--key", keyed.secret, "--count", "2", "--json"]
    listening = threading.Thread(target=call_command, args=("webhook", "listen", *options), kwargs={"stdout": said})
    listening.start()

    statuses = [send(free_port, got.headers, body) for body in (got.body, got.body + b"!")]
    listening.join(10)

    assert statuses == [204, 401]
    assert [each["fault"] for each in json.loads(said.getvalue())] == ["", "no signature fits"]


def send(port: int, headers: dict[str, str], body: bytes) -> int:
    given = {name: value for name, value in headers.items() if name.startswith("webhook-")}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", body, given)
    for _ in range(100):
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            time.sleep(0.05)  # it does not listen yet
    raise AssertionError("nobody listens")


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
