"""What follows: set by a person, done or called off, and how long it really was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.days import school_days
from lyceum.domains.behaviour.facts import ActionEnded, ActionSet
from lyceum.domains.behaviour.models import Action, EscalationCase, Incident, Participant
from lyceum.domains.behaviour.policies import DID_IT, visible_incidents
from lyceum.domains.behaviour.rules.refusals import ActionStateError, DifferenceReasonError, SuspensionLimitError
from lyceum.domains.behaviour.settings import school_settings
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.models import Staff
from lyceum.domains.people.queries import get_student

Kind, State = Action.Kind, Action.State
WHOLE_DAYS = {Kind.SUSPENSION.value, Kind.INTERNAL_EXCLUSION.value}
"""Kinds that say how many days they last, and that only those decide who decide stages."""
StillOpen = Callable[[UUID], bool]
STILL_OPEN: list[StillOpen] = []
"""What else follows an incident: each says whether anything of its own is still open."""


@dataclass(frozen=True)
class NewAction:
    """What somebody sets."""

    student_id: UUID
    kind: str
    starts_on: date
    ends_on: date | None = None
    planned_days: Decimal | None = None
    participant_id: UUID | None = None
    owner_id: UUID | None = None
    note: str = ""


@transaction.atomic
def set_action(new: NewAction, *, case: EscalationCase | None = None, actor: Actor) -> Action:
    """Set what follows for a student. A suspension is decided by those who decide stages, up to the school's limit."""
    permission = Permission.STAGES_DECIDE if new.kind in WHOLE_DAYS or case else Permission.INCIDENTS_REVIEW
    actor.require(permission)
    if new.kind not in Kind.values:
        raise invalid_field("/kind", "choice", _("Choose one of the list."))
    student = get_student(new.student_id, actor=actor, permission=Permission.INCIDENTS_VIEW)
    if new.ends_on and new.ends_on < new.starts_on:
        raise invalid_field("/to", "order", _("The last day lies before the first day."))
    planned = _planned_days(new)
    if new.kind == Kind.SUSPENSION and planned is not None:
        _refuse_above_limit(student.pk, new.starts_on, planned)
    action = Action.objects.create(
        student=student,
        participant=_participant(new, actor),
        case=case,
        kind=new.kind,
        starts_on=new.starts_on,
        ends_on=new.ends_on or (new.starts_on if new.kind in WHOLE_DAYS else None),
        planned_days=planned,
        owner=_owner(new.owner_id),
        note=tidy(new.note)[:500],
        set_by=actor.user_id,
        set_by_name=actor.name[:200],
    )
    changes = {"kind": [None, action.kind], "from": [None, str(action.starts_on)], "to": [None, str(action.ends_on)]}
    facts = [ActionSet(**_payload(action))]
    record("behaviour.action.set", target=Target.of(action), changes=changes, facts=facts, actor=actor)
    return action


def _payload(action: Action) -> dict[str, Any]:
    return {
        "action": action.pk,
        "student": action.student_id,
        "kind": str(action.kind),
        "first_day": action.starts_on,
        "last_day": action.ends_on,
    }


def _planned_days(new: NewAction) -> Decimal | None:
    if new.planned_days is not None:
        if new.planned_days <= 0 or new.planned_days * 2 != int(new.planned_days * 2):
            raise invalid_field("/planned_days", "number", _("Give whole or half days."))
        return new.planned_days
    if new.kind not in WHOLE_DAYS:
        return None
    return Decimal(max(1, len(school_days().between(new.starts_on, new.ends_on or new.starts_on))))


def _participant(new: NewAction, actor: Actor) -> Participant | None:
    if new.participant_id is None:
        return None
    seen = Incident.objects.filter(visible_incidents(actor))
    rows = Participant.objects.filter(pk=new.participant_id, student=new.student_id, incident__in=seen)
    found = rows.select_related("incident").first()
    if found is None:
        raise NotFoundError
    if found.role not in DID_IT and new.kind in WHOLE_DAYS:
        raise invalid_field("/participant", "role", _("It was done to this student: nothing is imposed on them."))
    return found


def _owner(staff_id: UUID | None) -> Staff | None:
    if staff_id is None:
        return None
    found = Staff.objects.filter(pk=staff_id).first()
    if found is None:
        raise invalid_field("/owner", "choice", _("Choose somebody who works here."))
    return found


