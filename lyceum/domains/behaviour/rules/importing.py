"""History of another system: it counts, tells nobody and starts no stage. The same rows again change nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.models import Incident, IncidentType
from lyceum.domains.behaviour.rules.points import bring_balances, usual_scale
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, record_incident
from lyceum.domains.people.models import Student

BALANCE = "opening_balance"
"""The type of a row that brings a balance instead of an incident."""


@dataclass(frozen=True)
class HistoryRow:
    """One student's part in one event of the past; rows with the same external id are one event."""

    line: int
    external_id: str
    number: str
    type_code: str
    occurred_at: datetime
    points: int | None = None
    severity: int | None = None
    narrative: str = ""


@dataclass
class Brought:
    """What an import did, or would do."""

    incidents: int = 0
    balances: int = 0
    known: int = 0
    """Rows that were brought before."""
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, code and words."""


def import_history(rows: Sequence[HistoryRow], *, dry_run: bool = False, actor: Actor) -> Brought:
    """Bring incidents and balances; a wrong row is named and left out. A dry run writes nothing."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    actor.require(Permission.INCIDENTS_RECORD)
    with transaction.atomic():
        brought = _bring(rows, actor)
        if dry_run:
            transaction.set_rollback(True)
    return brought


def _bring(rows: Sequence[HistoryRow], actor: Actor) -> Brought:
    brought = Brought()
    students = dict(
        Student.objects.filter(registration_number__in={row.number for row in rows}).values_list(
            "registration_number", "pk"
        )
    )
    types = {kind.code: kind for kind in IncidentType.objects.all()}
    known = set(
        Incident.objects.filter(source=Incident.Source.IMPORT).exclude(external_id="").values_list(
            "external_id", flat=True
        )
    )  # fmt: skip
    events: dict[str, list[HistoryRow]] = {}
    for row in rows:
        fault = _fault(row, students, types)
        if fault:
            brought.wrong.append((row.line, *fault))
        elif row.type_code == BALANCE:
            part = (students[row.number], usual_scale().pk, row.points or 0, row.external_id)
            brought.balances += bring_balances([part], on=row.occurred_at.date(), actor=actor)
        elif row.external_id in known:
            brought.known += 1
        else:
            events.setdefault(row.external_id, []).append(row)
    for event in events.values():
        _record(event, students, types, brought, actor)
    return brought


def _fault(row: HistoryRow, students: Mapping[str, UUID], types: Mapping[str, IncidentType]) -> tuple[str, str] | None:
    if not row.external_id:
        return "external_id_needed", _("History needs the id it had elsewhere, so that it comes once.")
    if row.number not in students:
        return "student_unknown", _("There is no student with the number %(number)s.") % {"number": row.number}
    if row.type_code != BALANCE and row.type_code not in types:
        return "type_unknown", _("There is no kind of incident with the code %(code)s.") % {"code": row.type_code}
    return None


def _record(
    event: Sequence[HistoryRow],
    students: Mapping[str, UUID],
    types: Mapping[str, IncidentType],
    brought: Brought,
    actor: Actor,
) -> None:
    first = event[0]
    new = NewIncident(
        types[first.type_code].pk,
        [NewPart(students[row.number], points=row.points) for row in event],
        occurred_at=first.occurred_at,
        severity=first.severity,
        narrative=first.narrative,
        source=Incident.Source.IMPORT,
        external_id=first.external_id,
    )
    try:
        with transaction.atomic():
            record_incident(new, actor=actor)
        brought.incidents += 1
    except RuleError as error:
        brought.wrong.append((first.line, error.code, error.detail))
