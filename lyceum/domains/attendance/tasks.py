"""What attendance does by the clock."""

from datetime import date
from uuid import UUID

from procrastinate.contrib.django import app

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.queues import LONG
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.attendance.rules.cases.asking import ASK_NEXT, ask_those_due
from lyceum.domains.attendance.rules.cases.opening import FOLLOW_UP, open_cases
from lyceum.domains.attendance.rules.chasing import chase_registers
from lyceum.domains.attendance.rules.concerns import raise_concerns
from lyceum.domains.attendance.rules.methods import prefill_day
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.rules.years import MAKE_COPIES, make_copies
from lyceum.domains.tenancy.everywhere import in_every_school
from lyceum.domains.tenancy.queries import time_zone, today

EVENING = 17
"""The hour at the school after which a day's absence is looked through."""


@app.periodic(cron="3 * * * *")
@app.task(name="attendance.open_days", queueing_lock="attendance.open_days")
def open_days(timestamp: int) -> None:
    """Every hour, so soon after each school's midnight: make the registers of its day."""
    del timestamp
    in_every_school(open_school_day)


def open_school_day(*, actor: Actor) -> int:
    """Make today's registers of one school; a school that is not set up yet has none."""
    try:
        made = open_day(today())
    except AttendanceNotSetUpError:
        return 0
    prefill_day(today(), actor=actor)
    return made


@app.task(name=FOLLOW_UP)
def follow_up(school_id: int, day: str) -> None:
    """Open the cases of a day once its registers have closed."""
    with school_scope(school_id):
        open_cases(date.fromisoformat(day))
    give_back_connection()


@app.task(name=ASK_NEXT)
def ask_next_contact(school_id: int) -> None:
    """Go on to the next contact where nobody answered."""
    with school_scope(school_id):
        ask_those_due(actor=system_actor(school_id))
    give_back_connection()


@app.periodic(cron="*/5 * * * *")
@app.task(name="attendance.watch", queueing_lock="attendance.watch", pass_context=False)
def watch(timestamp: int) -> None:
    """Every five minutes: registers that are late, and contacts who have not answered."""
    del timestamp
    in_every_school(chase_registers, ask_those_due)


@app.periodic(cron="33 * * * *")
@app.task(name="attendance.raise_concerns", queueing_lock="attendance.raise_concerns")
def raise_all_concerns(timestamp: int) -> None:
    """In each school's early evening: raise the concerns of the day."""
    del timestamp
    in_every_school(raise_school_concerns)


def raise_school_concerns(*, actor: Actor) -> int:
    """Raise the concerns of one school, if it is evening there. Returns how many are new."""
    if clock.local(clock.now(), time_zone()).hour != EVENING:
        return 0
    return len(raise_concerns(today(), actor=actor))


@app.task(name=MAKE_COPIES, queue=LONG)
def make_official_copies(school_id: int, closing_id: str) -> None:
    """Make the official copy of a closed year, some classes and months at a time."""
    waiting = 1
    while waiting:
        with school_scope(school_id):
            waiting = make_copies(UUID(closing_id))
    give_back_connection()
