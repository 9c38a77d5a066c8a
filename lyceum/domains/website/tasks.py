"""What the public site does by the clock, and after a message is stored."""

from functools import partial
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import Actor, system_actor
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.tenancy.everywhere import in_every_school
from lyceum.domains.website.dns import resolve_txt
from lyceum.domains.website.rules.domains import check_domains
from lyceum.domains.website.rules.messages import erase_old_messages, tell_office
from lyceum.domains.website.rules.pages import publish_due
from lyceum.domains.website.rules.site import forget_visits
from lyceum.domains.website.rules.tokens import forget_tokens


@app.task(name="website.tell_of_message", retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def tell_of_message(school_id: int, message_id: str) -> None:
    """Mail a message to the office. Doing it twice mails it once."""
    with school_scope(school_id):
        tell_office(UUID(message_id), actor=system_actor(school_id))
    give_back_connection()


@app.periodic(cron="* * * * *")
@app.task(name="website.publish_due", queueing_lock="website.publish_due")
def publish_pages(timestamp: int) -> None:
    """Every minute: publish pages whose time has come."""
    del timestamp
    in_every_school(publish_due)


@app.periodic(cron="17 4 * * *")
@app.task(name="website.check_domains", queueing_lock="website.check_domains")
def check_hosts(timestamp: int) -> None:
    """Once a day: look whether each host name still leads here by right; erase what was kept long enough."""
    del timestamp
    in_every_school(partial(check_domains, resolve=resolve_txt), _erase_what_is_old)


def _erase_what_is_old(*, actor: Actor) -> None:
    del actor
    erase_old_messages()
    forget_tokens()
    forget_visits()
