"""Documents to print and keep: the list of a slot with its slips, letters, the record of an incident."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from lyceum.core.documents import PAPERS
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.behaviour.detention_queries import get_slot_for_run
from lyceum.domains.behaviour.detention_sheet import read_slot_sheet
from lyceum.domains.behaviour.documents.printing import print_incident, print_letter, print_slot
from lyceum.domains.behaviour.queries import get_letter
from lyceum.domains.behaviour.reading import note_reading, note_reading_of
from lyceum.domains.behaviour.rows import rows_of
from lyceum.domains.journal.rules import note_export


@require_GET
def slot_pdf(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """The list of a slot and a slip for each student."""
    actor = actor_of(request)
    slot = get_slot_for_run(slot_id, actor=actor)
    rows = read_slot_sheet(slot, actor=actor)
    note_export("detention-slot", str(slot), len(rows), actor=actor)
    return _pdf(print_slot(slot, rows, paper=_paper(request)), f"detention-{slot.on:%Y-%m-%d}")


@require_GET
def letter_pdf(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """A notice as a letter, from the text that was approved."""
    actor = actor_of(request)
    notice = get_letter(notice_id, actor=actor)
    note_reading_of(notice.student_id, fields="behaviour.letter", surface="export", actor=actor)
    return _pdf(print_letter(notice, paper=_paper(request)), f"letter-{notice.created_at:%Y-%m-%d}")


@require_GET
def incident_pdf(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """The record of an incident, as far as whoever asks may read it."""
    actor = actor_of(request)
    actor.require(Permission.BEHAVIOUR_EXPORT)
    rows = rows_of(incident_id, actor=actor)
    note_reading(rows, surface="export", actor=actor)
    return _pdf(print_incident(rows, paper=_paper(request)), f"incident-{rows[0].incident.on:%Y-%m-%d}")


def _paper(request: HttpRequest) -> str:
    """The paper that is asked for; else, in the printer, that of the school's country."""
    asked = request.GET.get("paper", "")
    return asked if asked in PAPERS else ""


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
