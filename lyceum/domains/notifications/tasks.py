"""Sending as jobs. Each names its school, and is safe to run twice."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import Actor
from lyceum.core.schools import give_back_connection
from lyceum.domains.notifications.hooks.sns import open_address
from lyceum.domains.notifications.rules.digests import send_digests
from lyceum.domains.notifications.rules.installation import forget_carried
from lyceum.domains.notifications.rules.queue import CONFIRM, SEND
from lyceum.domains.notifications.rules.sending import has_waiting, send_due
from lyceum.domains.tenancy.everywhere import in_every_school


@app.task(name=SEND, retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def send(school_id: int) -> None:
    """Send what is due in a school: single messages, then the digests."""
    try:
        send_due(school_id)
        send_digests(school_id)
    finally:
        give_back_connection()


@app.periodic(cron="*/5 * * * *")
@app.task(name="notifications.sweep", queueing_lock="notifications.sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    """Every five minutes: what should have gone and did not, as after kill -9 of a worker."""
    del timestamp
    in_every_school(_send_what_waits)


def _send_what_waits(*, actor: Actor) -> None:
    if has_waiting():
        app.configure_task(SEND).defer(school_id=actor.school)


@app.periodic(cron="17 3 * * *")
@app.task(name="notifications.forget_carried", queueing_lock="notifications.forget_carried", pass_context=False)
def forget_what_was_carried(timestamp: int) -> None:
    """Every night: for whom the installation's carriers carried what, long ago."""
    del timestamp
    forget_carried()
    give_back_connection()


@app.task(name=CONFIRM, retry=RetryStrategy(max_attempts=4, exponential_wait=5))
def confirm_topic(address: str) -> None:
    """Tell a topic of SNS that we want to hear from it: it asked, and its signature held."""
    open_address(address).raise_for_status()
