"""What a school decides about its people's records."""

from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.settings import (
    ASKABLE,
    EARLIEST_AGE,
    LATEST_AGE,
    SECTION,
    PeopleSettings,
    forget_settings,
    read_settings,
)
from lyceum.domains.tenancy.models import SchoolSettings


@transaction.atomic
def change_people_settings(*, age_of_access: int, askable: tuple[str, ...], actor: Actor) -> PeopleSettings:
    """Decide anew; the version before stays."""
    actor.require_all(Permission.SCHOOL_EDIT)
    if not EARLIEST_AGE <= age_of_access <= LATEST_AGE:
        raise invalid_field(
            "/age_of_access",
            "range",
            _("Choose from %(first)s to %(last)s years.") % {"first": EARLIEST_AGE, "last": LATEST_AGE},
        )
    unknown = sorted(set(askable) - set(ASKABLE))
    if unknown:
        raise invalid_field("/askable", "choice", _("%(field)s cannot be asked for.") % {"field": unknown[0]})
    old, new = read_settings(), PeopleSettings(age_of_access, tuple(name for name in ASKABLE if name in askable))
    if old == new:
        return new
    versions = SchoolSettings.objects.select_for_update().filter(section=SECTION)
    last = max(versions.values_list("version", flat=True), default=0)
    row = SchoolSettings.objects.create(section=SECTION, version=last + 1, values=asdict(new), changed_by=actor.user_id)
    changes = {k: [v, asdict(new)[k]] for k, v in asdict(old).items() if v != asdict(new)[k]}
    record("people.settings.change", target=Target("tenancy.schoolsettings", row.pk, SECTION), changes=changes,
           actor=actor)  # fmt: skip
    forget_settings()
    return new
