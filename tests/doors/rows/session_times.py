"""Times of one day alone."""

from datetime import date, time
from uuid import UUID

from lyceum.core.actor import system_actor
from lyceum.domains.attendance.rules.setup import set_session_times
from tests.doors.rows.cast import Cast


def add(cast: Cast) -> dict[str, UUID]:
    """An afternoon that starts later."""
    times = set_session_times(
        session="PM",
        starts_at=time(13, 30),
        closes_at=time(13, 50),
        only_on=date(2027, 6, 1),
        actor=system_actor(cast.school.pk),
    )
    return {"times_id": times.pk}
