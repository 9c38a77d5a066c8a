"""What a school decides about its people's records: when guardians' access ends, what may be asked for."""

from dataclasses import dataclass, fields
from typing import Any

from lyceum.core.memory import SchoolMemory
from lyceum.domains.tenancy.models import SchoolSettings

SECTION = "people"
EARLIEST_AGE, LATEST_AGE = 14, 25
ASKABLE = (
    "full_name",
    "first_name",
    "last_name",
    "preferred_name",
    "birth_date",
    "gender",
    "pronouns",
    "email",
    "phone",
)
"""What families and students may ever ask the office to change."""


@dataclass(frozen=True)
class PeopleSettings:
    """The settings in force."""

    age_of_access: int = 18
    """In years: from this birthday on guardians see a student only if the student agrees."""
    askable: tuple[str, ...] = ASKABLE


def read_settings() -> PeopleSettings:
    """The settings of the school in scope as they are now."""
    newest = SchoolSettings.objects.filter(section=SECTION).order_by("-version").first()
    known = {field.name for field in fields(PeopleSettings)}
    values: dict[str, Any] = {k: v for k, v in (newest.values if newest else {}).items() if k in known}
    if "askable" in values:
        values["askable"] = tuple(values["askable"])
    return PeopleSettings(**values)


_settings = SchoolMemory(read_settings, seconds=30)


def people_settings() -> PeopleSettings:
    """The settings of the school in scope, half a minute old at most."""
    return _settings.get()


def forget_settings() -> None:
    """Read them anew at the next question."""
    _settings.forget()
