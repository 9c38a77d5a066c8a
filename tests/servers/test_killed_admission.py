"""kill -9 of a server half-way through an admission: a real process, a real request, and a real signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Grade
from lyceum.domains.accounts.models import Invitation
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.answering import accept_offer
from lyceum.domains.admissions.rules.deciding import approve
from lyceum.domains.admissions.rules.deposits import find_deposit_of
from lyceum.domains.admissions.rules.entering import Entered, EnteredGuardian
from lyceum.domains.admissions.rules.intakes import create_intake, publish_intake
from lyceum.domains.admissions.rules.sending import apply
from lyceum.domains.fees.models import BillingAccount, Invoice
from lyceum.domains.fees.verifying import verify_books
from lyceum.domains.journal.models import Fact
from lyceum.domains.people.models import Enrolment, GuardianLink, Student
from lyceum.testing.clients import software
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school, make_user, make_year

LONGEST = 60
ADMIT = """
import sys
from lyceum.config.loading import load_django
load_django()
from lyceum.testing.clients import bearer
print(bearer(sys.argv[1]).send(sys.argv[2], {}).status_code)
"""


@pytest.fixture(autouse=True)
def noon() -> None:
    """Two processes share the machine's clock here."""


def test_after_kill_9_half_way_there_is_an_applicant_and_a_second_try_makes_one_student(fresh_database, tmp_path: Path):
    school = make_school()
    application, admin = _accepted(school), make_admin(school)
    path, client = f"/api/v1/applications/{application.pk}/admit/", software(admin, school)
    surroundings = os.environ | {
        "DJANGO_SETTINGS_MODULE": "lyceum.config.settings",
        "LYCEUM_DATA": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    token = client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")

    with transaction.atomic(), connection.cursor() as cursor:
        # Guardians come before the roll: whoever waits for this table has written half of an admission.
        cursor.execute("LOCK TABLE people_enrolment IN SHARE MODE")
        server = subprocess.Popen([sys.executable, "-c", ADMIT, token, path], env=surroundings, stdout=subprocess.PIPE)
        _wait_until_it_waits(cursor, server)
        server.send_signal(signal.SIGKILL)
        said, _ = server.communicate(timeout=LONGEST)

    assert (server.returncode, said) == (-signal.SIGKILL, b"")
    with in_school(school):
        with transaction.atomic():  # waits until what was left of it is undone
            assert Application.objects.select_for_update().get(pk=application.pk).status == "approved"
        left = (Enrolment.objects.count(), GuardianLink.objects.count(), Invitation.objects.count())
        assert (*left, Fact.objects.filter(type="admissions.student_admitted").count()) == (0, 0, 0, 0)
        assert list(BillingAccount.objects.values_list("holder", flat=True)) == ["user"]
    assert client.send(path, {}).json()["status"] == "enrolled"
    with in_school(school):
        deposit = find_deposit_of(Application.objects.select_related("intake").get(pk=application.pk))
        assert list(BillingAccount.objects.values_list("holder", flat=True)) == ["guardian"]
        assert (deposit.line.invoice.number, deposit.asked.amount, Invoice.objects.count()) == (1, 50_000, 1)
        assert verify_books(actor=system_actor(school.pk)) == []
        assert (Student.objects.count(), Enrolment.objects.count(), GuardianLink.objects.count()) == (1, 1, 1)


def _accepted(school) -> Application:
    """A child whose family took the place that was offered."""
    first = date.today() + timedelta(days=100)
    year = make_year(school, "Next", starts=first, ends=first + timedelta(days=300), current=False)
    family = make_user(school, Role.APPLICANT, name="Mo Lund", email="mo@example.org")
    actor = system_actor(school.pk)
    with in_school(school):
        values = {"year": year.pk, "grade": Grade.objects.get(code="1").pk, "places": 5, "needs_acceptance": True,
                  "deposit_minor": 50_000, "currency": "GBP"}  # fmt: skip
        intake = create_intake(kind="year_group", name="Year 1", values=values, actor=actor)
        publish_intake(intake.pk, actor=actor)
        mother = EnteredGuardian(first_name="Mo", last_name="Lund", relation="mother", email="mo@example.org")
        child = Entered(
            first_name="Ana",
            last_name="Lund",
            birth_date=first - timedelta(days=2200),
            intake=intake.pk,
            for_self=False,
            guardians=[mother],
        )
        application = apply(child, actor=as_actor(family, school))
        approve(application.pk, actor=actor)
        return accept_offer(application.pk, actor=as_actor(family, school))


def _wait_until_it_waits(cursor, server: subprocess.Popen[bytes]) -> None:
    pause = threading.Event()
    for _tenth in range(LONGEST * 10):
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'people_enrolment'::regclass")
        if cursor.fetchone()[0]:
            return
        if server.poll() is not None:
            raise AssertionError(f"it ended before: {server.communicate()}")
        pause.wait(0.1)
    raise AssertionError("it never came to the roll")