def suspended_days(student_id: UUID, day: date) -> Decimal:
    """How many days of the year that holds a day a student is suspended: as it was, else as planned."""
    year = school_days().year_of(day)
    rows = Action.objects.filter(student=student_id, kind=Kind.SUSPENSION).exclude(state=State.CANCELLED)
    if year is not None:
        rows = rows.filter(starts_on__range=(year.starts, year.ends))
    total = rows.aggregate(days=Sum(Coalesce(F("real_days"), F("planned_days"))))["days"]
    return total or Decimal(0)


def _refuse_above_limit(student_id: UUID, day: date, planned: Decimal) -> None:
    limit, before = school_settings().suspended_days_limit, suspended_days(student_id, day)
    if before + planned > limit:
        raise SuspensionLimitError(
            _("%(before)s days are suspended this year already; with these it would be more than %(limit)s.")
            % {"before": before.normalize(), "limit": limit},
            suspended_days=str(before),
            limit=limit,
        )


def get_action(action_id: UUID, *, actor: Actor) -> Action:
    """The action, where the actor may decide on it; locked."""
    rows = Action.objects.filter(pk=action_id).select_related("participant", "case")
    action = next(iter(rows.select_for_update(of=("self",))), None)
    if action is None:
        raise NotFoundError
    get_student(action.student_id, actor=actor, permission=Permission.INCIDENTS_VIEW)
    return action


@transaction.atomic
def finish_action(action_id: UUID, *, real_days: Decimal | None = None, difference: str = "", actor: Actor) -> Action:
    """Say that it was done, and how long it really was; another length than planned needs a reason."""
    actor.require(Permission.INCIDENTS_REVIEW)
    action = get_action(action_id, actor=actor)
    if action.state != State.PLANNED:
        raise ActionStateError(_("This is over already."), state=action.state)
    if action.planned_days is not None:
        action.real_days = action.planned_days if real_days is None else real_days
        differs = action.real_days != action.planned_days
        if differs and difference not in Action.Difference.values:
            words = _("It was not as long as planned: choose why.")
            raise DifferenceReasonError(words, errors=[FieldError("/difference", "difference_reason", words)])
        action.difference = difference if differs else ""
    action.state = State.DONE
    action.save()
    _end(action, actor)
    return action


@transaction.atomic
def cancel_action(action_id: UUID, *, reason: str = "", actor: Actor) -> Action:
    """Call it off."""
    actor.require(Permission.INCIDENTS_REVIEW)
    action = get_action(action_id, actor=actor)
    if action.state != State.PLANNED:
        raise ActionStateError(_("This is over already."), state=action.state)
    action.state = State.CANCELLED
    action.save(update_fields=["state", "updated_at"])
    _end(action, actor, reason)
    return action


def _end(action: Action, actor: Actor, reason: str = "") -> None:
    record(
        "behaviour.action.end",
        target=Target.of(action),
        changes={"state": [State.PLANNED.value, action.state]},
        reason=reason,
        facts=[ActionEnded(**_payload(action) | {"last_day": _last_day(action)}, state=action.state)],
        actor=actor,
    )
    if action.participant is not None:
        close_when_done(action.participant.incident_id, actor=actor)
    if action.case is not None and action.case.state == EscalationCase.State.APPROVED:
        action.case.state = EscalationCase.State.DONE
        action.case.save(update_fields=["state", "updated_at"])
        changes = {"state": ["approved", "done"]}
        record("behaviour.stage.finish", target=Target.of(action.case), changes=changes, actor=actor)


def _last_day(action: Action) -> date | None:
    """The day on which something really ended, where it was shorter than planned."""
    real, planned = action.real_days, action.planned_days
    if action.ends_on is None or real is None or planned is None or real >= planned:
        return action.ends_on
    days = school_days().between(action.starts_on, action.ends_on)[: ceil(real)]
    return days[-1] if days else action.starts_on - timedelta(days=1)


def close_when_done(incident_id: UUID, *, actor: Actor) -> None:
    """Close an approved incident of which nothing that follows is open any more."""
    waiting = Action.objects.filter(participant__incident=incident_id, state=State.PLANNED).exists()
    if waiting or any(is_open(incident_id) for is_open in STILL_OPEN):
        return
    rows = Incident.objects.filter(pk=incident_id, state=Incident.State.APPROVED).select_for_update(of=("self",))
    for incident in rows:
        incident.state = Incident.State.CLOSED
        incident.save(update_fields=["state", "updated_at"])
        changes = {"state": ["approved", "closed"]}
        record_all([Entry("behaviour.incident.close", Target.of(incident), changes)], actor=actor)
