"""Kinds of detention: made, changed, retired; never deleted once they were used."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.models import Grade
from lyceum.domains.behaviour.detention_queries import get_detention_type
from lyceum.domains.behaviour.models import DetentionType
from lyceum.domains.journal.rules import Target, changed_fields, record

CHANGEABLE = frozenset({
    "name", "when", "minutes", "notice_hours", "cut_off", "grades", "escalates_to_id", "max_moves", "tell_guardians",
    "needs_approval", "escalates_by_itself", "several_a_day", "in_teaching_time", "active",
})  # fmt: skip
DAY_AHEAD = 24


@transaction.atomic
def create_detention_type(values: Mapping[str, Any], *, actor: Actor) -> DetentionType:
    """Make a kind of detention. Where nothing else is said, families hear of one after school a day ahead."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    kind = DetentionType()
    after_school = values.get("when", DetentionType.When.AFTER_SCHOOL) == DetentionType.When.AFTER_SCHOOL
    usual = {"notice_hours": DAY_AHEAD if after_school else 0}
    _apply(kind, usual | {name: value for name, value in values.items() if value is not None})
    _save(kind)
    record("behaviour.detention_type.create", target=Target.of(kind), actor=actor)
    return kind


@transaction.atomic
def edit_detention_type(type_id: UUID, values: Mapping[str, Any], *, actor: Actor) -> DetentionType:
    """Change a kind of detention, or retire it. Detentions that were set keep their time."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    kind = get_detention_type(type_id, actor=actor, lock=True)
    changes = _apply(kind, values)
    if changes:
        _save(kind)
        record("behaviour.detention_type.edit", target=Target.of(kind), changes=changes, actor=actor)
    return kind


def _apply(kind: DetentionType, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    unknown = sorted(values.keys() - CHANGEABLE)
    if unknown:
        raise invalid_field(f"/{unknown[0]}", "read_only", _("%(field)s cannot be set here.") % {"field": unknown[0]})
    given = {name: tidy(value) if name == "name" else value for name, value in values.items()}
    changes = changed_fields(kind, given)
    faults = _faults(kind)
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    return changes


def _faults(kind: DetentionType) -> list[FieldError]:
    faults = []
    if not 1 <= len(kind.name) <= 80:
        faults.append(FieldError("/name", "length", _("Give a name of 1 to 80 letters.")))
    if kind.when not in DetentionType.When.values:
        faults.append(FieldError("/when", "choice", _("Choose break, lunch or after school.")))
    if not 5 <= kind.minutes <= 240:
        faults.append(FieldError("/minutes", "range", _("A detention lasts 5 to 240 minutes.")))
    if not 0 <= kind.notice_hours <= 720:
        faults.append(FieldError("/notice_hours", "range", _("The notice is 0 to 720 hours.")))
    if not 0 <= kind.max_moves <= 20:
        faults.append(FieldError("/max_moves", "range", _("A detention can be moved 0 to 20 times.")))
    if kind.grades and Grade.objects.filter(pk__in=kind.grades).count() < len(set(kind.grades)):
        faults.append(FieldError("/grades", "grade_unknown", _("There is no such grade here.")))
    follows = kind.escalates_to_id
    if follows and not DetentionType.objects.filter(pk=follows).exclude(pk=kind.pk).exists():
        faults.append(FieldError("/escalates_to", "type_unknown", _("Choose another type of detention.")))
    return faults


def _save(kind: DetentionType) -> None:
    taken = invalid_field("/name", "taken", _("There is a detention type of that name."))
    with refusing(detention_type_name_once=lambda: taken):
        kind.save()


def add_usual_types() -> None:
    """The kinds of detention with which a school starts, the next one each time for who missed it."""
    when = DetentionType.When
    after: DetentionType | None = None
    usual = []
    for name, at, minutes, hours in (
        (gettext_noop("Leadership detention"), when.AFTER_SCHOOL, 60, DAY_AHEAD),
        (gettext_noop("After-school detention"), when.AFTER_SCHOOL, 30, DAY_AHEAD),
        (gettext_noop("Lunch detention"), when.LUNCH, 20, 0),
    ):
        after = DetentionType(name=name, when=at, minutes=minutes, notice_hours=hours, escalates_to=after)
        usual.append(after)
    DetentionType.objects.bulk_create(usual)
