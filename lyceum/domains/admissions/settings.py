"""What a school decides about admissions."""

from dataclasses import dataclass, fields
from typing import Any

from lyceum.core.memory import SchoolMemory
from lyceum.domains.tenancy.models import SchoolSettings

SECTION = "admissions"


@dataclass(frozen=True)
class AdmissionsSettings:
    """The settings in force."""

    self_registration_age: int = 16
    """In years: whoever is younger is applied for by a guardian."""
    guardian_until: int = 18
    """In years: whoever is younger has a guardian who can be reached."""
    draft_days: int = 60
    offer_days: int = 14
    waiting_list: str = "propose"
    """What happens with a place that becomes free: `propose` the first, or `offer` it to them."""


def read_settings() -> AdmissionsSettings:
    """The settings of the school in scope as they are now."""
    newest = SchoolSettings.objects.filter(section=SECTION).order_by("-version").first()
    known = {field.name for field in fields(AdmissionsSettings)}
    values: dict[str, Any] = {k: v for k, v in (newest.values if newest else {}).items() if k in known}
    return AdmissionsSettings(**values)


_settings = SchoolMemory(read_settings, seconds=30)


def admissions_settings() -> AdmissionsSettings:
    """The settings of the school in scope, half a minute old at most."""
    return _settings.get()


def forget_settings() -> None:
    """Read them anew at the next question."""
    _settings.forget()
