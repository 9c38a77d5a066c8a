"""Reviewing reports: approved, rejected, withdrawn, changed; never by whoever made them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.behaviour.facts import IncidentRejected, IncidentWithdrawn, StudentPoints
from lyceum.domains.behaviour.models import Action, Incident
from lyceum.domains.behaviour.queries import get_incident, parts_of
from lyceum.domains.behaviour.rules.changing import Changing
from lyceum.domains.behaviour.rules.effects import take_effect
from lyceum.domains.behaviour.rules.notices import withdraw_notices
from lyceum.domains.behaviour.rules.points import reverse_entries, standing_entries, write_nothing_left
from lyceum.domains.behaviour.rules.refusals import IncidentStateError, OwnReportError
from lyceum.domains.behaviour.rules.stages import check_stages
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import own_family

State = Incident.State


@transaction.atomic
def review_incident(
    incident_id: UUID, *, approve: bool, reason: str = "", changes: Mapping[str, Any] | None = None, actor: Actor
) -> Incident:
    """Approve a report, perhaps changed, or reject it with a reason. Only from now on it counts."""
    actor.require(Permission.INCIDENTS_REVIEW)
    incident = get_incident(incident_id, actor=actor, lock=True)
    refuse_own_report(incident, actor)
    if incident.state != State.SUBMITTED:
        raise _wrong_state(incident, State.APPROVED if approve else State.REJECTED)
    if changes:
        Changing(incident, parts_of(incident)).apply(changes)
    incident.decided_by, incident.decided_by_name = actor.user_id, actor.name[:200]
    incident.decided_at, incident.reason = clock.now(), tidy(reason)[:500]
    if approve:
        incident.state, incident.approved_at = State.APPROVED, incident.decided_at
    else:
        _need_reason(reason)
        incident.state = State.REJECTED
    incident.version += 1
    incident.save()
    if approve:
        take_effect(incident, parts_of(incident), reviewed=True, quiet=False, actor=actor)
        return incident
    record(
        "behaviour.incident.reject",
        target=Target.of(incident),
        changes={"state": [State.SUBMITTED.value, incident.state]},
        reason=reason,
        facts=[IncidentRejected(**_payload(incident), protected=incident.is_guarded)],
        actor=actor,
    )
    return incident


def refuse_own_report(incident: Incident, actor: Actor) -> None:
    """Nobody judges what they reported, nor what their own child is in."""
    if incident.reported_by is not None and incident.reported_by == actor.id:
        raise OwnReportError(_("You reported this: somebody else reviews it."))
    family = Student.objects.filter(own_family(actor), participations__incident=incident)
    if family.exists():
        raise OwnReportError(_("Your own child is part of this: somebody else reviews it."))


def _need_reason(reason: str) -> None:
    if not tidy(reason):
        words = _("Say why.")
        raise InvalidError(words, errors=[FieldError("/reason", "reason_needed", words)])


def _wrong_state(incident: Incident, wanted: str) -> IncidentStateError:
    possible = {
        State.SUBMITTED: ["approved", "rejected"],
        State.APPROVED: ["closed", "withdrawn"],
        State.CLOSED: ["withdrawn"],
    }.get(State(incident.state), [])
    return IncidentStateError(
        _("It is %(state)s, and cannot become %(wanted)s.") % {"state": incident.state, "wanted": wanted},
        state=incident.state,
        possible=possible,
    )


def _payload(incident: Incident) -> dict[str, Any]:
    students = [StudentPoints(student=part.student_id, points=part.points) for part in parts_of(incident)]
    return {
        "incident": incident.pk,
        "incident_type": incident.type_id,
        "severity": incident.severity,
        "students": students,
    }


@transaction.atomic
def withdraw_incident(incident_id: UUID, *, reason: str, actor: Actor) -> Incident:
    """Take an approved incident back: its points are reversed, its stages looked at, unsent notices called back."""
    actor.require(Permission.INCIDENTS_REVIEW)
    incident = get_incident(incident_id, actor=actor, lock=True)
    if incident.state not in (State.APPROVED, State.CLOSED):
        raise _wrong_state(incident, State.WITHDRAWN)
    if Student.objects.filter(own_family(actor), participations__incident=incident).exists():
        raise OwnReportError(_("Your own child is part of this: somebody else reviews it."))
    _need_reason(reason)
    old, incident.state = incident.state, State.WITHDRAWN
    incident.decided_by, incident.decided_by_name = actor.user_id, actor.name[:200]
    incident.decided_at, incident.reason = clock.now(), tidy(reason)[:500]
    incident.version += 1
    incident.save()
    standing = [entry for entry in standing_entries(incident) if entry.points]
    changed = reverse_entries(standing, actor, note=tidy(reason))
    write_nothing_left(standing, actor, note=tidy(reason))
    Action.objects.filter(participant__incident=incident, state=Action.State.PLANNED).update(
        state=Action.State.CANCELLED, updated_at=clock.now()
    )
    withdraw_notices(incident, reason, actor=actor)
    record(
        "behaviour.incident.withdraw",
        target=Target.of(incident),
        changes={"state": [old, incident.state]},
        reason=reason,
        facts=[IncidentWithdrawn(**_payload(incident), protected=incident.is_protected), *changed],
        actor=actor,
    )
    check_stages([fact.student for fact in changed], actor=actor)
    return incident


@transaction.atomic
def edit_incident(incident_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Incident:
    """Change a report: its author while it is not decided, a reviewer afterwards.

    Where that changes what counts, the entries are reversed and written anew; none is ever changed.
    """
    incident = get_incident(incident_id, actor=actor, lock=True)
    is_own = incident.reported_by is not None and incident.reported_by == actor.id
    undecided = incident.state in (State.DRAFT, State.SUBMITTED)
    if incident.state in (State.REJECTED, State.WITHDRAWN):
        raise IncidentStateError(_("It does not count any more, and stays as it is."), state=incident.state)
    if not (is_own and undecided):
        actor.require(Permission.INCIDENTS_REVIEW)
        if incident.counts:
            refuse_own_report(incident, actor)
    parts = parts_of(incident)
    changing = Changing(incident, parts)
    changed = changing.apply(values)
    incident.version += 1
    incident.save()
    facts = []
    if incident.counts and changing.counts_differently:
        facts = changing.count_anew(actor)
    record(
        "behaviour.incident.edit",
        target=Target.of(incident),
        changes=changed,
        reason=str(values.get("reason", "")),
        facts=facts,
        actor=actor,
    )
    if facts:
        check_stages(sorted({fact.student for fact in facts}), actor=actor)
    return incident
