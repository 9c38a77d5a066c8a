"""Incidents as lists show them: a row for each student, with the narrative only for those who may read it."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, QuerySet

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.models import Incident, IncidentType, Participant
from lyceum.domains.behaviour.policies import visible_incidents, visible_participations
from lyceum.domains.behaviour.queries import IncidentFilter
from lyceum.domains.behaviour.settings import school_settings
from lyceum.domains.people.models import Student

ROW_ORDER = ("-incident__occurred_at", "incident_id", "pk")


def narrow_rows(actor: Actor, chosen: IncidentFilter | None = None) -> QuerySet[Participant]:
    """Each student's part in the incidents the actor may read, as staff or as a family: which, and no more of them."""
    if not (actor.may(Permission.INCIDENTS_VIEW) or actor.may(Permission.BEHAVIOUR_VIEW)):
        raise not_allowed(Permission.BEHAVIOUR_VIEW)
    chosen = chosen or IncidentFilter()
    read = visible_incidents(actor, "incident__")
    rows = Participant.objects.filter(read | visible_participations(actor)).filter(chosen.on_part(actor))
    students = chosen.on_student()
    if students is not None:
        rows = rows.filter(student__in=Student.objects.filter(students))
    return rows.order_by(*ROW_ORDER)


def whole_rows(actor: Actor) -> Callable[[QuerySet[Participant]], QuerySet[Participant]]:
    """What is shown of rows. `is_for_staff` says whether the actor may read the narrative and who else was in it."""
    read = ExpressionWrapper(visible_incidents(actor, "incident__"), BooleanField())

    def whole(rows: QuerySet[Participant]) -> QuerySet[Participant]:
        shown = rows.annotate(is_for_staff=read)
        return shown.select_related("incident__type__scale", "incident__location", "student__person")

    return whole


def list_rows(actor: Actor, chosen: IncidentFilter | None = None) -> QuerySet[Participant]:
    """The rows with what is shown of them, newest first: for a few. A long list is read page by page."""
    return whole_rows(actor)(narrow_rows(actor, chosen))


def rows_of(incident_id: UUID, *, actor: Actor) -> list[Participant]:
    """The parts of one incident that the actor may read. Unknown and hidden are the same."""
    found = list(list_rows(actor).filter(incident=incident_id))
    if not found:
        raise NotFoundError
    return found


def is_for_staff(row: Participant) -> bool:
    """Whether whoever reads the row may read the narrative."""
    return bool(getattr(row, "is_for_staff", False))


def description_of(row: Participant) -> str:
    """The narrative for staff, the summary for families."""
    incident: Incident = row.incident
    return incident.narrative or incident.summary if is_for_staff(row) else incident.summary


def reporter_of(row: Participant) -> str:
    """Who reported it, unless the school hides that from families."""
    shown = is_for_staff(row) or school_settings().families_see_reporter
    incident: Incident = row.incident
    return incident.reported_by_name if shown else ""


def type_name_of(row: Participant) -> str:
    """What it is called: by staff, or as families read it."""
    kind: IncidentType = row.incident.type
    return kind.name if is_for_staff(row) else kind.family_name


def place_of(incident: Incident) -> str:
    """Where it was."""
    return incident.location.name if incident.location else incident.place
