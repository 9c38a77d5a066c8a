"""What admissions do by the clock. The clock itself decides what may be seen and what is over; this tells it."""

from procrastinate.contrib.django import app

from lyceum.core.actor import Actor
from lyceum.domains.admissions.rules.announcing import announce_due
from lyceum.domains.admissions.rules.answering import expire_offers, remind_of_offers
from lyceum.domains.admissions.rules.intakes import add_standing_intake
from lyceum.domains.admissions.rules.retention import erase_old_applications, erase_old_drafts
from lyceum.domains.tenancy.everywhere import in_every_school


def _have_standing_intake(*, actor: Actor) -> int:
    """Schools that are older than admissions get the intake that every school has."""
    del actor
    return int(add_standing_intake().is_standing)


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
    """Once a night: erase drafts that were left, and unsuccessful applications a year after their intake closed."""
    del timestamp
    in_every_school(erase_old_drafts, erase_old_applications)
