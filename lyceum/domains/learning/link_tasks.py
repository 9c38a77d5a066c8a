"""Looking at night whether the links of materials still lead somewhere."""

from procrastinate.contrib.django import app

from lyceum.core.actor import Actor, system_actor
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.learning.rules.links import list_links, look_up, note_links
from lyceum.domains.tenancy.everywhere import in_every_school


@app.periodic(cron="23 3 * * *")
@app.task(name="learning.check_links", queueing_lock="learning.check_links")
def every_night(timestamp: int) -> None:
    """Every night: a job for each school that has links."""
    del timestamp
    in_every_school(_ask_for_school)


def _ask_for_school(*, actor: Actor) -> None:
    if list_links():
        check.defer(school_id=actor.school)


@app.task(name="learning.check_links_of_school")
def check(school_id: int) -> None:
    """Look at the links of one school, with no transaction open while others are asked."""
    with school_scope(school_id):
        urls = list_links()
    give_back_connection()
    found = look_up(urls)
    with school_scope(school_id):
        note_links(found, actor=system_actor(school_id))
    give_back_connection()
