"""Policies: thresholds from a date on. A change is a new version; what was decided keeps the old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.accounts.models import PermissionSet
from lyceum.domains.behaviour.models import Action, EscalationPolicy, IncidentType, PointScale
from lyceum.domains.journal.rules import Target, record

Window = EscalationPolicy.Window


@dataclass(frozen=True)
class NewStage:
    """One threshold: how much, what then, and who decides."""

    threshold: int
    action: str = Action.Kind.TALK
    measure: str = "points"
    approvers: str = ""
    """The name of a permission set; empty: all who decide stages."""
    letter: str = ""


@dataclass(frozen=True)
class NewPolicy:
    """A policy as somebody gives it: of a scale, or of some types."""

    name: str
    stages: Sequence[NewStage]
    starts_on: date
    scale_id: UUID | None = None
    types: Sequence[UUID] = ()
    grades: Sequence[UUID] = ()
    window: str = Window.WEEKS
    weeks: int = 6


@transaction.atomic
def save_policy(new: NewPolicy, *, of: UUID | None = None, actor: Actor) -> EscalationPolicy:
    """Make a policy, or a new version of one."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    before = EscalationPolicy.objects.filter(pk=of).first() if of else None
    if of and before is None:
        raise NotFoundError
    _check(new)
    series = before.series if before else new_id()
    last = EscalationPolicy.objects.filter(series=series).order_by("-version").first()
    policy = EscalationPolicy.objects.create(
        series=series,
        version=last.version + 1 if last else 1,
        name=tidy(new.name)[:120],
        starts_on=new.starts_on,
        scale_id=new.scale_id,
        types=list(new.types),
        grades=list(new.grades),
        window=new.window,
        weeks=new.weeks,
        stages=[_plain(n, stage) for n, stage in enumerate(new.stages, 1)],
    )
    changes = {"version": [last.version if last else None, policy.version]}
    record("behaviour.policy.save", target=Target.of(policy), changes=changes, actor=actor)
    return policy


def _plain(n: int, stage: NewStage) -> dict[str, Any]:
    return {
        "n": n,
        "threshold": stage.threshold,
        "measure": stage.measure,
        "action": str(stage.action),
        "approvers": stage.approvers,
        "letter": stage.letter.strip()[:2000],
    }


def _check(new: NewPolicy) -> None:
    if not tidy(new.name):
        raise invalid_field("/name", "required", _("Give it a name."))
    if new.window not in Window.values or not 1 <= new.weeks <= 60:
        raise invalid_field("/weeks", "range", _("Count over 1 to 60 school weeks, a term or a year."))
    if bool(new.scale_id) == bool(new.types):
        raise invalid_field("/scale", "choice", _("Count either the points of a scale or incidents of some types."))
    if new.scale_id and not PointScale.objects.filter(pk=new.scale_id).exists():
        raise invalid_field("/scale", "choice", _("Choose one of the school's scales."))
    if IncidentType.objects.filter(pk__in=new.types).count() < len(set(new.types)):
        raise invalid_field("/types", "choice", _("Choose from the school's kinds of incidents."))
    thresholds = [stage.threshold for stage in new.stages]
    if not 1 <= len(thresholds) <= 12 or thresholds != sorted(set(thresholds)) or thresholds[0] < 1:
        raise invalid_field("/stages", "order", _("Give 1 to 12 stages with rising thresholds."))
    known = set(PermissionSet.objects.values_list("name", flat=True)) | {""}
    for stage in new.stages:
        if stage.action not in Action.Kind.values or stage.measure not in ("points", "count"):
            raise invalid_field("/stages", "choice", _("Choose from the list."))
        if stage.approvers not in known:
            raise invalid_field("/stages", "choice", _("Choose a permission set of the school."))


@transaction.atomic
def retire_policy(policy_id: UUID, *, actor: Actor) -> EscalationPolicy:
    """From now on it counts nothing; what was reached stays to be decided."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    policy = EscalationPolicy.objects.filter(pk=policy_id).select_for_update(of=("self",)).first()
    if policy is None:
        raise NotFoundError
    EscalationPolicy.objects.filter(series=policy.series).update(retired=True)
    policy.retired = True
    record("behaviour.policy.retire", target=Target.of(policy), changes={"retired": [False, True]}, actor=actor)
    return policy
