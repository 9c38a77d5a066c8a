"""Keeping the queue and the answers given in order; numbering facts, and telling other software of them."""

from collections.abc import Callable
from uuid import UUID

from django.apps import apps
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from lyceum.core import clock
from lyceum.core.queues import TELL, TELL_SLOW
from lyceum.core.schools import give_back_connection, school_scope, serve_each
from lyceum.domains.journal.access import forget_old_access
from lyceum.domains.journal.models import IdempotencyRecord, WebhookEndpoint
from lyceum.domains.journal.rules.delivering import deliver_due, forget_old_deliveries
from lyceum.domains.journal.rules.outbox import AT_ONCE, stamp_facts
from lyceum.domains.journal.rules.relaying import DELIVER, RELAY, WAKE, deliver_soon, list_due, spread_facts


def _in_open_schools(act: Callable[[], object]) -> None:
    """Do something in each open school."""
    schools = apps.get_model("tenancy.School").objects.filter(status__in=("active", "restricted"))
    serve_each(schools.values_list("pk", flat=True), lambda _school_id: act())  # journal lies below tenancy


@app.periodic(cron="* * * * *")
@app.task(name="journal.retry_stalled_jobs", queueing_lock="journal.retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Every minute: jobs whose worker fell silent, as after kill -9, go back to the queue.

    Where the same work waits there already, the silent job ends, and with it the lock that it holds.
    """
    del timestamp
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)


@app.periodic(cron="41 * * * *")
@app.task(name="journal.forget_answers", queueing_lock="journal.forget_answers")
def forget_answers(timestamp: int) -> None:
    """Every hour: answers kept for a repeated request end after their day."""
    del timestamp
    IdempotencyRecord.objects.filter(expires_at__lte=clock.now()).delete()  # those given in no school
    for school_id in apps.get_model("tenancy.School").objects.values_list("pk", flat=True):  # journal lies below it
        with school_scope(school_id):
            IdempotencyRecord.objects.filter(expires_at__lte=clock.now()).delete()
    give_back_connection()


@app.periodic(cron="53 2 * * *")
@app.task(name="journal.forget_access", queueing_lock="journal.forget_access")
def forget_access(timestamp: int) -> None:
    """Every night: entries of the access log end after two years, what is known of deliveries after a month.

    What is closed for now keeps everything.
    """
    del timestamp
    _in_open_schools(_forget)


def _forget() -> None:
    forget_old_access()
    forget_old_deliveries()


@app.periodic(cron="* * * * *")
@app.task(name="journal.sweep", queueing_lock="journal.sweep", queue=TELL)
def sweep(timestamp: int) -> None:
    """Every minute: facts without a number get one, and what is due to webhooks is sent, whatever was not heard."""
    del timestamp
    _in_open_schools(_relay)


@app.task(name=RELAY, queue=TELL)
def relay(school_id: int) -> None:
    """Number what a school has recorded, and hand it on to its webhooks. A portion is a transaction."""
    try:
        more = True
        while more:
            with school_scope(school_id):
                more = _relay()
    finally:
        give_back_connection()


def _relay() -> bool:
    """One portion; returns whether there is more."""
    more = stamp_facts() == AT_ONCE
    if WebhookEndpoint.objects.exclude(state=WebhookEndpoint.State.OFF).exists():
        more |= spread_facts()
        for endpoint in list_due():
            deliver_soon(endpoint)
    return more


@app.task(name=DELIVER, queue=TELL)
def deliver(school_id: int, endpoint_id: str) -> None:
    """Send what is due to one webhook."""
    try:
        deliver_due(school_id, UUID(endpoint_id))
    finally:
        give_back_connection()


@app.task(name=WAKE, queue=TELL_SLOW)
def wake_delivery(school_id: int, endpoint_id: str) -> None:
    """Something has become due to a webhook."""
    with school_scope(school_id):
        endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
        if endpoint is not None and not endpoint.is_off:
            deliver_soon(endpoint)
    give_back_connection()
