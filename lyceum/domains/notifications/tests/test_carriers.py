"""Each carrier in its own request format, against a server that checks whom it speaks to and what it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lyceum.config.carriers import read_email, read_sms
from lyceum.config.errors import SetupError
from lyceum.domains.notifications.providers import Outgoing, SendError
from lyceum.domains.notifications.providers.sms import count_segments
from lyceum.domains.notifications.rules.carriers import make_sender
from lyceum.domains.notifications.tests.conftest import Service

MESSAGE = Outgoing("key-1", "+447700900001", "", "Hill School", "", "Zoë is not at school")
MAIL = Outgoing(
    "key-1", "g@example.org", "", "Hill School", "A question", "Please tell us", html="<p>Please tell us</p>"
)


def sender(url: str, **more: Any) -> Any:
    options = (read_sms if url.startswith(("twilio", "vonage", "sns")) else read_email)(url)
    return make_sender(options["kind"], name="x", sender=options["sender"], options={**options, **more})


def test_twilio(service: Service, settings: Any):
    settings.SMS_HOSTS = {"twilio": service.url}
    service.status, service.answer = 201, {"sid": "SM1"}

    sent = sender("twilio://AC1:hush@+441632960000").send(MESSAGE)

    assert (sent.message, sent.segments) == ("SM1", 1)
    assert service.paths == ["/2010-04-01/Accounts/AC1/Messages.json"]
    assert service.basic == "AC1:hush"
    assert service.form == {"To": "+447700900001", "From": "+441632960000", "Body": "Zoë is not at school"}


@pytest.mark.parametrize(
    ("status", "answer", "is_permanent", "is_setup"),
    [
        (400, {"code": 21211, "message": "not a number"}, True, False),  # the number is wrong: never again
        (401, {"code": 20003, "message": "who are you"}, False, True),  # we are wrong: a person must look
        (500, {}, False, False),  # they are wrong: later
    ],
)
def test_what_twilio_refuses(
    service: Service, settings: Any, status: int, answer: Any, is_permanent: bool, is_setup: bool
):
    settings.SMS_HOSTS = {"twilio": service.url}
    service.status, service.answer = status, answer

    with pytest.raises(SendError) as refused:
        sender("twilio://AC1:hush@+441632960000").send(MESSAGE)

    assert (refused.value.is_permanent, refused.value.is_setup) == (is_permanent, is_setup)


def test_vonage(service: Service, settings: Any):
    settings.SMS_HOSTS = {"vonage": service.url}
    service.answer = {"messages": [{"status": "0", "message-id": "V1"}]}

    sent = sender("vonage://key:hush@School").send(MESSAGE)

    assert (sent.message, service.paths) == ("V1", ["/sms/json"])
    assert service.form["api_secret"] == "hush"
    assert (service.form["to"], service.form["type"]) == ("447700900001", "unicode")


def test_sns(service: Service, settings: Any):
    settings.SMS_HOSTS = {"sns": service.url}
    service.answer = (
        b"<PublishResponse><PublishResult><MessageId>S1</MessageId></PublishResult>"
        b"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>"
    )

    sent = sender("sns://AKIA:hush@eu-west-2").send(MESSAGE)

    assert sent.message == "S1"
    assert "Credential=AKIA/" in service.headers[-1]["authorization"]
    assert (service.form["Action"], service.form["PhoneNumber"]) == ("Publish", "+447700900001")


def test_mailgun(service: Service):
    service.answer = {"id": "<m1@example.org>", "message": "Queued"}

    sent = sender("mailgun://hush@example.org?from=office@example.org", api_url=f"{service.url}/v3").send(MAIL)

    assert sent.message == "<m1@example.org>"
    assert service.paths == ["/v3/example.org/messages"]
    assert service.basic == "api:hush"
    assert b"Hill School <office@example.org>" in service.bodies[-1] or b"office%40example.org" in service.bodies[-1]


@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")  # it works all the same
def test_sendgrid(service: Service):
    service.status, service.answer = 202, b""

    sender("sendgrid://hush@sendgrid?from=office@example.org", api_url=f"{service.url}/v3/").send(MAIL)

    assert service.paths == ["/v3/mail/send"]
    assert service.headers[-1]["authorization"] == "Bearer hush"
    asked = json.loads(service.bodies[-1])
    assert asked["from"]["email"] == "office@example.org"
    assert asked["personalizations"][0]["to"][0]["email"] == "g@example.org"


def test_mailjet(service: Service):
    service.answer = {"Messages": [{"Status": "success", "To": [{"Email": "g@example.org", "MessageID": 7}]}]}

    sent = sender("mailjet://key:hush@mailjet?from=office@example.org", api_url=f"{service.url}/v3.1/").send(MAIL)

    assert (sent.message, service.paths) == ("7", ["/v3.1/send"])
    assert service.basic == "key:hush"


def test_ses(service: Service, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", service.url)
    service.answer = {"MessageId": "E1"}

    sent = sender("ses://AKIA:hush@eu-west-2?from=office@example.org").send(MAIL)

    assert (sent.message, service.paths) == ("E1", ["/v2/email/outbound-emails"])
    assert "Credential=AKIA/" in service.headers[-1]["authorization"]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),  # each takes two places
        ("€" * 81, 2),
        ("ب" * 70, 1),
        ("ب" * 71, 2),
        ("ب" * 135, 3),
    ],
)
def test_how_many_texts_a_text_is(text: str, segments: int):
    assert count_segments(text) == segments


@pytest.mark.parametrize("url", ["ftp://x", "smtp:", "mail.example.org"])
def test_an_address_that_names_no_carrier_is_refused_by_name(url: str):
    with pytest.raises(SetupError, match="EMAIL_URL"):
        read_email(url)
