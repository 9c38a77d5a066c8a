"""What admissions do by the clock. The clock itself decides what may be seen and what is over; this tells it."""

from uuid import UUID

from django.utils.translation import get_language
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.errors import RuleError
from lyceum.core.language import speaking
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.admissions.rules.announcing import announce_due
from lyceum.domains.admissions.rules.answering import expire_offers, remind_of_offers
from lyceum.domains.admissions.rules.intakes import add_standing_intake
from lyceum.domains.admissions.rules.many import decide_portion, fail_job
from lyceum.domains.admissions.rules.retention import (
    erase_old_applications,
    erase_old_drafts,
    erase_unverified_accounts,
)
from lyceum.domains.admissions.rules.sending import tell_of_arrival
from lyceum.domains.journal.models import Job
from lyceum.domains.tenancy.everywhere import in_every_school


def _have_standing_intake(*, actor: Actor) -> int:
    """Schools that are older than admissions get the intake that every school has."""
    del actor
    return int(add_standing_intake().is_standing)


@app.task(name="admissions.tell_of_arrival", retry=RetryStrategy(max_attempts=4, exponential_wait=3))
def tell_office(school_id: int, application_id: str) -> None:
    """Tell the office what came in, so that applicants do not wait for each other while it is told."""
    with school_scope(school_id):
        tell_of_arrival(UUID(application_id), actor=system_actor(school_id))
    give_back_connection()


@app.periodic(cron="*/5 * * * *")
@app.task(name="admissions.announce", queueing_lock="admissions.announce")
def announce(timestamp: int) -> None:
    """Every five minutes: tell decisions that became visible, and write down which offers are over."""
    del timestamp
    in_every_school(_have_standing_intake, announce_due, expire_offers)


@app.periodic(cron="17 8 * * *")
@app.task(name="admissions.remind", queueing_lock="admissions.remind")
def remind(timestamp: int) -> None:
    """Every morning: remind families of offers that end within three days."""
    del timestamp
    in_every_school(remind_of_offers)


@app.periodic(cron="11 4 * * *")
@app.task(name="admissions.erase", queueing_lock="admissions.erase")
def erase(timestamp: int) -> None:
    """Once a night: erase drafts that were left, accounts that nobody verified, and unsuccessful applications."""
    del timestamp
    in_every_school(erase_old_drafts, erase_old_applications, erase_unverified_accounts)


@app.task(name="admissions.decide", retry=RetryStrategy(max_attempts=4, exponential_wait=3))
def decide(school_id: int, job_id: str, user_id: str | None, name: str, language: str = "") -> None:
    """Decide many, a portion at a time, with the rights that whoever asked has now. Done twice it goes on."""
    more = True
    with speaking(language):
        while more:
            try:
                with school_scope(school_id):
                    user = User.objects.filter(pk=user_id).first() if user_id else None
                    actor = actor_for_user(user, school_id, via=Via.JOB) if user else system_actor(school_id, name=name)
                    more = decide_portion(UUID(job_id), actor=actor)
            except RuleError as error:
                with school_scope(school_id):
                    fail_job(UUID(job_id), error.detail)
                more = False
    give_back_connection()


def decide_later(job: Job, *, actor: Actor) -> None:
    """Hand a job over, in the transaction at hand."""
    decide.defer(
        school_id=actor.school,
        job_id=str(job.pk),
        user_id=str(actor.user_id) if actor.user_id else None,
        name=actor.name,
        language=get_language() or "",
    )
