"""What a school settles about admissions."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.admissions.settings import SECTION, AdmissionsSettings, forget_settings, read_settings
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.models import SchoolSettings

RANGES = {
    "self_registration_age": (10, 30),
    "guardian_until": (10, 30),
    "draft_days": (7, 730),
    "offer_days": (1, 365),
}
WAITING = ("propose", "offer")


@transaction.atomic
def change_admissions_settings(*, values: Mapping[str, Any], actor: Actor) -> AdmissionsSettings:
    """Decide anew; what is not named stays, and the version before stays too."""
    actor.require_all(Permission.INTAKES_EDIT)
    for name, (least, most) in RANGES.items():
        value = values.get(name)
        if name in values and (not isinstance(value, int) or not least <= value <= most):
            raise invalid_field(
                f"/{name}", "range", _("Give a number from %(least)s to %(most)s.") % {"least": least, "most": most}
            )
    if values.get("waiting_list", WAITING[0]) not in WAITING:
        raise invalid_field("/waiting_list", "choice", _("Choose one of the two."))
    versions = SchoolSettings.objects.select_for_update().filter(section=SECTION)
    last = max(versions.values_list("version", flat=True), default=0)
    old = read_settings()
    new = replace(old, **{name: values[name] for name in (*RANGES, "waiting_list") if name in values})
    if old == new:
        return new
    kept = asdict(new)
    row = SchoolSettings.objects.create(section=SECTION, version=last + 1, values=kept, changed_by=actor.user_id)
    changes = {name: [value, kept[name]] for name, value in asdict(old).items() if value != kept[name]}
    record(
        "admissions.settings.change",
        target=Target("tenancy.schoolsettings", row.pk, SECTION),
        changes=changes,
        actor=actor,
    )
    forget_settings()
    return new
