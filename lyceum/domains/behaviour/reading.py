"""Writing down who read what of whom about behaviour."""

from collections.abc import Sequence
from uuid import UUID

from lyceum.core.actor import Actor, Via
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.models import Participant
from lyceum.domains.behaviour.rows import is_for_staff
from lyceum.domains.journal.access import Reading, note_access
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import own_record


def note_reading(rows: Sequence[Participant], *, surface: str = "", fields: str = "", actor: Actor) -> None:
    """Write down that somebody reads of the students of these rows."""
    if not rows:
        return
    staff = any(is_for_staff(row) for row in rows)
    reported = actor.user_id is not None and all(row.incident.reported_by == actor.user_id for row in rows)
    one = {row.incident_id for row in rows}
    reading = Reading(
        surface=_surface(surface or ("profile" if len(one) == 1 else "list"), actor),
        fields=fields or ("behaviour.narrative" if staff else "behaviour.summary"),
        relation="reported" if reported else relation_of(actor, staff=staff),
        target_type="behaviour.incident" if len(one) == 1 else "",
        target_id=next(iter(one)) if len(one) == 1 else "",
        is_safeguarding=any(row.incident.is_protected for row in rows),
    )
    note_access([row.student_id for row in rows], reading, actor=actor)


def note_reading_of(student: UUID, *, fields: str, surface: str = "profile", actor: Actor) -> None:
    """Write down that somebody reads of one student's behaviour."""
    staff = actor.may(Permission.INCIDENTS_VIEW)
    reading = Reading(_surface(surface, actor), fields, relation_of(actor, staff=staff), "people.student", student)
    note_access([student], reading, actor=actor)


def relation_of(actor: Actor, *, staff: bool) -> str:
    """What allows the actor to read."""
    if staff:
        return "school" if actor.reaches_all(Permission.INCIDENTS_VIEW) else "class"
    if actor.reaches_all(Permission.BEHAVIOUR_VIEW):
        return "school"
    return "own" if Student.objects.filter(own_record(actor)).exists() else "child"


def _surface(surface: str, actor: Actor) -> str:
    return surface if actor.via is Via.PAGE else "api"
