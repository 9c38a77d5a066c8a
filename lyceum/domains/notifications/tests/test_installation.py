"""Carriers of the whole installation report at one address: each report finds its school by its message."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from lyceum.core import clock
from lyceum.domains.notifications.hooks.passwords import password_for
from lyceum.domains.notifications.models import Address, CarriedFor, Delivery, InboundSms, ProviderEvent
from lyceum.domains.notifications.rules.carriers import token_for_all
from lyceum.domains.notifications.rules.installation import KEPT_FOR, address_to_give, forget_carried
from lyceum.domains.notifications.rules.notify import notify
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.notifications.tests.calls import SECRET, Call, mailgun, twilio
from lyceum.domains.notifications.tests.conftest import NOON, Service, news, somebody, system
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import nobody
from lyceum.testing.factories import in_school, make_school

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),  # it works all the same
]
NUMBER = "+447700900001"


@dataclass(frozen=True)
class ForAll:
    """The line on which the installation's carrier calls; what the signatures of `calls.py` need to know of one."""

    kind: str

    @property
    def path(self) -> str:
        return f"/hooks/{self.kind}/{token_for_all(self.kind)}/"

    def tell(self, call: Call) -> Any:
        return nobody().post(self.path, call.body, content_type=call.content_type, headers=dict(call.headers))


@pytest.fixture
def by_twilio(service: Service, settings: Any) -> Service:
    settings.SMS_HOSTS = {"twilio": service.url}
    settings.CARRIERS = {"sms": {"kind": "twilio", "sender": "+441632960000", "account": "AC1", "token": SECRET}}
    return service


def text_to(school: School, service: Service, message: str, number: str = NUMBER) -> None:
    """A text that the installation's carrier took for a school."""
    service.answer = {"sid": message}
    with in_school(school):
        told = somebody(addresses={"sms": [number]})
        notify(news(message, urgency="urgent", channels=("sms",)), [told], actor=system(school))
    send_due(school.pk)


def state(school: School) -> str:
    with in_school(school):
        return Delivery.objects.get().state


def test_a_report_finds_the_school_of_its_message_and_counts_once(by_twilio: Service):
    ours, theirs = make_school("Ours"), make_school("Theirs")
    text_to(ours, by_twilio, "M1")
    text_to(theirs, by_twilio, "M2")
    line = ForAll("twilio")

    answers = [line.tell(twilio(line)).status_code for _again in range(2)]  # type: ignore[arg-type]

    assert answers == [200, 200]
    assert (state(ours), state(theirs)) == ("delivered", "sent")
    assert by_twilio.form["StatusCallback"].endswith(line.path)
    with in_school(ours):
        assert ProviderEvent.objects.get().carrier == "twilio"
    with in_school(theirs):
        assert ProviderEvent.objects.count() == 0


def test_an_address_that_is_dead_is_dead_in_the_school_that_wrote_to_it(by_twilio: Service):
    ours, theirs = make_school("Ours"), make_school("Theirs")
    text_to(ours, by_twilio, "M1")
    line = ForAll("twilio")

    line.tell(twilio(line, "undelivered", ErrorCode="30005"))  # type: ignore[arg-type]

    assert state(ours) == "bounced"
    for school, states in ((ours, ["suppressed"]), (theirs, [])):
        with in_school(school):
            assert list(Address.objects.values_list("state", flat=True)) == states


def test_a_text_that_comes_in_goes_to_the_school_that_wrote_to_that_number_last(by_twilio: Service):
    first, last = make_school("First"), make_school("Last")
    text_to(first, by_twilio, "M1")
    text_to(last, by_twilio, "M2")
    line = ForAll("twilio")
    said = twilio(line, "", MessageSid="IN1", MessageStatus="", SmsStatus="received", From=NUMBER, Body="Hello")  # type: ignore[arg-type]
    strange = twilio(line, "", MessageSid="IN2", MessageStatus="", SmsStatus="received", From="+4470", Body="Hi")  # type: ignore[arg-type]

    assert [line.tell(call).status_code for call in (said, said, strange)] == [200, 200, 200]

    with in_school(last):
        assert list(InboundSms.objects.values_list("sender", "text")) == [(NUMBER, "Hello")]
    with in_school(first):
        assert InboundSms.objects.count() == 0


def test_a_forged_report_one_of_nobodys_message_and_one_at_another_address_change_nothing(by_twilio: Service):
    school = make_school()
    text_to(school, by_twilio, "M1")
    line = ForAll("twilio")
    call = twilio(line)  # type: ignore[arg-type]

    forged = line.tell(Call(call.body, {"X-Twilio-Signature": "bm8="}, call.content_type))
    unknown = line.tell(twilio(line, MessageSid="M9"))  # type: ignore[arg-type]
    elsewhere = nobody().post(f"/hooks/vonage/{token_for_all('vonage')}/", {})

    assert (forged.status_code, forged.json()["code"]) == (401, "bad_signature")
    assert (unknown.status_code, elsewhere.status_code) == (200, 404)
    assert state(school) == "sent"


def test_e_mail_is_found_by_its_message_too(service: Service, settings: Any):
    settings.CARRIERS = {
        "email": {
            "kind": "mailgun", "sender": "office@example.org", "api_key": SECRET, "sender_domain": "example.org",
            "api_url": f"{service.url}/v3",
        }
    }  # fmt: skip
    service.answer = {"id": "<M1@example.org>", "message": "Queued"}
    school = make_school()
    with in_school(school):
        notify(news(), [somebody()], actor=system(school))
    send_due(school.pk)
    line = ForAll("mailgun")

    assert line.tell(mailgun(line)).status_code == 200  # type: ignore[arg-type]

    assert state(school) == "delivered"


def test_the_address_to_give_names_the_password_where_a_carrier_signs_nothing(settings: Any):
    settings.CARRIERS = {"email": {"kind": "mailjet", "sender": "a@b.org", "api_key": "k", "secret_key": "s"}}
    token = token_for_all("mailjet")

    assert address_to_give("mailjet") == (f"http://lyceum:{password_for(token)}@localhost:4000/hooks/mailjet/{token}/")
    said = [{"event": "sent", "MessageID": "1", "email": "g@example.org", "time": 1790000000}]
    asked = ForAll("mailjet").tell(Call(json.dumps(said).encode(), {}))
    assert (asked.status_code, asked["WWW-Authenticate"]) == (401, 'Basic realm="Lyceum"')


def test_for_whom_something_was_carried_is_forgotten_in_time(by_twilio: Service):
    text_to(make_school(), by_twilio, "M1")

    kept = forget_carried()
    with clock.frozen(NOON + KEPT_FOR * 1.1):
        forgotten = forget_carried()

    assert (kept, forgotten, CarriedFor.objects.count()) == (0, 2, 0)
