"""`lyceum notify` and `lyceum deliveries`, and trying again from the outbox."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from lyceum.domains.notifications.models import Delivery
from lyceum.domains.notifications.rules.notify import notify, withdraw
from lyceum.domains.notifications.tests.conftest import MailServer, news, somebody, system
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import browser
from lyceum.testing.factories import in_school, make_admin, make_school

pytestmark = pytest.mark.django_db


def run(school: School, *words: str) -> str:
    out = StringIO()
    call_command(*words, f"--school={school.slug}", stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "E-mail to grace@example.org: the installation's SMTP took it. Look whether it arrived."),
        (
            "550 no such user",
            "E-mail to grace@example.org: the installation's SMTP did not take it and said: 550 no such user",
        ),
    ],
)
def test_a_test_says_in_words_what_became_of_it(answer: str, said: str, mail_server: MailServer):
    school = make_school()
    if answer:
        mail_server.answers["grace@example.org"] = answer

    assert run(school, "notify", "test", "grace@example.org") == said


def test_with_nobody_to_carry_it_a_test_says_where_it_is(settings: Any):
    settings.CARRIERS = {}

    said = run(make_school(), "notify", "test", "+447700900001")

    assert said == "Text message to +447700900001: kept in the outbox. Nobody carries messages by this channel yet."


def test_where_the_installations_carriers_report_is_printed(settings: Any):
    settings.CARRIERS = {"sms": {"kind": "twilio", "sender": "+44", "account": "a", "token": "t"}}

    assert run(make_school(), "notify", "reports").startswith("Twilio: http://localhost:4000/hooks/twilio/")


@pytest.fixture
def failed() -> School:
    """Three messages that failed, of which one was taken back; and another school's."""
    school, other = make_school("Ours"), make_school("Theirs")
    for each in (school, other):
        with in_school(each):
            for name in ("Grace", "Otto", "Rosa"):
                notify(news(name, source=name), [somebody(name)], actor=system(each))
            withdraw(source="Rosa", actor=system(each))
            Delivery.objects.update(state="failed", attempts=7, error="451 busy")
    return school


def states(school: School) -> list[str]:
    with in_school(school):
        return list(Delivery.objects.order_by("address").values_list("state", flat=True))


def test_what_failed_is_shown_first_and_tried_again_when_told_to(failed: School, mail_server: MailServer):
    shown = run(failed, "deliveries", "retry")
    before = states(failed)
    done = json.loads(run(failed, "deliveries", "retry", "--go", "--json"))

    assert "grace@example.org" in shown
    assert "rosa@example.org" not in shown
    assert shown.endswith("2 messages would be tried again: add --go.")
    assert before == ["failed"] * 3
    assert (len(done["deliveries"]), done["tried"]) == (2, True)
    assert states(failed) == ["queued", "queued", "failed"]
    assert run(failed, "deliveries", "retry") == "Nothing to try again."
    assert states(School.objects.get(name="Theirs")) == ["failed"] * 3


def test_several_are_tried_again_from_the_outbox_or_none_is(failed: School):
    client = browser(make_admin(failed), failed)
    with in_school(failed):
        ids = {row.address: str(row.pk) for row in Delivery.objects.all()}
    grace, otto, rosa = (ids[f"{name}@example.org"] for name in ("grace", "otto", "rosa"))

    stopped = client.post("/outbox/", {"bulk": "retry", "confirmed": "1", "row": [grace, rosa]})
    between = states(failed)
    done = client.post("/outbox/", {"bulk": "retry", "confirmed": "1", "row": [grace, otto]})

    assert (stopped.status_code, done.status_code) == (200, 302)
    assert between == ["failed"] * 3
    assert states(failed) == ["queued", "queued", "failed"]
