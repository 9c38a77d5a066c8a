"""Taking a file of an incident."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from lyceum.core.files import answer_file
from lyceum.core.rest import actor_of
from lyceum.domains.behaviour.reading import note_reading
from lyceum.domains.behaviour.rows import rows_of
from lyceum.domains.behaviour.rules.files import get_file


@require_GET
def incident_file(request: HttpRequest, incident_id: UUID, file_id: UUID) -> HttpResponse:
    """A file beside an incident, to keep: never shown within a page of ours."""
    actor = actor_of(request)
    row = get_file(incident_id, file_id, actor=actor)
    note_reading(rows_of(incident_id, actor=actor), surface="export", fields="behaviour.file", actor=actor)
    return answer_file(row.stored, name=row.name, kind=row.kind)
