"""What the agenda shows of admissions: the interviews and other appointments of applicants."""

from collections.abc import Iterator

from lyceum.core import clock
from lyceum.core.permissions import Permission
from lyceum.domains.admissions.interviews import LASTS, appointments, name_of
from lyceum.domains.calendars.agenda import Asked, Entry, source
from lyceum.domains.tenancy.queries import time_zone


@source("interview")
def interviews(asked: Asked) -> Iterator[Entry]:
    """Those of one's own applications and one's children's, and those one is named to; the office's are in its list."""
    actor = asked.actor
    if not actor.may(Permission.APPLICATIONS_VIEW) or actor.reaches_all(Permission.APPLICATIONS_VIEW):
        return
    zone = time_zone()
    for step in appointments(actor).filter(appointment__gte=asked.begins, appointment__lt=asked.ends):
        if step.appointment is None:
            continue
        begins = clock.local(step.appointment, zone)
        yield Entry(
            kind="interview",
            title=name_of(step, actor),
            first=begins.date(),
            last=begins.date(),
            id=step.pk,
            starts_at=begins,
            ends_at=begins + LASTS,
            note=step.message,
            link=f"/applications/{step.application_id}/",
        )
