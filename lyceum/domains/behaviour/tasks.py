"""What behaviour does by the clock."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import system_actor
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.behaviour import detention_tasks  # noqa: F401  # found through this module
from lyceum.domains.behaviour.rules.notices import deliver_notice, remind_unread
from lyceum.domains.behaviour.rules.retention import erase_rejected
from lyceum.domains.behaviour.rules.stages import let_leavers_lapse
from lyceum.domains.behaviour.rules.trying import run_try
from lyceum.domains.tenancy.everywhere import in_every_school


@app.task(name="behaviour.deliver", retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def deliver(school_id: int, notice_id: str) -> None:
    """Hand a notice over once it can no longer be called back. Doing it twice sends it once."""
    with school_scope(school_id):
        deliver_notice(UUID(notice_id), actor=system_actor(school_id))
    give_back_connection()


@app.periodic(cron="41 3 * * *")
@app.task(name="behaviour.erase_rejected", queueing_lock="behaviour.erase_rejected")
def erase_old(timestamp: int) -> None:
    """Once a night: erase incidents that were rejected more than a year ago."""
    del timestamp
    in_every_school(erase_rejected)


@app.periodic(cron="23 * * * *")
@app.task(name="behaviour.remind_unread", queueing_lock="behaviour.remind_unread")
def remind(timestamp: int) -> None:
    """Every hour: remind families of what they have not confirmed after a day, once; let stages of leavers lapse."""
    del timestamp
    in_every_school(remind_unread, let_leavers_lapse)


@app.task(name="behaviour.try_policy", retry=RetryStrategy(max_attempts=3, exponential_wait=3))
def try_policy(school_id: int, job_id: str) -> None:
    """Try a policy on what happened already."""
    with school_scope(school_id):
        run_try(UUID(job_id), actor=system_actor(school_id))
    give_back_connection()
