"""Issuing by the clock, and as soon as a course is completed."""

import logging
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import Actor, system_actor
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.learning.rules.certificates.issuing import issue_certificate, issue_missing
from lyceum.domains.learning.rules.certificates.refusals import CompletionReversedError, SigningKeyUnreadableError
from lyceum.domains.learning.settings import school_settings
from lyceum.domains.tenancy.everywhere import in_every_school

log = logging.getLogger(__name__)


@app.task(name="learning.issue_certificate", retry=RetryStrategy(max_attempts=3, exponential_wait=3))
def issue(school_id: int, completion_id: str) -> None:
    """Issue the certificate of one completion. Doing it twice issues one."""
    with school_scope(school_id):
        if school_settings().certificate_on_completion:
            try:
                issue_certificate(UUID(completion_id), actor=system_actor(school_id))
            except (CompletionReversedError, SigningKeyUnreadableError) as refusal:
                log.warning("School %s: %s", school_id, refusal.detail)  # the sweep and the office's page go on
    give_back_connection()


@app.periodic(cron="* * * * *")
@app.task(name="learning.issue_missing", queueing_lock="learning.issue_missing")
def sweep(timestamp: int) -> None:
    """Every minute: issue what completions still wait for, in every school by itself."""
    del timestamp
    in_every_school(_issue_what_is_missing)


def _issue_what_is_missing(*, actor: Actor) -> None:
    try:
        issue_missing(actor=actor)
    except SigningKeyUnreadableError as refusal:
        log.warning("School %s: %s", actor.school, refusal.detail)
