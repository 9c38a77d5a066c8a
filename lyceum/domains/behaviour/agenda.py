"""What the agenda shows of detentions: those to be served, and the slots that somebody supervises."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.detention_policies import own_slots, visible_detentions
from lyceum.domains.behaviour.models import Detention, DetentionSlot
from lyceum.domains.calendars.agenda import Asked, Entry, source
from lyceum.domains.tenancy.queries import time_zone


@source("detention")
def detentions(asked: Asked) -> Iterator[Entry]:
    """Detentions of the asker and of each child, as their own pages show them; and duties."""
    if not asked.actor.may(Permission.BEHAVIOUR_VIEW):
        return
    zone = time_zone()
    if asked.students:
        rows = Detention.objects.filter(
            visible_detentions(asked.actor),
            student__in=asked.students,
            on__range=(asked.first, asked.last),
            state=Detention.State.SCHEDULED,
        )
        for row in rows.select_related("type", "slot__room"):
            if row.on and row.starts_at and row.ends_at:
                yield Entry(
                    kind="detention",
                    title=str(row.type),
                    first=row.on,
                    last=row.on,
                    id=row.pk,
                    starts_at=clock.local(row.starts_at, zone),
                    ends_at=clock.local(row.ends_at, zone),
                    place=row.slot.room.name if row.slot and row.slot.room else "",
                    link=f"/behaviour/detentions/{row.pk}/",
                    student=row.student_id if row.student_id != asked.own else None,
                )
    if asked.staff:
        slots = DetentionSlot.objects.filter(own_slots(asked.actor), on__range=(asked.first, asked.last))
        for slot in slots.exclude(state=DetentionSlot.State.CANCELLED).select_related("type", "room"):
            yield Entry(
                kind="detention",
                title=str(slot.type),
                first=slot.on,
                last=slot.on,
                id=slot.pk,
                starts_at=clock.local(slot.starts_at, zone),
                ends_at=clock.local(slot.ends_at, zone),
                place=slot.room.name if slot.room else "",
                note=_("you supervise"),
                link=f"/behaviour/slots/{slot.pk}/",
            )
