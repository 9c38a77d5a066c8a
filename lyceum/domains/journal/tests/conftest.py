"""A school whose admin keeps webhooks, and software that is told."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from lyceum.core.actor import Actor, system_actor
from lyceum.domains.accounts.models import User
from lyceum.domains.journal.facts import FactPayload
from lyceum.domains.journal.models import WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.journal.rules.delivering import deliver_due
from lyceum.domains.journal.rules.endpoints import Keyed, NewWebhook, create_webhook
from lyceum.domains.journal.tasks import relay
from lyceum.domains.people.facts import StudentChanged
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import Caller, software
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school
from lyceum.testing.receivers import Receiver, receiving

CHANGED = "people.student.changed"


@dataclass
class Telling:
    """A school, its admin, and the receiver of its webhooks."""

    school: School
    admin: User
    receiver: Receiver = field(default_factory=Receiver)

    @property
    def actor(self) -> Actor:
        return as_actor(self.admin, self.school)

    @property
    def client(self) -> Caller:
        return software(self.admin, self.school)

    def make(self, *types: str, url: str = "", kind: str = "hmac") -> Keyed:
        """One more webhook."""
        new = NewWebhook(url=url or self.receiver.url, types=types or ("people.*",), kind=kind)
        with in_school(self.school):
            return create_webhook(new, actor=self.actor)

    def happen(self, *facts: FactPayload) -> UUID:
        """Something happens: unless told otherwise, a student's record changes."""
        student = uuid4()
        told = facts or (StudentChanged(student=student),)
        with in_school(self.school):
            target = Target("people.student", student, "Somebody")
            record("people.student.change", target=target, facts=told, actor=system_actor(self.school.pk))
        return student

    def work(self, *endpoints: WebhookEndpoint) -> None:
        """What the worker does within seconds."""
        relay.func(self.school.pk)
        for endpoint in endpoints:
            deliver_due(self.school.pk, endpoint.pk)

    def rows(self, endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
        """Every attempt, the first first."""
        with in_school(self.school):
            return list(WebhookDelivery.objects.filter(endpoint=endpoint).select_related("fact").order_by("pk"))

    def now(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """The webhook as it is now."""
        with in_school(self.school):
            return WebhookEndpoint.objects.get(pk=endpoint.pk)


@remembered
def build_telling() -> Telling:
    school = make_school()
    return Telling(school, make_admin(school, name="Ada Head", email="ada@hill.example"))


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_TO_LOOPBACK = True
    with receiving() as found:
        yield found


@pytest.fixture
def telling(db, receiver):
    found = build_telling()
    found.receiver = receiver
    return found
