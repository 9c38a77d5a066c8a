"""A school's own kinds of incidents, scales of points and settings."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.behaviour.models import BehaviourSettings, Incident, IncidentType, PointScale
from lyceum.domains.behaviour.models.incidents import Polarity
from lyceum.domains.behaviour.rules.defaults import add_defaults
from lyceum.domains.behaviour.rules.points import usual_scale
from lyceum.domains.behaviour.rules.recording import check_points, check_severity
from lyceum.domains.behaviour.rules.refusals import TypeUsedError
from lyceum.domains.behaviour.settings import forget_settings
from lyceum.domains.behaviour.words import USUAL_POINTS
from lyceum.domains.journal.rules import Target, changed_fields, record

TYPE_FIELDS = (
    "name", "family_name", "polarity", "category", "severity", "points", "needs_review", "tell_guardians",
    "follow_up", "follow_up_action", "follow_up_detention", "visible_to_student", "grades", "active",
)  # fmt: skip
_CHOICES = {
    "polarity": Polarity.values,
    "tell_guardians": IncidentType.TellGuardians.values,
    "follow_up": IncidentType.FollowUp.values,
}


@transaction.atomic
def create_type(*, code: str, values: Mapping[str, Any], actor: Actor) -> IncidentType:
    """A new kind of incident. Points not given are those of its severity."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    code = tidy(code)[:40]
    if not code:
        raise invalid_field("/code", "required", _("Give it a short code."))
    polarity, severity = values.get("polarity", Polarity.NEGATIVE.value), values.get("severity", 1)
    check_severity(severity)
    _check_choices({"polarity": polarity})
    scale_id = values.get("scale_id")
    scale = PointScale.objects.filter(pk=scale_id).first() if scale_id else usual_scale()
    if scale is None:
        raise invalid_field("/scale", "choice", _("Choose one of the school's scales."))
    kind = IncidentType(code=code, scale=scale, position=IncidentType.objects.count())
    usual = {"polarity": polarity, "severity": severity, "points": USUAL_POINTS[polarity][severity - 1]}
    _set(kind, usual | dict(values))
    with refusing(incident_type_code_once=lambda: _code_taken(code)):
        kind.save(force_insert=True)
    record("behaviour.type.create", target=Target.of(kind), changes={"code": [None, code]}, actor=actor)
    return kind


def _code_taken(code: str) -> InvalidError:
    return invalid_field("/code", "taken", _("The code %(code)s is taken.") % {"code": code})


@transaction.atomic
def edit_type(type_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> IncidentType:
    """Change a kind of incident; one that was used is never turned into its opposite. What was recorded stays."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    kind = IncidentType.objects.filter(pk=type_id).select_for_update(of=("self",)).first()
    if kind is None:
        raise NotFoundError
    turned = "polarity" in values and values["polarity"] != kind.polarity
    if turned and Incident.objects.filter(type=kind).exists():
        raise TypeUsedError(_("Incidents were recorded with it: retire it and make another."))
    changes = _set(kind, values)
    kind.save()
    record("behaviour.type.edit", target=Target.of(kind), changes=changes, actor=actor)
    return kind


@transaction.atomic
def delete_type(type_id: UUID, *, actor: Actor) -> None:
    """Delete a kind of incident that was never used."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    kind = IncidentType.objects.filter(pk=type_id).first()
    if kind is None:
        raise NotFoundError
    if Incident.objects.filter(type=kind).exists():
        raise TypeUsedError(_("Incidents were recorded with it: it can only retire."))
    record("behaviour.type.delete", target=Target.of(kind), changes={"code": [kind.code, None]}, actor=actor)
    kind.delete()


def _check_choices(values: Mapping[str, Any]) -> None:
    for name, choices in _CHOICES.items():
        if name in values and values[name] not in choices:
            raise invalid_field(f"/{name}", "choice", _("Choose one of the list."))


def _set(kind: IncidentType, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    new = {name: values[name] for name in TYPE_FIELDS if name in values}
    for name in ("name", "family_name", "category"):
        if name in new:
            new[name] = tidy(new[name])[:120]
    _check_choices(new)
    changes = changed_fields(kind, new)
    if not kind.name:
        raise invalid_field("/name", "required", _("Give it a name."))
    kind.family_name = kind.family_name or kind.name
    check_severity(kind.severity)
    check_points(kind.points, kind.polarity)
    return changes


@transaction.atomic
def create_scale(
    *, name: str, year_reset: bool = True, counts_to_escalation: bool = True, house_totals: bool = False, actor: Actor
) -> PointScale:
    """One more kind of points."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    name = tidy(name)[:60]
    if not name:
        raise invalid_field("/name", "required", _("Give it a name."))
    scale = PointScale(
        name=name,
        year_reset=year_reset,
        counts_to_escalation=counts_to_escalation,
        house_totals=house_totals,
        position=PointScale.objects.count(),
    )
    taken = invalid_field("/name", "taken", _("There is a scale of this name."))
    with refusing(point_scale_name_once=lambda: taken):
        scale.save(force_insert=True)
    record("behaviour.scale.create", target=Target.of(scale), changes={"name": [None, name]}, actor=actor)
    return scale


@transaction.atomic
def set_up_behaviour(*, actor: Actor) -> None:
    """Give a school that has none the usual scale, kinds and policy."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    add_defaults()
    record("behaviour.set_up", target=Target("behaviour", actor.school), actor=actor)


@transaction.atomic
def edit_settings(*, values: Mapping[str, Any], actor: Actor) -> BehaviourSettings:
    """Change the words of the severities and the settable numbers."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    settings = BehaviourSettings.objects.first() or BehaviourSettings()
    new = dict(values)
    if "severity_names" in new:
        names = [tidy(name)[:40] for name in new["severity_names"]]
        if any(names) and (len(names) != 4 or not all(names)):
            raise invalid_field("/severity_names", "four", _("Give a word for each of the four severities, or none."))
        new["severity_names"] = names if any(names) else []
    for name, most in (("contest_within_days", 200), ("teacher_points_a_day", 100), ("suspended_days_limit", 365)):
        if name in new and not 0 <= new[name] <= most:
            raise invalid_field(f"/{name}", "range", _("Give a number from 0 to %(most)s.") % {"most": most})
    changes = changed_fields(settings, new)
    settings.save()
    forget_settings()
    record("behaviour.settings.edit", target=Target.of(settings), changes=changes, actor=actor)
    return settings
