"""Changing an incident's own fields and its students' parts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.text import tidy
from lyceum.domains.behaviour.facts import PointsChanged
from lyceum.domains.behaviour.models import Incident, Participant
from lyceum.domains.behaviour.policies import DID_IT
from lyceum.domains.behaviour.rules.notices import tidy_lines
from lyceum.domains.behaviour.rules.points import (
    reverse_entries,
    standing_entries,
    write_incident_points,
    write_nothing_left,
)
from lyceum.domains.behaviour.rules.recording import NewPart, check_instant, check_severity, check_summary, points_for
from lyceum.domains.journal.rules import changed_fields
from lyceum.domains.tenancy.queries import time_zone

TEXTS = ("narrative", "summary", "place")


class Changing:
    """The changes of one edit: what differs, and whether it counts differently."""

    def __init__(self, incident: Incident, parts: Sequence[Participant]) -> None:
        self.incident = incident
        self.parts = list(parts)
        self.counts_differently = False

    def apply(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Set what was given; returns what differs. Texts are not repeated in the trail."""
        incident, day = self.incident, self.incident.on
        new: dict[str, Any] = {}
        if "severity" in values:
            check_severity(values["severity"])
            new["severity"] = values["severity"]
        if "occurred_at" in values:
            new["occurred_at"] = check_instant(values["occurred_at"], is_import=incident.source == "import")
            new["on"] = clock.local(new["occurred_at"], time_zone()).date()
        if "confidential" in values:
            new["confidential"] = values["confidential"]
        if "location_id" in values:
            new["location_id"] = values["location_id"]
        for name in TEXTS:
            if name in values:
                new[name] = values[name].strip() if name == "narrative" else tidy_lines(values[name])
        changed: dict[str, Any] = changed_fields(incident, new)
        self.counts_differently = incident.on != day
        for part in values.get("parts", ()):
            changed |= self._change_part(part)
        check_summary(incident.summary, self.parts)
        return {name: (pair if name not in TEXTS else ["…", "…"]) for name, pair in changed.items()}

    def _change_part(self, given: Mapping[str, Any]) -> dict[str, Any]:
        part = next((each for each in self.parts if each.student_id == given["student_id"]), None)
        if part is None:
            raise NotFoundError(_("This student is not part of it."))
        role = given.get("role", part.role)
        severity = given.get("severity", part.severity)
        points = given.get("points")
        if points is None and role == part.role and severity == part.severity:
            points = part.points
        if points is not None and role not in DID_IT and role != part.role:
            points = None
        new: dict[str, Any] = {
            "role": role,
            "severity": severity,
            "points": points_for(self.incident, NewPart(part.student_id, role, points, severity)),
        }
        if "outcome" in given:
            new["outcome"] = tidy_lines(given["outcome"])[:500]
        if "statement" in given:
            new["statement"] = tidy(given["statement"])[:4_000]
        was = part.points
        changed = changed_fields(part, new)
        self.counts_differently |= part.points != was
        if changed:
            part.save()
        return {f"{part.student_id}.{name}": pair for name, pair in changed.items() if name != "statement"}

    def count_anew(self, actor: Actor) -> list[PointsChanged]:
        """Reverse what no longer fits and write what does."""
        standing = {entry.participant_id: entry for entry in standing_entries(self.incident)}
        stale: list[UUID] = []
        for part in self.parts:
            entry = standing.get(part.pk)
            now = part.points if part.did_it else 0
            if (entry.points if entry else 0) != now or (entry is not None and entry.on != self.incident.on):
                stale.append(part.pk)
        gone = [standing[pk] for pk in stale if pk in standing]
        taken = reverse_entries([entry for entry in gone if entry.points], actor)
        counts_none = {part.pk for part in self.parts if part.did_it and not part.points}
        write_nothing_left([entry for entry in gone if entry.participant_id in counts_none], actor)
        return [*taken, *write_incident_points(self.incident, [p for p in self.parts if p.pk in stale], actor)]
