"""What carriers report: each in its own format and with its own proof, as they document them."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from procrastinate.contrib.django.models import ProcrastinateJob

from lyceum.core import clock
from lyceum.domains.notifications.hooks import sns
from lyceum.domains.notifications.models import Delivery, Hook, InboundSms, Provider, ProviderEvent
from lyceum.domains.notifications.providers import Sent
from lyceum.domains.notifications.rules.hooks import apply_waiting
from lyceum.domains.notifications.rules.notify import notify
from lyceum.domains.notifications.rules.outcomes import note_sent
from lyceum.domains.notifications.rules.providers import remove_provider
from lyceum.domains.notifications.rules.sending import has_waiting, send_due
from lyceum.domains.notifications.tasks import confirm_topic
from lyceum.domains.notifications.tests.calls import (
    AMAZON_KEY,
    FORM,
    JSON,
    SECRET,
    Call,
    Line,
    from_sns,
    mailgun,
    mailjet,
    make_line,
    sendgrid,
    ses,
    twilio,
    vonage,
    vonage_fields,
)
from lyceum.domains.notifications.tests.conftest import NOON, Service, news, somebody, system
from lyceum.testing.clients import browser, nobody
from lyceum.testing.factories import as_actor, in_school, make_admin

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),  # it works all the same
]


@pytest.fixture
def amazon(service: Service, settings: Any) -> Service:
    """Amazon's host, which gives out the certificate."""
    name = x509.Name([])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(AMAZON_KEY.public_key())
    made = made.serial_number(1).not_valid_before(NOON).not_valid_after(NOON + timedelta(days=1))
    service.answer = made.sign(AMAZON_KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    settings.SMS_HOSTS = {"sns": service.url}
    sns._key.cache_clear()
    return service


LINES = {
    "mailgun": ("mailgun", "<M1@example.org>", mailgun),
    "sendgrid": ("sendgrid", "M1", sendgrid),
    "mailjet": ("mailjet", "M1", mailjet),
    "ses": ("ses", "M1", ses),
    "twilio": ("twilio", "M1", twilio),
    "vonage": ("vonage", "M1", vonage),
    "vonage with signed fields": ("vonage", "M1", vonage_fields),
}


@pytest.mark.parametrize("name", LINES)
def test_what_arrived_has_arrived_and_is_heard_once(name: str, amazon: Service):
    kind, message, make = LINES[name]
    line = make_line(kind, message)
    call = make(line)

    assert [line.tell(call).status_code for _again in range(2)] == [200, 200]

    assert line.state == "delivered"
    with in_school(line.school):
        event = ProviderEvent.objects.get()
        assert (event.message, event.applied_at is not None) == (message, True)


@pytest.mark.parametrize("name", LINES)
def test_a_call_that_proves_nothing_changes_nothing_but_a_number(name: str, amazon: Service):
    kind, message, make = LINES[name]
    line = make_line(kind, message)
    call = make(line)
    forged = Call(
        call.body.replace(b"M1", b"M2"), call.headers | {"Authorization": "Basic bHljZXVtOng="}, call.content_type
    )
    if name == "mailgun":  # signs no more than this
        forged = Call(call.body.replace(b"token of", b"talken of"), {}, JSON)

    answer = line.tell(forged)

    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    with in_school(line.school):
        assert ProviderEvent.objects.count() == 0
        assert Provider.objects.get().forged == 1
    assert line.state == "sent"


HARD = {
    "mailgun": (mailgun, {"event": "failed", "severity": "permanent"}),
    "sendgrid": (sendgrid, {"event": "bounce", "type": "bounce", "reason": "550 no such user"}),
    "mailjet": (mailjet, {"event": "bounce", "hard_bounce": True, "error": "user unknown"}),
    "ses": (ses, {"event": "Bounce", "bounceType": "Permanent", "bounceSubType": "General",
                  "bouncedRecipients": [{"emailAddress": "grace@example.org"}]}),
    "twilio": (twilio, {"status": "undelivered", "ErrorCode": "30005"}),
    "vonage": (vonage, {"status": "failed", "err-code": "9"}),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_an_address_that_is_dead_is_never_used_again(name: str, amazon: Service):
    make, more = HARD[name]
    line = make_line(name, LINES[name][1])

    line.tell(make(line, **more))

    assert (line.state, line.address) == ("bounced", "suppressed")
    with in_school(line.school):
        again = somebody("Otto", addresses={line.delivery.channel: [line.delivery.address]})
        notify(news("b", channels=(line.delivery.channel,), urgency="urgent"), [again], actor=system(line.school))
        assert Delivery.objects.get(notification__name="Otto").state == "suppressed"


@pytest.mark.parametrize(
    ("calls", "state", "address"),
    [
        # in disorder: what was read has arrived
        (["opened", "delivered"], "read", ""),
        # it arrived, and then was called spam: that holds, and nothing goes there again
        (["delivered", "complained"], "bounced", "suppressed"),
        # in disorder: the same
        (["complained", "delivered"], "bounced", "suppressed"),
        # whoever wants no more gets no more, and has read this one
        (["opened", "unsubscribed"], "read", "opted_out"),
        # a kind of event that means nothing to us
        (["accepted"], "sent", ""),
    ],
)
def test_a_message_only_goes_forward_but_a_bounce_always_holds(calls: list[str], state: str, address: str):
    line = make_line("mailgun", "<M1@example.org>")

    for event in calls:
        assert line.tell(mailgun(line, event)).status_code == 200

    assert (line.state, line.address) == (state, address)


def test_three_that_came_back_in_a_week_make_an_address_one_that_bounces():
    line = make_line("mailjet")

    states = []
    for number in range(3):
        line.tell(mailjet(line, "bounce", hard_bounce=False, error="mailbox inactive", time=1790000000 + number))
        states.append(line.address)

    assert (line.state, states) == ("failed", ["ok", "ok", "bouncing"])


def test_a_report_that_comes_before_the_message_is_known_waits_for_it(amazon: Service):
    line = make_line("twilio")
    with in_school(line.school):
        Delivery.objects.update(state="sending", provider="", provider_message="")
    assert line.tell(twilio(line)).status_code == 200
    assert line.state == "sending"

    class Carrier:
        name = str(line.row.pk)

    with in_school(line.school):
        note_sent(Delivery.objects.get(), Sent("M1"), Carrier(), [])  # type: ignore[arg-type]
        apply_waiting(Carrier.name, "M1")

    assert line.state == "delivered"


def test_a_report_that_crossed_with_its_message_is_applied_with_the_next_round(amazon: Service):
    line = make_line("twilio")
    with in_school(line.school):
        Delivery.objects.update(provider_message="")
    line.tell(twilio(line))
    with in_school(line.school):
        Delivery.objects.update(provider_message="M1")
        waiting = has_waiting()

    send_due(line.school.pk)

    assert (waiting, line.state) == (True, "delivered")
    with in_school(line.school):
        assert not has_waiting()


def test_an_address_of_nobody_of_another_carrier_or_of_one_that_is_gone_leads_nowhere():
    line = make_line("twilio")
    call = twilio(line)
    elsewhere = f"/hooks/mailgun/{line.row.hook_token}/"

    assert nobody().post("/hooks/twilio/of-nobody/").status_code == 404
    assert nobody().post(elsewhere, call.body, content_type=FORM).status_code == 404
    assert nobody().head(line.path).status_code == 200
    with in_school(line.school):
        remove_provider(line.row.pk, actor=as_actor(make_admin(line.school), line.school))
    assert line.tell(call).status_code == 404
    assert Hook.objects.count() == 0


def test_a_carrier_of_another_school_says_nothing_of_ours():
    ours, theirs = make_line("twilio"), make_line("twilio")

    assert theirs.tell(twilio(theirs, "failed", ErrorCode="30005")).status_code == 200

    assert (ours.state, theirs.state) == ("sent", "bounced")
    assert ours.address == ""


def test_amazon_is_asked_for_the_password_first_and_its_topic_is_confirmed_by_a_job(amazon: Service):
    line = make_line("sns")
    address = "https://sns.eu-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    call = from_sns(line, "", Type="SubscriptionConfirmation", Token="t", SubscribeURL=address)

    asked = line.tell(Call(call.body, {}, call.content_type))
    answered = line.tell(call)

    assert (asked.status_code, asked["WWW-Authenticate"]) == (401, 'Basic realm="Lyceum"')
    assert answered.status_code == 200
    job = ProcrastinateJob.objects.get(task_name="notifications.confirm_topic")
    confirm_topic.func(**job.args)
    assert amazon.paths[-1] == "/?Action=ConfirmSubscription&Token=t"


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-2.amazonaws.com/key.pem",  # not over TLS
        "https://sns.eu-west-2.amazonaws.com.evil.example/key.pem",
        "https://evil.example/key.pem",
        "https://sns.eu-west-2.amazonaws.com@evil.example/key.pem",
        "https://sns.eu-west-2.amazonaws.com/key",  # no certificate
    ],
)
def test_a_certificate_from_elsewhere_proves_nothing(url: str, amazon: Service):
    line = make_line("ses")

    answer = line.tell(from_sns(line, {}, SigningCertURL=url))

    assert answer.status_code == 401
    assert amazon.paths == []


