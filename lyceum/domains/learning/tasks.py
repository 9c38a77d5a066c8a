"""What learning does by the clock."""

from procrastinate.contrib.django import app

from lyceum.domains.learning import assignment_tasks, certificate_tasks, link_tasks, outside_tasks, paid_tasks  # noqa: F401  # found here
from lyceum.domains.learning.rules.lapsing import lapse_enrolments
from lyceum.domains.tenancy.everywhere import in_every_school


@app.periodic(cron="*/10 * * * *")
@app.task(name="learning.lapse", queueing_lock="learning.lapse")
def lapse(timestamp: int) -> None:
    """Every ten minutes: unpaid places and offers lapse, and whoever waits gets the place. Safe to run twice."""
    del timestamp
    in_every_school(lapse_enrolments)
