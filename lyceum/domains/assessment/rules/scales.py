"""Scales: what percents are called."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import fold, tidy
from lyceum.domains.assessment.models import Band, GradingPolicy, Scale
from lyceum.domains.assessment.queries import get_scale
from lyceum.domains.assessment.rules.refusals import AlreadyThereError, GradebookInUseError, ScaleHasGapError
from lyceum.domains.assessment.rules.wording import choice, line, number, one_of
from lyceum.domains.journal.rules import Target, record

MOST_BANDS = 40
Bands = Sequence[Mapping[str, Any]]
"""`label`, `min_percent`, `is_pass` of each."""


@transaction.atomic
def create_scale(*, values: Mapping[str, Any], actor: Actor) -> Scale:
    """Make a scale with its bands."""
    actor.require_all(Permission.GRADING_EDIT)
    row = Scale(name=line(values, "name", 80), kind=choice(values, "kind", Scale.Kind.values))
    bands = _checked(values.get("bands") or (), row.kind)
    with refusing(scale_name_once=_taken):
        row.save()
    _save_bands(row, bands)
    record("assessment.scale.add", target=Target.of(row), changes={"bands": [None, _plain(bands)]}, actor=actor)
    return get_scale(row.pk, actor=actor)


@transaction.atomic
def edit_scale(scale_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Scale:
    """Change a scale. Its bands are given as a whole; totals are named by the new ones from now on."""
    row = scale_for_edit(scale_id, actor=actor)
    old = [_as_given(band) for band in Band.objects.filter(scale=row).order_by("-min_percent")]
    if "name" in values:
        row.name = line(values, "name", 80)
    if "kind" in values:
        row.kind = choice(values, "kind", Scale.Kind.values)
    bands = _checked(values["bands"] if values.get("bands") is not None else old, row.kind)
    with refusing(scale_name_once=_taken):
        row.save()
    Band.objects.filter(scale=row).delete()
    _save_bands(row, bands)
    changes = {"bands": [_plain(old), _plain(bands)]}
    record("assessment.scale.edit", target=Target.of(row), changes=changes, actor=actor)
    return get_scale(row.pk, actor=actor)


@transaction.atomic
def delete_scale(scale_id: UUID, *, actor: Actor) -> None:
    """Delete a scale that no policy uses."""
    row = scale_for_edit(scale_id, actor=actor)
    if GradingPolicy.objects.filter(scale=row).exists():
        raise GradebookInUseError(_("A grading policy uses it."))
    target = Target.of(row)
    row.delete()
    record("assessment.scale.delete", target=target, actor=actor)


def scale_for_edit(scale_id: UUID, *, actor: Actor) -> Scale:
    """A scale, locked."""
    actor.require_all(Permission.GRADING_EDIT)
    row = Scale.objects.select_for_update(of=("self",)).filter(pk=scale_id).first()
    if row is None:
        raise NotFoundError
    return row


def _checked(given: Bands, kind: str) -> list[dict[str, Any]]:
    """The bands from the highest down, or what is wrong with them."""
    if len(given) > MOST_BANDS:
        raise invalid_field("/bands", "too_many", _("A scale has at most %(n)s bands.") % {"n": MOST_BANDS})
    bands: list[dict[str, Any]] = []
    for n, each in enumerate(given):
        label = tidy(str(each.get("label") or ""))
        if not label or len(label) > 40:
            raise invalid_field(f"/bands/{n}/label", "length", _("Give from 1 to %(n)s letters.") % {"n": 40})
        least = number(each, "min_percent", Decimal(0), Decimal(100), f"/bands/{n}/min_percent")
        bands.append({"label": label, "min_percent": least, "is_pass": bool(each.get("is_pass", True))})
    if len({fold(each["label"]) for each in bands}) < len(bands):
        raise one_of(AlreadyThereError, "/bands", _("Two bands have the same name."))
    if len({each["min_percent"] for each in bands}) < len(bands):
        raise one_of(AlreadyThereError, "/bands", _("Two bands begin at the same percent."))
    if (bands or kind != Scale.Kind.PERCENT) and min((b["min_percent"] for b in bands), default=1) != 0:
        raise one_of(ScaleHasGapError, "/bands", _("One band has to begin at 0: below it a percent has no name."))
    if kind == Scale.Kind.PASS_FAIL and sorted(each["is_pass"] for each in bands) != [False, True]:
        raise invalid_field("/bands", "pass_fail", _("Give two bands: one that is passed, one that is not."))
    return sorted(bands, key=lambda each: -each["min_percent"])


def _save_bands(scale: Scale, bands: Bands) -> None:
    Band.objects.bulk_create([Band(scale=scale, **each) for each in bands])


def _as_given(band: Band) -> dict[str, Any]:
    return {"label": band.label, "min_percent": band.min_percent, "is_pass": band.is_pass}


def _plain(bands: Bands) -> list[dict[str, Any]]:
    return [{**each, "min_percent": str(each["min_percent"])} for each in bands]


def _taken() -> InvalidError:
    return one_of(AlreadyThereError, "/name", _("There is a scale with this name already."))