def test_a_text_by_sns_stays_sent_and_is_said_not_to_be_confirmed():
    line, other = make_line("sns"), make_line("twilio")

    pages = [browser(make_admin(each.school), each.school).get("/outbox/").content.decode() for each in (line, other)]

    assert ["sent, not confirmed" in page for page in pages] == [True, False]


TEXTS = {
    "twilio": lambda line: twilio(line, "", MessageStatus="", SmsStatus="received", From="+447700900001", Body="Hello"),
    "vonage": lambda line: vonage_text(line),
    "sns": lambda line: from_sns(
        line, {"inboundMessageId": "M1", "originationNumber": "+447700900001", "messageBody": "Hello"}
    ),
}


def vonage_text(line: Line) -> Call:
    body = json.dumps({"messageId": "M1", "msisdn": "447700900001", "to": "44163", "text": "Hello"}).encode()
    claims = {"payload_hash": hashlib.sha256(body).hexdigest()}
    return Call(body, {"Authorization": f"Bearer {jwt.encode(claims, SECRET, 'HS256')}"})


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_that_comes_in_is_kept_once(kind: str, amazon: Service):
    line = make_line(kind, "other")
    call = TEXTS[kind](line)

    assert [line.tell(call).status_code for _again in range(2)] == [200, 200]

    with in_school(line.school):
        row = InboundSms.objects.get()
        assert (row.sender, row.text, row.handled_at) == ("+447700900001", "Hello", None)
    assert clock.now() == NOON
