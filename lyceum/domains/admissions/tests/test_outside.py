"""What other software hears of decisions: nothing before families may know, whatever it listens to."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.admissions.models import Intake
from lyceum.domains.admissions.rules.announcing import announce_due
from lyceum.domains.admissions.rules.deciding import withdraw
from lyceum.domains.journal.models import WebhookEndpoint
from lyceum.domains.journal.rules.delivering import deliver_due
from lyceum.domains.journal.rules.endpoints import NewWebhook, create_webhook
from lyceum.domains.journal.tasks import relay
from lyceum.testing.clients import key_holder
from lyceum.testing.factories import in_school
from lyceum.testing.receivers import receiving

APPLICATIONS, FACTS = "/api/v1/applications/", "/api/v1/facts/?limit=200"
SECOND = timedelta(seconds=1)


@pytest.fixture
def hidden(office, settings):
    """An application whose decision becomes visible in an hour, and software that is told of everything."""
    settings.WEBHOOKS_TO_LOOPBACK = True
    visible = clock.now() + timedelta(hours=1)
    with in_school(office.school):
        Intake.objects.filter(is_standing=True).update(decisions_visible_at=visible)
    application = office.apply(office.applicant)
    with receiving() as receiver, in_school(office.school):
        new = NewWebhook(url=receiver.url, types=["*"])
        endpoint = create_webhook(new, actor=office.actor(office.admin)).endpoint
        yield Hidden(office, application, visible, receiver, endpoint)


class Hidden:
    def __init__(self, office, application, visible, receiver, endpoint: WebhookEndpoint):
        self.office, self.application, self.visible = office, application, visible
        self.receiver, self.endpoint = receiver, endpoint
        self.key = key_holder(office.school, "events:read")

    def decide(self, act: str, **body) -> None:
        client = self.office.software(self.office.office)
        answer = client.send(f"{APPLICATIONS}{self.application.pk}/{act}/", body)
        assert answer.status_code == 200, answer.content

    def told(self) -> list[str]:
        """Everything that has left the house about this application, once what is there has been sent and listed."""
        ours = {str(self.application.pk), str(self.application.student_id)}
        relay.func(self.office.school.pk)
        deliver_due(self.office.school.pk, self.endpoint.pk)
        sent = [(got.headers["webhook-id"], got.said) for got in self.receiver.got]
        listed = self.key.get(FACTS).json()["items"]
        by_webhook = [said["type"] for _, said in sent if ours & set(map(str, said["data"].values()))]
        by_list = [each["type"] for each in listed if each["seq"] > self.endpoint.last_seq
                   and ours & set(map(str, each["data"].values()))]  # fmt: skip
        assert by_list == by_webhook
        return by_webhook

    def asked(self) -> str:
        """The status that a family's own software gets for the id."""
        client = self.office.software(self.office.applicant)
        status: str = client.get(f"{APPLICATIONS}{self.application.pk}/").json()["status"]
        return status


@pytest.mark.parametrize(
    ("act", "body", "status", "afterwards"),
    [
        ("approve", {}, "approved",
         ["admissions.approved", "learning.access.granted"]),
        ("offer", {}, "offered", ["admissions.offered"]),
        ("waitlist", {}, "waitlisted", ["admissions.waitlisted"]),
        ("reject", {"reason_code": "criteria"}, "rejected", ["admissions.rejected"]),
    ],
)  # fmt: skip
def test_no_fact_tells_a_decision_before_the_instant_and_the_job_tells_it_then(hidden, act, body, status, afterwards):
    hidden.decide(act, **body)
    at_once = hidden.told()
    with clock.frozen(hidden.visible - SECOND):
        before, asked_before = hidden.told(), hidden.asked()
    with clock.frozen(hidden.visible + SECOND):
        after, asked_after = hidden.told(), hidden.asked()  # no job has run
        with in_school(hidden.office.school):
            announce_due(actor=system_actor(hidden.office.school.pk))
        announced = hidden.told()

    assert (at_once, before, asked_before) == ([], [], "under_review")
    assert (after, asked_after) == ([], status)
    assert announced == afterwards


def test_who_withdraws_before_the_instant_never_learns_from_a_fact_what_was_decided(hidden):
    hidden.decide("approve")
    with in_school(hidden.office.school):
        withdraw(hidden.application.pk, actor=hidden.office.actor(hidden.office.applicant))

    assert hidden.told() == ["admissions.withdrawn"]


def test_an_offer_that_is_taken_back_before_the_instant_was_never_there(hidden):
    hidden.decide("offer")
    client = hidden.office.software(hidden.office.admin)
    taken_back = client.send(f"{APPLICATIONS}{hidden.application.pk}/rescind/", {"reason": "Two of one name"})

    assert (taken_back.status_code, hidden.told(), hidden.asked()) == (200, [], "under_review")


def test_steps_that_a_held_decision_settles_are_told_to_nobody(office, settings):
    settings.WEBHOOKS_TO_LOOPBACK = True
    visible = clock.now() + timedelta(hours=1)
    intake = office.year_group(steps=("Interview",), needs_acceptance=False, decisions_visible_at=visible)
    application = office.child(intake, office.applicant)
    with receiving() as receiver, in_school(office.school):
        new = NewWebhook(url=receiver.url, types=["*"])
        endpoint = create_webhook(new, actor=office.actor(office.admin)).endpoint
        hidden = Hidden(office, application, visible, receiver, endpoint)
        hidden.decide("approve", complete_open_steps=True, reason="Seen already")
        admit = office.software(office.office).send(f"{APPLICATIONS}{application.pk}/admit/", {})

        assert (hidden.told(), hidden.asked()) == ([], "under_review")
        assert (admit.status_code, admit.json()["code"]) == (409, "wrong_state")
