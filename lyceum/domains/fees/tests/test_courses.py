"""A place in a course that costs something: billed when it is taken, the learner's when it is paid."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from lyceum.core.actor import system_actor
from lyceum.domains.fees.models import Invoice
from lyceum.domains.fees.queries import get_invoice, statuses_of
from lyceum.domains.fees.rules.paying import NewPayment, record_payment
from lyceum.domains.fees.tasks import bill, credit
from lyceum.domains.fees.tests.conftest import pounds
from lyceum.domains.learning.models import CourseEnrolment
from lyceum.domains.learning.paid_tasks import confirm
from lyceum.domains.learning.rules.enrolling import enrol_student, withdraw
from lyceum.domains.learning.tests.making import make_course, make_run

TASKS = {"fees.bill_enrolment": bill, "fees.credit_enrolment": credit, "learning.confirm_paid": confirm}


def work_off(*done: str) -> list[str]:
    """Do what waits but for what is done, twice: as after a worker that was killed before it said so."""
    jobs = list(ProcrastinateJob.objects.filter(task_name__in=TASKS.keys() - set(done)).order_by("pk"))
    for job in (*jobs, *jobs):
        TASKS[job.task_name](**job.args)
    return [job.task_name for job in jobs]


@pytest.fixture
def place(bursary) -> CourseEnrolment:
    """Ada has a place for fifty pounds, not paid yet."""
    run = make_run(bursary.school, make_course(bursary.school, price_minor=5_000), capacity=1)
    with bursary.within():
        return enrol_student(run.pk, bursary.ada.pk, actor=system_actor(bursary.school.pk)).enrolment


def test_a_place_is_billed_to_the_family_and_theirs_when_it_is_paid(bursary, place):
    billed = work_off()
    with bursary.within():
        invoice = Invoice.objects.get()
        record_payment(NewPayment(invoice.account_id, pounds(5_000), "bank"), actor=bursary.actor())
        before = CourseEnrolment.objects.get(pk=place.pk).status
    confirmed = work_off(*billed)

    with bursary.within():
        line = invoice.lines.get()
        assert (line.source_kind, line.source_id, line.student_id) == ("course_enrolment", place.pk, bursary.ada.pk)
        assert (invoice.account_id, line.amount) == (bursary.account.pk, 5_000)
        assert (billed, confirmed) == (["fees.bill_enrolment"], ["learning.confirm_paid"])
        after = CourseEnrolment.objects.get(pk=place.pk)
        assert (before, after.status, after.held_until) == ("pending_payment", "active", None)


def test_who_gives_an_unpaid_place_up_owes_nothing(bursary, place):
    work_off()
    with bursary.within():
        withdraw(place.pk, actor=system_actor(bursary.school.pk))
    work_off("fees.bill_enrolment")

    with bursary.within():
        invoice = Invoice.objects.get()
        assert statuses_of(get_invoice(invoice.pk, actor=bursary.actor())) == ["cancelled"]
