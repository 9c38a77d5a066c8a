"""Making schools and changing what they say about themselves."""

import re
from typing import Any

from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import crossing_to, current_school
from lyceum.domains.journal.rules import Target, changed_fields, record, record_for_operator
from lyceum.domains.tenancy.checks import check_school
from lyceum.domains.tenancy.facts import SchoolProvisioned
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import forget_time_zone

EDITABLE = frozenset({
    "name", "legal_name", "time_zone", "locales", "currency", "first_weekday", "address", "phone", "email",
    "website", "head_name", "official_ids",
})  # fmt: skip


class SchoolRestrictedError(RuleError):
    """Settings and new people wait until the restriction ends; registers and safeguarding go on."""

    code = "school_restricted"
    status = 403
    title = gettext_noop("The school is restricted")


def refuse_restricted(school: School) -> None:
    """Refuse what a restricted school may not do."""
    if school.status == School.Status.RESTRICTED:
        reason = school.status_reason or _("Ask whoever runs this installation.")
        raise SchoolRestrictedError(
            _("%(school)s is restricted: no new people, no changed settings. %(reason)s")
            % {"school": school, "reason": reason}
        )


@transaction.atomic
def provision_school(
    *,
    name: str,
    slug: str = "",
    kind: str = "school",
    country: str = "GB",
    time_zone: str = "",
    locale: str = "en",
    currency: str = "",
    official_ids: dict[str, str] | None = None,
    is_demo: bool = False,
    actor: Actor,
) -> School:
    """Make a school; every other domain adds its defaults in the same transaction."""
    country = country.upper()
    default_zone, default_currency = _DEFAULTS.get(country, ("UTC", "EUR"))
    values = check_school({
        "name": name,
        "kind": kind,
        "country": country,
        "time_zone": time_zone or default_zone,
        "locales": [locale or "en"],
        "currency": currency or default_currency,
        "official_ids": official_ids or {},
    } | ({"slug": slug} if slug else {}))  # fmt: skip
    wait_for_other_new_schools()
    school = School.objects.create(**values | {"slug": free_slug(slug or slugify(name)), "is_demo": is_demo})
    with crossing_to(school.pk):
        record(
            "tenancy.school.provision",
            target=Target.of(school),
            facts=[SchoolProvisioned(country=school.country)],
            actor=actor,
        )
    school.status = School.Status.ACTIVE
    school.save(update_fields=["status", "updated_at"])
    record_for_operator("tenancy.school.provision", target=Target.of(school), school_id=school.pk, actor=actor)
    return school


_DEFAULTS = {
    "GB": ("Europe/London", "GBP"),
    "US": ("America/New_York", "USD"),
    "IE": ("Europe/Dublin", "EUR"),
    "FR": ("Europe/Paris", "EUR"),
    "ES": ("Europe/Madrid", "EUR"),
    "DE": ("Europe/Berlin", "EUR"),
}
"""Time zone and currency where only the country was given."""


def wait_for_other_new_schools() -> None:
    """Until this transaction ends nobody else makes a school: two never take one slug, nor are both the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('new school'))")


def free_slug(wish: str) -> str:
    """The wished slug, or the wish with -2, -3 … where it is taken."""
    base = re.sub(r"[^a-z0-9-]", "", wish.lower())[:36].strip("-")
    base = base if len(base) >= 3 else f"school-{base}".strip("-")
    taken = set(School.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, n = base, 1
    while slug in taken:
        n += 1
        slug = f"{base}-{n}"
    return slug


def get_school_for_edit(actor: Actor) -> School:
    """The school in scope, locked, for somebody who may change what it says about itself."""
    actor.require_all(Permission.SCHOOL_EDIT)
    return School.objects.select_for_update().get(pk=current_school())


@transaction.atomic
def edit_school(*, values: dict[str, Any], actor: Actor) -> School:
    """Change what the school says about itself."""
    school = get_school_for_edit(actor)
    unknown = sorted(values.keys() - EDITABLE)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "unknown_field", _("There is no field %(field)s here.") % {"field": unknown[0]}
        )
    checked = check_school(values)
    refuse_restricted(school)
    changes = changed_fields(school, checked)
    if changes:
        school.save()
        forget_time_zone()
        record("tenancy.school.edit", target=Target.of(school), changes=changes, actor=actor)
    return school
