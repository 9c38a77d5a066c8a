"""Keeping the queue and the answers given in order."""

from django.apps import apps
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app

from lyceum.core import clock
from lyceum.core.schools import school_scope
from lyceum.domains.journal.access import forget_old_access
from lyceum.domains.journal.models import IdempotencyRecord


@app.periodic(cron="* * * * *")
@app.task(name="journal.retry_stalled_jobs", queueing_lock="journal.retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Every minute: jobs whose worker fell silent, as after kill -9, go back to the queue."""
    del timestamp
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@app.periodic(cron="41 * * * *")
@app.task(name="journal.forget_answers", queueing_lock="journal.forget_answers")
def forget_answers(timestamp: int) -> None:
    """Every hour: answers kept for a repeated request end after their day."""
    del timestamp
    IdempotencyRecord.objects.filter(expires_at__lte=clock.now()).delete()  # those given in no school
    for school_id in apps.get_model("tenancy.School").objects.values_list("pk", flat=True):  # journal lies below it
        with school_scope(school_id):
            IdempotencyRecord.objects.filter(expires_at__lte=clock.now()).delete()
    connection.close()


@app.periodic(cron="53 2 * * *")
@app.task(name="journal.forget_access", queueing_lock="journal.forget_access")
def forget_access(timestamp: int) -> None:
    """Every night: entries of the access log end after two years. What is closed for now keeps everything."""
    del timestamp
    schools = apps.get_model("tenancy.School").objects.filter(status__in=("active", "restricted"))
    for school_id in schools.values_list("pk", flat=True):  # journal lies below it
        with school_scope(school_id):
            forget_old_access()
    connection.close()
