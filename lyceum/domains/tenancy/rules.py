"""Making schools and changing what they say about themselves."""

import re
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.text import slugify

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school, school_scope
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, changed_fields, record, record_for_operator
from lyceum.domains.tenancy.facts import SchoolProvisioned
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import forget_time_zone

EDITABLE = frozenset({
    "name", "legal_name", "time_zone", "locales", "currency", "first_weekday", "address", "phone", "email",
    "website", "head_name", "official_ids",
})  # fmt: skip


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
    name = tidy(name)
    _check_new(name=name, slug=slug, kind=kind, country=country, time_zone=time_zone)
    school = School.objects.create(
        name=name,
        slug=free_slug(slug or slugify(name)),
        kind=kind,
        country=country.upper(),
        time_zone=time_zone or _DEFAULTS.get(country.upper(), ("UTC", "EUR"))[0],
        locales=[locale or "en"],
        currency=currency.upper() or _DEFAULTS.get(country.upper(), ("UTC", "EUR"))[1],
        official_ids=official_ids or {},
        is_demo=is_demo,
    )
    with school_scope(school.pk):
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


def _check_new(*, name: str, slug: str, kind: str, country: str, time_zone: str) -> None:
    errors = []
    if not 2 <= len(name) <= 200:
        errors.append(FieldError("/name", "length", "Give the school's name, 2 to 200 letters long."))
    if slug and not re.fullmatch(r"[a-z0-9-]{3,40}", slug):
        errors.append(FieldError("/slug", "slug", "Use 3 to 40 of the letters a-z, digits and hyphens."))
    if kind not in School.Kind.values:
        errors.append(FieldError("/kind", "choice", f"Choose one of: {', '.join(School.Kind.values)}."))
    if not re.fullmatch(r"[A-Za-z]{2}", country):
        errors.append(FieldError("/country", "country", "Give the two-letter country code, as in GB."))
    if time_zone and time_zone not in available_timezones():
        errors.append(FieldError("/time_zone", "time_zone", "Give an IANA time zone, as in Europe/London."))
    if errors:
        raise InvalidError("The school could not be made: " + errors[0].message, errors=errors)


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


@transaction.atomic
def edit_school(*, values: dict[str, Any], actor: Actor) -> School:
    """Change what the school says about itself."""
    actor.require_all(Permission.SCHOOL_EDIT)
    unknown = sorted(values.keys() - EDITABLE)
    if unknown:
        raise invalid_field(f"/{unknown[0]}", "unknown_field", f"There is no field {unknown[0]} here.")
    if "time_zone" in values and values["time_zone"] not in available_timezones():
        raise invalid_field("/time_zone", "time_zone", "Give an IANA time zone, as in Europe/London.")
    school = School.objects.select_for_update().get(pk=current_school())
    changes = changed_fields(school, values)
    if changes:
        school.save()
        forget_time_zone(school.pk)
        record("tenancy.school.edit", target=Target.of(school), changes=changes, actor=actor)
    return school
