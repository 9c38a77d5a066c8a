"""Files beside an incident: handed in by its reporter or a reviewer, read by those who read the narrative."""

from collections.abc import Sequence
from functools import partial
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.files import delete_file, store_file, take_file
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.models import Incident, IncidentFile
from lyceum.domains.behaviour.queries import get_incident
from lyceum.domains.behaviour.rules.refusals import IncidentStateError, TooManyFilesError
from lyceum.domains.journal.rules import Target, record

MOST_FILES = 10
AREA = "incidents"


def list_files(incident_id: UUID, *, actor: Actor) -> Sequence[IncidentFile]:
    """The files of an incident whose narrative the actor may read."""
    incident = get_incident(incident_id, actor=actor)
    return list(IncidentFile.objects.filter(incident=incident).order_by("created_at", "pk"))


def get_file(incident_id: UUID, file_id: UUID, *, actor: Actor) -> IncidentFile:
    """One file of such an incident."""
    incident = get_incident(incident_id, actor=actor)
    found = IncidentFile.objects.filter(incident=incident, pk=file_id).first()
    if found is None:
        raise NotFoundError
    return found


def may_change_files(incident: Incident, actor: Actor) -> bool:
    """Whether the actor may add files: whoever reported it, or a reviewer, while it stands."""
    stands = incident.state not in (Incident.State.REJECTED, Incident.State.WITHDRAWN)
    own = incident.reported_by is not None and incident.reported_by == actor.id
    return stands and (own or actor.may(Permission.INCIDENTS_REVIEW))


@transaction.atomic
def add_file(incident_id: UUID, *, given: BinaryIO, name: str, actor: Actor) -> IncidentFile:
    """Put a file beside an incident. A picture is kept without what a camera writes into it."""
    actor.require(Permission.INCIDENTS_RECORD)
    incident = get_incident(incident_id, actor=actor, lock=True)
    _refuse_unless_ones_own(incident, actor)
    if IncidentFile.objects.filter(incident=incident).count() >= MOST_FILES:
        raise TooManyFilesError(_("An incident has at most %(n)s files.") % {"n": MOST_FILES})
    taken = take_file(given, name=name)
    row = IncidentFile(
        incident=incident,
        name=taken.name[:120],
        kind=taken.kind,
        size=len(taken.content),
        digest=taken.digest,
        added_by=actor.id,
        added_by_name=actor.name[:200],
    )
    again = invalid_field("/file", "twice", _("This file is there already."))
    with refusing(incident_file_once=lambda: again):
        row.save(force_insert=True)
    row.stored = store_file(taken, area=AREA, row=row.pk)
    row.save(update_fields=["stored", "updated_at"])
    changes = {"file": [None, row.name], "digest": [None, row.digest]}
    record("behaviour.incident.add_file", target=Target.of(incident), changes=changes, actor=actor)
    return row


@transaction.atomic
def remove_file(incident_id: UUID, file_id: UUID, *, actor: Actor) -> None:
    """Take a file away: whoever reported it until it is decided, a reviewer also afterwards."""
    actor.require(Permission.INCIDENTS_RECORD)
    incident = get_incident(incident_id, actor=actor, lock=True)
    _refuse_unless_ones_own(incident, actor)
    if incident.state not in (Incident.State.DRAFT, Incident.State.SUBMITTED):
        actor.require(Permission.INCIDENTS_REVIEW)
    row = get_file(incident_id, file_id, actor=actor)
    changes = {"file": [row.name, None], "digest": [row.digest, None]}
    record("behaviour.incident.remove_file", target=Target.of(incident), changes=changes, actor=actor)
    forget_files([row.stored])
    row.delete()


def forget_files_of(*incidents: UUID) -> None:
    """Delete the files of incidents from the store once it is certain that these are gone."""
    forget_files(list(IncidentFile.objects.filter(incident__in=incidents).values_list("stored", flat=True)))


def forget_files(stored: Sequence[str]) -> None:
    """Delete from the store what no row points at, once that is certain."""
    for name in stored:
        transaction.on_commit(partial(delete_file, name))


def _refuse_unless_ones_own(incident: Incident, actor: Actor) -> None:
    if incident.state in (Incident.State.REJECTED, Incident.State.WITHDRAWN):
        raise IncidentStateError(_("It does not count any more, and stays as it is."), state=incident.state)
    if not may_change_files(incident, actor):
        actor.require(Permission.INCIDENTS_REVIEW)
