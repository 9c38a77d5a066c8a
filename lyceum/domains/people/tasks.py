"""What people do by the clock."""

from procrastinate.contrib.django import app

from lyceum.domains.people.rules.access import tell_of_coming_of_age
from lyceum.domains.people.rules.deletions import erase_deleted
from lyceum.domains.people.rules.erasures.deciding import finish_erasures
from lyceum.domains.tenancy.everywhere import in_every_school


@app.periodic(cron="41 5 * * *")
@app.task(name="people.coming_of_age", queueing_lock="people.coming_of_age")
def coming_of_age(timestamp: int) -> None:
    """Every day: tell those who come of age within 30 days, and their guardians."""
    del timestamp
    in_every_school(tell_of_coming_of_age)


@app.periodic(cron="11 4 * * *")
@app.task(name="people.erase_deleted", queueing_lock="people.erase_deleted")
def erase_old(timestamp: int) -> None:
    """Once a night: erase students who were deleted 30 days ago, and say so to whoever asked for it."""
    del timestamp
    in_every_school(erase_deleted, finish_erasures)
