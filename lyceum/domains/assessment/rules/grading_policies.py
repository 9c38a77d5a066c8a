"""Grading policies: versions for the school, for a year group, for a subject."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Grade, Subject
from lyceum.domains.assessment.models import GradingPolicy, Scale
from lyceum.domains.assessment.queries import get_policy
from lyceum.domains.assessment.rules.refusals import AlreadyThereError
from lyceum.domains.assessment.rules.wording import choice, number, one_of, whole
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.tenancy.queries import today

CHOICES = {
    "total_method": GradingPolicy.TotalMethod.values,
    "rounding": GradingPolicy.Rounding.values,
    "letter_from": GradingPolicy.LetterFrom.values,
    "late_interval": GradingPolicy.Interval.values,
    "attempts": GradingPolicy.Attempts.values,
    "absent": GradingPolicy.Absent.values,
}
PERCENTS = ("late_rate", "late_floor")
MOST_GRACE = 100_000


@transaction.atomic
def create_policy(*, values: Mapping[str, Any], actor: Actor) -> GradingPolicy:
    """Make the next version of a scope: what is left out is as in a new policy. Open gradebooks keep theirs."""
    actor.require_all(Permission.GRADING_EDIT)
    grade = _found(Grade, values.get("grade_id"), "/grade_id")
    subject = _found(Subject, values.get("subject_id"), "/subject_id")
    if grade is not None and subject is not None:
        raise invalid_field("/subject_id", "scope", _("Choose a year group or a subject, not both."))
    rows = GradingPolicy.objects.filter(grade=grade, subject=subject)
    last = rows.aggregate(last=Max("version"))["last"] or 0
    row = GradingPolicy(grade=grade, subject=subject, version=last + 1, valid_from=_valid_from(values) or today())
    for name, value in _fields(values).items():
        setattr(row, name, value)
    with refusing(grading_policy_version_once=_made_meanwhile):
        row.save()
    record("assessment.policy.add", target=Target.of(row), actor=actor)
    return get_policy(row.pk, actor=actor)


@transaction.atomic
def edit_policy(policy_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> GradingPolicy:
    """Change a version: every gradebook that has it is counted by it at once."""
    row = policy_for_edit(policy_id, actor=actor)
    fields = _fields(values)
    day = _valid_from(values)
    if day is not None:
        fields["valid_from"] = day
    changes = changed_fields(row, fields)
    row.save()
    if changes:
        record("assessment.policy.edit", target=Target.of(row), changes=changes, actor=actor)
    return get_policy(row.pk, actor=actor)


def policy_for_edit(policy_id: UUID, *, actor: Actor) -> GradingPolicy:
    """A version of a policy, locked."""
    actor.require_all(Permission.GRADING_EDIT)
    row = GradingPolicy.objects.select_for_update(of=("self",)).filter(pk=policy_id).first()
    if row is None:
        raise NotFoundError
    return row


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        name: choice(values, name, choices) for name, choices in CHOICES.items() if name in values
    }
    for name in PERCENTS:
        if name in values:
            fields[name] = number(values, name, Decimal(0), Decimal(100))
    if "missing_percent" in values:
        given = values["missing_percent"]
        fields["missing_percent"] = (
            None if given is None else number(values, "missing_percent", Decimal(0), Decimal(100))
        )
    if "places" in values:
        fields["places"] = whole(values, "places", 0, 2)
    if "late_grace_minutes" in values:
        fields["late_grace_minutes"] = whole(values, "late_grace_minutes", 0, MOST_GRACE)
    if values.get("exempts_late_joiners") is not None:
        fields["exempts_late_joiners"] = bool(values["exempts_late_joiners"])
    if "scale_id" in values:
        fields["scale"] = _found(Scale, values["scale_id"], "/scale_id")
    return fields


def _valid_from(values: Mapping[str, Any]) -> date | None:
    given: date | None = values.get("valid_from")
    return given


def _found(model: Any, key: UUID | None, pointer: str) -> Any:  # Any: one of three models
    if key is None:
        return None
    row = model.objects.filter(pk=key).first()
    if row is None:
        raise invalid_field(pointer, "unknown", _("There is no such thing here."))
    return row


def _made_meanwhile() -> InvalidError:
    return one_of(AlreadyThereError, "/version", _("Somebody made a version at the same moment."))
