"""What a message costs as it goes: counted for each person who is told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.domains.notifications.models import Delivery, DeliveryAttempt, Provider
from lyceum.domains.notifications.rules.notify import notify
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.notifications.tests.conftest import MailServer, news, somebody, system
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import in_school, make_school

pytestmark = pytest.mark.django_db


def statements_of(school: School, mail_server: MailServer, size: int) -> int:
    with in_school(school):
        people = [somebody(f"P{size}x{n}") for n in range(size)]
        notify(news(f"of {size}", channels=("email",)), people, actor=system(school))
    with CaptureQueriesContext(connection) as queries:
        assert send_due(school.pk) == size
    return len(queries)


def test_each_mail_costs_one_statement_besides_entering_the_school_and_all_go_by_one_line(
    mail_server: MailServer, settings
):
    carrier = settings.CARRIERS.pop("email")
    school = make_school()
    with in_school(school):
        Provider.objects.create(
            kind="smtp",
            channel="email",
            sender=carrier["sender"],
            settings={"host": carrier["host"], "port": carrier["port"]},
            hook_token="t",
        )
    statements_of(school, mail_server, 1)

    one, eleven = (statements_of(school, mail_server, size) for size in (1, 11))

    assert eleven - one == 10 * (1 + 1), "entering the school; what was sent"
    assert mail_server.lines == 3, "one for each time that something is sent"
    with in_school(school):
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
        assert DeliveryAttempt.objects.count() == 13


def test_a_line_that_the_server_hung_up_is_called_again(mail_server: MailServer, settings):
    school = make_school()
    mail_server.hangs_up_after = 1
    with in_school(school):
        notify(news(channels=("email",)), [somebody(f"P{n}") for n in range(3)], actor=system(school))

    assert send_due(school.pk) == 3
    assert len(mail_server.got) == 3
